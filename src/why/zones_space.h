/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_space - what a node has, summed over its zones that have pages for the allocator.
 *
 * The first figure that is not known decides its sum.
 */
#pragma once

#include "why/zones.h"

struct mw_zones_space {
	struct mw_val ram_bytes; /* given to the allocator; up to 3.8 what is present */
	struct mw_val free_bytes;
	struct mw_val above_high_bytes; /* of these; no zone makes up for another below its mark */
	/* What reclaim could take; MW_ABSENT where no zone of the node has the counter. */
	struct mw_val file_bytes, slab_bytes;
};

struct mw_zones_space mw_zones_space(const struct mw_zone_map *z, const struct mw_zones_node *n);
