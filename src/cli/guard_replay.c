/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_replay - what the policy would have done in a night that was recorded.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/guard.h"
#include "report/escape.h"
#include "why/guard_play.h"
#include "why/guard_words.h"

/* What is said of a replay, gathered while it goes on. */
struct replay {
	struct mw_arena *arena;
	struct mw_report *report;
	struct mw_table *table;
	struct mw_guard_play play;
	const char *config; /* where it is from */
	uint64_t kill_count, term_count, warning_count, unanswered_count, last_ns;
	struct mw_val least_bytes;
	const char *first_kill, *first_warning; /* "hog (1000) at 12.3 s: ..." */
};

static const struct mw_col columns[] = {
	{ .label = "AT", .type = MW_TYPE_STR },
	{ "at_ms", NULL, MW_TYPE_COUNT },
	{ "verb", "WHAT", MW_TYPE_STR },
	{ "cause", "WHY", MW_TYPE_STR },
	{ "comm", NULL, MW_TYPE_STR },
	{ "pid", "PID", MW_TYPE_COUNT },
	{ "frees_bytes", "FREES", MW_TYPE_BYTES },
	{ "available_bytes", "AVAILABLE", MW_TYPE_BYTES },
	{ "limit_bytes", "LIMIT", MW_TYPE_BYTES },
	{ "left_ms", NULL, MW_TYPE_COUNT },
	{ "mistrusted", NULL, MW_TYPE_STR },
	{ "text", NULL, MW_TYPE_STR },
};

static uint64_t at_ms(const struct replay *r)
{
	uint64_t now = r->play.view.meters.time_ns;

	return now > r->play.first_ns ? (now - r->play.first_ns) / 1000000 : 0;
}

static const char *seconds(struct mw_arena *arena, uint64_t ms)
{
	return mw_fmt(arena, "%" PRIu64 ".%" PRIu64 " s", ms / 1000, ms / 100 % 10);
}

static const char *sentence(struct replay *r, const struct mw_guard_decision *d)
{
	char room[1024];
	struct mw_textbuf t = { .p = room, .size = sizeof(room) };

	mw_guard_say(&t, &r->play.view, d, false);
	return mw_arena_cstr(r->arena, mw_textbuf_str(&t));
}

static const char *cause(struct replay *r, const struct mw_guard_decision *d)
{
	char room[512];
	struct mw_textbuf t = { .p = room, .size = sizeof(room) };

	mw_guard_say_cause(&t, d);
	return mw_arena_cstr(r->arena, mw_textbuf_str(&t));
}

static const char *target(struct replay *r, const struct mw_guard_decision *d)
{
	char room[128];
	struct mw_textbuf t = { .p = room, .size = sizeof(room) };

	if (d->n_targets && d->target[0].task < r->play.view.n_tasks)
		mw_guard_say_task(&t, &r->play.view.task[d->target[0].task]);
	return mw_arena_cstr(r->arena, mw_textbuf_str(&t));
}

/* "hog (1000) at 12.3 s: 500 MiB is available, less than 819 MiB; 0.4 s before none was" */
static const char *first(struct replay *r, const struct mw_guard_decision *d)
{
	const char *text = mw_fmt(r->arena, "%s%sat %s: %s", target(r, d), d->n_targets ? " " : "",
				  seconds(r->arena, at_ms(r)), cause(r, d));

	if (!d->n_targets || !mw_known(d->left_ms) || d->left_ms.v >= 60000)
		return text;
	return mw_fmt(r->arena, "%s; %s before nothing was left", text,
		      seconds(r->arena, d->left_ms.v));
}

static void add_row(struct replay *r, const struct mw_guard_decision *d)
{
	struct mw_row *row = mw_report_row(r->report, r->table, 0, MW_IN_BOTH);

	mw_cell_str(row, 0, mw_str_of(seconds(r->arena, at_ms(r))));
	mw_cell_val(row, 1, mw_ok(at_ms(r)));
	mw_cell_str(row, 2, mw_str_of(mw_guard_verb_name(d->verb)));
	mw_cell_str(row, 3, mw_str_of(mw_guard_cause_name(d->cause)));
	if (d->n_targets && d->target[0].task < r->play.view.n_tasks) {
		const char *comm = r->play.view.task[d->target[0].task].comm;
		struct mw_str name = { comm, strnlen(comm, MW_GUARD_COMM_BYTES) };

		mw_cell_str(row, 4, mw_arena_copy(r->arena, name));
		mw_cell_val(row, 5, mw_ok(d->target[0].pid));
		mw_cell_val(row, 6, mw_ok(d->target[0].frees_bytes));
	}
	mw_cell_val(row, 7, d->counted_bytes);
	mw_cell_val(row, 8, d->limit_bytes);
	mw_cell_val(row, 9, d->left_ms);
	if (d->mistrusted)
		mw_cell_str(row, 10, mw_str_of(d->mistrusted));
	mw_cell_str(row, 11, mw_str_of(sentence(r, d)));
}

static void take(struct replay *r, const struct mw_guard_decision *d)
{
	bool kill = d->verb == MW_GUARD_KILL || d->verb == MW_GUARD_KILL_GROUP ||
		    d->verb == MW_GUARD_RESTART;

	r->last_ns = r->play.view.meters.time_ns;
	r->unanswered_count += r->play.unanswered;
	if (mw_known(d->counted_bytes) && d->counted_bytes.v < mw_or(r->least_bytes, UINT64_MAX))
		r->least_bytes = d->counted_bytes;
	if (d->verb == MW_GUARD_WAIT || r->play.unanswered)
		return;
	if (kill && !r->kill_count++)
		r->first_kill = first(r, d);
	if (d->verb == MW_GUARD_WARN && !r->warning_count++)
		r->first_warning = first(r, d);
	r->term_count += d->verb == MW_GUARD_TERM;
	add_row(r, d);
}

static const char *verdict(const struct replay *r)
{
	struct mw_arena *a = r->arena;
	uint64_t ms = r->last_ns > r->play.first_ns ? (r->last_ns - r->play.first_ns) / 1000000 : 0;

	if (r->kill_count == 1)
		return mw_fmt(a, "would have killed %s", r->first_kill);
	if (r->kill_count)
		return mw_fmt(a, "would have killed %" PRIu64 " times, first %s", r->kill_count,
			      r->first_kill);
	if (r->term_count)
		return mw_fmt(a, "would have sent SIGTERM, and killed nobody, in %s",
			      seconds(a, ms));
	if (r->first_warning)
		return mw_fmt(a, "would have killed nobody in %s, but warned %s", seconds(a, ms),
			      r->first_warning);
	return mw_fmt(a, "would have done nothing in %s; at least %s was available", seconds(a, ms),
		      mw_fmt_val_bytes(a, r->least_bytes));
}

static void notes(struct replay *r)
{
	struct mw_arena *a = r->arena;

	mw_report_note(r->report,
		       mw_fmt(a, "%zu views, configuration: %s.", r->play.view_count, r->config));
	if (r->play.config.dry_run && (r->kill_count || r->term_count))
		mw_report_note(r->report, "What came of a kill is not in the recording, so that "
					  "what follows the first is left out.");
	if (r->unanswered_count)
		mw_report_note(r->report,
			       mw_fmt(a,
				      "%" PRIu64 " times it asked for processes that the "
				      "recording does not hold.",
				      r->unanswered_count));
	if (r->play.player.is_torn)
		mw_report_note(r->report, "The end of the recording is torn off.");
}

static void figures(struct replay *r)
{
	struct mw_report *report = r->report;

	mw_report_figure(report, "view_count", mw_ok(r->play.view_count));
	mw_report_figure(report, "kill_count", mw_ok(r->kill_count));
	mw_report_figure(report, "term_count", mw_ok(r->term_count));
	mw_report_figure(report, "warning_count", mw_ok(r->warning_count));
	mw_report_figure(report, "unanswered_count", mw_ok(r->unanswered_count));
	mw_report_figure(report, "least_available_bytes", r->least_bytes);
	mw_report_string(report, "config", r->config);
	mw_report_bool(report, "torn", mw_ok(r->play.player.is_torn));
}

static int write_out(struct replay *r, const struct options *o)
{
	struct mw_report_style style = { .color = cli_wants_color(o),
					 .width = cli_terminal_width(),
					 .compact = o->ndjson,
					 .ascii = o->ascii };
	int error;

	r->report->verdict = verdict(r);
	notes(r);
	figures(r);
	error = r->arena->failed       ? -ENOMEM
		: o->json || o->ndjson ? mw_report_json(r->report, &style, stdout)
				       : mw_report_text(r->report, &style, stdout);
	if (error < 0)
		return cli_fail("report", error);
	return r->play.player.is_torn ? EXIT_PARTIAL : EXIT_DONE;
}

/* That of --config, else that of the recording, else what is normal. */
static int find_config(struct replay *r, const struct options *o, struct mw_guard_config *ret)
{
	struct mw_guard_config_error error;
	size_t size = 65536;
	char *room = mw_arena_alloc(r->arena, size);
	struct mw_str text;

	if (!room)
		return cli_fail("replay", -ENOMEM);
	text = mw_guard_record_config(&r->play.player, room, size);
	if (o->config) {
		r->config = mw_escape(r->arena, mw_str_of(o->config));
		return cli_guard_config(o->config, r->arena, ret);
	}
	r->config = text.n ? "the recorded one" : "the normal one";
	if (mw_guard_config_parse(text, ret, &error) < 0) {
		fprintf(stderr, "memwhy: %s: its configuration is wrong: %s %s\n",
			mw_escape(r->arena, mw_str_of(o->replay)), mw_escape(r->arena, error.word),
			error.text);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static struct mw_guard_room make_room(struct mw_arena *arena, struct mw_str recording)
{
	struct mw_guard_room room = mw_guard_record_measure(recording);

	room.task = mw_arena_alloc(arena, (room.max_tasks + 1) * sizeof(*room.task));
	room.rest = mw_arena_alloc(arena, (room.max_rests + 1) * sizeof(*room.rest));
	room.group = mw_arena_alloc(arena, (room.max_groups + 1) * sizeof(*room.group));
	room.text = mw_arena_alloc(arena, room.text_bytes + 1);
	return room;
}

static int begin(struct replay *r, const struct options *o)
{
	struct mw_guard_config config;
	struct mw_guard_room room;
	struct mw_str recording;
	int status = cli_guard_read(o->replay, r->arena, &recording);

	if (status)
		return status;
	room = make_room(r->arena, recording);
	r->play.shown = mw_arena_alloc(r->arena, (room.max_tasks + 1) * sizeof(*room.task));
	if (r->arena->failed)
		return cli_fail("replay", -ENOMEM);
	if (mw_guard_record_begin(&r->play.player, recording, room) < 0) {
		fprintf(stderr, "memwhy: %s: is no recording of the guard\n",
			mw_escape(r->arena, mw_str_of(o->replay)));
		return EXIT_FAILED;
	}
	status = find_config(r, o, &config);
	if (!status)
		mw_guard_play_begin(&r->play, &config, recording);
	return status;
}

int cli_guard_replay(const struct options *o)
{
	struct mw_arena arena _mw_arena_ = {};
	struct mw_report report;
	struct replay r = { .arena = &arena, .report = &report };
	struct mw_guard_decision d;
	int status = begin(&r, o), more;

	if (status)
		return status;
	mw_report_init(&report, &arena, "memwhy.guard-replay/1");
	report.item = true;
	r.table = mw_report_table(
		&report, (struct mw_table){ .id = "decisions",
					    .title = "What it would have done",
					    .col = columns,
					    .n_cols = sizeof(columns) / sizeof(columns[0]) });
	while ((more = mw_guard_play_next(&r.play, &d)) > 0)
		take(&r, &d);
	if (more < 0) {
		fprintf(stderr, "memwhy: %s:%zu: the line %s\n",
			mw_escape(&arena, mw_str_of(o->replay)), r.play.player.line,
			r.play.player.wrong);
		return EXIT_FAILED;
	}
	return write_out(&r, o);
}
