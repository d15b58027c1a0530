/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_release - which kernel printed this: by its own stack-dump line, else by the formats seen,
 * each of which some releases have and others have not.
 */
#include "base/fmt.h"
#include "why/oom.h"

/* major * 100 + minor; 2.6.32 is 206. */
struct range {
	unsigned from, to;
};

#define NEWEST 702

static void at_least(struct range *r, unsigned v, bool seen)
{
	if (seen && r->from < v)
		r->from = v;
}

static void at_most(struct range *r, unsigned v, bool seen)
{
	if (seen && r->to > v)
		r->to = v;
}

/* The table of tasks, the kill and the header. */
static void by_words(const struct mw_oom_event *e, struct range *r)
{
	bool oom = e->kind <= MW_OOM_SYSRQ, header = e->seen & MW_SEEN_HEADER;
	bool split = e->n_tasks && e->task[0].has_split;
	bool counted = e->n_tasks && e->task[0].tables_counted;
	bool tables = e->n_tasks && e->task[0].tables_bytes;

	at_least(r, 406, e->gfp_names_shown);
	at_most(r, 405, header && mw_known(e->gfp_mask) && !e->gfp_names_shown);
	at_least(r, 409, oom && header && e->nodemask.n && !(e->seen & MW_SEEN_SUMMARY));
	at_least(r, 411, header && mw_str_starts(e->nodemask, "(null)"));
	at_most(r, 420, oom && header && e->nodemask.n && !(e->seen & MW_SEEN_SUMMARY));
	at_least(r, 500, e->seen & MW_SEEN_SUMMARY);
	at_least(r, 608, split);
	at_most(r, 414, counted);
	at_least(r, 415, tables);
	at_most(r, 306, e->seen & MW_SEEN_TASKS && !mw_oomlog_shows_swap(e));
	at_least(r, 306, e->n_tasks && mw_oomlog_shows_swap(e));
	at_least(r, 404, e->sysrq_order);
	for (size_t i = 0; i < e->n_victims; i++) {
		const struct mw_oom_victim *v = &e->victim[i];

		at_least(r, 405, mw_known(v->shmem_bytes));
		at_least(r, 504, mw_known(v->tables_bytes));
		at_most(r, 500, mw_known(v->score));
		at_least(r, 406, v->reaped);
	}
}

/* The memory block. */
static void by_fields(const struct mw_oom_event *e, struct range *r)
{
	at_least(r, 408, e->n_nodes);
	at_least(r, 600, mw_known(e->count.sec_pagetables_pages));
	at_least(r, 515, mw_known(e->count.kernel_misc_reclaimable_pages));
	at_most(r, 403, e->seen & MW_SEEN_PERCPU);
	at_least(r, 307, mw_known(e->count.free_cma_pages));
	for (size_t i = 0; i < e->n_zones; i++) {
		const struct mw_oom_zone *z = &e->zone[i];

		if (!z->has_line)
			continue;
		at_least(r, 308, mw_known(z->managed_bytes));
		at_most(r, 307, z->managed_bytes.why == MW_UNREAD);
		at_least(r, 401, mw_known(z->free_pcp_bytes));
		at_most(r, 403, z->free_pcp_bytes.why == MW_UNREAD);
		at_least(r, 307, mw_known(z->free_cma_bytes));
		at_least(r, 505, mw_known(z->reserved_highatomic_bytes));
		at_least(r, 516, mw_known(z->boost_bytes));
		at_least(r, 615, mw_known(z->free_highatomic_bytes));
		at_least(r, 618, mw_known(z->zspages_bytes));
		at_most(r, 407, mw_known(z->shmem_bytes));
	}
}

static struct mw_release release_of(unsigned v)
{
	if (v == 206)
		return (struct mw_release){ .major = 2, .minor = 6, .patch = 32 };
	return (struct mw_release){ .major = v / 100, .minor = v % 100 };
}

/* The first release of each layout of the masks: see mw_gfp_layout_of(). */
static const unsigned layouts[] = { 206, 300, 303, 316, 401, 404, 405, 406, 408, 410, 412, 413,
				    415, 418, 501, 514, 518, 603, 604, 608, 609, 610, 615, 619 };

#define LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

/* Do the names that this kernel printed for the mask fit the layout? */
static bool names_fit(const struct mw_oom_case *c, unsigned v)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena_mark mark = mw_arena_mark(c->arena);
	struct mw_gfp g;
	bool fit;

	if (!e->gfp_names.n || !mw_known(e->gfp_mask))
		return true;
	mw_gfp_decode(e->gfp_mask.v, release_of(v), c->arena, &g);
	fit = mw_str_eq(e->gfp_names, g.names);
	mw_arena_reset(c->arena, mark);
	return fit;
}

static const char *version_text(struct mw_arena *a, unsigned v)
{
	return v == 206 ? "2.6.32" : mw_fmt(a, "%u.%u", v / 100, v % 100);
}

static unsigned last_of(size_t layout)
{
	return layout + 1 < LAYOUTS ? layouts[layout + 1] - 1 : NEWEST;
}

/* From the first to the last layout of the range that fits; none fits: a kernel with bits of its
 * own, and they say nothing. */
static void by_names(const struct mw_oom_case *c, struct range *r)
{
	struct range fit = { NEWEST + 1, 0 };

	for (size_t i = 0; i < LAYOUTS; i++) {
		if (last_of(i) < r->from || layouts[i] > r->to || !names_fit(c, layouts[i]))
			continue;
		fit.from = fit.from > NEWEST ? layouts[i] : fit.from;
		fit.to = last_of(i);
	}
	at_least(r, fit.from, fit.to);
	at_most(r, fit.to, fit.to);
}

static void infer(struct mw_oom_case *c)
{
	struct range r = { 206, NEWEST };

	by_words(c->event, &r);
	by_fields(c->event, &r);
	if (r.from > r.to)
		r = (struct range){ 206, NEWEST }; /* the lines contradict each other */
	by_names(c, &r);
	/* Where nothing says that it is old, it is new. */
	c->release = release_of(r.to == NEWEST ? NEWEST : r.from);
	c->release_inferred = true;
	c->release_range =
		r.from == r.to
			? version_text(c->arena, r.from)
			: mw_fmt(c->arena, "%s to %s", version_text(c->arena, r.from),
				 r.to == NEWEST ? "the newest" : version_text(c->arena, r.to));
}

void mw_oom_release(struct mw_oom_case *c)
{
	c->release = c->event->release;
	if (!mw_release_is_known(c->release))
		infer(c);
}

const char *mw_oom_kernel(const struct mw_oom_case *c)
{
	struct mw_str range = mw_str_of(c->release_range ? c->release_range : "");
	bool several = mw_str_search(range, " to ") < range.n;

	if (c->release_inferred)
		return mw_fmt(c->arena, "a kernel %s %s (inferred from the format)",
			      several ? "from" : "like", c->release_range);
	return mw_arena_cstr(c->arena, c->event->release_text);
}
