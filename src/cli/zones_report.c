/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/zones_report.h"

#include <inttypes.h>

#include "base/fmt.h"

const char *cli_zones_block(struct mw_arena *a, const struct zones_view *v, unsigned order)
{
	return mw_fmt(a, "order %u, %s", order, mw_fmt_bytes(a, v->walk->walk.page_bytes << order));
}

static const char *asks_for(struct mw_arena *a, const struct zones_view *v)
{
	const struct mw_zones_walk *w = v->walk;

	return mw_fmt(a, "%s, %s on node %" PRIu64, cli_zones_block(a, v, w->ask.order),
		      w->walk.gfp.n_names ? w->walk.gfp.names : "0", w->walk.node.v);
}

static const char *margin(struct mw_arena *a, const struct zones_view *v)
{
	const struct mw_walk_answer *n = &v->walk->answer;
	const struct mw_zone_step *s = &n->zone->step[n->step];

	if (v->walk->walk.request.no_marks && n->step == MW_WALK_MIN)
		return "no mark holds for it";
	if (!s->margin_known)
		return mw_fmt(a, "above %s", mw_walk_step_names[n->step]);
	return mw_fmt(a, "%" PRId64 " pages above %s", s->margin_pages,
		      mw_walk_step_names[n->step]);
}

static const char *request_verdict(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_walk_answer *n = &v->walk->answer;
	struct mw_arena *a = r->arena;
	const char *what = asks_for(a, v);

	if (!mw_known(n->succeeds))
		return mw_fmt(a, "%s: cannot be told, a figure that decides is not known", what);
	if (!n->succeeds.v && !v->walk->walk.gfp.may_sleep)
		return mw_fmt(a, "%s: no zone serves it, and it cannot wait: it fails", what);
	if (!n->succeeds.v)
		return mw_fmt(a, "%s: no zone serves it as it is: it must reclaim or compact first",
			      what);
	if (!n->zone)
		return mw_fmt(a, "%s: is served, by which zone is not known", what);
	return mw_fmt(a, "%s: %s serves it in the %s path, %s", what,
		      mw_zones_name(&n->zone->facts, a), n->step == MW_WALK_LOW ? "fast" : "slow",
		      margin(a, v));
}

struct worst {
	const struct mw_zones_zone *zone;
	size_t populated, ok;
};

static struct worst find_worst(const struct mw_zone_map *z)
{
	struct worst w = {};

	for (size_t i = 0; i < z->n_nodes; i++)
		for (size_t k = 0; k < z->node[i].n_zones; k++) {
			const struct mw_zones_zone *zone = &z->node[i].zone[k];

			if (zone->level == MW_LEVEL_EMPTY)
				continue;
			w.populated++;
			w.ok += zone->level == MW_LEVEL_OK;
			if (zone->level != MW_LEVEL_OK && (!w.zone || zone->level < w.zone->level))
				w.zone = zone;
		}
	return w;
}

static const char *zones_verdict(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_zone_map *z = v->zones;
	struct worst w = find_worst(z);
	struct mw_arena *a = r->arena;
	const char *where;

	if (!w.populated)
		return "No zone is known: proc/zoneinfo could not be read";
	where = mw_fmt(a, "%zu zone%s on %zu node%s", w.populated, w.populated == 1 ? "" : "s",
		       z->n_nodes, z->n_nodes == 1 ? "" : "s");
	if (!w.zone)
		return mw_fmt(a, "%s: each has more free than its high mark", where);
	return mw_fmt(a, "%s, %zu of them above the high mark; %s is %s", where, w.ok,
		      mw_zones_name(&w.zone->facts, a),
		      w.zone->level == MW_LEVEL_UNKNOWN ? "not known"
							: mw_zone_level_name(w.zone->level));
}

static bool is_in_list(const struct mw_walk_zone *z)
{
	return z->n_steps && (mw_or(z->facts.managed_pages, 1) && mw_or(z->facts.present_pages, 1));
}

static void zonelist_figure(struct mw_report *r, const struct mw_walk *w)
{
	const char **names = mw_arena_alloc(r->arena, (w->n_zones + 1) * sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; names && i < w->n_zones; i++)
		if (is_in_list(&w->zone[i]))
			names[n++] = mw_zones_name(&w->zone[i].facts, r->arena);
	mw_report_strings(r, "request.zonelist", names, n);
}

static const char *class_name(enum mw_zone_type type)
{
	static const char *const names[] = { [MW_ZONE_DMA] = "DMA",
					     [MW_ZONE_DMA32] = "DMA32",
					     [MW_ZONE_NORMAL] = "Normal",
					     [MW_ZONE_HIGHMEM] = "HighMem",
					     [MW_ZONE_MOVABLE] = "Movable" };

	return names[type];
}

static void request_figures(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_zones_walk *w = v->walk;
	const struct mw_walk_zone *by = w->answer.zone;
	bool in_slow = by && w->answer.step != MW_WALK_LOW;

	mw_report_figure(r, "request.order", w->walk.order);
	mw_report_figure(r, "request.bytes",
			 mw_mul(mw_ok(w->walk.page_bytes), UINT64_C(1) << w->ask.order));
	mw_report_string(r, "request.gfp", w->walk.gfp.names);
	mw_report_figure(r, "request.gfp_mask", mw_ok(w->ask.gfp_mask));
	if (mw_known(w->ask.cpu))
		mw_report_figure(r, "request.cpu", w->ask.cpu);
	if (mw_known(w->ask.pid))
		mw_report_figure(r, "request.pid", w->ask.pid);
	mw_report_figure(r, "request.node", w->walk.node);
	mw_report_bool(r, "request.node_assumed", mw_ok(w->node_assumed));
	mw_report_string(r, "request.mems",
			 w->ask.mems.n ? mw_arena_cstr(r->arena, w->ask.mems) : NULL);
	mw_report_string(r, "request.bind",
			 w->ask.bind.n ? mw_arena_cstr(r->arena, w->ask.bind) : NULL);
	mw_report_string(r, "request.class", class_name(w->walk.zone_class));
	zonelist_figure(r, &w->walk);
	mw_report_bool(r, "request.zonelist_by_distance", mw_ok(!w->fallback_by_hand));
	mw_report_bool(r, "request.succeeds", w->answer.succeeds);
	mw_report_bool(r, "request.fast",
		       by			      ? mw_ok(!in_slow)
		       : mw_or(w->answer.succeeds, 1) ? mw_no(MW_UNREAD)
						      : mw_ok(0));
	mw_report_string(r, "request.served_by", by ? mw_zones_name(&by->facts, r->arena) : NULL);
	mw_report_figure(r, "request.served_node", by ? by->facts.node : mw_no(MW_ABSENT));
	mw_report_string(r, "request.served_zone",
			 by ? mw_arena_cstr(r->arena, by->facts.name) : NULL);
}

static void request_notes(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_zones_walk *w = v->walk;
	struct mw_arena *a = r->arena;

	mw_report_note(r, mw_fmt(a, "%s: %s", w->walk.gfp.names, mw_gfp_words(&w->walk.gfp, a)));
	if (w->node_assumed && v->log && mw_known(v->log->ask_cpu))
		mw_report_note(r, mw_fmt(a,
					 "who asked ran on CPU %" PRIu64 ", whose node the report "
					 "does not say (--root of that machine tells): node "
					 "%" PRIu64 " was taken",
					 v->log->ask_cpu.v, w->walk.node.v));
	else if (w->node_assumed)
		mw_report_note(r, mw_fmt(a,
					 "node %" PRIu64 " was taken, as the request says neither "
					 "cpu= nor node=",
					 w->walk.node.v));
	if (w->fallback_by_hand && v->zones->n_nodes > 1)
		mw_report_note(r, "the distances of the nodes are not known: after its own node "
				  "the others are taken by number");
	if (!v->zones->types_known && w->ask.order && v->log)
		mw_report_note(r, "this kernel does not print of which migrate types the free "
				  "blocks are");
	else if (!v->zones->types_known && w->ask.order)
		mw_report_note(r, "which migrate types the free blocks are of could not be read "
				  "(proc/pagetypeinfo, root only): one of CMA or kept for atomic "
				  "requests may stand for one that serves");
}

#define DIFFERING_SHOWN 3

static void note_parts(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_zone_map *z = v->zones;
	struct mw_arena *a = r->arena;
	const char *text = NULL;
	size_t n = 0;

	for (size_t i = 0; i < z->n_nodes; i++)
		for (size_t k = 0; k < z->node[i].n_zones; k++) {
			const struct mw_zones_zone *zone = &z->node[i].zone[k];

			if (!zone->parts || zone->parts->all != MW_PARTS_DIFFER ||
			    n++ >= DIFFERING_SHOWN)
				continue;
			text = mw_fmt(a, "%s%s%s: %s", text ? text : "", text ? "; " : "",
				      mw_zones_name(&zone->facts, a),
				      mw_zone_parts_words(zone->parts, a));
		}
	if (n > DIFFERING_SHOWN)
		text = mw_fmt(a, "%s; and %zu zones more", text, n - DIFFERING_SHOWN);
	if (text)
		mw_report_note(r,
			       mw_fmt(a,
				      "not what the settings give: %s. As a rule the kernel "
				      "computed them before the zones had all their pages; it "
				      "does so again when vm.min_free_kbytes (marks) and "
				      "vm.lowmem_reserve_ratio (reserves) are written, even with "
				      "the values they have",
				      text));
}

static void note_kswapd(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_vmstat *s = &v->zones->snap->vmstat;
	struct mw_val stalls = mw_vmstat_allocstall(s);

	if (v->log)
		return;
	mw_report_figure(r, "kswapd.runs", s->pageoutrun_count);
	mw_report_figure(r, "kswapd.low_hit_quickly", s->low_hit_quickly_count);
	mw_report_figure(r, "kswapd.high_hit_quickly", s->high_hit_quickly_count);
	mw_report_figure(r, "kswapd.allocstall", stalls);
	if (!v->asked && (mw_or(s->pageoutrun_count, 0) || mw_or(stalls, 0)))
		mw_report_note(
			r, mw_fmt(r->arena,
				  "kswapd since boot: %" PRIu64 " runs, %" PRIu64 " times woken "
				  "again at once, %" PRIu64 " times unbalanced again after a nap; "
				  "%" PRIu64 " times a task reclaimed for itself",
				  mw_or(s->pageoutrun_count, 0), mw_or(s->low_hit_quickly_count, 0),
				  mw_or(s->high_hit_quickly_count, 0), mw_or(stalls, 0)));
}

static bool lacks_managed(const struct mw_zone_map *z)
{
	for (size_t i = 0; i < z->n_nodes; i++)
		for (size_t k = 0; k < z->node[i].n_zones; k++)
			if (z->node[i].zone[k].zone->managed_pages.why == MW_ABSENT)
				return true;
	return false;
}

/* By its own figures it is served, and yet there is a report. */
static void note_refused(struct mw_report *r, const struct zones_view *v)
{
	const struct mw_walk *w = &v->walk->walk;
	bool at_high = false;

	if (!v->own_request || !mw_or(v->walk->answer.succeeds, 0))
		return;
	for (size_t i = 0; i < w->n_zones; i++)
		at_high |= w->zone[i].n_steps && !w->zone[i].barred[MW_WALK_HIGH] &&
			   w->zone[i].step[MW_WALK_HIGH].test == MW_TEST_PASSES;
	mw_report_note(
		r, at_high ? "it was refused all the same: memory came back before the "
			     "report was printed (`memwhy oom` weighs it)"
			   : "it was refused all the same: min would do, but not high, at which "
			     "the last try before a kill is made (`memwhy oom` weighs it)");
}

static void log_notes(struct mw_report *r, const struct zones_view *v)
{
	const struct zones_log *l = v->log;
	struct mw_arena *a = r->arena;

	mw_report_note(
		r, mw_fmt(a, "figures of the report in line %" PRIu64 " of %s (%s), kernel %s%s",
			  l->line, v->log_path, mw_oom_kind_name(l->kind), l->kernel,
			  l->kernel_inferred ? ", inferred" : ""));
	if (l->without)
		mw_report_note(r,
			       mw_fmt(a, "%" PRIu64 " later report%s show%s no zones", l->without,
				      l->without == 1 ? "" : "s", l->without == 1 ? "s" : ""));
	if (!l->ask_known)
		mw_report_note(r, "the report does not say what was asked for: --request asks");
	note_refused(r, v);
	if (lacks_managed(v->zones))
		mw_report_note(r, "of some zones it does not say how many pages the allocator had "
				  "(managed)");
}

static void log_figures(struct mw_report *r, const struct zones_view *v)
{
	mw_report_string(r, "report.log", v->log_path);
	mw_report_figure(r, "report.line", mw_ok(v->log->line));
	mw_report_string(r, "report.kind", mw_oom_kind_name(v->log->kind));
	mw_report_string(r, "report.kernel", v->log->kernel);
	mw_report_bool(r, "report.kernel_inferred", mw_ok(v->log->kernel_inferred));
}

void cli_zones_report(struct mw_report *r, const struct zones_view *v)
{
	r->verdict = v->asked ? request_verdict(r, v) : zones_verdict(r, v);
	if (v->log) {
		log_notes(r, v);
		log_figures(r, v);
	}
	note_parts(r, v);
	note_kswapd(r, v);
	if (v->asked) {
		request_notes(r, v);
		request_figures(r, v);
		cli_zones_steps(r, v);
		cli_zones_remedies(r, v);
	}
	if (v->all_orders)
		cli_zones_orders(r, v);
	cli_zones_nodes(r, v);
}
