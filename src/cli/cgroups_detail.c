/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_detail - of one cgroup its limits, working set and processes; what removed ones pin;
 * what was expected.
 */
#include <stdlib.h>

#include "base/fmt.h"
#include "cli/cgroups_report.h"

static void cell(struct mw_row *row, size_t i, struct mw_val v)
{
	if (v.why != MW_ABSENT)
		mw_cell_val(row, i, v);
}

static void limits(struct mw_report *r, const struct cgroups_view *v)
{
	static const struct mw_col columns[] = {
		{ "path", "CGROUP", MW_TYPE_STR },
		{ "max_bytes", "LIMIT", MW_TYPE_BYTES },
		{ "high_bytes", "HIGH", MW_TYPE_BYTES },
		{ "charged_bytes", "CHARGED", MW_TYPE_BYTES },
		{ "room_bytes", "ROOM", MW_TYPE_BYTES },
		{ "max_count", "REACHED", MW_TYPE_COUNT },
		{ "bites_first", "FIRST", MW_TYPE_BOOL },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "limits",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = "Limits on the way up:" });

	for (size_t at = v->at; at != MW_NO_GROUP; at = v->accounts->group[at].parent) {
		const struct mw_cgroup *g = v->accounts->group[at].cgroup;
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, g->path);
		cell(row, 1, g->max_bytes);
		cell(row, 2, g->high_bytes);
		cell(row, 3, g->usage_bytes);
		if (mw_known(g->max_bytes))
			cell(row, 4, mw_sub(g->max_bytes, g->usage_bytes));
		cell(row, 5, g->max_count);
		mw_cell_val(row, 6, mw_ok(v->accounts->group[v->at].bites_at == at));
	}
}

/* What kubelet calls working_set_bytes, row by row, and what is in it. */
static void working_set(struct mw_report *r, const struct cgroups_view *v)
{
	static const struct mw_col columns[] = {
		{ "what", "WORKING SET", MW_TYPE_STR },
		{ "bytes", "BYTES", MW_TYPE_BYTES },
	};
	const struct mw_account *g = &v->accounts->group[v->at];
	const struct mw_cgroup_stat *s = &g->cgroup->total;
	struct mw_val rest = mw_sub(g->working_set_bytes, s->active_file_bytes);
	const struct {
		const char *name;
		struct mw_val bytes;
	} rows[] = {
		{ "charged", g->cgroup->usage_bytes },
		{ "less inactive_file", s->inactive_file_bytes },
		{ "= working_set", g->working_set_bytes },
		{ "of it active_file", s->active_file_bytes },
		{ "of it anonymous, shared and kernel memory", rest },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "working_set",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = "What kubelet calls working_set:" });

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, mw_str_of(rows[i].name));
		mw_cell_val(row, 1, rows[i].bytes);
	}
}

static uint64_t held(const struct mw_proc *p)
{
	return mw_or(p->status.rss_bytes, 0);
}

static int by_held(const void *x, const void *y)
{
	const struct mw_proc *a = *(const struct mw_proc *const *)x;
	const struct mw_proc *b = *(const struct mw_proc *const *)y;

	if (held(a) != held(b))
		return held(a) > held(b) ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

static struct mw_val figure(const struct mw_proc *p, struct mw_val v)
{
	return p->smaps_why == MW_OK ? v : mw_no(p->smaps_why);
}

static void processes(struct mw_report *r, const struct cgroups_view *v)
{
	static const struct mw_col columns[] = {
		{ "pid", "PID", MW_TYPE_COUNT },
		{ "comm", "COMM", MW_TYPE_STR },
		{ "rss_bytes", "RSS", MW_TYPE_BYTES },
		{ "locked_bytes", "LOCKED", MW_TYPE_BYTES },
		{ "pss_file_bytes", "FILE", MW_TYPE_BYTES },
		{ "pss_shmem_bytes", "SHMEM", MW_TYPE_BYTES },
		{ "pss_anon_bytes", "ANON", MW_TYPE_BYTES },
		{ "cgroup", "CGROUP", MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "processes",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = "Its processes, of shared pages their share:" });
	const struct mw_proc **list =
		mw_arena_alloc(r->arena, (v->snap->n_procs + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list && i < v->snap->n_procs; i++) {
		const struct mw_proc *p = &v->snap->proc[i];

		if (p->charged < v->accounts->n && mw_group_is_in(v->accounts, p->charged, v->at))
			list[n++] = p;
	}
	if (n)
		qsort(list, n, sizeof(*list), by_held);
	for (size_t i = 0; i < n; i++) {
		const struct mw_proc *p = list[i];
		struct mw_row *row =
			mw_report_row(r, t, 0, !v->top || i < v->top ? MW_IN_BOTH : MW_IN_JSON);

		mw_cell_val(row, 0, mw_ok(p->pid));
		mw_cell_str(row, 1, p->status.name);
		mw_cell_val(row, 2, p->status.rss_bytes);
		cell(row, 3, figure(p, p->smaps.locked_bytes));
		cell(row, 4, figure(p, p->smaps.pss_file_bytes));
		cell(row, 5, figure(p, p->smaps.pss_shmem_bytes));
		cell(row, 6, figure(p, p->smaps.pss_anon_bytes));
		mw_cell_str(row, 7, p->cgroup);
	}
}

void cli_cgroups_detail(struct mw_report *r, const struct cgroups_view *v)
{
	limits(r, v);
	working_set(r, v);
	processes(r, v);
}

void cli_cgroups_removed(struct mw_report *r, const struct cgroups_view *v)
{
	static const struct mw_col columns[] = {
		{ "path", "REMOVED CGROUPS BELOW", MW_TYPE_STR },
		{ "count", "COUNT", MW_TYPE_COUNT },
		{ "bytes", "FILE", MW_TYPE_BYTES },
		{ "shmem_bytes", "SHMEM", MW_TYPE_BYTES },
		{ "anon_bytes", "ANON", MW_TYPE_BYTES },
		{ "unevictable_bytes", "LOCKED", MW_TYPE_BYTES },
		{ "at_most", "AT MOST", MW_TYPE_BOOL },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "removed",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = "Charged to removed cgroups, FILE with SHMEM:" });

	for (size_t i = 0; i < v->accounts->n; i++) {
		const struct mw_account *g = &v->accounts->group[i];
		struct mw_row *row;

		if ((!mw_or(g->removed_bytes, 0) && !mw_or(g->removed_count, 0)) ||
		    (v->at != MW_NO_GROUP && !mw_group_is_in(v->accounts, i, v->at)))
			continue;
		row = mw_report_row(r, t, 0, MW_IN_BOTH);
		mw_cell_str(row, 0, g->cgroup->path);
		cell(row, 1, g->removed_count);
		cell(row, 2, g->removed_bytes);
		cell(row, 3, g->removed.shmem_bytes);
		cell(row, 4, g->removed.anon_bytes);
		cell(row, 5, g->removed.unevictable_bytes);
		mw_cell_val(row, 6, mw_ok(g->removed_at_most));
	}
}

void cli_cgroups_expected(struct mw_report *r, const struct cgroups_view *v)
{
	static const struct mw_col columns[] = {
		{ "path", "EXPECTED OF", MW_TYPE_STR },
		{ "expected_bytes", "EXPECTED", MW_TYPE_BYTES },
		{ "charged_bytes", "CHARGED", MW_TYPE_BYTES },
		{ "missing_bytes", "MISSING", MW_TYPE_BYTES },
		{ "unpaid_bytes", "UNPAID", MW_TYPE_BYTES },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "expected",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = "What should be charged, and what is:" });

	for (size_t i = 0; i < v->found->n_expected; i++) {
		const struct mw_expected *e = &v->found->expected[i];
		const struct mw_account *g = &v->accounts->group[e->at];
		struct mw_val missing = mw_sub(mw_ok(e->bytes), g->cgroup->usage_bytes);
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, g->cgroup->path);
		mw_cell_val(row, 1, mw_ok(e->bytes));
		mw_cell_val(row, 2, g->cgroup->usage_bytes);
		/* More than expected: nothing is missing. */
		mw_cell_val(row, 3, missing.why == MW_RACED ? mw_ok(0) : missing);
		cell(row, 4, g->unpaid_bytes);
	}
}
