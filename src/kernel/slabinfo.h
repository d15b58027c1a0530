/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slabinfo - the caches of /proc/slabinfo, version 2.x (slabinfo_show(), mm/slab_common.c).
 * Caches may be merged: a name can stand for several.
 */
#pragma once

#include "base/str.h"

struct mw_slab_cache {
	struct mw_str name;
	uint64_t active_count, object_count; /* objects in use, and room for objects */
	uint64_t object_bytes;
	uint64_t pages_per_slab, slab_count;
};

/* The next cache; headings and malformed lines are skipped.  False at the end. */
bool mw_slabinfo_next(struct mw_str *rest, struct mw_slab_cache *ret);

/* Caches known to hold what reclaim can take: for kernels that do not tell. */
bool mw_slab_is_reclaimable_name(struct mw_str name);
