/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/victims_report.h"

#include "base/fmt.h"

enum column {
	RANK,
	RANK_NOW,
	PID,
	COMM,
	RSS,
	SWAP,
	TABLES,
	ADJ,
	BADNESS,
	FREES,
	FREES_AT_MOST,
	SUM,
	SCORE_MODEL,
	SCORE_KERNEL,
	CERTAIN,
	DOUBT,
	DIES_WITH,
	INSTEAD_OF,
	GROUP,
	NOTE,
	N_COLUMNS
};

static const struct mw_col columns[N_COLUMNS] = {
	[RANK] = { "rank", "RANK", MW_TYPE_COUNT },
	[RANK_NOW] = { "rank_now", NULL, MW_TYPE_COUNT },
	[PID] = { "pid", "PID", MW_TYPE_COUNT },
	[COMM] = { "comm", "COMM", MW_TYPE_STR },
	[RSS] = { "rss_bytes", "RSS", MW_TYPE_BYTES },
	[SWAP] = { "swap_bytes", "SWAP", MW_TYPE_BYTES },
	[TABLES] = { "page_tables_bytes", NULL, MW_TYPE_BYTES },
	[ADJ] = { "oom_score_adj", "ADJ", MW_TYPE_SIGNED },
	[BADNESS] = { "badness", "BADNESS", MW_TYPE_SIGNED },
	[FREES] = { "frees_bytes", "FREES", MW_TYPE_BYTES },
	[FREES_AT_MOST] = { "frees_at_most", NULL, MW_TYPE_BOOL },
	[SUM] = { "sum_bytes", "SUM", MW_TYPE_BYTES },
	[SCORE_MODEL] = { "oom_score_model", NULL, MW_TYPE_COUNT },
	[SCORE_KERNEL] = { "oom_score_kernel", "OOM_SCORE", MW_TYPE_COUNT },
	[CERTAIN] = { "certain", NULL, MW_TYPE_BOOL },
	[DOUBT] = { "doubt", NULL, MW_TYPE_STR },
	[DIES_WITH] = { "dies_with", NULL, MW_TYPE_COUNT },
	[INSTEAD_OF] = { "instead_of", NULL, MW_TYPE_COUNT },
	[GROUP] = { "cgroup", "CGROUP", MW_TYPE_STR },
	[NOTE] = { NULL, "NOTE", MW_TYPE_STR },
};

static const struct mw_victim *of_proc(const struct mw_victims *v, const struct mw_proc *p)
{
	for (size_t i = 0; i < v->n; i++)
		if (v->victim[i].proc == p)
			return &v->victim[i];
	return NULL;
}

/* What of a row a person must not overlook. */
static const char *note_of(const struct victims_view *w, const struct mw_victim *x,
			   struct mw_arena *a)
{
	const struct mw_victim *first = x->rank ? &w->v->victim[x->chosen] : x;
	const char *note = "";

	if (first != x)
		note = mw_fmt(a, "dies with %s", mw_victim_name(a, first->proc));
	else if (x->instead_of)
		note = mw_fmt(a, "in place of its parent %s", mw_victim_name(a, x->instead_of));
	else if (x->doubt)
		note = mw_fmt(a, "not certain: %s", x->doubt);
	else if (x->frees_at_most)
		note = "frees at most so much";
	if (w->now) {
		const struct mw_victim *now = of_proc(w->now, x->proc);

		if (!now || !now->rank)
			note = "never before the change";
		else if (now->rank != x->rank)
			note = mw_fmt(a, "rank %zu before", now->rank);
	}
	if (w->v->until_rank && w->v->until_rank == x->rank && first == x)
		note = mw_fmt(a, "%s%swith this one %s are given back", note, *note ? "; " : "",
			      mw_fmt_val_bytes(a, w->until_bytes));
	return note;
}

static void figures_cells(struct mw_row *row, const struct mw_victim *x)
{
	const struct mw_pid_status *st = &x->proc->status;

	mw_cell_val(row, PID, mw_ok(x->proc->pid));
	mw_cell_str(row, COMM, st->name);
	mw_cell_val(row, RSS, st->rss_bytes);
	mw_cell_val(row, SWAP, st->swap_bytes);
	mw_cell_val(row, TABLES, st->page_tables_bytes);
	mw_cell_signed(row, ADJ, x->adj_why, x->oom_score_adj);
	mw_cell_val(row, FREES, x->frees_bytes);
	mw_cell_val(row, SCORE_MODEL, x->score_model);
	mw_cell_val(row, SCORE_KERNEL, x->proc->oom.score);
	if (x->proc->cgroup.n)
		mw_cell_str(row, GROUP, x->proc->cgroup);
}

static void victim_row(const struct victims_view *w, struct mw_report *r, struct mw_table *t,
		       const struct mw_victim *x, enum mw_row_in in)
{
	struct mw_row *row = mw_report_row(r, t, 0, in);
	const struct mw_victim *now = w->now ? of_proc(w->now, x->proc) : NULL;

	figures_cells(row, x);
	mw_cell_val(row, RANK, mw_ok(x->rank));
	if (now && now->rank)
		mw_cell_val(row, RANK_NOW, mw_ok(now->rank));
	mw_cell_signed(row, BADNESS, MW_OK, x->badness);
	mw_cell_val(row, FREES_AT_MOST, mw_ok(x->frees_at_most));
	mw_cell_val(row, SUM, x->sum_bytes);
	mw_cell_val(row, CERTAIN, mw_ok(x->certain));
	if (x->doubt)
		mw_cell_str(row, DOUBT, mw_str_of(x->doubt));
	if (&w->v->victim[x->chosen] != x)
		mw_cell_val(row, DIES_WITH, mw_ok(w->v->victim[x->chosen].proc->pid));
	if (x->instead_of)
		mw_cell_val(row, INSTEAD_OF, mw_ok(x->instead_of->pid));
	if (in == MW_IN_BOTH)
		mw_cell_str(row, NOTE, mw_str_of(note_of(w, x, r->arena)));
}

static void victim_table(const struct victims_view *w, struct mw_report *r)
{
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){
			   .id = "victims",
			   .col = columns,
			   .n_cols = N_COLUMNS,
			   .title = w->now ? "The order of death after the change:"
					   : "The order of death, if nobody grows meanwhile:" });
	size_t shown = w->top ? w->top : w->v->n_victims;

	for (size_t i = 0; i < w->v->n_victims; i++) {
		const struct mw_victim *x = &w->v->victim[i];
		bool text = i < shown || (w->v->until_rank && x->rank <= w->v->until_rank) ||
			    (w->now && x->oom_score_adj != x->proc->oom.oom_score_adj);

		victim_row(w, r, t, x, text ? MW_IN_BOTH : MW_IN_JSON);
	}
}

static void spared_table(const struct victims_view *w, struct mw_report *r)
{
	static const struct mw_col cols[] = {
		{ "pid", "PID", MW_TYPE_COUNT },
		{ "comm", "COMM", MW_TYPE_STR },
		{ "rss_bytes", "RSS", MW_TYPE_BYTES },
		{ "swap_bytes", "SWAP", MW_TYPE_BYTES },
		{ "oom_score_adj", "ADJ", MW_TYPE_SIGNED },
		{ "oom_score_model", NULL, MW_TYPE_COUNT },
		{ "oom_score_kernel", NULL, MW_TYPE_COUNT },
		{ "spared", "WHY", MW_TYPE_STR },
		{ "cgroup", "CGROUP", MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "spared",
				      .col = cols,
				      .n_cols = sizeof(cols) / sizeof(cols[0]),
				      .title = "Never killed, the largest first:" });

	for (size_t i = w->v->n_victims; i < w->v->n; i++) {
		const struct mw_victim *x = &w->v->victim[i];
		bool text = !w->top || i - w->v->n_victims < w->top;
		struct mw_row *row = mw_report_row(r, t, 0, text ? MW_IN_BOTH : MW_IN_JSON);

		mw_cell_val(row, 0, mw_ok(x->proc->pid));
		mw_cell_str(row, 1, x->proc->status.name);
		mw_cell_val(row, 2, x->proc->status.rss_bytes);
		mw_cell_val(row, 3, x->proc->status.swap_bytes);
		mw_cell_signed(row, 4, x->adj_why, x->oom_score_adj);
		mw_cell_val(row, 5, x->score_model);
		mw_cell_val(row, 6, x->proc->oom.score);
		mw_cell_str(row, 7, mw_str_of(mw_spared_name(x->spared)));
		if (x->proc->cgroup.n)
			mw_cell_str(row, 8, x->proc->cgroup);
	}
}

static const char *rule_text(const struct mw_victims *v)
{
	switch (v->rules.rule) {
	case MW_BADNESS_TIME:
		return "by CPU and run time (before 2.6.36), which cannot be foretold from here";
	case MW_BADNESS_PERMILLE:
		return "in 1/1000 of all, from 1 to 1000 (2.6.36 to 3.5)";
	case MW_BADNESS_FLOOR:
		return "in pages, at least 1 (3.6 to 5.8)";
	case MW_BADNESS_SIGNED:
		return "in pages, also below 0 (since 5.9)";
	}
	return "";
}

static size_t count_unknown(const struct mw_victims *v)
{
	size_t n = 0;

	for (size_t i = v->n_victims; i < v->n; i++)
		n += v->victim[i].spared == MW_SPARED_UNKNOWN;
	return n;
}

/* Nobody is named: is there nobody, or is it not known? */
static const char *nobody(const struct mw_victims *v, const char *when, struct mw_arena *a)
{
	size_t unknown = count_unknown(v);

	if (v->rules.rule == MW_BADNESS_TIME)
		return "Who dies cannot be told: before 2.6.36 CPU and run time decide";
	if (unknown)
		return mw_fmt(a, "Who dies cannot be told: what decides is not known of %zu %s",
			      unknown, unknown == 1 ? "process" : "processes");
	return mw_fmt(a, "%s %s ran out of memory, nobody could be killed%s", when, v->domain,
		      v->kind == MW_DOMAIN_CGROUP ? ": allocations would fail"
						  : ": the kernel would panic");
}

/* Settings by which another dies than the one with the most points. */
static const char *overruled(const struct victims_view *w)
{
	if (mw_victims_panics(w->snap, w->v))
		return "the kernel would panic; without vm.panic_on_oom ";
	if (w->v->asker_dies)
		return "who asks for memory would be killed (vm.oom_kill_allocating_task); where "
		       "that one may not be, ";
	return "";
}

static const char *verdict(const struct victims_view *w, struct mw_arena *a)
{
	const struct mw_victims *v = w->v;
	const struct mw_victim *x = v->victim;
	const char *when = w->now ? "After the change, if" : "If";

	if (!mw_known(v->total_pages))
		return mw_fmt(a, "Who dies cannot be told: the size of %s is not known", v->domain);
	if (!v->n_victims)
		return nobody(v, when, a);
	return mw_fmt(a,
		      "%s %s ran out of memory now, %s%s%s%s would be killed first, which gives "
		      "back %s%s",
		      when, v->domain, overruled(w), v->part_only ? "of what is visible here " : "",
		      mw_victim_name(a, x->proc), x->certain ? "" : ", or another,",
		      x->frees_at_most ? "at most " : "", mw_fmt_val_bytes(a, x->frees_bytes));
}

/* How the model's oom_score fares against the kernel's. */
static void score_note(const struct mw_scores *n, struct mw_report *r)
{
	size_t compared = n->agree + n->differ + n->moved + n->unclear;
	struct mw_arena *a = r->arena;

	if (!compared)
		return;
	mw_report_note(
		r,
		mw_fmt(a, "oom_score: %zu of %zu processes have the score that the model says%s%s",
		       n->agree, compared,
		       n->moved ? mw_fmt(a, ", %zu of the others moved while they were read",
					 n->moved)
				: "",
		       n->unclear ? mw_fmt(a,
					   ", of %zu it cannot be told: this kernel counts "
					   "swapped pages on each CPU, and they are no further "
					   "off than that allows",
					   n->unclear)
				  : ""));
}

static void notes(const struct victims_view *w, struct mw_report *r)
{
	const struct mw_victims *v = w->v;
	const struct mw_scores *n = &v->scores;
	struct mw_arena *a = r->arena;

	if (v->moved_from)
		mw_report_note(r, mw_fmt(a, "cgroup %s has no limit of its own: %s is meant",
					 v->moved_from, v->domain));
	if (v->group && mw_or(v->group->kill_off, 0))
		mw_report_note(
			r, "its memory.oom_control says oom_kill_disable: nobody is killed there, "
			   "the tasks wait");
	score_note(n, r);
	if (v->kind != MW_DOMAIN_MACHINE)
		mw_report_note(
			r, "oom_score is reckoned with all RAM and swap; here oom_score_adj weighs "
			   "by the pages of this domain, so that the orders may differ");
	if (!v->rules.sure)
		mw_report_note(r,
			       "this vendor or release may have a later rule than its number says");
	if (mw_known(w->until_bytes) && !v->until_rank)
		mw_report_note(r, mw_fmt(a, "all deaths together do not give back %s",
					 mw_fmt_val_bytes(a, w->until_bytes)));
}

void cli_victims_report(struct mw_report *r, const struct victims_view *w)
{
	const struct mw_victims *v = w->v;

	r->verdict = verdict(w, r->arena);
	mw_report_string(r, "domain", v->domain);
	mw_report_string(r, "cgroup", v->group ? mw_arena_cstr(r->arena, v->group->path) : NULL);
	mw_report_figure(r, "total_pages", v->total_pages);
	mw_report_bool(r, "asker_dies", mw_ok(v->asker_dies));
	mw_report_bool(r, "part_only", mw_ok(v->part_only));
	mw_report_string(r, "rule", rule_text(v));
	mw_report_figure(r, "scores.agree", mw_ok(v->scores.agree));
	mw_report_figure(r, "scores.differ", mw_ok(v->scores.differ));
	mw_report_figure(r, "scores.cannot_tell", mw_ok(v->scores.unclear));
	mw_report_figure(r, "scores.moved", mw_ok(v->scores.moved));
	mw_report_figure(r, "scores.unknown", mw_ok(v->scores.unknown));
	if (mw_known(w->until_bytes)) {
		mw_report_figure(r, "until_bytes", w->until_bytes);
		mw_report_figure(r, "until_rank",
				 v->until_rank ? mw_ok(v->until_rank) : mw_no(MW_ABSENT));
	}
	notes(w, r);
	victim_table(w, r);
	spared_table(w, r);
}
