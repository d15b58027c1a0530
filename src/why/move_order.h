/* SPDX-License-Identifier: Apache-2.0 */
/*
 * move_order - puts moves in an order in which each finds room, in pieces where it must.
 *
 * One item whole after another, where each finds room in time; if not, from the start again in two
 * kinds of step, until nothing is left:
 *  - round: along a circle of moves through a node that has room, as much as fits, and where the
 *    room comes by, along the other circles there.  What each node has is the same afterwards.
 *  - sink: what goes to a node that nothing leaves any more.  All that is still to come there fits
 *    if the end does.
 * Where neither is left, a set of nodes wants to exchange among itself without any room, and no
 * order would do.
 *
 * Pure; out of memory sticks in the arena.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

struct mw_place;

/* One after another: so much of one item from node to node. */
struct mw_move {
	size_t item, from, to;
	uint64_t bytes;
};

#define MW_MOVES_MAX 4096 /* pieces: more is a room too small for what wants through */

/* at: by item, as in struct mw_placement.  False: the end does not fit, there is no order, or too
 * many pieces. */
bool mw_move_order(const struct mw_place *p, const size_t *at, struct mw_arena *arena,
		   struct mw_move **ret, size_t *ret_n);
