/* SPDX-License-Identifier: Apache-2.0 */
/*
 * move_ranges - the mappings of a process in which pages on a node can be moved: not those of
 * hugetlbfs, and not those of which a page is mapped more than once.
 *
 * Pure; out of memory sticks in the arena.
 */
#pragma once

#include "base/arena.h"

struct mw_move_range {
	uint64_t start, end; /* addresses */
	uint64_t bytes;	     /* on the node */
};

/* From the texts of /proc/PID/maps and numa_maps, by address. */
void mw_move_ranges(struct mw_str maps, struct mw_str numa_maps, uint64_t node,
		    struct mw_arena *arena, struct mw_move_range **ret, size_t *ret_n);
