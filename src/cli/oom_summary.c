/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_summary - what is killing us: many reports, counted by cause, victim, unit, host and hour.
 */
#include <stdlib.h>

#include "base/fmt.h"
#include "base/index.h"
#include "cli/oom_report.h"

/* So many different names of each kind are kept; the others are counted together. */
#define NAMES_MAX 1000

struct tally {
	struct mw_str name;
	uint64_t count;
};

struct dimension {
	const char *id, *label;
	struct mw_index by_name;
	struct tally *tally;
	size_t n;
	uint64_t others;
};

enum { BY_CAUSE, BY_VICTIM, BY_UNIT, BY_HOST, BY_HOUR, DIMENSIONS };

struct cli_oom_summary {
	struct mw_arena *arena;
	struct dimension dimension[DIMENSIONS];
	uint64_t events, complete, agrees, differs, unknown;
};

struct cli_oom_summary *cli_oom_summary_new(struct mw_arena *arena)
{
	struct cli_oom_summary *s = mw_arena_alloc(arena, sizeof(*s));

	if (!s)
		return NULL;
	*s = (struct cli_oom_summary){ .arena = arena,
				       .dimension = { { "cause", "CAUSE" },
						      { "victim", "KILLED" },
						      { "unit", "UNIT, POD OR CGROUP" },
						      { "host", "HOST" },
						      { "hour", "HOUR" } } };
	return s;
}

static void count(struct cli_oom_summary *s, size_t which, struct mw_str name)
{
	struct dimension *d = &s->dimension[which];
	struct tally *list;
	size_t at;

	if (!name.n)
		name = mw_str_of("(not in the log)");
	if (mw_index_get(&d->by_name, mw_index_key(name), &at)) {
		d->tally[at].count++;
		return;
	}
	if (d->n == NAMES_MAX) {
		d->others++;
		return;
	}
	list = mw_arena_grow(s->arena, d->tally, d->n, sizeof(*list));
	if (!list)
		return;
	d->tally = list;
	mw_index_put(&d->by_name, s->arena, mw_index_key(name), d->n);
	list[d->n++] = (struct tally){ mw_arena_copy(s->arena, name), 1 };
}

static struct mw_str unit_of(const struct mw_oom_event *e)
{
	struct mw_str unit = cli_oom_unit(e->unit.n ? e->unit : e->task_memcg);

	if (!unit.n)
		unit = e->unit.n ? e->unit : cli_oom_unit(e->oom_memcg);
	if (!unit.n)
		unit = e->task_memcg.n ? e->task_memcg : e->oom_memcg;
	return unit;
}

/* "2022-06-15T06", "Jun 15 06": the stamp up to its hour. */
static struct mw_str hour_of(const struct mw_oom_case *c)
{
	struct mw_str time = mw_str_of(cli_oom_time(c->event, c->arena));
	size_t colon = mw_str_find(time, ':');

	return colon < time.n ? (struct mw_str){ time.p, colon } : (struct mw_str){};
}

void cli_oom_summary_add(struct cli_oom_summary *s, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	const struct mw_oom_victim *v = c->killed ? c->killed : c->chosen;

	if (!s)
		return;
	s->events++;
	s->complete += c->complete;
	s->agrees += c->agrees == MW_AGREES;
	s->differs += c->agrees == MW_DIFFERS;
	count(s, BY_CAUSE,
	      mw_str_of(mw_fmt(c->arena, "%s: %s", mw_oom_kind_name(e->kind),
			       mw_oom_cause_name(c->cause))));
	if (e->kind <= MW_OOM_SYSRQ || e->kind == MW_OOM_USERSPACE) {
		count(s, BY_VICTIM, v ? v->comm : e->n_victims ? e->victim[0].comm : e->unit);
		count(s, BY_UNIT, unit_of(e));
	}
	count(s, BY_HOST, e->host);
	count(s, BY_HOUR, hour_of(c));
}

static int by_count(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return mw_str_cmp(x->name, y->name);
}

static void one_row(struct mw_report *r, struct mw_table *t, struct tally tally,
		    enum mw_row_in where)
{
	struct mw_row *row = mw_report_row(r, t, 0, where);

	mw_cell_str(row, 0, tally.name);
	mw_cell_val(row, 1, mw_ok(tally.count));
}

static void one_table(struct mw_report *r, const struct cli_oom_summary *s, size_t which,
		      uint64_t top)
{
	const struct dimension *d = &s->dimension[which];
	struct tally *sorted = mw_arena_alloc(r->arena, (d->n + 1) * sizeof(*sorted));
	struct mw_col *columns = mw_arena_alloc(r->arena, 2 * sizeof(*columns));
	uint64_t left = d->others;
	struct mw_table *t;

	if (!sorted || !columns)
		return;
	columns[0] = (struct mw_col){ "name", d->label, MW_TYPE_STR };
	columns[1] = (struct mw_col){ "count", "REPORTS", MW_TYPE_COUNT };
	t = mw_report_table(r, (struct mw_table){ .id = mw_fmt(r->arena, "by_%s", d->id),
						  .title = mw_fmt(r->arena, "By %s:", d->id),
						  .col = columns,
						  .n_cols = 2 });
	for (size_t i = 0; i < d->n; i++)
		sorted[i] = d->tally[i];
	qsort(sorted, d->n, sizeof(*sorted), by_count);
	for (size_t i = 0; i < d->n; i++) {
		bool shown = !top || i < top;

		one_row(r, t, sorted[i], shown ? MW_IN_BOTH : MW_IN_JSON);
		left += shown ? 0 : sorted[i].count;
	}
	if (d->others)
		one_row(r, t, (struct tally){ mw_str_of("(others)"), d->others }, MW_IN_JSON);
	if (left)
		one_row(r, t, (struct tally){ mw_str_of("(others)"), left }, MW_IN_TEXT);
}

void cli_oom_summary_tables(struct mw_report *r, const struct cli_oom_summary *s, uint64_t top)
{
	if (!s)
		return;
	mw_report_figure(r, "reports", mw_ok(s->events));
	mw_report_figure(r, "complete_reports", mw_ok(s->complete));
	mw_report_figure(r, "ranking_agrees_count", mw_ok(s->agrees));
	mw_report_figure(r, "ranking_differs_count", mw_ok(s->differs));
	for (size_t i = 0; i < DIMENSIONS; i++)
		one_table(r, s, i, top);
}
