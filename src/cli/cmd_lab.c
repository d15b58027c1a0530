/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy lab - small accidents with memory, to watch on this machine.
 */
#include <errno.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "lab/csv.h"
#include "lab/lab.h"

static const struct opt opts[] = {
	{ "yes", 'y', NULL, "do it without asking", OPT_FLAG, offsetof(struct options, yes) },
	{ "dry-run", 0, NULL, "only tell what it would do", OPT_FLAG,
	  offsetof(struct options, dry_run) },
	{ "csv", 0, NULL, "the results as comma-separated values", OPT_FLAG,
	  offsetof(struct options, csv) },
};

static int refuse(const char *what, const char *why)
{
	fprintf(stderr, "memwhy: lab: %s: %s\nTry: memwhy lab --help\n", what, why);
	return EXIT_USAGE;
}

static int emit(const struct cli_job *job, const struct options *o, struct mw_report *r)
{
	const struct mw_host *h = &job->snap.host;
	struct mw_report_style style = { .color = cli_wants_color(o),
					 .width = cli_terminal_width(),
					 .compact = o->ndjson };
	int error = 0;

	r->host = (struct mw_report_host){ h->kernel, h->machine, h->page_bytes, h->time_ns };
	if (r->arena->failed)
		error = -ENOMEM;
	else if (o->csv)
		lab_csv(r, stdout);
	else if (o->json || o->ndjson)
		error = mw_report_json(r, &style, stdout);
	else
		error = mw_report_text(r, &style, stdout);
	return error < 0 ? cli_fail("report", error) : EXIT_DONE;
}

/* Data goes to standard output; so does the talk, unless the data are for a program. */
static FILE *talk_stream(const struct options *o)
{
	return o->csv || o->json || o->ndjson ? stderr : stdout;
}

static int perform(struct cli_job *job, const struct options *o, const struct lab_accident *a)
{
	struct mw_report r;
	struct lab lab = { .talk = talk_stream(o),
			   .root = job->root,
			   .arena = &job->arena,
			   .snap = &job->snap,
			   .report = &r,
			   .arg = o->arg + 1,
			   .n_args = o->n_args - 1 };
	const char *why = lab_obstacle(a);
	enum lab_status status;
	int error;

	if (why) {
		fprintf(stderr, "memwhy: lab %s: %s\n", a->name, why);
		return LAB_NOT_PERMITTED;
	}
	if (!o->yes && !lab_ask()) {
		fputs("Nothing was done.\n", stderr);
		return EXIT_FAILED;
	}
	mw_report_init(&r, &job->arena, "memwhy.lab/1");
	mw_report_string(&r, "accident", a->name);
	status = lab_perform(&lab, a);
	if (!r.verdict)
		return (int)status;
	error = emit(job, o, &r);
	return error ? error : (int)status;
}

static int list(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	int status = cli_job_start(&job, o, 0);
	struct mw_report r;

	if (status)
		return status;
	mw_report_init(&r, &job.arena, "memwhy.lab/1");
	lab_list(&r);
	return emit(&job, o, &r);
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	const struct lab_accident *a;
	const char *wrong;
	int status;

	if (o->root)
		return refuse("--root", "accidents happen on this machine only");
	if (o->check || o->save_capture)
		return refuse(o->check ? "--check" : "--save-capture", "not for this command");
	if (!o->n_args)
		return list(o);
	a = lab_find(o->arg[0]);
	if (!a) {
		fprintf(stderr, "memwhy: %s: no such accident; these are known:\n", o->arg[0]);
		lab_names(stderr);
		return EXIT_USAGE;
	}
	wrong = lab_misuse(a, o->arg + 1, o->n_args - 1);
	if (wrong)
		return refuse(a->name, wrong);
	if (!o->dry_run && !o->yes && !isatty(STDIN_FILENO))
		return refuse(a->name, "asks first: needs a terminal, or --yes");
	lab_tell(talk_stream(o), a);
	if (o->dry_run)
		return EXIT_DONE;
	status = cli_job_start(&job, o, 0);
	return status ? status : perform(&job, o, a);
}

const struct cmd cmd_lab = {
	.name = "lab",
	.args = "[NAME [PROCESS...]]",
	.summary = "a small accident with memory, to watch on this machine",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
