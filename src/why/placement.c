/* SPDX-License-Identifier: Apache-2.0 */
#include "why/placement.h"

#include <stdlib.h>
#include <string.h>

#define ROUNDS 16 /* in which what becomes free is filled again */

/* One way to place an item; the best stands first. */
struct option {
	size_t at; /* a node, or MW_PLACE_STAY */
	uint64_t remote_bytes, moved_bytes;
};

struct sum {
	uint64_t remote_bytes, moved_bytes;
};

struct search {
	const struct mw_place *p;
	struct mw_arena *arena;
	size_t *item;	       /* in the order in which they are placed: the largest first */
	struct option *option; /* item by (n_nodes + 1) */
	size_t *n_options;
	struct sum *rest; /* of the items from here on, each at its best */
	int64_t *avail;	  /* by node: room, and what may still leave it */
	bool *comes;
	uint64_t *running;
	size_t *at;
	struct mw_placement best;
	uint64_t looks;
};

uint64_t mw_place_moved_bytes(const struct mw_place *p, size_t item, size_t node)
{
	uint64_t sum = 0;

	for (size_t k = 0; k < p->n_nodes; k++)
		sum += k == node ? 0 : p->item[item].moving_bytes[k];
	return sum;
}

static bool is_less(struct sum a, struct sum b)
{
	return a.remote_bytes != b.remote_bytes ? a.remote_bytes < b.remote_bytes
						: a.moved_bytes < b.moved_bytes;
}

static int by_cost(const void *a, const void *b)
{
	const struct option *x = a, *y = b;

	if (x->remote_bytes != y->remote_bytes)
		return x->remote_bytes < y->remote_bytes ? -1 : 1;
	if (x->moved_bytes != y->moved_bytes)
		return x->moved_bytes < y->moved_bytes ? -1 : 1;
	/* The same either way: it is left alone, as MW_PLACE_STAY is the largest number. */
	return x->at > y->at ? -1 : x->at < y->at;
}

static uint64_t size_of(const struct mw_place *p, size_t item)
{
	return mw_place_moved_bytes(p, item, p->n_nodes);
}

static void list_options(struct search *s, size_t j)
{
	const struct mw_place *p = s->p;
	struct option *o = &s->option[j * (p->n_nodes + 1)];
	size_t n = 0;

	o[n++] = (struct option){ MW_PLACE_STAY, p->item[j].stay_remote_bytes, 0 };
	for (size_t k = 0; k < p->n_nodes; k++) {
		uint64_t moved = mw_place_moved_bytes(p, j, k);

		if (p->item[j].remote_bytes[k] != MW_PLACE_NEVER &&
		    (!moved || p->node[k].room_bytes >= 0))
			o[n++] = (struct option){ k, p->item[j].remote_bytes[k], moved };
	}
	qsort(o, n, sizeof(*o), by_cost);
	s->n_options[j] = n;
}

struct sized {
	size_t item;
	uint64_t bytes;
};

static int by_bytes(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

static void sort_items(struct search *s)
{
	size_t n = s->p->n_items;
	struct sized *list = mw_arena_alloc(s->arena, (n + 1) * sizeof(*list));

	if (!list)
		return;
	for (size_t i = 0; i < n; i++)
		list[i] = (struct sized){ i, size_of(s->p, i) };
	qsort(list, n, sizeof(*list), by_bytes);
	for (size_t i = 0; i < n; i++)
		s->item[i] = list[i].item;
}

static bool prepare(struct search *s)
{
	const struct mw_place *p = s->p;
	size_t n = p->n_nodes, items = p->n_items;

	s->item = mw_arena_alloc(s->arena, (items + 1) * sizeof(*s->item));
	s->option = mw_arena_alloc(s->arena, (items * (n + 1) + 1) * sizeof(*s->option));
	s->n_options = mw_arena_alloc(s->arena, (items + 1) * sizeof(*s->n_options));
	s->rest = mw_arena_alloc(s->arena, (items + 1) * sizeof(*s->rest));
	s->avail = mw_arena_alloc(s->arena, (n + 1) * sizeof(*s->avail));
	s->comes = mw_arena_alloc(s->arena, (n + 1) * sizeof(*s->comes));
	s->running = mw_arena_alloc(s->arena, (n + 1) * sizeof(*s->running));
	s->at = mw_arena_alloc(s->arena, (items + 1) * sizeof(*s->at));
	s->best.at = mw_arena_alloc(s->arena, (items + 1) * sizeof(*s->best.at));
	if (s->arena->failed)
		return false;
	sort_items(s);
	for (size_t j = 0; j < items; j++)
		list_options(s, j);
	for (size_t d = items; d-- > 0;) {
		const struct option *o = &s->option[s->item[d] * (n + 1)];

		s->rest[d].remote_bytes = s->rest[d + 1].remote_bytes + o->remote_bytes;
		s->rest[d].moved_bytes = s->rest[d + 1].moved_bytes + o->moved_bytes;
	}
	return !s->arena->failed;
}

/* No more than it has CPUs, or than run there now. */
static uint64_t most_running(const struct search *s, size_t node)
{
	const struct mw_place_node *n = &s->p->node[node];

	return n->running_count > n->cpu_count ? n->running_count : n->cpu_count;
}

/* Takes the option, sign 1, or takes it back, -1; of the room: as if all not yet placed left. */
static void take(struct search *s, size_t j, size_t at, int64_t moved, int sign)
{
	const struct mw_place_item *item = &s->p->item[j];
	uint64_t running = 0;

	for (size_t k = 0; k < s->p->n_nodes; k++) {
		running += item->running_count[k];
		if (at == MW_PLACE_STAY || at == k)
			s->avail[k] -= sign * (int64_t)item->moving_bytes[k];
		if (at == MW_PLACE_STAY)
			s->running[k] += (uint64_t)sign * item->running_count[k];
	}
	if (at == MW_PLACE_STAY)
		return;
	s->avail[at] -= sign * moved;
	s->running[at] += (uint64_t)sign * running;
}

static bool may_fit(const struct search *s)
{
	for (size_t k = 0; k < s->p->n_nodes; k++)
		if ((s->comes[k] && s->avail[k] < 0) || s->running[k] > most_running(s, k))
			return false;
	return true;
}

static void keep(struct search *s, struct sum sum)
{
	struct mw_move *move = NULL;
	size_t n = 0;

	if (!mw_move_order(s->p, s->at, s->arena, &move, &n))
		return;
	memcpy(s->best.at, s->at, s->p->n_items * sizeof(*s->at));
	s->best.remote_bytes = sum.remote_bytes;
	s->best.moved_bytes = sum.moved_bytes;
	s->best.move = move;
	s->best.n_moves = n;
}

static bool can_be_better(const struct search *s, struct sum sum, size_t depth)
{
	struct sum most = { sum.remote_bytes + s->rest[depth].remote_bytes,
			    sum.moved_bytes + s->rest[depth].moved_bytes };

	return is_less(most, (struct sum){ s->best.remote_bytes, s->best.moved_bytes });
}

static void look(struct search *s, size_t depth, struct sum sum)
{
	const struct mw_place *p = s->p;
	size_t j = s->item[depth];
	struct mw_arena_mark mark;

	if (s->looks > p->looks_max || !can_be_better(s, sum, depth))
		return;
	s->looks++;
	if (depth == p->n_items) {
		mark = mw_arena_mark(s->arena);
		keep(s, sum);
		if (is_less(sum, (struct sum){ s->best.remote_bytes, s->best.moved_bytes }))
			mw_arena_reset(s->arena, mark);
		return;
	}
	for (size_t i = 0; i < s->n_options[j]; i++) {
		const struct option *o = &s->option[j * (p->n_nodes + 1) + i];
		bool came = o->moved_bytes && s->comes[o->at];

		s->at[j] = o->at;
		take(s, j, o->at, (int64_t)o->moved_bytes, 1);
		if (o->moved_bytes)
			s->comes[o->at] = true;
		if (may_fit(s))
			look(s, depth + 1,
			     (struct sum){ sum.remote_bytes + o->remote_bytes,
					   sum.moved_bytes + o->moved_bytes });
		if (o->moved_bytes)
			s->comes[o->at] = came;
		take(s, j, o->at, (int64_t)o->moved_bytes, -1);
	}
}

/* Where it costs least; of two alike, where less is left over. */
static const struct option *best_fit(const struct search *s, size_t j, const int64_t *room)
{
	const struct option *o = &s->option[j * (s->p->n_nodes + 1)], *best = NULL;
	uint64_t running = 0;

	for (size_t k = 0; k < s->p->n_nodes; k++)
		running += s->p->item[j].running_count[k];
	for (size_t i = 0; i < s->n_options[j]; i++) {
		size_t k = o[i].at;

		if (best && (k == MW_PLACE_STAY || o[i].remote_bytes != best->remote_bytes ||
			     o[i].moved_bytes != best->moved_bytes))
			return best;
		if (k == MW_PLACE_STAY)
			return &o[i];
		if ((o[i].moved_bytes && room[k] < (int64_t)o[i].moved_bytes) ||
		    s->running[k] - s->p->item[j].running_count[k] + running > most_running(s, k))
			continue;
		if (!best || room[k] < room[best->at])
			best = &o[i];
	}
	return best;
}

static struct sum sum_of(const struct search *s)
{
	struct sum sum = {};

	for (size_t j = 0; j < s->p->n_items; j++) {
		const struct mw_place_item *item = &s->p->item[j];
		size_t k = s->at[j];

		sum.remote_bytes +=
			k == MW_PLACE_STAY ? item->stay_remote_bytes : item->remote_bytes[k];
		sum.moved_bytes += k == MW_PLACE_STAY ? 0 : mw_place_moved_bytes(s->p, j, k);
	}
	return sum;
}

/* Places what fits into the room there is now, and gives it to the others; how many. */
static size_t fill(struct search *s, int64_t *room)
{
	const struct mw_place *p = s->p;
	size_t placed = 0;

	for (size_t d = 0; d < p->n_items; d++) {
		size_t j = s->item[d];
		const struct option *o = best_fit(s, j, room);

		if (s->at[j] != MW_PLACE_STAY || o->at == MW_PLACE_STAY)
			continue;
		s->at[j] = o->at;
		placed++;
		for (size_t k = 0; k < p->n_nodes; k++) {
			uint64_t running = p->item[j].running_count[k];

			s->running[k] -= running;
			s->running[o->at] += running;
			room[k] += k == o->at ? 0 : (int64_t)p->item[j].moving_bytes[k];
		}
		room[o->at] -= (int64_t)o->moved_bytes;
	}
	return placed;
}

/* One after another, each into the room there is then: an order of moves is at hand.  Before all:
 * nothing moves, the plan that there always is. */
static void first_plan(struct search *s, int64_t *room)
{
	const struct mw_place *p = s->p;

	for (size_t j = 0; j < p->n_items; j++)
		s->at[j] = MW_PLACE_STAY;
	for (size_t k = 0; k < p->n_nodes; k++) {
		room[k] = p->node[k].room_bytes;
		s->running[k] = p->node[k].running_count;
	}
	keep(s, sum_of(s));
	for (size_t i = 0; i < ROUNDS && fill(s, room); i++)
		continue;
	if (can_be_better(s, sum_of(s), p->n_items))
		keep(s, sum_of(s));
}

static void go_through(struct search *s)
{
	const struct mw_place *p = s->p;

	for (size_t k = 0; k < p->n_nodes; k++) {
		s->avail[k] = p->node[k].room_bytes;
		s->running[k] = p->node[k].running_count;
		for (size_t j = 0; j < p->n_items; j++) {
			s->avail[k] += (int64_t)p->item[j].moving_bytes[k];
			s->running[k] -= p->item[j].running_count[k];
		}
	}
	look(s, 0, (struct sum){});
	s->best.least = s->looks <= p->looks_max;
}

void mw_placement_find(const struct mw_place *p, struct mw_arena *arena, struct mw_placement *ret)
{
	struct search s = { .p = p, .arena = arena };
	int64_t *room = mw_arena_alloc(arena, (p->n_nodes + 1) * sizeof(*room));

	*ret = (struct mw_placement){};
	if (!room || !prepare(&s))
		return;
	first_plan(&s, room);
	go_through(&s);
	*ret = s.best;
}
