/* SPDX-License-Identifier: Apache-2.0 */
/*
 * placement - which node each of some processes should be on: numbers in, numbers out.
 *
 * What is sought: the least memory left remote; among those plans the fewest bytes moved.  A plan
 * counts only if its moves can be put in an order (move_order.h) in which no node is ever below
 * its mark by what comes.
 *
 * A first plan is made by best fit, the largest first; then all plans are gone through that can
 * still be better (branch and bound), until looks_max.
 *
 * Pure; out of memory sticks in the arena.
 */
#pragma once

#include "base/arena.h"
#include "why/move_order.h"

#define MW_PLACE_STAY SIZE_MAX
#define MW_PLACE_NEVER UINT64_MAX

struct mw_place_node {
	/* That may come.  Below 0: it is below its mark already, and nothing may come to it. */
	int64_t room_bytes;
	uint64_t cpu_count;
	uint64_t running_count; /* threads now, those of the processes to be placed included */
};

struct mw_place_item {
	const uint64_t *moving_bytes;  /* by node: what leaves it when placed on another */
	const uint64_t *running_count; /* by node: its threads now */
	const uint64_t *remote_bytes;  /* by node: left remote when there; MW_PLACE_NEVER */
	uint64_t stay_remote_bytes;    /* left remote when it stays as it is */
};

struct mw_place {
	const struct mw_place_node *node;
	size_t n_nodes;
	const struct mw_place_item *item;
	size_t n_items;
	uint64_t looks_max; /* half plans that are looked at */
};

struct mw_placement {
	size_t *at; /* by item: a node, or MW_PLACE_STAY; NULL: out of memory */
	uint64_t remote_bytes, moved_bytes;
	bool least; /* all that can be better was looked at */
	struct mw_move *move;
	size_t n_moves;
};

void mw_placement_find(const struct mw_place *p, struct mw_arena *arena, struct mw_placement *ret);

/* What moves when the item is placed on a node. */
uint64_t mw_place_moved_bytes(const struct mw_place *p, size_t item, size_t node);
