/* SPDX-License-Identifier: Apache-2.0 */
#include "why/move_order.h"

#include "why/placement.h"

#define ROUNDS 64 /* in which one whole item makes room for the next */

struct order {
	const struct mw_place *p;
	const size_t *at;
	struct mw_arena *arena;
	uint64_t *left; /* item by node: not moved yet */
	uint64_t *flow; /* node by node: the same, of all items */
	int64_t *room;
	size_t *before, *queue; /* of the search for a circle */
	struct mw_move *move;
	size_t n_moves, most_moves;
};

static uint64_t *flow_at(const struct order *o, size_t from, size_t to)
{
	return &o->flow[from * o->p->n_nodes + to];
}

static bool prepare(struct order *o)
{
	size_t n = o->p->n_nodes, items = o->p->n_items;

	o->left = mw_arena_alloc(o->arena, (items * n + 1) * sizeof(*o->left));
	o->flow = mw_arena_alloc(o->arena, (n * n + 1) * sizeof(*o->flow));
	o->room = mw_arena_alloc(o->arena, (n + 1) * sizeof(*o->room));
	o->before = mw_arena_alloc(o->arena, (n + 1) * sizeof(*o->before));
	o->queue = mw_arena_alloc(o->arena, (n + 1) * sizeof(*o->queue));
	if (!o->left || !o->flow || !o->room || !o->before || !o->queue)
		return false;
	for (size_t k = 0; k < n; k++)
		o->room[k] = o->p->node[k].room_bytes;
	for (size_t j = 0; j < items; j++)
		for (size_t k = 0; o->at[j] != MW_PLACE_STAY && k < n; k++) {
			if (k == o->at[j])
				continue;
			o->left[j * n + k] = o->p->item[j].moving_bytes[k];
			*flow_at(o, k, o->at[j]) += o->left[j * n + k];
		}
	return true;
}

static bool add(struct order *o, size_t item, size_t from, size_t to, uint64_t bytes)
{
	struct mw_move *last = o->n_moves ? &o->move[o->n_moves - 1] : NULL, *list;

	if (last && last->item == item && last->from == from && last->to == to) {
		last->bytes += bytes;
		return true;
	}
	if (o->n_moves == o->most_moves)
		return false;
	list = mw_arena_grow(o->arena, o->move, o->n_moves, sizeof(*list));
	if (!list)
		return false;
	o->move = list;
	list[o->n_moves++] = (struct mw_move){ item, from, to, bytes };
	return true;
}

/* What was taken off the flow moves. */
static bool push(struct order *o, size_t from, size_t to, uint64_t bytes)
{
	size_t n = o->p->n_nodes;

	if (o->room[to] < 0 || (uint64_t)o->room[to] < bytes)
		return false;
	o->room[to] -= (int64_t)bytes;
	o->room[from] += (int64_t)bytes;
	for (size_t j = 0; j < o->p->n_items && bytes; j++) {
		uint64_t *left = &o->left[j * n + from];
		uint64_t some = *left < bytes ? *left : bytes;

		if (o->at[j] != to || !some)
			continue;
		*left -= some;
		bytes -= some;
		if (!add(o, j, from, to, some))
			return false;
	}
	return true;
}

/* The shortest circle of moves from v: the node before each, from v backwards.  False: none. */
static bool find_circle(struct order *o, size_t v, size_t *before)
{
	size_t n = o->p->n_nodes, head = 0, tail = 0;

	for (size_t k = 0; k < n; k++)
		before[k] = SIZE_MAX;
	o->queue[tail++] = v;
	while (head < tail) {
		size_t i = o->queue[head++];

		for (size_t k = 0; k < n; k++) {
			if (!*flow_at(o, i, k) || before[k] != SIZE_MAX)
				continue;
			before[k] = i;
			if (k == v)
				return true;
			o->queue[tail++] = k;
		}
	}
	return false;
}

static uint64_t least_flow(const struct order *o, size_t v, const size_t *before)
{
	uint64_t least = UINT64_MAX;
	size_t k = v;

	do {
		uint64_t flow = *flow_at(o, before[k], k);

		least = flow < least ? flow : least;
		k = before[k];
	} while (k != v);
	return least;
}

/* All circles through v.  Each node but v passes on what it gets; the move into v comes first and
 * makes room for the next.  A circle that ends with this round may have been the only way from
 * room to others: those go round when the room comes by. */
static bool go_round(struct order *o, size_t v)
{
	size_t *before = mw_arena_alloc(o->arena, o->p->n_nodes * sizeof(*before));

	while (before && o->room[v] > 0 && find_circle(o, v, before)) {
		uint64_t least = least_flow(o, v, before), room = (uint64_t)o->room[v];
		uint64_t bytes = least < room ? least : room;
		size_t k = v;

		do
			*flow_at(o, before[k], k) -= bytes;
		while ((k = before[k]) != v);
		do {
			if (!push(o, before[k], k, bytes))
				return false;
			k = before[k];
			if (bytes == least && k != v && !go_round(o, k))
				return false;
		} while (k != v);
	}
	return before;
}

/* The roomiest node that a circle goes through; n_nodes: none. */
static size_t find_start(struct order *o)
{
	size_t n = o->p->n_nodes, best = n;

	for (size_t v = 0; v < n; v++)
		if (o->room[v] > 0 && (best == n || o->room[v] > o->room[best]) &&
		    find_circle(o, v, o->before))
			best = v;
	return best;
}

enum found { FOUND_NONE, FOUND_DONE, FOUND_FAILED };

/* A node that nothing leaves: all that is to come to it. */
static enum found fill_sink(struct order *o)
{
	size_t n = o->p->n_nodes;

	for (size_t to = 0; to < n; to++) {
		uint64_t out = 0, in = 0;

		for (size_t k = 0; k < n; k++) {
			out += *flow_at(o, to, k);
			in += *flow_at(o, k, to);
		}
		if (out || !in)
			continue;
		for (size_t from = 0; from < n; from++) {
			if (!push(o, from, to, *flow_at(o, from, to)))
				return FOUND_FAILED;
			*flow_at(o, from, to) = 0;
		}
		return FOUND_DONE;
	}
	return FOUND_NONE;
}

static bool is_done(const struct order *o)
{
	for (size_t i = 0; i < o->p->n_nodes * o->p->n_nodes; i++)
		if (o->flow[i])
			return false;
	return true;
}

/* One item whole; false: it does not fit now, or it is there already. */
static bool move_whole(struct order *o, size_t j)
{
	size_t n = o->p->n_nodes, to = o->at[j];
	uint64_t sum = 0;

	for (size_t k = 0; to != MW_PLACE_STAY && k < n; k++)
		sum += o->left[j * n + k];
	if (!sum || o->room[to] < 0 || (uint64_t)o->room[to] < sum)
		return false;
	for (size_t k = 0; k < n; k++) {
		uint64_t *left = &o->left[j * n + k];

		if (*left && !add(o, j, k, to, *left))
			return false;
		*flow_at(o, k, to) -= *left;
		o->room[k] += (int64_t)*left;
		*left = 0;
	}
	o->room[to] -= (int64_t)sum;
	return true;
}

/* One item after another, as each fits. */
static bool order_whole(struct order *o)
{
	bool any = prepare(o);

	for (size_t i = 0; any && i < ROUNDS; i++) {
		any = false;
		for (size_t j = 0; j < o->p->n_items; j++)
			any |= move_whole(o, j);
	}
	return o->flow && is_done(o);
}

static bool order_pieces(struct order *o)
{
	enum found found = FOUND_DONE;

	if (!prepare(o))
		return false;
	while (found == FOUND_DONE) {
		size_t v = find_start(o);

		if (v == o->p->n_nodes)
			found = fill_sink(o);
		else if (!go_round(o, v))
			return false;
	}
	return found == FOUND_NONE && is_done(o);
}

bool mw_move_order(const struct mw_place *p, const size_t *at, struct mw_arena *arena,
		   struct mw_move **ret, size_t *ret_n)
{
	struct order o = { .p = p, .at = at, .arena = arena, .most_moves = SIZE_MAX };

	if (!order_whole(&o)) {
		o = (struct order){ .p = p, .at = at, .arena = arena, .most_moves = MW_MOVES_MAX };
		if (!order_pieces(&o))
			return false;
	}
	*ret = o.move;
	*ret_n = o.n_moves;
	return !arena->failed;
}
