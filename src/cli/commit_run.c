/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_run - memwhy commit --run: which call of a program is refused, and by which rule.
 */
#include <errno.h>
#include <string.h>

#include "act/outfile.h"
#include "act/trace.h"
#include "base/fmt.h"
#include "cli/commit.h"
#include "kernel/errname.h"
#include "report/escape.h"
#include "why/refusal.h"

/* As of timeout(1) and env(1): memwhy itself failed; COMMAND cannot be run; there is none. */
enum { RUN_FAILED = 125, RUN_NOT_STARTED, RUN_NOT_FOUND };

#define CALLS_MAX 1000 /* different ones; more are only counted */

/* Calls that were refused alike. */
struct refused {
	uint64_t pid;
	struct mw_str comm;
	struct mw_call call;
	uint64_t count;
	struct mw_refusal_step step; /* what refused it; rule_id NULL: not known */
	const char *rule_id;
	bool sure;
	const char *verdict;
};

struct watch {
	struct cli_job *job;
	const struct options *o;
	struct mw_arena once; /* what one refusal needs */
	struct refused *item;
	size_t n;
	uint64_t refused_count, more_count;
	bool foreign_said;
	int exit_status;
};

/* ---- one refusal */

static struct refused *same(struct watch *w, uint64_t pid, const struct mw_call *c)
{
	for (size_t i = w->n; i-- > 0;) {
		struct refused *x = &w->item[i];

		if (x->pid == pid && x->call.kind == c->kind && x->call.bytes == c->bytes &&
		    x->call.error == c->error)
			return x;
	}
	return NULL;
}

/* What could not be read goes to the list of the whole report. */
static void keep_sources(struct watch *w, const struct mw_sources *s)
{
	for (size_t i = 0; i < s->n; i++)
		mw_sources_note(&w->job->snap.sources, s->item[i].example, s->item[i].r);
}

/* The table of the caller's IPC namespace, which needs rights; ours where it is the same. */
static bool segments_of(struct watch *w, uint64_t thread, struct mw_str *ret)
{
	const char *folder = mw_fmt(&w->once, "proc/%llu/meta", (unsigned long long)thread);
	struct mw_str text[2];
	struct mw_ns own, its;

	if (!mw_root_read(w->job->root, mw_fmt(&w->once, "%s/sysvipc_shm", folder), &w->once, ret))
		return true;
	return !mw_root_read(w->job->root, "proc/self/meta/ns", &w->once, &text[0]) &&
	       !mw_root_read(w->job->root, mw_fmt(&w->once, "%s/ns", folder), &w->once, &text[1]) &&
	       !mw_meta_ns_parse(text[0], &own) && !mw_meta_ns_parse(text[1], &its) && own.ipc.n &&
	       mw_str_same(own.ipc, its.ipc) &&
	       !mw_root_read(w->job->root, "proc/sysvipc/shm", &w->once, ret);
}

/* Of a segment that is attached only a table knows the size. */
static void look_up_segment(struct watch *w, uint64_t thread, struct mw_call *c)
{
	struct mw_str text, columns = {};
	struct mw_shm_segment segment;

	if (c->kind != MW_CALL_SHMAT || !segments_of(w, thread, &text))
		return;
	while (mw_sysvipc_next(&text, &columns, &segment))
		if (segment.shmid == c->segment)
			c->bytes = mw_or(segment.size_bytes, 0);
}

static void judge(struct watch *w, uint64_t thread, struct refused *x)
{
	struct mw_arena *a = &w->job->arena;
	struct mw_snap s;
	struct mw_asker asker;
	struct mw_refusal r;
	int error =
		mw_snap_take(w->job->root, &(struct mw_snap_options){ .want = MW_WANT_OVERCOMMIT },
			     &w->once, &s);

	if (!error)
		error = mw_take_asker(w->job->root, thread,
				      mw_refusal_asks(x->call.kind, MW_LIMIT_NPROC), &w->once, &s,
				      &asker);
	if (error) {
		x->verdict = mw_fmt(a, "its limits cannot be read: %s", strerror(-error));
		return;
	}
	keep_sources(w, &s.sources);
	mw_refusal_judge(&s, &asker, &x->call, &w->once, &r);
	x->comm = mw_arena_copy(a, asker.status.name);
	x->verdict = mw_arena_cstr(a, mw_str_of(mw_refusal_text(&r, &w->once)));
	if (!r.first)
		return;
	x->step = *r.first;
	x->step.gauge.source = mw_arena_cstr(a, mw_str_of(r.first->gauge.source));
	x->step.gauge.group = mw_arena_copy(a, r.first->gauge.group);
	x->rule_id = r.first->gauge.id;
	x->sure = r.first->refuses == MW_REFUSES_YES;
}

static const char *what(const struct refused *x, struct mw_arena *a)
{
	const char *size = x->call.bytes ? mw_fmt(a, " of %s", mw_fmt_bytes(a, x->call.bytes)) : "";

	return mw_fmt(a, "%s%s", x->call.name, size);
}

/* At once, for people: a document for a program comes at the end alone. */
static void say(struct watch *w, const struct refused *x)
{
	struct mw_arena *a = &w->once;

	if ((w->o->json || w->o->ndjson) && !w->o->output)
		return;
	fprintf(stderr, "memwhy: %s (%llu): %s: %s: %s\n", mw_escape(a, x->comm),
		(unsigned long long)x->pid, what(x, a), mw_escape(a, mw_errname(-x->call.error, a)),
		mw_escape(a, mw_str_of(x->verdict)));
}

/* NULL: it was counted with an equal one, or there are too many. */
static struct refused *note(struct watch *w, uint64_t pid, const struct mw_call *c)
{
	struct refused *x = same(w, pid, c), *list;

	w->refused_count++;
	if (x)
		x->count++;
	else if (w->n == CALLS_MAX)
		w->more_count++;
	if (x || w->n == CALLS_MAX)
		return NULL;
	list = mw_arena_grow(&w->job->arena, w->item, w->n, sizeof(*list));
	if (!list)
		return NULL;
	w->item = list;
	x = &list[w->n++];
	*x = (struct refused){ .pid = pid, .call = *c, .count = 1, .verdict = "" };
	return x;
}

/* The process of a thread; the thread itself where it cannot be read. */
static uint64_t process_of(struct watch *w, uint64_t thread)
{
	const char *path = mw_fmt(&w->once, "proc/%llu/status", (unsigned long long)thread);
	struct mw_pid_status status;
	struct mw_str text;

	if (mw_root_read(w->job->root, path, &w->once, &text) < 0 ||
	    mw_pid_status_parse(text, &w->once, &status) < 0)
		return thread;
	return mw_or(status.tgid, thread);
}

static void on_refused(void *arg, uint64_t thread, const struct mw_call *call)
{
	struct watch *w = arg;
	struct mw_call c = *call;
	struct refused *x;

	look_up_segment(w, thread, &c);
	x = note(w, process_of(w, thread), &c);
	if (x) {
		judge(w, thread, x);
		say(w, x);
	}
	mw_arena_done(&w->once);
}

static void on_unseen(void *arg, uint64_t pid)
{
	struct watch *w = arg;

	if (!w->foreign_said)
		fprintf(stderr,
			"memwhy: %llu is a 32-bit program: calls of such programs are not "
			"watched\n",
			(unsigned long long)pid);
	w->foreign_said = true;
}

static void on_waits(void *arg)
{
	(void)arg;
	fputs("memwhy: the command has ended; waiting for what it left running (^C or SIGTERM "
	      "kills that)\n",
	      stderr);
}

/* ---- the closing report */

enum column {
	PID,
	COMM,
	CALL,
	BYTES,
	ERROR,
	COUNT,
	RULE,
	VERDICT,
	USED,
	LIMIT,
	ROOM,
	NEED,
	UNIT,
	SOURCE,
	GROUP,
	CERTAIN,
	N_COLUMNS
};

static const struct mw_col columns[N_COLUMNS] = {
	[PID] = { "pid", "PID", MW_TYPE_COUNT },     [COMM] = { "comm", "COMM", MW_TYPE_STR },
	[CALL] = { "call", "CALL", MW_TYPE_STR },    [BYTES] = { "bytes", "SIZE", MW_TYPE_BYTES },
	[ERROR] = { "error", "ERROR", MW_TYPE_STR }, [COUNT] = { "count", "TIMES", MW_TYPE_COUNT },
	[RULE] = { "rule", "RULE", MW_TYPE_STR },    [VERDICT] = { "verdict", "WHY", MW_TYPE_STR },
	[USED] = { "used", NULL, MW_TYPE_COUNT },    [LIMIT] = { "limit", NULL, MW_TYPE_COUNT },
	[ROOM] = { "room", NULL, MW_TYPE_COUNT },    [NEED] = { "need", NULL, MW_TYPE_COUNT },
	[UNIT] = { "unit", NULL, MW_TYPE_STR },	     [SOURCE] = { "source", NULL, MW_TYPE_STR },
	[GROUP] = { "cgroup", NULL, MW_TYPE_STR },   [CERTAIN] = { "certain", NULL, MW_TYPE_BOOL },
};

static void rule_cells(struct mw_row *row, const struct refused *x)
{
	const struct mw_gauge *g = &x->step.gauge;

	mw_cell_str(row, RULE, mw_str_of(x->rule_id));
	mw_cell_val(row, USED, g->used);
	mw_cell_val(row, LIMIT, g->limit);
	mw_cell_val(row, ROOM, g->room);
	mw_cell_val(row, NEED, x->step.need);
	mw_cell_str(row, UNIT, mw_str_of(mw_unit_name(g->unit)));
	mw_cell_str(row, SOURCE, mw_str_of(g->source));
	if (g->group.n)
		mw_cell_str(row, GROUP, g->group);
	mw_cell_val(row, CERTAIN, mw_ok(x->sure));
}

static void call_row(struct mw_report *r, struct mw_table *t, const struct refused *x)
{
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

	mw_cell_val(row, PID, mw_ok(x->pid));
	mw_cell_str(row, COMM, x->comm);
	mw_cell_str(row, CALL, mw_str_of(x->call.name));
	if (x->call.bytes)
		mw_cell_val(row, BYTES, mw_ok(x->call.bytes));
	mw_cell_str(row, ERROR, mw_errname(-x->call.error, r->arena));
	mw_cell_val(row, COUNT, mw_ok(x->count));
	mw_cell_str(row, VERDICT, mw_str_of(x->verdict));
	if (x->rule_id)
		rule_cells(row, x);
}

static void build(struct watch *w, struct mw_report *r)
{
	struct mw_arena *a = &w->job->arena;
	struct mw_table *t;

	mw_report_init(r, a, "memwhy.commit-run/1");
	cli_job_describe(w->job, r);
	mw_report_figure(r, "exit_status", mw_ok((uint64_t)w->exit_status));
	mw_report_figure(r, "refused_count", mw_ok(w->refused_count));
	mw_report_figure(r, "not_listed_count", mw_ok(w->more_count));
	r->verdict = w->refused_count ? mw_fmt(a, "%llu %s refused; the command ended with %d",
					       (unsigned long long)w->refused_count,
					       w->refused_count == 1 ? "call was" : "calls were",
					       w->exit_status)
				      : mw_fmt(a, "No call was refused; the command ended with %d",
					       w->exit_status);
	if (w->more_count)
		mw_report_note(r, mw_fmt(a, "%llu of them are not listed",
					 (unsigned long long)w->more_count));
	t = mw_report_table(r, (struct mw_table){ .id = "calls",
						  .col = columns,
						  .n_cols = N_COLUMNS,
						  .title = "Refused calls:" });
	for (size_t i = 0; i < w->n; i++)
		call_row(r, t, &w->item[i]);
}

struct closing {
	const struct mw_report *report;
	const struct options *o;
};

static int put(void *arg, FILE *out)
{
	const struct closing *c = arg;
	struct mw_report_style style = { .compact = c->o->ndjson, .ascii = c->o->ascii };

	return c->o->json || c->o->ndjson ? mw_report_json(c->report, &style, out)
					  : mw_report_text(c->report, &style, out);
}

/* Standard output is the command's. */
static int close_report(struct watch *w)
{
	struct mw_report r;
	struct closing c = { &r, w->o };
	int error;

	build(w, &r);
	if (w->o->output)
		error = mw_outfile_put(w->o->output, put, &c);
	else if (w->refused_count || w->o->json || w->o->ndjson)
		error = put(&c, stderr);
	else
		error = 0;
	if (error < 0)
		cli_fail(w->o->output ? w->o->output : "report", error);
	return error < 0 ? RUN_FAILED : w->exit_status;
}

/* ---- the command */

static int not_run(const struct options *o, struct cli_job *job, const struct mw_trace_end *end,
		   int r)
{
	const char *hint = "";

	if (end->failed == MW_TRACE_EXEC) {
		fprintf(stderr, "memwhy: %s: %s\n", mw_escape(&job->arena, mw_str_of(o->arg[0])),
			strerror(-r));
		return r == -ENOENT ? RUN_NOT_FOUND : RUN_NOT_STARTED;
	}
	if (r == -EPERM || r == -EACCES)
		hint = " (kernel.yama.ptrace_scope, a container's seccomp profile, or a debugger "
		       "that traces memwhy itself)";
	fprintf(stderr, "memwhy: --run: %s: %s%s; the command was not run\n",
		end->failed == MW_TRACE_PTRACE	  ? "ptrace"
		: end->failed == MW_TRACE_SECCOMP ? "seccomp"
						  : "fork",
		strerror(-r), hint);
	return RUN_FAILED;
}

static int refuse(const char *why)
{
	fprintf(stderr, "memwhy: commit --run: %s\nTry: memwhy commit --help\n", why);
	return EXIT_USAGE;
}

static int run(const struct options *o, struct cli_job *job)
{
	struct watch w = { .job = job, .o = o };
	struct mw_trace t = { .argv = o->arg,
			      .arg = &w,
			      .refused = on_refused,
			      .unseen = on_unseen,
			      .waits = on_waits };
	struct mw_trace_end end;
	int r = mw_trace_run(&t, &end);

	if (r < 0)
		return not_run(o, job, &end, r);
	w.exit_status = end.exit_status;
	return close_report(&w);
}

int cli_commit_run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	int status;

	if (o->root)
		return refuse("only on this machine, not with --root");
	if (o->check || o->save_capture)
		return refuse("not with --check or --save-capture");
	if (!o->n_args)
		return refuse("run what? memwhy commit --run -- COMMAND");
	status = cli_job_start(&job, o, 0);
	/* As a finished answer of --check: main takes EXIT_CHECK off, so that the command's own
	 * exit status comes out. */
	return status ? status : EXIT_CHECK + run(o, &job);
}
