/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_remedies - what would make a request pass that no zone serves as it is.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "kernel/number_list.h"
#include "why/zones.h"

struct remedies {
	const struct mw_zone_map *z;
	const struct mw_zones_walk *w;
	struct mw_arena *arena;
	struct mw_remedy *list;
	size_t n;
};

static void add(struct remedies *r, struct mw_remedy remedy)
{
	static const char *const ids[] = {
		[MW_REMEDY_RECLAIM] = "reclaim",
		[MW_REMEDY_COMPACT] = "compact",
		[MW_REMEDY_MOVE] = "move",
		[MW_REMEDY_MIN_FREE] = "keep-more-free",
		[MW_REMEDY_PROACTIVE] = "compact-before",
		[MW_REMEDY_SCALE] = "reclaim-before",
	};

	remedy.id = ids[remedy.kind];
	if (r->n < MW_REMEDIES)
		r->list[r->n++] = remedy;
}

static bool short_of_pages(const struct mw_walk_zone *z)
{
	const struct mw_zone_step *s = &z->step[MW_WALK_MIN];

	return z->n_steps && mw_or(z->facts.managed_pages, 0) && s->margin_known &&
	       (s->test == MW_TEST_NO_MEMORY || s->test == MW_TEST_RESERVE);
}

static bool fragmented(const struct mw_walk_zone *z)
{
	return z->n_steps && z->step[MW_WALK_MIN].test == MW_TEST_FRAGMENTED;
}

/* The zone that is short of the fewest pages, of those that have so many at all. */
static const struct mw_walk_zone *nearest(const struct mw_walk *w)
{
	const struct mw_walk_zone *best = NULL;

	for (size_t i = 0; i < w->n_zones; i++) {
		const struct mw_walk_zone *z = &w->zone[i];

		if (short_of_pages(z) &&
		    (uint64_t)-z->step[MW_WALK_MIN].margin_pages <
			    mw_sub(z->facts.managed_pages, mw_ok(mw_or(z->facts.free_pages, 0)))
				    .v &&
		    (!best ||
		     z->step[MW_WALK_MIN].margin_pages > best->step[MW_WALK_MIN].margin_pages))
			best = z;
	}
	return best;
}

static void reclaim(struct remedies *r)
{
	const struct mw_walk_zone *z = nearest(&r->w->walk);
	uint64_t pages;

	if (!z)
		return;
	pages = (uint64_t)-z->step[MW_WALK_MIN].margin_pages + 1;
	add(r,
	    (struct mw_remedy){
		    .kind = MW_REMEDY_RECLAIM,
		    .where = mw_zones_name(&z->facts, r->arena),
		    .pages = mw_ok(pages),
		    .effect = r->w->walk.gfp.may_sleep
				      ? "the request reclaims by itself before it fails; so many "
					"pages more must be free for its min mark"
				      : "kswapd must free so many pages before it asks: it "
					"cannot wait itself",
		    .command = "sync; echo 1 > /proc/sys/vm/drop_caches",
		    .cost = "clean page cache of the whole machine is read from disk again" });
}

/* Does direct compaction find the zone worth it?  The index against vm.extfrag_threshold, from 4.9
 * on for costly orders only (compaction_suitable(), mm/compaction.c).  MW_UNREAD: cannot tell. */
static struct mw_val would_compact(const struct remedies *r, const struct mw_walk_zone *z)
{
	struct mw_val threshold = r->z->snap->zone_rules.extfrag_threshold;
	bool all = mw_release_is_known(r->z->release) && !mw_release_at_least(r->z->release, 4, 9);

	if (!r->w->walk.gfp.may_sleep)
		return mw_ok(0);
	if (!all && r->w->ask.order <= 3)
		return mw_ok(1);
	if (!z->index_known || !mw_known(threshold))
		return mw_no(MW_UNREAD);
	return mw_ok(z->index < 0 || (uint64_t)z->index > threshold.v);
}

static const char *compact_words(const struct remedies *r, const struct mw_walk_zone *z)
{
	struct mw_val tries = would_compact(r, z);
	const char *index =
		z->index_known
			? mw_fmt(r->arena, "fragmentation index %" PRId64 ".%03" PRId64 ", ",
				 z->index / 1000, z->index < 0 ? -z->index % 1000 : z->index % 1000)
			: "";

	if (!r->w->walk.gfp.may_sleep)
		return mw_fmt(r->arena, "%sthe request cannot wait for it: it must be done before",
			      index);
	if (!mw_known(tries))
		return mw_fmt(r->arena, "%swhether the kernel would try is not known", index);
	if (r->w->ask.order > 3)
		return mw_fmt(r->arena, "%svm.extfrag_threshold %" PRIu64 ": the kernel %s", index,
			      mw_or(r->z->snap->zone_rules.extfrag_threshold, 0),
			      tries.v ? "would try" : "would not try, but reclaim");
	return mw_fmt(r->arena, "%sthe kernel %s", index,
		      tries.v ? "tries by itself before the request fails"
			      : "does not try: it takes this for a lack of memory");
}

static void compact(struct remedies *r)
{
	const struct mw_walk *w = &r->w->walk;

	for (size_t i = 0; i < w->n_zones; i++) {
		const struct mw_walk_zone *z = &w->zone[i];

		if (!fragmented(z))
			continue;
		add(r, (struct mw_remedy){
			       .kind = MW_REMEDY_COMPACT,
			       .where = mw_zones_name(&z->facts, r->arena),
			       .pages = mw_ok(UINT64_C(1) << r->w->ask.order),
			       .effect = compact_words(r, z),
			       .command = mw_known(z->facts.node)
						  ? mw_fmt(r->arena,
							   "echo 1 > /sys/devices/system/node/"
							   "node%" PRIu64 "/compact",
							   z->facts.node.v)
						  : "echo 1 > /proc/sys/vm/compact_memory",
			       .cost = "seconds of CPU; pages that cannot move stay" });
		return;
	}
}

/* Lists of a process or a report may be anything. */
static const char *move_command(const struct remedies *r, uint64_t node)
{
	const struct mw_zone_ask *ask = &r->w->ask;
	struct mw_str from = ask->mems.n ? ask->mems : ask->bind;
	const char *quoted = mw_fmt_shell(r->arena, from);

	return ask->mems.n
		       ? mw_fmt(r->arena, "echo %s,%" PRIu64 " > /sys/fs/cgroup/GROUP/cpuset.mems",
				quoted, node)
		       : mw_fmt(r->arena, "migratepages PID %s %" PRIu64, quoted, node);
}

/* A zone that the request may not use has what it wants. */
static void move(struct remedies *r)
{
	const struct mw_walk *w = &r->w->walk;
	struct mw_zones_walk free = {};
	struct mw_zone_ask ask = r->w->ask;

	if (!ask.mems.n && !ask.bind.n)
		return;
	ask.node = w->node;
	ask.mems = ask.bind = (struct mw_str){};
	if (mw_zones_walk(r->z, &ask, r->arena, &free) < 0 || !free.answer.zone)
		return;
	add(r, (struct mw_remedy){
		       .kind = MW_REMEDY_MOVE,
		       .where = mw_zones_name(&free.answer.zone->facts, r->arena),
		       .pages = mw_no(MW_ABSENT),
		       .effect = "serves it, but cpuset or policy bars the node: widen them, or "
				 "move processes away from the nodes it is bound to",
		       .command = move_command(r, free.answer.zone->facts.node.v),
		       .cost = "memory of that node is further away for who uses it from here" });
}

static void settings(struct remedies *r)
{
	const struct mw_zones *s = &r->z->snap->zones;
	struct mw_val pages = mw_no(MW_ABSENT);

	if (mw_known(s->min_free_kib))
		add(r, (struct mw_remedy){
			       .kind = MW_REMEDY_MIN_FREE,
			       .pages = pages,
			       .effect = "for requests to come: kswapd starts earlier",
			       .command = mw_fmt(r->arena, "sysctl -w vm.min_free_kbytes=%" PRIu64,
						 s->min_free_kib.v * 2),
			       .cost = mw_fmt(
				       r->arena,
				       "%s less for programs; all marks rise with it, so "
				       "now it fails the more",
				       mw_fmt_bytes(r->arena,
						    mw_or(mw_mul(s->min_free_kib, 1024), 0))) });
	if (mw_known(s->watermark_scale_factor))
		add(r, (struct mw_remedy){
			       .kind = MW_REMEDY_SCALE,
			       .pages = pages,
			       .effect = "for requests to come: low and high rise, min stays",
			       .command = mw_fmt(r->arena,
						 "sysctl -w vm.watermark_scale_factor=%" PRIu64,
						 s->watermark_scale_factor.v < 500
							 ? s->watermark_scale_factor.v * 2
							 : 1000),
			       .cost = "kswapd runs longer, more page cache is dropped" });
	if (mw_known(r->z->snap->zone_rules.compaction_proactiveness) && r->w->ask.order)
		add(r, (struct mw_remedy){
			       .kind = MW_REMEDY_PROACTIVE,
			       .pages = pages,
			       .effect = "for requests to come: kcompactd keeps large blocks at "
					 "hand",
			       .command = "sysctl -w vm.compaction_proactiveness=60",
			       .cost = "CPU of kcompactd, now and then" });
}

size_t mw_zones_remedies(const struct mw_zone_map *z, const struct mw_zones_walk *w,
			 struct mw_arena *arena, struct mw_remedy ret[MW_REMEDIES])
{
	struct remedies r = { z, w, arena, ret, 0 };

	if (mw_or(w->answer.succeeds, 1))
		return 0;
	reclaim(&r);
	compact(&r);
	move(&r);
	settings(&r);
	return r.n;
}
