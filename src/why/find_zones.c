/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_zones - what is wrong with nodes, zones and free blocks.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find_zones_private.h"

#define GFP_KERNEL "GFP_KERNEL"
#define COSTLY 3 /* PAGE_ALLOC_COSTLY_ORDER: up to here the kernel does not let a request fail */

static bool in_pieces(const struct mw_zones_walk *w)
{
	for (size_t i = 0; i < w->walk.n_zones; i++)
		if (w->walk.zone[i].n_steps && mw_or(w->walk.zone[i].facts.managed_pages, 1) &&
		    w->walk.zone[i].step[MW_WALK_MIN].test == MW_TEST_FRAGMENTED)
			return true;
	return false;
}

/* The smallest order that GFP_KERNEL is not given from this node, because of pieces. */
static bool find_order(const struct mw_zone_map *z, uint64_t node, struct mw_arena *arena,
		       struct mw_zones_walk *ret)
{
	struct mw_zone_ask ask;

	if (mw_zone_ask_parse(mw_str_of("gfp=" GFP_KERNEL), z->release, z->snap->host.page_bytes,
			      arena, &ask))
		return false;
	ask.node = mw_ok(node);
	for (ask.order = 1; ask.order <= COSTLY; ask.order++)
		if (!mw_zones_walk(z, &ask, arena, ret) && !mw_or(ret->answer.succeeds, 1) &&
		    in_pieces(ret))
			return true;
	return false;
}

static void add_zones(const struct mw_zones_walk *w, struct mw_finding *f, struct mw_arena *arena)
{
	for (size_t i = 0; i < w->walk.n_zones; i++) {
		const struct mw_walk_zone *zone = &w->walk.zone[i];

		if (!zone->n_steps || !mw_or(zone->facts.managed_pages, 1) ||
		    f->n_evidence == MW_EVIDENCE_MAX)
			continue;
		mw_finding_text(f, mw_zones_name(&zone->facts, arena),
				mw_walk_step_text(&w->walk, zone, MW_WALK_MIN), "proc/buddyinfo");
	}
}

static void frag_order(const struct mw_zone_map *z, struct mw_arena *arena, struct mw_findings *all)
{
	struct mw_finding f = { .id = "MW-FRAG-ORDER",
				.severity = MW_WARNING,
				.check = "memwhy zones --all-orders",
				.sure = "certain of this moment: the next reclaim may change it" };
	struct mw_zones_walk w;
	bool found = false;

	for (size_t i = 0; i < z->n_nodes && !found; i++)
		found = z->node[i].has_memory && find_order(z, z->node[i].node, arena, &w);
	if (!found)
		return;
	f.verdict = mw_fmt(arena,
			   "a kernel request of order %u (%s) on node %" PRIu64
			   " finds no block: what is free is in smaller pieces",
			   w.ask.order, mw_fmt_bytes(arena, w.walk.page_bytes << w.ask.order),
			   w.walk.node.v);
	add_zones(&w, &f, arena);
	mw_finding_fix(&f, (struct mw_fix){ "echo 1 > /proc/sys/vm/compact_memory",
					    "movable pages are moved together",
					    "seconds of CPU and latency", "none needed" });
	if (mw_known(z->snap->zones.min_free_kib))
		mw_finding_fix(
			&f, (struct mw_fix){ mw_fmt(arena, "sysctl -w vm.min_free_kbytes=%" PRIu64,
						    z->snap->zones.min_free_kib.v * 2),
					     "more is kept free, reclaim starts earlier",
					     "that much less for programs",
					     mw_fmt(arena, "sysctl -w vm.min_free_kbytes=%" PRIu64,
						    z->snap->zones.min_free_kib.v) });
	mw_findings_add(all, arena, &f);
}

static struct mw_val free_on(const struct mw_zones_node *n)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < n->n_zones; i++)
		if (n->zone[i].level != MW_LEVEL_EMPTY)
			sum = mw_add(sum, n->zone[i].facts.free_pages);
	return sum;
}

/* node_reclaim(), mm/vmscan.c: with bit 0 set a node is reclaimed before another is asked. */
static void zone_reclaim(const struct mw_zone_map *z, struct mw_arena *arena,
			 struct mw_findings *all)
{
	struct mw_val mode = z->snap->zone_rules.zone_reclaim_mode;
	struct mw_finding f = { .id = "MW-ZONE-RECLAIM",
				.severity = MW_WARNING,
				.check = "sysctl vm.zone_reclaim_mode",
				.sure = "certain that it is set; what it costs depends on what the "
					"programs read again" };
	size_t with_memory = 0;

	for (size_t i = 0; i < z->n_nodes; i++)
		with_memory += z->node[i].has_memory;
	if (!(mw_or(mode, 0) & 1) || with_memory < 2)
		return;
	f.verdict = mw_fmt(arena,
			   "vm.zone_reclaim_mode is %" PRIu64 ": a node that is full drops its own "
			   "page cache while others may have memory free",
			   mode.v);
	mw_finding_count(&f, "vm.zone_reclaim_mode", mode.v, "proc/sys/vm/zone_reclaim_mode");
	for (size_t i = 0; i < z->n_nodes && f.n_evidence < MW_EVIDENCE_MAX; i++)
		if (z->node[i].has_memory)
			mw_finding_bytes(&f,
					 mw_fmt(arena, "free on node %" PRIu64, z->node[i].node),
					 mw_mul(free_on(&z->node[i]), z->snap->host.page_bytes),
					 "proc/zoneinfo");
	mw_finding_fix(&f, (struct mw_fix){ "sysctl -w vm.zone_reclaim_mode=0",
					    "a full node takes pages of the next one",
					    "more remote memory, slower by the ratio of distances",
					    mw_fmt(arena, "sysctl -w vm.zone_reclaim_mode=%" PRIu64,
						   mode.v) });
	mw_findings_add(all, arena, &f);
}

void mw_find_zones(const struct mw_zone_map *z, const struct mw_thresholds *limit,
		   struct mw_arena *arena, struct mw_findings *ret)
{
	const struct mw_zones_case c = { z, limit, arena };

	frag_order(z, arena, ret);
	zone_reclaim(z, arena, ret);
	mw_find_zones_reserve(&c, ret);
	mw_find_zones_marks(&c, ret);
	mw_find_zones_hugetlb(&c, ret);
	mw_findings_sort(ret);
}
