/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_zones_private - what the files of find_zones share.
 */
#pragma once

#include "why/find.h"
#include "why/zones.h"

struct mw_zones_case {
	const struct mw_zone_map *z;
	const struct mw_thresholds *limit;
	struct mw_arena *arena;
};

/* MW-LOWMEM-RESERVE */
void mw_find_zones_reserve(const struct mw_zones_case *c, struct mw_findings *all);

/* MW-WATERMARK-LOW and -HIGH */
void mw_find_zones_marks(const struct mw_zones_case *c, struct mw_findings *all);

/* MW-HUGEPAGE-NODE */
void mw_find_zones_hugetlb(const struct mw_zones_case *c, struct mw_findings *all);
