/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numa - how much of the memory of each process is remote, of each group, and of all.
 *
 * Remote is a page that is not on the node of the thread that uses it.  Which thread uses which
 * page is not known: remote_bytes is the average over the threads of what is not on that thread's
 * node, as if each used all pages alike.  So what threads on all nodes share is remote for most
 * of them wherever it is.  Distances are not looked at: for a thread on a node without memory all
 * is remote.
 *
 * A page counts in each process that maps it: the sum over processes may be more than there is.
 *
 * Pure: a snapshot taken with MW_WANT_NUMA in; out of memory sticks in the arena.
 */
#pragma once

#include "why/thresholds.h"
#include "why/zones.h"

/* MW_BAD: no sum; the reason of the maps or of the threads; MW_ABSENT: the node of a thread's CPU
 * is not known.  Of threads that were not asked: as if they were where the others are. */
struct mw_val mw_numa_bytes(const struct mw_proc_numa *n);
struct mw_val mw_numa_remote_bytes(const struct mw_proc_numa *n);

/* What of it is on this node, where it is known. */
struct mw_proc_node mw_numa_on_node(const struct mw_proc_numa *n, uint64_t node);
uint64_t mw_numa_threads_on(const struct mw_proc_numa *n, uint64_t node);

struct mw_numa_row {
	const struct mw_proc *proc;
	struct mw_val bytes, remote_bytes;
};

/* Processes of one cgroup, or a virtual machine.  Sums are over those that are known; where none
 * is, the reason of one. */
struct mw_numa_group {
	struct mw_str name; /* of the machine, or the path; empty: not known */
	bool is_vm;
	const struct mw_numa_row *const *row;
	size_t n;
	struct mw_val bytes, remote_bytes;
	struct mw_val judged_bytes; /* of those of which it is known what is remote */
	enum mw_why threads_why;
	size_t unknown_count; /* of which it is not */
};

struct mw_numa {
	const struct mw_zone_map *zones;
	bool one_node;
	uint64_t *node; /* all that there are, or that are spoken of; by number */
	size_t n_nodes;
	struct mw_numa_row *row; /* the most remote memory first, then the largest */
	size_t n_rows;
	struct mw_numa_group *group; /* likewise */
	size_t n_groups;
	struct mw_numa_group all;
};

void mw_numa_build(const struct mw_zone_map *z, struct mw_arena *arena, struct mw_numa *ret);

/* Sums over the members. */
uint64_t mw_numa_group_bytes_on(const struct mw_numa_group *g, uint64_t node);
uint64_t mw_numa_group_threads_on(const struct mw_numa_group *g, uint64_t node);

/* MW-NUMA-IMBALANCE and MW-NUMA-BOUND-FULL. */
void mw_find_numa(const struct mw_numa *n, const struct mw_thresholds *limit,
		  struct mw_arena *arena, struct mw_findings *ret);
