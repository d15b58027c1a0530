/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fmt.h"
#include "cli/commit_report.h"

enum owner_column {
	KIND,
	NAME,
	PID,
	UID,
	GROUP,
	PROMISED,
	TOUCHED,
	UNUSED,
	FORK,
	SHARED,
	HOW,
	NOTE,
	N_OWNER_COLUMNS
};

static const struct mw_col owner_columns[N_OWNER_COLUMNS] = {
	[KIND] = { "kind", "KIND", MW_TYPE_STR },
	[NAME] = { "name", "NAME", MW_TYPE_STR },
	[PID] = { "pid", "PID", MW_TYPE_COUNT },
	[UID] = { "uid", NULL, MW_TYPE_COUNT },
	[GROUP] = { "cgroup", NULL, MW_TYPE_STR },
	[PROMISED] = { "bytes", "PROMISED", MW_TYPE_BYTES },
	[TOUCHED] = { "touched_bytes", "TOUCHED", MW_TYPE_BYTES },
	[UNUSED] = { "unused_bytes", "UNUSED", MW_TYPE_BYTES },
	[FORK] = { "fork_bytes", "A FORK ADDS", MW_TYPE_BYTES },
	[SHARED] = { "shared_bytes", "STILL SHARED", MW_TYPE_BYTES },
	[HOW] = { "from", NULL, MW_TYPE_STR },
	[NOTE] = { "note", "NOTE", MW_TYPE_STR },
};

static void owner_row(struct mw_report *r, struct mw_table *t, const struct mw_promiser *p,
		      enum mw_row_in in)
{
	struct mw_row *row = mw_report_row(r, t, 0, in);

	mw_cell_str(row, KIND, mw_str_of(p->kind));
	mw_cell_str(row, NAME, p->name);
	if (p->pid.why != MW_ABSENT)
		mw_cell_val(row, PID, p->pid);
	mw_cell_val(row, PROMISED, p->bytes);
	if (p->touched_bytes.why != MW_ABSENT) {
		mw_cell_val(row, TOUCHED, p->touched_bytes);
		mw_cell_val(row, UNUSED, p->unused_bytes);
	}
	if (p->proc) {
		mw_cell_val(row, UID, mw_ok(p->proc->status.uid));
		if (p->proc->cgroup.n)
			mw_cell_str(row, GROUP, p->proc->cgroup);
		mw_cell_val(row, FORK, p->fork_bytes);
		mw_cell_val(row, SHARED, p->shared_bytes);
		mw_cell_str(row, HOW, mw_str_of(p->from_status ? "status" : "smaps"));
	}
	if (p->from_status)
		mw_cell_str(row, NOTE, mw_str_of("roughly: its flags were not read"));
	else if (p->bytes.why == MW_RACED)
		mw_cell_str(row, NOTE,
			    mw_str_of(mw_fmt(r->arena, "those above have %s more",
					     mw_fmt_val_bytes(r->arena, p->excess_bytes))));
	else if (p->note)
		mw_cell_str(row, NOTE, mw_str_of(p->note));
}

static void sums(struct mw_report *r, const struct commit_view *w, bool by_user)
{
	static const struct mw_col by_group_columns[] = {
		{ "cgroup", "CGROUP", MW_TYPE_STR },
		{ "process_count", "PROCESSES", MW_TYPE_COUNT },
		{ "bytes", "PROMISED", MW_TYPE_BYTES },
		{ "touched_bytes", "TOUCHED", MW_TYPE_BYTES },
		{ "unused_bytes", "UNUSED", MW_TYPE_BYTES },
	};
	static const struct mw_col by_user_columns[] = {
		{ "uid", "USER", MW_TYPE_COUNT },
		{ "process_count", "PROCESSES", MW_TYPE_COUNT },
		{ "bytes", "PROMISED", MW_TYPE_BYTES },
		{ "touched_bytes", "TOUCHED", MW_TYPE_BYTES },
		{ "unused_bytes", "UNUSED", MW_TYPE_BYTES },
	};
	const struct mw_promise_sum *sum = by_user ? w->c->user_sum : w->c->group;
	size_t n = by_user ? w->c->n_users : w->c->n_groups;
	struct mw_table *t = mw_report_table(
		r,
		(struct mw_table){ .id = by_user ? "users" : "cgroups",
				   .col = by_user ? by_user_columns : by_group_columns,
				   .n_cols = 5,
				   .title = by_user ? "Promised to the processes of a user:"
						    : "Promised to the processes of a cgroup:" });

	for (size_t i = 0; i < n; i++) {
		struct mw_row *row = mw_report_row(
			r, t, 0, n > 1 && (!w->top || i < w->top) ? MW_IN_BOTH : MW_IN_JSON);

		if (by_user)
			mw_cell_val(row, 0, mw_ok(sum[i].uid));
		else
			mw_cell_str(row, 0,
				    sum[i].cgroup.n ? sum[i].cgroup : mw_str_of("not known"));
		mw_cell_val(row, 1, mw_ok(sum[i].proc_count));
		mw_cell_val(row, 2, sum[i].bytes);
		mw_cell_val(row, 3, sum[i].touched_bytes);
		mw_cell_val(row, 4, sum[i].unused_bytes);
	}
}

void cli_commit_owners(struct mw_report *r, const struct commit_view *w)
{
	const struct mw_commit *c = w->c;
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "owners",
				      .col = owner_columns,
				      .n_cols = N_OWNER_COLUMNS,
				      .title = "Who was promised it, the largest unused promise "
					       "first:" });

	for (size_t i = 0; i < c->n_promisers; i++) {
		bool last = i + 1 == c->n_promisers;

		owner_row(r, t, &c->promiser[i],
			  last || !w->top || i < w->top ? MW_IN_BOTH : MW_IN_JSON);
	}
	sums(r, w, false);
	sums(r, w, true);
}

/* The reason ("denied") would read as the answer. */
static struct mw_str yes_no(struct mw_val v)
{
	return mw_str_of(!mw_known(v) ? "not known" : v.v ? "yes" : "no");
}

/* In text: what the other modes would say as a word each. */
enum try_column {
	REQUEST,
	LABEL,
	BYTES,
	SUCCEEDS,
	ANSWER,
	RULE,
	MOST,
	DRIFT,
	GUESS,
	ALWAYS,
	NEVER,
	GUESS_MOST,
	ALWAYS_MOST,
	NEVER_MOST,
	GUESS_RULE,
	ALWAYS_RULE,
	NEVER_RULE,
	N_TRY_COLUMNS
};

static const struct mw_col try_columns[N_TRY_COLUMNS] = {
	[REQUEST] = { "request", NULL, MW_TYPE_STR },
	[LABEL] = { NULL, "REQUEST", MW_TYPE_STR },
	[BYTES] = { "bytes", "TAKES", MW_TYPE_BYTES },
	[SUCCEEDS] = { "succeeds", NULL, MW_TYPE_BOOL },
	[ANSWER] = { NULL, "SUCCEEDS", MW_TYPE_STR },
	[RULE] = { "rule", "RULE", MW_TYPE_STR },
	[MOST] = { "limit_bytes", "AT MOST", MW_TYPE_BYTES },
	[DRIFT] = { "drift_bytes", NULL, MW_TYPE_BYTES },
	[GUESS] = { NULL, "IN MODE 0", MW_TYPE_STR },
	[ALWAYS] = { NULL, "1", MW_TYPE_STR },
	[NEVER] = { NULL, "2", MW_TYPE_STR },
	[GUESS_MOST] = { "mode0_limit_bytes", NULL, MW_TYPE_BYTES },
	[ALWAYS_MOST] = { "mode1_limit_bytes", NULL, MW_TYPE_BYTES },
	[NEVER_MOST] = { "mode2_limit_bytes", NULL, MW_TYPE_BYTES },
	[GUESS_RULE] = { "mode0_rule", NULL, MW_TYPE_STR },
	[ALWAYS_RULE] = { "mode1_rule", NULL, MW_TYPE_STR },
	[NEVER_RULE] = { "mode2_rule", NULL, MW_TYPE_STR },
};

void cli_commit_tries(struct mw_report *r, const struct commit_view *w)
{
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "try",
				      .col = try_columns,
				      .n_cols = N_TRY_COLUMNS,
				      .title = mw_fmt(r->arena, "If %s asked for %s now:", w->as,
						      mw_fmt_bytes(r->arena, w->try_bytes)) });

	for (size_t i = 0; i < MW_TRY_KINDS; i++) {
		const struct mw_try *x = &w->tries[i];
		const struct mw_try_answer *now = &x->in[w->c->mode];
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);
		struct mw_val succeeds =
			mw_known(w->c->mode_known) ? now->succeeds : w->c->mode_known;

		mw_cell_str(row, REQUEST, mw_str_of(x->request));
		mw_cell_str(row, LABEL, mw_str_of(x->label));
		mw_cell_val(row, BYTES, x->bytes);
		mw_cell_val(row, SUCCEEDS, succeeds);
		mw_cell_str(row, ANSWER, yes_no(succeeds));
		mw_cell_str(row, RULE, mw_str_of(now->rule));
		if (now->most_bytes.why != MW_ABSENT)
			mw_cell_val(row, MOST, now->most_bytes);
		mw_cell_val(row, DRIFT, now->drift_bytes);
		for (size_t mode = 0; mode < MW_OVERCOMMIT_MODES; mode++) {
			mw_cell_str(row, GUESS + mode, yes_no(x->in[mode].succeeds));
			if (x->in[mode].most_bytes.why != MW_ABSENT)
				mw_cell_val(row, GUESS_MOST + mode, x->in[mode].most_bytes);
			mw_cell_str(row, GUESS_RULE + mode, mw_str_of(x->in[mode].rule));
		}
	}
}

void cli_commit_gauges(struct mw_report *r, const struct commit_view *w)
{
	static const struct mw_col columns[] = {
		{ "limit", "LIMIT", MW_TYPE_STR },	  { "used_bytes", "USED", MW_TYPE_BYTES },
		{ "limit_bytes", "OF", MW_TYPE_BYTES },	  { "room_bytes", "ROOM", MW_TYPE_BYTES },
		{ "used_count", "COUNT", MW_TYPE_COUNT }, { "limit_count", "OF", MW_TYPE_COUNT },
		{ "exempt", "EXEMPT BY", MW_TYPE_STR },	  { "cgroup", "CGROUP", MW_TYPE_STR },
		{ "source", "SOURCE", MW_TYPE_STR },	  { "note", "NOTE", MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){
			   .id = "limits",
			   .col = columns,
			   .n_cols = sizeof(columns) / sizeof(columns[0]),
			   .title = mw_fmt(r->arena,
					   "What else can refuse %s, the nearest first:", w->as) });

	for (size_t i = 0; i < w->gauges->n; i++) {
		const struct mw_gauge *g = &w->gauges->item[i];
		size_t at = g->unit == MW_UNIT_BYTES ? 1 : 4;
		bool ends = !mw_known(g->limit) || g->limit.v != MW_UNLIMITED;
		struct mw_row *row =
			mw_report_row(r, t, 0, !w->top || ends ? MW_IN_BOTH : MW_IN_JSON);

		mw_cell_str(row, 0, mw_str_of(g->id));
		mw_cell_val(row, at, g->used);
		if (ends)
			mw_cell_val(row, at + 1, g->limit);
		if (ends && at == 1)
			mw_cell_val(row, 3, g->room);
		if (g->exempt)
			mw_cell_str(row, 6, mw_str_of(g->exempt));
		if (g->group.n)
			mw_cell_str(row, 7, g->group);
		if (g->source)
			mw_cell_str(row, 8, mw_str_of(g->source));
		if (g->note)
			mw_cell_str(row, 9, mw_str_of(g->note));
	}
}
