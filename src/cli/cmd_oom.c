/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy oom - why did the kernel kill, or refuse this allocation?
 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/oom_report.h"
#include "kernel/errname.h"
#include "kernel/oomfeed.h"
#include "kernel/root_log.h"
#include "report/escape.h"

#define AT(member) offsetof(struct options, member)

static const struct opt opts[] = {
	{ "summary", 's', NULL, "count the reports by cause, victim, unit, host and hour", OPT_FLAG,
	  AT(summary) },
	{ "html", 0, NULL, "one page of HTML", OPT_FLAG, AT(html) },
	{ "since", 0, "TIME", "only reports from then on: \"2026-11-24 13:55\"", OPT_TEXT,
	  AT(since) },
	{ "until", 0, "TIME", "only reports up to then", OPT_TEXT, AT(until) },
	{ "host", 0, "NAME", "only reports of that host", OPT_TEXT, AT(host) },
	{ "split", 0, "OFFSET:LENGTH", "only reports whose first line starts in these bytes",
	  OPT_TEXT, AT(split) },
	{ "top", 'n', "N", "show at most N tasks of each report; 0 shows all", OPT_NUMBER,
	  AT(top) },
};

/* What a run needs: the sink of the parser gets it. */
struct reader {
	const struct options *o;
	struct cli_job *job;
	struct mw_report_style style;
	struct mw_arena arena; /* of one event */
	struct mw_arena kept;  /* of the whole run */
	struct cli_oom_summary *summary;
	struct mw_val since, until; /* seconds on the log's clock */
	uint64_t split_from, split_to;
	bool nodes_apply; /* the root is the machine that wrote the log */
	uint64_t shown, bytes;
	enum mw_severity worst;
	int error;
};

static struct mw_val node_of(const void *of, uint64_t cpu)
{
	const struct reader *rd = of;

	for (size_t i = 0; rd->nodes_apply && i < rd->job->snap.n_nodes; i++)
		if (rd->job->snap.node[i].cpus.n && mw_walk_in_list(rd->job->snap.node[i].cpus, cpu))
			return mw_ok(rd->job->snap.node[i].node);
	return mw_no(MW_UNREAD);
}

static struct mw_val now_seconds(const struct reader *rd)
{
	struct mw_val ns = rd->job->snap.host.time_ns;

	return mw_known(ns) ? mw_ok(ns.v / 1000000000 + 86400) : ns; /* clocks differ by zones */
}

static bool is_wanted(const struct reader *rd, const struct mw_oom_event *e)
{
	struct mw_val at;

	if (e->offset < rd->split_from || e->offset >= rd->split_to)
		return false;
	if (rd->o->host && !mw_str_eq(e->host, rd->o->host))
		return false;
	if (!rd->o->since && !rd->o->until)
		return true;
	at = mw_stamp_seconds(&e->stamp, now_seconds(rd));
	if (!mw_known(at))
		return false;
	return (!rd->o->since || at.v >= rd->since.v) && (!rd->o->until || at.v <= rd->until.v);
}

static int write_item(struct reader *rd, const struct mw_report *r)
{
	bool first = !rd->shown;

	if (rd->o->ndjson)
		return mw_report_json(r, &rd->style, stdout);
	if (rd->o->json)
		return mw_report_json_item(r, &rd->style, first, stdout);
	if (rd->o->html)
		return mw_report_html(r, &rd->style, stdout);
	if (!first)
		fputs("\n\n", stdout);
	return mw_report_text(r, &rd->style, stdout);
}

static void on_event(void *to, struct mw_oom_event *e)
{
	struct reader *rd = to;
	struct mw_findings findings;
	struct mw_oom_case c;
	struct mw_report r;

	if (rd->error || !is_wanted(rd, e))
		return;
	mw_oom_explain(e, node_of, rd, &rd->arena, &c);
	if (rd->o->summary) {
		cli_oom_summary_add(rd->summary, &c);
	} else {
		mw_find_oom(&c, &rd->o->threshold, &findings);
		cli_oom_report(&r, &c, &findings, rd->o->top ? rd->o->top : UINT64_MAX);
		for (size_t i = 0; i < findings.n; i++)
			if (findings.item[i].severity > rd->worst)
				rd->worst = findings.item[i].severity;
		rd->error = write_item(rd, &r);
	}
	rd->shown++;
	if (rd->arena.failed || e->arena.failed || rd->kept.failed)
		rd->error = -ENOMEM;
	mw_arena_done(&rd->arena);
	rd->arena = (struct mw_arena){};
}

static int fail_log(struct reader *rd, const char *path, int r, const char *what)
{
	const char *name = mw_escape(&rd->kept, mw_str_of(path ? path : "this machine's log"));

	if (!what)
		return cli_fail(name, r);
	fprintf(stderr, "memwhy: %s: %s\n", name, what);
	return EXIT_FAILED;
}

/* Enough of the log that nothing wanted can follow? */
static bool is_past(const struct reader *rd, const struct mw_oomfeed *f)
{
	return f->offset >= rd->split_to &&
	       (!f->log.n_open || f->log.open[0]->offset >= rd->split_to);
}

/* Reads one log from front to back; what was read before an error has been said. */
static int read_log(struct reader *rd, const char *path)
{
	_mw_log_ struct mw_log *log = NULL;
	struct mw_problem problem = {};
	struct mw_oomfeed f;
	ssize_t n = 0;
	size_t room;
	int r = mw_log_open(path, &log, &problem);

	if (r < 0)
		return fail_log(rd, path, r, problem.what);
	if (mw_oomfeed_init(&f, on_event, rd) < 0)
		return cli_fail("log", -ENOMEM);
	do {
		char *buffer = mw_oomfeed_room(&f, &room);

		n = mw_log_read(log, buffer, room);
		if (n > 0) {
			mw_oomfeed_filled(&f, (size_t)n);
			rd->bytes += (uint64_t)n;
		}
	} while (n > 0 && !rd->error && !is_past(rd, &f));
	if (f.arena.failed)
		rd->error = -ENOMEM;
	mw_oomfeed_done(&f);
	if (n < 0)
		return fail_log(rd, path, (int)n, mw_log_problem(log));
	return EXIT_DONE;
}

static bool parse_split(const char *text, struct reader *rd)
{
	struct mw_str rest = mw_str_of(text), from;
	uint64_t length;

	return mw_str_cut(&rest, ':', &from) && !mw_str_u64(from, &rd->split_from) &&
	       !mw_str_u64(rest, &length) &&
	       !__builtin_add_overflow(rd->split_from, length, &rd->split_to);
}

static bool parse_time(const char *text, struct mw_val *ret)
{
	struct mw_stamp stamp = {};
	struct mw_str s = mw_str_of(text);

	if (mw_stamp_iso(s, &stamp) != s.n)
		return false;
	*ret = mw_stamp_seconds(&stamp, mw_no(MW_UNREAD));
	return true;
}

static int set_filters(struct reader *rd, const struct options *o)
{
	rd->split_to = UINT64_MAX;
	if (o->split && !parse_split(o->split, rd))
		return cli_wrong("split", o->split);
	if (o->since && !parse_time(o->since, &rd->since))
		return cli_wrong("since", o->since);
	if (o->until && !parse_time(o->until, &rd->until))
		return cli_wrong("until", o->until);
	return EXIT_DONE;
}

static void describe_end(struct reader *rd, struct mw_report *tail)
{
	struct mw_arena *a = &rd->kept;
	const char *of = mw_fmt_bytes(a, rd->bytes);

	if (!rd->shown)
		tail->verdict = mw_fmt(
			a, "no report of an OOM kill or a failed allocation in %s of log", of);
	else
		tail->verdict =
			mw_fmt(a, "%llu report%s in %s of log", (unsigned long long)rd->shown,
			       rd->shown == 1 ? "" : "s", of);
	if (rd->o->summary)
		cli_oom_summary_tables(tail, rd->summary, rd->o->top);
}

static int begin(struct reader *rd, struct mw_report *head)
{
	if (rd->o->summary || rd->o->ndjson)
		return 0;
	if (rd->o->json)
		return mw_report_json_begin(head, &rd->style, stdout, "events");
	return rd->o->html ? mw_report_html_begin("memwhy oom", stdout) : 0;
}

static int end(struct reader *rd, struct mw_report *tail)
{
	bool text = !rd->o->json && !rd->o->ndjson && !rd->o->html;
	int r = 0;

	describe_end(rd, tail);
	if (rd->o->summary && (rd->o->json || rd->o->ndjson))
		return mw_report_json(tail, &rd->style, stdout);
	if (rd->o->json)
		return mw_report_json_end(tail, &rd->style, !rd->shown, stdout);
	if (rd->o->html) {
		if (rd->o->summary)
			r = mw_report_html_begin("memwhy oom", stdout);
		if (!r)
			r = mw_report_html(tail, &rd->style, stdout);
		return r ? r : mw_report_html_end(stdout);
	}
	/* Nothing could be read: that was said, and is no answer. */
	if (text && (rd->o->summary || (!rd->shown && rd->bytes)))
		return mw_report_text(tail, &rd->style, stdout);
	return 0;
}

static int check_status(const struct reader *rd, int status)
{
	if (status)
		return EXIT_CHECK + CHECK_UNKNOWN;
	if (!rd->shown)
		return EXIT_CHECK + CHECK_OK;
	switch (rd->worst) {
	case MW_CRITICAL:
		return EXIT_CHECK + CHECK_CRITICAL;
	case MW_WARNING:
		return EXIT_CHECK + CHECK_WARNING;
	case MW_INFO:
		return EXIT_CHECK + CHECK_OK;
	}
	return EXIT_CHECK + CHECK_UNKNOWN;
}

static int read_all(struct reader *rd, const struct options *o)
{
	int status = EXIT_DONE, r;

	if (!o->n_args)
		return read_log(rd, NULL);
	for (int i = 0; i < o->n_args; i++) {
		r = read_log(rd, o->arg[i]);
		if (r)
			status = r;
	}
	return status;
}

static void note_host(struct reader *rd, struct mw_report *r)
{
	const struct mw_host *h = &rd->job->snap.host;

	r->host = (struct mw_report_host){ h->kernel, h->machine, h->page_bytes, h->time_ns };
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct reader rd = { .o = o,
			     .job = &job,
			     .style = { .color = cli_wants_color(o),
					.width = cli_terminal_width(),
					.compact = o->ndjson,
					.ascii = o->ascii },
			     .nodes_apply = o->root || !o->n_args };
	struct mw_report tail;
	int status = set_filters(&rd, o), r;

	if (!status)
		status = cli_job_start(&job, o, MW_WANT_NODES_ONLY);
	if (status)
		return status;
	rd.summary = cli_oom_summary_new(&rd.kept);
	mw_report_init(&tail, &rd.kept, "memwhy.oom/1");
	note_host(&rd, &tail);
	r = begin(&rd, &tail);
	if (!r)
		status = read_all(&rd, o);
	if (!r)
		r = rd.error ? rd.error : end(&rd, &tail);
	if (!r && rd.kept.failed)
		r = -ENOMEM;
	mw_arena_done(&rd.arena);
	mw_arena_done(&rd.kept);
	if (r < 0)
		status = cli_fail("report", r);
	return o->check ? check_status(&rd, status) : status;
}

const struct cmd cmd_oom = {
	.name = "oom",
	.args = "[FILE...]",
	.summary = "why the kernel killed, or refused an allocation: reads its log",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
