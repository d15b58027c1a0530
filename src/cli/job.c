/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job - what all commands do before and after their analysis.
 */
#include <errno.h>
#include <string.h>

#include "act/outfile.h"
#include "base/fmt.h"
#include "cli/cmd.h"
#include "kernel/errname.h"
#include "report/escape.h"

/* Files that get a name, which costs some 40 us: of a report, and where --top 0 asks for all. */
#define PAGES_FILES 200
#define PAGES_FILES_ALL 10000
/* Some 40 bytes each, and 25 ms: for the cgroups, and for captures that may be asked about them. */
#define PAGES_PAID 20000

int cli_fail(const char *what, int r)
{
	fprintf(stderr, "memwhy: %s: %s\n", what, strerror(-r));
	return EXIT_FAILED;
}

int cli_unread(const char *what, int r)
{
	cli_fail(what, r);
	return EXIT_PARTIAL;
}

int cli_wrong(const char *option, const char *text)
{
	fprintf(stderr, "memwhy: --%s: not understood: %s\n", option, text);
	return EXIT_USAGE;
}

static int fail_open(struct cli_job *job, const char *path, int r, struct mw_problem problem)
{
	const char *name = mw_escape(&job->arena, mw_str_of(path ? path : "/"));

	if (r != -EINVAL || !problem.what)
		return cli_fail(name, r);
	if (problem.line)
		fprintf(stderr, "memwhy: %s:%zu: %s\n", name, problem.line, problem.what);
	else
		fprintf(stderr, "memwhy: %s: %s\n", name, problem.what);
	return EXIT_FAILED;
}

static int fail_snap(struct cli_job *job, const char *path, int r)
{
	const char *name = mw_escape(&job->arena, mw_str_of(path ? path : ""));

	if (r == -ENOMEM)
		return cli_fail("snapshot", r);
	fprintf(stderr, "memwhy: %s%sproc/meminfo: %s\n", name, path ? ": " : "/",
		r == -ENODATA ? "has no MemTotal line" : strerror(-r));
	return EXIT_FAILED;
}

int cli_job_start(struct cli_job *job, const struct options *o, unsigned want)
{
	struct mw_snap_options snap = {
		.want = want,
		.tree_min_bytes = o->tree_min_bytes,
		.pages_reader = o->reader,
		.pages_sample_ppm = o->sample_ppm,
		.pages_who_points = o->who_points || o->who_frame != UINT64_MAX,
		.pages_who_frame = o->who_frame,
		.pages_files_max = o->top ? PAGES_FILES : PAGES_FILES_ALL,
		.pages_paid_max = want & MW_WANT_CGROUPS || o->save_capture ? PAGES_PAID : 0,
		.pages_all_names = !o->top,
		.smaps_budget_us = o->smaps_budget_ms * 1000
	};
	struct mw_problem problem;
	const char *path = o->root && !strcmp(o->root, "-") ? "/dev/stdin" : o->root;
	int r = mw_root_open(path, o->save_capture, &job->root, &problem);

	if (r < 0)
		return fail_open(job, o->root, r, problem);
	r = mw_snap_take(job->root, &snap, &job->arena, &job->snap);
	return r < 0 ? fail_snap(job, o->root, r) : EXIT_DONE;
}

void cli_job_done(struct cli_job *job)
{
	mw_root_free(job->root);
	mw_arena_done(&job->arena);
}

void cli_job_describe(struct cli_job *job, struct mw_report *r)
{
	const struct mw_host *h = &job->snap.host;
	const struct mw_sources *s = &job->snap.sources;

	r->host = (struct mw_report_host){ h->kernel, h->machine, h->page_bytes, h->time_ns };
	for (size_t i = 0; i < s->n; i++)
		mw_report_source(r, (struct mw_report_source){
					    .path = s->item[i].path,
					    .example = s->item[i].example,
					    .error = mw_errname(s->item[i].r, &job->arena),
					    .reason = strerror(-s->item[i].r),
					    .count = s->item[i].count });
}

static int check_status(const struct mw_report *r)
{
	int worst = r->n_sources ? CHECK_UNKNOWN : CHECK_OK;

	for (size_t i = 0; r->findings && i < r->findings->n; i++)
		switch (r->findings->item[i].severity) {
		case MW_CRITICAL:
			return CHECK_CRITICAL;
		case MW_WARNING:
			worst = CHECK_WARNING;
			break;
		case MW_INFO:
			break;
		}
	return worst;
}

static int save(struct cli_job *job, const char *path)
{
	struct mw_capture capture;
	int r = mw_root_recorded(job->root, &capture);

	if (r < 0)
		return cli_fail("save-capture", r);
	mw_capture_scrub(&capture);
	r = mw_outfile_write(path, mw_capture_encode(&capture, &job->arena));
	if (r < 0 || job->arena.failed)
		return cli_fail(path, r < 0 ? r : -ENOMEM);
	return EXIT_DONE;
}

int cli_job_emit(struct cli_job *job, const struct options *o, struct mw_report *r)
{
	struct mw_report_style style = { .color = cli_wants_color(o),
					 .width = cli_terminal_width(),
					 .compact = o->ndjson,
					 .ascii = o->ascii };
	int error, status = EXIT_DONE;

	cli_job_describe(job, r);
	if (o->save_capture)
		status = save(job, o->save_capture);
	error = o->json || o->ndjson ? mw_report_json(r, &style, stdout)
				     : mw_report_text(r, &style, stdout);
	if (error < 0)
		return cli_fail("report", error);
	if (o->check)
		return EXIT_CHECK + check_status(r);
	return status ? status : r->n_sources ? EXIT_PARTIAL : EXIT_DONE;
}
