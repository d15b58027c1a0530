/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_walk - one request against the zones of this machine.
 */
#include <errno.h>

#include "model/zonelist.h"
#include "why/zones.h"

static size_t zone_count(const struct mw_zone_map *z)
{
	size_t n = 0;

	for (size_t i = 0; i < z->n_nodes; i++)
		n += z->node[i].n_zones;
	return n;
}

static bool has_zone(const struct mw_zone_map *z, const char *name)
{
	for (size_t i = 0; i < z->n_nodes; i++)
		for (size_t k = 0; k < z->node[i].n_zones; k++)
			if (mw_str_eq(z->node[i].zone[k].facts.name, name))
				return true;
	return false;
}

static bool has_node(const struct mw_zone_map *z, uint64_t node)
{
	for (size_t i = 0; i < z->n_nodes; i++)
		if (z->node[i].node == node)
			return true;
	return false;
}

/* Where nobody says: the first node that has CPUs. */
static struct mw_val first_node(const struct mw_zone_map *z)
{
	for (size_t i = 0; i < z->n_nodes; i++)
		if (z->node[i].has_cpus)
			return mw_ok(z->node[i].node);
	return z->n_nodes ? mw_ok(z->node[0].node) : mw_no(MW_UNREAD);
}

static int find_node(const struct mw_zone_map *z, struct mw_zones_walk *w)
{
	const struct mw_zone_ask *ask = &w->ask;

	if (mw_known(ask->node))
		w->walk.node = ask->node;
	else if (mw_known(ask->cpu))
		w->walk.node = mw_zones_node_of(z, ask->cpu.v);
	else
		w->walk.node = first_node(z);
	w->node_assumed = !mw_known(ask->node) && !mw_known(ask->cpu) && z->n_nodes > 1;
	if (!mw_known(w->walk.node))
		return w->walk.node.why == MW_ABSENT ? -ENOENT : -ENODATA;
	return has_node(z, w->walk.node.v) ? 0 : -ENOENT;
}

static void find_order(const struct mw_zone_map *z, struct mw_arena *arena, struct mw_zones_walk *w)
{
	struct mw_zonelist_node *node = mw_arena_alloc(arena, z->n_nodes * sizeof(*node));
	uint64_t *order = mw_arena_alloc(arena, MW_ZONELIST_NODES * sizeof(*order));

	if (!node || !order)
		return;
	for (size_t i = 0; i < z->n_nodes; i++)
		node[i] = (struct mw_zonelist_node){ z->node[i].node, z->node[i].has_memory,
						     z->node[i].has_cpus, z->node[i].distance };
	w->walk.fallback = order;
	w->walk.n_fallback = mw_zonelist_nodes(node, z->n_nodes, z->release, w->walk.node.v, order);
	w->fallback_by_hand = !w->walk.n_fallback;
}

/* gfp_to_alloc_flags(): who cannot wait and may use reserves leaves the cpuset, and with it the
 * policy, in the slow path; and so does who may use all (__alloc_pages_slowpath()).  What the
 * kernel asks for itself has no __GFP_HARDWALL: the slow path asks the nearest cpuset above that
 * is exclusive, as a rule the root (__cpuset_zone_allowed()). */
static void set_rights(struct mw_walk *w)
{
	bool atomic = (!w->gfp.may_sleep && (w->gfp.high || w->gfp.harder)) || w->gfp.no_marks;

	w->slow_leaves_policy = atomic;
	w->slow_leaves_cpuset = atomic || !w->gfp.hardwall;
	w->own_node_only = w->gfp.thisnode;
}

int mw_zones_walk(const struct mw_zone_map *z, const struct mw_zone_ask *ask,
		  struct mw_arena *arena, struct mw_zones_walk *ret)
{
	struct mw_zones_walk w = { .ask = *ask };
	int r = arena->failed ? -ENOMEM : find_node(z, &w);

	if (r < 0)
		return r;
	w.walk.arena = arena;
	w.walk.release = z->release;
	w.walk.page_bytes = z->snap->host.page_bytes;
	mw_gfp_decode(ask->gfp_mask, z->release, arena, &w.walk.gfp);
	w.walk.gfp_known = true;
	w.walk.order = mw_ok(ask->order);
	w.walk.mems_allowed = ask->mems;
	/* A policy does not hold for who wants this node alone (policy_nodemask()). */
	if (!w.walk.gfp.thisnode)
		w.walk.nodemask = ask->bind;
	w.walk.highmem = z->highmem || has_zone(z, "HighMem");
	set_rights(&w.walk);
	find_order(z, arena, &w);
	w.walk.zone = mw_arena_alloc(arena, (zone_count(z) + 1) * sizeof(*w.walk.zone));
	if (!w.walk.zone)
		return -ENOMEM;
	for (size_t i = 0; i < z->n_nodes; i++)
		for (size_t k = 0; k < z->node[i].n_zones; k++)
			w.walk.zone[w.walk.n_zones++].facts = z->node[i].zone[k].facts;
	mw_walk(&w.walk);
	w.answer = mw_walk_answer(&w.walk);
	*ret = w;
	return 0;
}

int mw_zones_largest(const struct mw_walk *w, const struct mw_walk_zone *z, bool movable)
{
	struct mw_zone_request q = w->request;
	struct mw_zone_state state = z->state;
	struct mw_zone_step step;

	q.slow = true;
	q.movable = movable;
	for (size_t o = 0; o < z->facts.n_orders; o++) {
		uint8_t types = z->facts.types[o];
		uint8_t own = MW_BLOCK_UNMOVABLE | MW_BLOCK_MOVABLE | MW_BLOCK_RECLAIMABLE |
			      MW_BLOCK_RESERVE | (movable ? MW_BLOCK_CMA : 0);

		state.usable[o] = !(types & MW_BLOCK_LETTERS) || types & own;
	}
	for (size_t o = z->facts.n_orders; o-- > 0;) {
		q.order = (unsigned)o;
		mw_watermark_test(&state, &q, MW_MARK_MIN, w->release, &step);
		if (step.test == MW_TEST_UNKNOWN)
			return MW_ORDERS;
		if (step.test == MW_TEST_PASSES)
			return (int)o;
	}
	return z->facts.has_blocks ? -1 : MW_ORDERS;
}
