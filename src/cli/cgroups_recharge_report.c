/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_recharge_report - the plan to recharge a cgroup, or what it gave, in words and tables.
 */
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/cgroups_recharge.h"

static const char *way_words(const struct mw_recharge_file *f)
{
	switch (f->way) {
	case MW_RECHARGE_NONE:
		return "not in memory";
	case MW_RECHARGE_LEAVE:
		return "a program or library: left alone";
	case MW_RECHARGE_DROP:
		return f->sync ? "write what is dirty, drop" : "drop";
	case MW_RECHARGE_STOP:
		return f->locked ? "locked: stop, drop, start" : "mapped: stop, drop, start";
	case MW_RECHARGE_COPY:
		return "tmpfs: only a copy moves the charge";
	case MW_RECHARGE_FIXED:
		return f->file->hugetlb ? "huge pages: not charged as files"
					: "has no name: ends with who uses it";
	case MW_RECHARGE_UNKNOWN:
	case MW_RECHARGE_WAYS:
		break;
	}
	return "what is in memory of it is not known";
}

enum file_column {
	F_PATH,
	F_CACHED,
	F_AFTER,
	F_MAPPED,
	F_DIRTY,
	F_HOLDERS,
	F_WHAT,
	F_SIZE,
	F_WAY,
	F_LOCKED,
	F_NAMED,
	F_INO,
	N_FILE_COLUMNS
};

static const struct mw_col file_columns[N_FILE_COLUMNS] = {
	[F_PATH] = { "path", "FILE", MW_TYPE_STR },
	[F_CACHED] = { "cached_bytes", "IN MEMORY", MW_TYPE_BYTES },
	[F_AFTER] = { "after_bytes", "AFTER", MW_TYPE_BYTES },
	[F_MAPPED] = { "mapped_bytes", "MAPPED", MW_TYPE_BYTES },
	[F_DIRTY] = { "dirty_bytes", "DIRTY", MW_TYPE_BYTES },
	[F_HOLDERS] = { "holder_count", "BY", MW_TYPE_COUNT },
	[F_WHAT] = { NULL, "WHAT", MW_TYPE_STR },
	[F_SIZE] = { "size_bytes", NULL, MW_TYPE_BYTES },
	[F_WAY] = { "way", NULL, MW_TYPE_STR },
	[F_LOCKED] = { "locked", NULL, MW_TYPE_BOOL },
	[F_NAMED] = { "named", NULL, MW_TYPE_BOOL },
	[F_INO] = { "ino", NULL, MW_TYPE_COUNT },
};

static void file_row(struct mw_row *row, const struct recharge_view *v,
		     const struct mw_recharge_file *f)
{
	const struct mw_used_file *u = f->file;

	mw_cell_str(row, F_PATH, u->path);
	mw_cell_val(row, F_CACHED, u->cached_bytes);
	if (v->done && v->done->cached_bytes)
		mw_cell_val(row, F_AFTER, v->done->cached_bytes[u - v->look->files.item]);
	mw_cell_val(row, F_MAPPED, f->mapped_bytes);
	if (u->dirty_bytes.why != MW_ABSENT)
		mw_cell_val(row, F_DIRTY, u->dirty_bytes);
	mw_cell_val(row, F_HOLDERS, mw_ok(f->holder_count));
	mw_cell_str(row, F_WHAT, mw_str_of(way_words(f)));
	mw_cell_val(row, F_SIZE, mw_ok(u->size_bytes));
	mw_cell_str(row, F_WAY, mw_str_of(mw_recharge_way_name(f->way)));
	mw_cell_val(row, F_LOCKED, mw_ok(f->locked));
	mw_cell_val(row, F_NAMED, mw_ok(u->named));
	mw_cell_val(row, F_INO, mw_ok(u->ino));
}

/* Programs and libraries are left alone: nobody need read of them. */
static bool is_shown(const struct recharge_view *v, size_t i)
{
	return !v->o->top || (i < v->o->top && v->look->plan.file[i].way != MW_RECHARGE_LEAVE);
}

static void files_table(struct mw_report *r, const struct recharge_view *v)
{
	const struct mw_recharge *plan = &v->look->plan;
	struct mw_col *columns = mw_arena_alloc(r->arena, sizeof(file_columns));
	struct mw_table *t;
	size_t left_out = 0;

	if (!columns)
		return;
	memcpy(columns, file_columns, sizeof(file_columns));
	if (!v->done)
		columns[F_AFTER].label = NULL;
	t = mw_report_table(
		r,
		(struct mw_table){ .id = "files",
				   .col = columns,
				   .n_cols = N_FILE_COLUMNS,
				   .title = "Its files; MAPPED by its process that maps most, BY "
					    "so many processes:" });
	for (size_t i = 0; i < plan->n_files; i++) {
		bool shown = is_shown(v, i);

		file_row(mw_report_row(r, t, 0, shown ? MW_IN_BOTH : MW_IN_JSON), v,
			 &plan->file[i]);
		left_out += !shown;
	}
	if (left_out)
		mw_report_note(r, mw_fmt(r->arena,
					 "%zu smaller files and libraries are not shown: --top 0 "
					 "shows all",
					 left_out));
}

/* Of the group, and of where it was paid: as it was, and as it is. */
static void group_row(struct mw_report *r, struct mw_table *t, const char *when,
		      const struct recharge_look *look, size_t paid_at)
{
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);
	const struct mw_account *g;

	mw_cell_str(row, 0, mw_str_of(when));
	if (look->plan.at != MW_NO_GROUP) {
		g = &look->groups.group[look->plan.at];
		mw_cell_val(row, 1, g->cgroup->usage_bytes);
		mw_cell_val(row, 2, g->unpaid_bytes);
	}
	if (paid_at < look->groups.n) {
		g = &look->groups.group[paid_at];
		mw_cell_str(row, 3, g->cgroup->path);
		mw_cell_val(row, 4, g->cgroup->usage_bytes);
		if (g->removed_bytes.why != MW_ABSENT)
			mw_cell_val(row, 5, g->removed_bytes);
	}
}

static size_t payer_of(const struct recharge_look *look)
{
	return look->plan.at == MW_NO_GROUP ? look->plan.above
					    : look->groups.group[look->plan.at].payer_at;
}

static size_t same_group(const struct recharge_view *v, size_t at)
{
	return at == MW_NO_GROUP
		       ? at
		       : mw_group_find(&v->after->groups, v->look->groups.group[at].cgroup->path);
}

static void groups_table(struct mw_report *r, const struct recharge_view *v)
{
	static const struct mw_col columns[] = {
		{ "when", "WHEN", MW_TYPE_STR },
		{ "charged_bytes", "CHARGED", MW_TYPE_BYTES },
		{ "unpaid_bytes", "UNPAID", MW_TYPE_BYTES },
		{ "payer_path", "PAID AT", MW_TYPE_STR },
		{ "payer_charged_bytes", "CHARGED THERE", MW_TYPE_BYTES },
		{ "payer_removed_bytes", "OF IT REMOVED", MW_TYPE_BYTES },
	};
	struct mw_table *t = mw_report_table(
		r,
		(struct mw_table){ .id = "cgroups",
				   .col = columns,
				   .n_cols = sizeof(columns) / sizeof(columns[0]),
				   .title = mw_fmt(r->arena, "What %s pays, and who pays the rest:",
						   v->look->plan.at == MW_NO_GROUP
							   ? "it"
							   : mw_group_called(&v->look->found,
									     v->look->plan.at)) });
	size_t at = payer_of(v->look);

	group_row(r, t, v->done ? "before" : "now", v->look, at);
	if (v->after)
		group_row(r, t, "after", v->after, same_group(v, at));
}

/* ---- the verdict */

/* "stop search.service and 2 more, " */
static const char *stops(struct mw_arena *a, const struct recharge_view *v)
{
	const struct mw_recharge *plan = &v->look->plan;
	const char *first;

	if (!plan->n_stops || !plan->stop_needed)
		return "";
	first = cli_recharge_stop_name(a, v, &plan->stop[0]);
	return plan->n_stops == 1 ? mw_fmt(a, "stop %s, ", first)
				  : mw_fmt(a, "stop %s and %zu more, ", first, plan->n_stops - 1);
}

static const char *called(struct mw_arena *a, const struct recharge_view *v)
{
	return v->look->plan.at == MW_NO_GROUP ? mw_fmt(a, "cgroup %.*s (not there now)",
							(int)v->look->path.n, v->look->path.p)
					       : mw_group_called(&v->look->found, v->look->plan.at);
}

static const char *files_words(struct mw_arena *a, const struct mw_recharge *plan)
{
	size_t n = plan->count[MW_RECHARGE_DROP] + plan->count[MW_RECHARGE_STOP];

	return mw_fmt(a, "%zu file%s", n, n == 1 ? "" : "s");
}

static const char *plan_verdict(struct mw_arena *a, const struct recharge_view *v)
{
	const struct mw_recharge *plan = &v->look->plan;

	if (!v->look->plan.again_bytes && plan->bytes[MW_RECHARGE_COPY])
		return mw_fmt(a,
			      "%s uses %s of tmpfs files: only a copy inside it moves the charge",
			      called(a, v), mw_fmt_bytes(a, plan->bytes[MW_RECHARGE_COPY]));
	if (!v->look->plan.again_bytes && mw_or(plan->gain_bytes, 0) && plan->reclaim_worth)
		return mw_fmt(a,
			      "None of its files that can be dropped is in memory; %s can be "
			      "evicted where it is paid",
			      mw_fmt_val_bytes(a, plan->gain_bytes));
	if (!plan->n_files && !v->o->files.n)
		return mw_fmt(a, "%s: which files it uses could not be read", called(a, v));
	if (!v->look->plan.again_bytes)
		return mw_fmt(a, "%s: nothing that it uses can be dropped and read again",
			      called(a, v));
	return mw_fmt(a,
		      "To make %s pay: %sdrop %s (%s in memory)%s. Nothing was done: this is the "
		      "plan",
		      called(a, v), stops(a, v), files_words(a, plan),
		      mw_fmt_bytes(a, v->look->plan.again_bytes),
		      plan->stop_needed ? ", start again"
		      : plan->bytes[MW_RECHARGE_STOP]
			      ? ", evict what is mapped where it is paid; nobody need stop"
			      : "; who reads next pays");
}

static const char *done_verdict(struct mw_arena *a, const struct recharge_view *v)
{
	const struct recharge_done *d = v->done;
	uint64_t gone = d->before_bytes > d->after_bytes ? d->before_bytes - d->after_bytes : 0;
	const char *said = mw_fmt(a, "%s of %s in %s gone from memory: who reads it next pays",
				  mw_fmt_bytes(a, gone), mw_fmt_bytes(a, d->before_bytes),
				  files_words(a, &v->look->plan));

	if (d->after_bytes < MW_USED_FILE_LEAST_BYTES)
		return said;
	if (!v->look->plan.stop_needed)
		return mw_fmt(a, "%s; %s stays, read again meanwhile or in use", said,
			      mw_fmt_bytes(a, d->after_bytes));
	return mw_fmt(a, "%s; %s stays, in use: %sdo this again with --files, and start again",
		      said, mw_fmt_bytes(a, d->after_bytes), stops(a, v));
}

static const char *verdict(struct mw_arena *a, const struct recharge_view *v)
{
	const struct recharge_look *look = v->look;

	if (!look->needed && look->plan.at != MW_NO_GROUP &&
	    !look->groups.group[look->plan.at].use_below.proc_count)
		return mw_fmt(a,
			      "%s has no processes: which files it will use is not known "
			      "(--files GLOB)",
			      called(a, v));
	if (!look->needed)
		return mw_fmt(a, "%s pays for what its processes lock and map: nothing to do",
			      called(a, v));
	return v->done ? done_verdict(a, v) : plan_verdict(a, v);
}

static void figures(struct mw_report *r, const struct recharge_view *v)
{
	const struct mw_recharge *plan = &v->look->plan;
	static const char *const id[MW_RECHARGE_WAYS] = {
		[MW_RECHARGE_LEAVE] = "bytes.leave", [MW_RECHARGE_DROP] = "bytes.drop",
		[MW_RECHARGE_STOP] = "bytes.stop",   [MW_RECHARGE_COPY] = "bytes.copy",
		[MW_RECHARGE_FIXED] = "bytes.fixed",
	};

	mw_report_string(r, "asked", mw_arena_cstr(r->arena, v->look->path));
	mw_report_bool(r, "needed", mw_ok(v->look->needed));
	for (size_t i = 0; i < MW_RECHARGE_WAYS; i++)
		if (id[i])
			mw_report_figure(r, id[i], mw_ok(plan->bytes[i]));
	mw_report_figure(r, "disk_bytes_per_second", v->look->speed);
	mw_report_figure(r, "read_ms",
			 mw_recharge_read_ms(v->look->plan.again_bytes, v->look->speed));
	mw_report_figure(r, "reclaim_bytes", plan->gain_bytes);
	mw_report_figure(r, "reclaim_price_bytes", plan->price_bytes);
	mw_report_bool(r, "done", mw_ok(v->done != NULL));
	if (v->done) {
		mw_report_figure(r, "before_bytes", mw_ok(v->done->before_bytes));
		mw_report_figure(r, "after_bytes", mw_ok(v->done->after_bytes));
		mw_report_bool(r, "reclaimed", mw_ok(v->done->reclaimed));
		mw_report_figure(r, "failed_count", mw_ok(v->done->failed_count));
	}
}

void cli_recharge_report(struct mw_report *r, const struct recharge_view *v)
{
	r->verdict = verdict(r->arena, v);
	figures(r, v);
	if (v->look->needed) {
		cli_recharge_steps(r, v);
		cli_recharge_prevention(r, v);
	}
	groups_table(r, v);
	if (v->look->plan.n_files)
		files_table(r, v);
}
