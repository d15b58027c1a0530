/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_zones_reserve - free pages of a lower zone that lowmem_reserve keeps from higher requests.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find_zones_private.h"

/* Of the free pages above min those that this request must leave; not known is none. */
static uint64_t held_pages(const struct mw_walk_zone *z)
{
	const struct mw_zone_state *s = &z->state;
	uint64_t above = mw_or(mw_sub(s->free_pages, s->mark_pages[MW_MARK_MIN]), 0);
	uint64_t reserve = z->n_steps ? mw_or(s->reserve_pages, 0) : 0;

	return above < reserve ? above : reserve;
}

static struct mw_val held_bytes(const struct mw_walk *w)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < w->n_zones; i++)
		sum = mw_add(sum, mw_mul(mw_ok(held_pages(&w->zone[i])), w->page_bytes));
	return sum;
}

/* No zone serves it in the fast path, and one would but for its reserve. */
static bool fails_by_reserve(const struct mw_zones_walk *w)
{
	bool would = false;

	if (!mw_known(w->answer.succeeds) ||
	    (w->answer.succeeds.v && (!w->answer.zone || w->answer.step == MW_WALK_LOW)))
		return false;
	for (size_t i = 0; i < w->walk.n_zones; i++)
		would |= w->walk.zone[i].n_steps &&
			 w->walk.zone[i].step[MW_WALK_LOW].test == MW_TEST_RESERVE;
	return would;
}

/* The walk from the node on which it hurts, or from the first. */
static bool find_walk(const struct mw_zones_case *c, const char *gfp, struct mw_zones_walk *ret)
{
	const struct mw_zone_map *z = c->z;
	struct mw_zone_ask ask;
	struct mw_zones_walk w;
	bool found = false;

	if (mw_zone_ask_parse(mw_str_of(mw_fmt(c->arena, "gfp=%s", gfp)), z->release,
			      z->snap->host.page_bytes, c->arena, &ask))
		return false;
	for (size_t i = 0; i < z->n_nodes; i++) {
		ask.node = mw_ok(z->node[i].node);
		if (!z->node[i].has_memory || mw_zones_walk(z, &ask, c->arena, &w))
			continue;
		if (!found || fails_by_reserve(&w))
			*ret = w;
		found = true;
		if (fails_by_reserve(ret))
			break;
	}
	return found;
}

static bool exceeds(const struct mw_zones_case *c, struct mw_val bytes, uint64_t permille)
{
	struct mw_val total = c->z->snap->meminfo.total_bytes;

	return mw_known(bytes) && mw_known(total) && bytes.v >> 20 >= c->limit->floor_mib &&
	       mw_permille(bytes.v, total.v) >= permille;
}

static const struct mw_walk_zone *walked(const struct mw_walk *w, const struct mw_zones_zone *z)
{
	for (size_t i = 0; i < w->n_zones; i++)
		if (w->zone[i].facts.node.v == z->facts.node.v &&
		    mw_str_same(w->zone[i].facts.name, z->facts.name))
			return &w->zone[i];
	return NULL;
}

/* What the kernel would choose: sysctl_lowmem_reserve_ratio[], mm/page_alloc.c. */
static uint64_t usual_ratio(struct mw_str zone)
{
	return mw_str_eq(zone, "DMA") || mw_str_eq(zone, "DMA32") ? 256 : 32;
}

static const char *ratio_words(const uint64_t *ratio, size_t n, struct mw_arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = mw_fmt(a, "%s%s%" PRIu64, text, i ? " " : "", ratio[i]);
	return text;
}

/* Of the zones that hold pages back: the usual ratio where it is smaller, else twice as much if
 * wanted.  How many were changed. */
static size_t enlarge(const struct mw_zones_case *c, const struct mw_walk *w, bool beyond,
		      uint64_t ratio[MW_ZONE_CLASSES])
{
	const struct mw_zones *s = &c->z->snap->zones;
	size_t n = 0;

	for (size_t i = 0; i < c->z->n_nodes; i++)
		for (size_t k = 0; k < c->z->node[i].n_zones; k++) {
			const struct mw_zones_zone *z = &c->z->node[i].zone[k];
			const struct mw_walk_zone *met = walked(w, z);
			size_t class = z->parts ? z->parts->class : MW_NO_CLASS;
			uint64_t now, then;

			if (!met || !held_pages(met) || class >= s->n_reserve_ratios)
				continue;
			now = s->reserve_ratio[class].v;
			then = beyond ? now * 2 : usual_ratio(z->facts.name);
			if (then <= now || then > INT32_MAX)
				continue;
			ratio[class] = then;
			n++;
		}
	return n;
}

static void fix_ratio(const struct mw_zones_case *c, const struct mw_walk *w, struct mw_finding *f)
{
	const struct mw_zones *s = &c->z->snap->zones;
	uint64_t now[MW_ZONE_CLASSES], then[MW_ZONE_CLASSES];
	const char *old;

	for (size_t i = 0; i < s->n_reserve_ratios; i++) {
		if (!mw_known(s->reserve_ratio[i]))
			return;
		now[i] = then[i] = s->reserve_ratio[i].v;
	}
	old = ratio_words(now, s->n_reserve_ratios, c->arena);
	mw_finding_text(f, "vm.lowmem_reserve_ratio", old, "proc/sys/vm/lowmem_reserve_ratio");
	if (!enlarge(c, w, false, then) && !enlarge(c, w, true, then))
		return;
	mw_finding_fix(
		f,
		(struct mw_fix){
			mw_fmt(c->arena, "sysctl -w vm.lowmem_reserve_ratio='%s'",
			       ratio_words(then, s->n_reserve_ratios, c->arena)),
			"a zone keeps back the pages of the zones above it, divided by its number: "
			"a larger number keeps less",
			"programs may fill the zone that devices with narrow addresses, or the "
			"kernel itself, cannot do without: their requests then fail or kill",
			mw_fmt(c->arena, "sysctl -w vm.lowmem_reserve_ratio='%s'", old) });
}

static void add_zones(const struct mw_zones_case *c, const struct mw_walk *w, struct mw_finding *f)
{
	for (size_t i = 0; i < w->n_zones && f->n_evidence < MW_EVIDENCE_MAX - 1; i++) {
		const struct mw_walk_zone *z = &w->zone[i];
		uint64_t held = held_pages(z);

		if (held)
			mw_finding_text(f, mw_zones_name(&z->facts, c->arena),
					mw_fmt(c->arena,
					       "%" PRIu64 " pages free, min %" PRIu64
					       ", lowmem_reserve %" PRIu64 ": %" PRIu64
					       " (%s) out of reach",
					       z->state.free_pages.v,
					       z->state.mark_pages[MW_MARK_MIN].v,
					       z->state.reserve_pages.v, held,
					       mw_fmt_bytes(c->arena, held * w->page_bytes)),
					"proc/zoneinfo");
	}
}

/* Programs ask by the second: where both are kept from the same, the first says it all. */
void mw_find_zones_reserve(const struct mw_zones_case *c, struct mw_findings *all)
{
	static const char *const masks[] = { "GFP_KERNEL", "GFP_HIGHUSER_MOVABLE" };
	struct mw_finding f = { .id = "MW-LOWMEM-RESERVE",
				.severity = MW_WARNING,
				.check = "memwhy zones",
				.sure = "certain of the setting and of this moment's free pages" };
	struct mw_zones_walk w;
	struct mw_val held;
	bool fails = false;

	for (size_t i = 0; !f.verdict && i < sizeof(masks) / sizeof(masks[0]); i++) {
		if (!find_walk(c, masks[i], &w))
			continue;
		held = held_bytes(&w.walk);
		fails = fails_by_reserve(&w) && exceeds(c, held, c->limit->lowmem_short_permille);
		if (fails || exceeds(c, held, c->limit->lowmem_reserve_permille))
			f.verdict = mw_fmt(c->arena,
					   "%s are free, but kept from %s%s by "
					   "lowmem_reserve%s",
					   mw_fmt_bytes(c->arena, held.v), masks[i],
					   i ? ", which programs ask by," : "",
					   fails ? ", and no zone has another page for it without "
						   "reclaim"
						 : "");
	}
	if (!f.verdict)
		return;
	f.weight_bytes = held.v;
	mw_finding_bytes(&f, "free but out of reach", held, "proc/zoneinfo");
	add_zones(c, &w.walk, &f);
	fix_ratio(c, &w.walk, &f);
	mw_findings_add(all, c->arena, &f);
}
