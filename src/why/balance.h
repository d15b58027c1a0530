/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance - a plan that puts each large process on one node: its memory, and its threads.
 *
 * A node is one for a process where its policies and its cpuset have the memory and its affinity
 * has CPUs of the node, at least as many as threads of it want to run.  What a node may take is
 * what it has free above the high marks (and reserves) of its zones, less a margin; no more
 * threads come to it than it has CPUs.  Among these the plan with the least remote memory is
 * sought, then the one that moves the fewest bytes (placement.h).
 *
 * Remote is as numa.h has it.
 * Memory of hugetlbfs, and of mappings of which a page is mapped more than once, is not moved.
 *
 * Pure; out of memory sticks in the arena.
 */
#pragma once

#include "why/placement.h"
#include "why/thresholds.h"
#include "why/zones.h"

/* On machines of more no process is looked at. */
#define MW_BALANCE_NODES_MAX 128

enum mw_balance_verdict {
	MW_BALANCE_UNKNOWN,
	MW_BALANCE_PLACED,  /* is to be on .target */
	MW_BALANCE_THERE,   /* it is on its node, but for what is not worth a move */
	MW_BALANCE_SPREAD,  /* its policy spreads it */
	MW_BALANCE_BOUND,   /* no node has its CPUs and may have its memory */
	MW_BALANCE_WIDE,    /* more threads want to run than any of its nodes has CPUs */
	MW_BALANCE_STUCK,   /* what is remote cannot be moved */
	MW_BALANCE_NO_ROOM, /* its nodes have no room, or no CPUs, for it */
	MW_BALANCE_RESTS,   /* it was moved a short while ago */
};

const char *mw_balance_verdict_name(enum mw_balance_verdict v); /* "no room" */

struct mw_balance_proc {
	const struct mw_proc *proc;
	enum mw_balance_verdict verdict;
	uint64_t bytes;	       /* of all nodes */
	uint64_t remote_bytes; /* now; not of MW_BALANCE_UNKNOWN */
	uint64_t after_bytes;  /* remote when the plan is done */
	uint64_t move_bytes;
	uint64_t target;    /* node; of MW_BALANCE_PLACED */
	struct mw_str cpus; /* to which its threads are to be kept; empty: they are already */
};

struct mw_balance_node {
	const struct mw_zones_node *node;
	struct mw_val free_bytes;
	struct mw_val keep_bytes; /* high marks, reserves and margin: so much stays free */
	struct mw_val cpu_count;
	uint64_t running_count, running_after_count;
	struct mw_val after_bytes; /* free, when the plan is done */
	uint64_t in_bytes, out_bytes;
	bool takes; /* memory may come to it */
};

/* One of those that were moved a short while ago. */
struct mw_balance_rest {
	uint64_t pid, start_ticks;
};

struct mw_balance_ask {
	const struct mw_thresholds *threshold;
	const struct mw_balance_rest *rest;
	size_t n_rests;
	uint64_t self_pid; /* whose own running is not counted; 0: nobody's */
};

struct mw_balance {
	struct mw_balance_node *node;
	size_t n_nodes;
	struct mw_balance_proc *proc; /* the large ones, the largest first */
	size_t n_procs;
	struct mw_move *move; /* indices of proc and node */
	size_t n_moves;
	uint64_t bytes, remote_bytes, after_bytes, move_bytes; /* of proc, where known */
	uint64_t unknown_count; /* large processes of which too little is known */
	uint64_t placed_count;	/* with something to do */
	uint64_t large_bytes;	/* from here on a process is large */
	bool least;		/* no plan moves less */
};

/* map: with MW_WANT_NUMA and MW_WANT_ZONES in its snapshot. */
void mw_balance_build(const struct mw_zone_map *map, const struct mw_balance_ask *ask,
		      struct mw_arena *arena, struct mw_balance *ret);

/* Of a node, as the plan reckons: what it has free, and what stays so. */
void mw_balance_room(const struct mw_zone_map *map, const struct mw_zones_node *node,
		     const struct mw_thresholds *limit, struct mw_val *ret_free_bytes,
		     struct mw_val *ret_keep_bytes);
