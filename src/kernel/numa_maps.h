/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numa_maps - on which nodes the pages of a process are: /proc/PID/numa_maps, a mapping a line
 * (show_numa_map(), fs/proc/task_mmu.c; CONFIG_NUMA).
 *
 * Counts are of pages of kernelpagesize_kB: of huge pages where the mapping is of hugetlbfs, else
 * of base pages, a transparent huge page counting as all that it covers (gather_pte_stats()).  A
 * device of DAX says the size of its own pages and counts base pages: its counts are left out, it
 * is no memory of a node's zones.
 *
 * A page counts for each process that maps it.  A mapping without a policy shows that of the task,
 * of the first thread in /proc/PID.
 *
 * Of a whole numa_maps proc/PID/meta/numa holds the sums, in the same words, a line for each kind
 * of mapping; one parser reads both.
 */
#pragma once

#include "base/arena.h"

/* No kernel has as many (NODES_SHIFT <= 10): a larger number is none. */
#define MW_NODES_MAX 1024

struct mw_numa_map {
	/* mpol_to_str(), mm/mempolicy.c: "default", "bind:0-1", "bind=static:0"; of two words
	 * "prefer (many):0-1" and "weighted interleave:0-1". */
	struct mw_str policy;
	bool huge;	      /* of hugetlbfs */
	bool shared;	      /* a page of it is mapped more than once */
	uint64_t page_bytes;  /* what one in the counts stands for; 0: none are known */
	struct mw_str counts; /* for mw_numa_count_next() */
};

/* The next mapping; malformed lines are skipped.  False at the end.  Slices of *rest. */
bool mw_numa_map_next(struct mw_str *rest, struct mw_numa_map *ret);

/* The next node of a mapping, below MW_NODES_MAX, and how many pages are there. */
bool mw_numa_count_next(struct mw_str *counts, uint64_t *ret_node, uint64_t *ret_pages);

/* The sums of a whole numa_maps, which sum up to themselves; out of memory sticks in the arena. */
struct mw_str mw_numa_maps_sum(struct mw_str text, struct mw_arena *arena);
