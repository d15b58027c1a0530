/* SPDX-License-Identifier: Apache-2.0 */
#include "why/balance.h"

#include <stdlib.h>

#include "kernel/number_list.h"
#include "why/balance_private.h"

#define WORK_MAX 16000000 /* half plans by nodes: less than a second */
/* No machine comes near; a hostile capture must not take all memory and time. */
#define PLACES_MAX (1 << 20) /* processes by nodes */

const char *mw_balance_verdict_name(enum mw_balance_verdict v)
{
	static const char *const names[] = {
		[MW_BALANCE_UNKNOWN] = "not known", [MW_BALANCE_PLACED] = "place",
		[MW_BALANCE_THERE] = "there",	    [MW_BALANCE_SPREAD] = "spread",
		[MW_BALANCE_BOUND] = "bound",	    [MW_BALANCE_WIDE] = "wide",
		[MW_BALANCE_STUCK] = "stuck",	    [MW_BALANCE_NO_ROOM] = "no room",
		[MW_BALANCE_RESTS] = "rests",
	};

	return names[v];
}

/* Of one zone what stays free: a request that moves a page must leave the reserve too. */
static struct mw_val zone_keep_pages(const struct mw_zone_facts *f)
{
	struct mw_val high = f->mark_pages[MW_MARK_HIGH];
	struct mw_val reserve = f->n_reserves ? f->reserve_pages[f->n_reserves - 1] : mw_ok(0);
	struct mw_val above = mw_sub(f->free_pages, high);

	if (!mw_known(high) || !mw_known(f->free_pages) || !mw_known(reserve))
		return mw_no(MW_UNREAD);
	/* What is not free need not stay free: the other zones do not make up for it. */
	return mw_add(high, mw_ok(reserve.v < mw_or(above, 0) ? reserve.v : mw_or(above, 0)));
}

void mw_balance_room(const struct mw_zone_map *map, const struct mw_zones_node *node,
		     const struct mw_thresholds *limit, struct mw_val *ret_free_bytes,
		     struct mw_val *ret_keep_bytes)
{
	struct mw_val free_pages = mw_ok(0), keep = mw_ok(0), managed = mw_ok(0);

	for (size_t i = 0; i < node->n_zones; i++) {
		const struct mw_zone_facts *f = &node->zone[i].facts;

		if (node->zone[i].level == MW_LEVEL_EMPTY)
			continue;
		free_pages = mw_add(free_pages, f->free_pages);
		keep = mw_add(keep, zone_keep_pages(f));
		managed = mw_add(managed,
				 mw_known(f->managed_pages) ? f->managed_pages : f->present_pages);
	}
	managed = mw_mul(managed, limit->balance_margin_permille);
	keep = mw_add(keep, mw_known(managed) ? mw_ok(managed.v / 1000) : managed);
	*ret_free_bytes = mw_mul(free_pages, map->snap->host.page_bytes);
	*ret_keep_bytes = mw_mul(keep, map->snap->host.page_bytes);
}

static void make_nodes(const struct mw_zone_map *map, const struct mw_balance_ask *ask,
		       struct mw_arena *arena, struct mw_balance *b)
{
	b->node = mw_arena_alloc(arena, (map->n_nodes + 1) * sizeof(*b->node));
	for (size_t i = 0; b->node && i < map->n_nodes; i++) {
		struct mw_balance_node *n = &b->node[b->n_nodes++];

		n->node = &map->node[i];
		n->cpu_count =
			n->node->cpus_known ? mw_list_count(n->node->cpus) : mw_no(MW_UNREAD);
		mw_balance_room(map, n->node, ask->threshold, &n->free_bytes, &n->keep_bytes);
		n->takes = n->node->has_memory && mw_known(n->free_bytes) &&
			   mw_known(n->keep_bytes) && n->free_bytes.v >= n->keep_bytes.v &&
			   n->free_bytes.v <= MW_BALANCE_BYTES_MAX;
	}
}

/* Threads of all processes, the small ones too. */
static void count_running(const struct mw_snap *s, const struct mw_balance_ask *ask,
			  struct mw_balance *b)
{
	for (size_t i = 0; i < s->n_procs; i++)
		for (size_t t = 0; t < s->proc[i].numa.n_threads; t++)
			for (size_t k = 0; k < b->n_nodes; k++)
				if (b->node[k].node->node == s->proc[i].numa.threads[t].node &&
				    s->proc[i].pid != ask->self_pid)
					b->node[k].running_count +=
						s->proc[i].numa.threads[t].running_count;
}

static int by_size(const void *a, const void *b)
{
	const struct mw_balance_proc *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->proc->pid < y->proc->pid ? -1 : x->proc->pid > y->proc->pid;
}

/* Resident, with what is of hugetlbfs. */
static uint64_t size_of(const struct mw_proc *p)
{
	return mw_or(mw_add(p->status.rss_bytes, mw_ok(mw_or(p->status.hugetlb_bytes, 0))), 0);
}

static void list_procs(const struct mw_snap *s, const struct mw_balance_ask *ask,
		       struct mw_arena *arena, struct mw_balance *b)
{
	uint64_t total = mw_or(s->meminfo.total_bytes, 0);

	b->large_bytes = total / 1000 * ask->threshold->balance_large_permille;
	b->proc = mw_arena_alloc(arena, (s->n_procs + 1) * sizeof(*b->proc));
	/* Of one node nothing is remote, and nothing was asked. */
	for (size_t i = 0;
	     b->proc && b->n_nodes > 1 && b->n_nodes <= MW_BALANCE_NODES_MAX && i < s->n_procs; i++)
		if (s->proc[i].pid != ask->self_pid && size_of(&s->proc[i]) >= b->large_bytes)
			b->proc[b->n_procs++] =
				(struct mw_balance_proc){ .proc = &s->proc[i],
							  .bytes = size_of(&s->proc[i]) };
	if (b->n_procs)
		qsort(b->proc, b->n_procs, sizeof(*b->proc), by_size);
	if (b->n_procs > PLACES_MAX / (b->n_nodes + 1)) {
		b->n_procs = PLACES_MAX / (b->n_nodes + 1);
		b->large_bytes = b->proc[b->n_procs - 1].bytes;
	}
}

/* ---- the search */

struct places {
	struct mw_place_node *node;
	struct mw_place_item *item;
	struct mw_balance_item *all;
	size_t *proc; /* of each item */
	size_t n;
};

static bool make_places(struct mw_balance *b, const struct mw_balance_ask *ask,
			struct mw_arena *arena, struct places *ret)
{
	struct places x = {};

	x.node = mw_arena_alloc(arena, (b->n_nodes + 1) * sizeof(*x.node));
	x.item = mw_arena_alloc(arena, (b->n_procs + 1) * sizeof(*x.item));
	x.all = mw_arena_alloc(arena, (b->n_procs + 1) * sizeof(*x.all));
	x.proc = mw_arena_alloc(arena, (b->n_procs + 1) * sizeof(*x.proc));
	if (arena->failed)
		return false;
	for (size_t k = 0; k < b->n_nodes; k++)
		x.node[k] = (struct mw_place_node){
			b->node[k].takes
				? (int64_t)(b->node[k].free_bytes.v - b->node[k].keep_bytes.v)
				: -1,
			mw_or(b->node[k].cpu_count, 0), b->node[k].running_count
		};
	for (size_t i = 0; i < b->n_procs; i++) {
		struct mw_balance_proc *p = &b->proc[i];
		uint64_t size = p->bytes;

		p->bytes = 0;
		mw_balance_item_make(b, ask, arena, p, &x.all[i]);
		p->after_bytes = p->remote_bytes;
		if (x.all[i].stays == MW_BALANCE_UNKNOWN)
			p->bytes = size;
		if (x.all[i].stays != MW_BALANCE_PLACED && x.all[i].stays != MW_BALANCE_STUCK)
			continue;
		x.proc[x.n] = i;
		x.item[x.n++] = x.all[i].place;
	}
	*ret = x;
	return true;
}

static void place(struct mw_balance *b, const struct places *x, size_t item, size_t at,
		  struct mw_arena *arena)
{
	struct mw_balance_proc *p = &b->proc[x->proc[item]];
	const struct mw_balance_item *it = &x->all[x->proc[item]];
	struct mw_str cpus = mw_balance_cpus(&b->node[at], p->proc, arena);

	p->verdict = MW_BALANCE_PLACED;
	p->target = b->node[at].node->node;
	p->after_bytes = 0;
	for (size_t k = 0; k < b->n_nodes; k++) {
		b->node[k].running_after_count -= it->running_count[k];
		b->node[at].running_after_count += it->running_count[k];
		if (k == at)
			continue;
		p->after_bytes += it->fixed_bytes[k];
		p->move_bytes += it->moving_bytes[k];
		b->node[k].out_bytes += it->moving_bytes[k];
		b->node[at].in_bytes += it->moving_bytes[k];
	}
	if (!mw_known(mw_list_count(p->proc->numa.cpus_allowed)) ||
	    mw_list_count(cpus).v != mw_list_count(p->proc->numa.cpus_allowed).v)
		p->cpus = cpus;
}

static void stay(const struct mw_balance_ask *ask, struct mw_balance_proc *p,
		 enum mw_balance_verdict why)
{
	bool little = p->remote_bytes * 1000 <= p->bytes * ask->threshold->balance_remote_permille;

	p->verdict = why == MW_BALANCE_UNKNOWN	? why
		     : little			? MW_BALANCE_THERE
		     : why == MW_BALANCE_PLACED ? MW_BALANCE_NO_ROOM
						: why;
}

static void take_plan(struct mw_balance *b, const struct mw_balance_ask *ask,
		      const struct places *x, const struct mw_placement *plan,
		      struct mw_arena *arena)
{
	for (size_t k = 0; k < b->n_nodes; k++)
		b->node[k].running_after_count = b->node[k].running_count;
	for (size_t i = 0; i < b->n_procs; i++)
		stay(ask, &b->proc[i], x->all[i].stays);
	for (size_t i = 0; i < x->n; i++)
		if (plan->at[i] != MW_PLACE_STAY)
			place(b, x, i, plan->at[i], arena);
	b->move = plan->move;
	b->n_moves = plan->n_moves;
	b->least = plan->least;
	for (size_t i = 0; i < b->n_moves; i++)
		b->move[i].item = x->proc[b->move[i].item];
}

static void add_sums(struct mw_balance *b)
{
	for (size_t i = 0; i < b->n_procs; i++) {
		const struct mw_balance_proc *p = &b->proc[i];

		b->unknown_count += p->verdict == MW_BALANCE_UNKNOWN;
		if (p->verdict == MW_BALANCE_UNKNOWN)
			continue;
		b->bytes += p->bytes;
		b->remote_bytes += p->remote_bytes;
		b->after_bytes += p->after_bytes;
		b->move_bytes += p->move_bytes;
		b->placed_count += p->verdict == MW_BALANCE_PLACED;
	}
	for (size_t k = 0; k < b->n_nodes; k++)
		b->node[k].after_bytes =
			mw_sub(mw_add(b->node[k].free_bytes, mw_ok(b->node[k].out_bytes)),
			       mw_ok(b->node[k].in_bytes));
}

void mw_balance_build(const struct mw_zone_map *map, const struct mw_balance_ask *ask,
		      struct mw_arena *arena, struct mw_balance *ret)
{
	struct mw_balance b = {};
	struct mw_placement plan;
	struct places x;

	*ret = b;
	make_nodes(map, ask, arena, &b);
	count_running(map->snap, ask, &b);
	list_procs(map->snap, ask, arena, &b);
	if (!make_places(&b, ask, arena, &x))
		return;
	mw_placement_find(
		&(struct mw_place){ x.node, b.n_nodes, x.item, x.n, WORK_MAX / (b.n_nodes + 1) },
		arena, &plan);
	if (!plan.at)
		return;
	take_plan(&b, ask, &x, &plan, arena);
	add_sums(&b);
	*ret = b;
}
