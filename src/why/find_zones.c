/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_zones - what is wrong with nodes, zones and free blocks.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find.h"
#include "why/zones.h"

void mw_find_zones(const struct mw_zones *z, const struct mw_zones_walk *w,
		   const struct mw_thresholds *limit, struct mw_arena *arena,
		   struct mw_findings *ret)
{
	(void)z;
	(void)w;
	(void)limit;
	(void)arena;
	(void)ret;
}
