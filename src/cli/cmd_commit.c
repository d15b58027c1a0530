/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy commit - why does malloc fail while RAM is free?
 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/commit.h"
#include "cli/commit_report.h"
#include "report/escape.h"
#include "why/promise_rule.h"
#include "why/space.h"

static const struct opt opts[] = {
	{ "try", 0, "SIZE", "would a request of so much succeed now?", OPT_SIZE,
	  offsetof(struct options, try_bytes) },
	{ "as", 0, "PID|root|user", "who asks; of a PID also all else that can refuse it", OPT_TEXT,
	  offsetof(struct options, as) },
	{ "run", 0, NULL, "run what stands behind --, and say which rule refuses its calls",
	  OPT_FLAG, offsetof(struct options, run) },
	{ "output", 'o', "FILE", "with --run: the closing report goes here", OPT_TEXT,
	  offsetof(struct options, output) },
	{ "address", 0, "PID ADDR", "what stands behind one virtual address", OPT_PAIR,
	  offsetof(struct options, address) },
	{ "top", 'n', "N", "show at most N owners; 0 shows all", OPT_NUMBER,
	  offsetof(struct options, top) },
};

#define NOT_ASKED UINT64_MAX /* as opt_defaults() has it */

/* Who asks: --as, or who runs this. */
struct asking {
	bool is_process;
	uint64_t pid;
	struct mw_asker asker;
	struct mw_gauges gauges;
	struct mw_try_ask ask;
	const char *name;
};

static const struct mw_promiser *promiser_of(const struct mw_commit *c, const struct mw_snap *s,
					     uint64_t pid)
{
	const struct mw_proc *p = NULL;

	for (size_t i = 0; i < s->n_procs && !p; i++)
		if (s->proc[i].pid == pid)
			p = &s->proc[s->proc[i].oom.same_mm];
	for (size_t i = 0; p && i < c->n_promisers; i++)
		if (c->promiser[i].proc == p)
			return &c->promiser[i];
	return NULL;
}

static int take_process(struct cli_job *job, const struct mw_commit *c, struct asking *a)
{
	int r = mw_take_asker(job->root, a->pid, true, &job->arena, &job->snap, &a->asker);

	if (r == -ENOMEM)
		return cli_fail("--as", r);
	if (r == -ENODATA) {
		fprintf(stderr,
			"memwhy: --as: pid %llu has no memory of its own: a kernel thread, or it "
			"has ended\n",
			(unsigned long long)a->pid);
		return EXIT_PARTIAL;
	}
	if (r < 0)
		return cli_unread(mw_fmt(&job->arena, "--as: pid %llu", (unsigned long long)a->pid),
				  r);
	mw_gauges_build(&job->snap, &a->asker, &job->arena, &a->gauges);
	a->ask.asker = &a->asker;
	a->ask.self = promiser_of(c, &job->snap, a->pid);
	a->ask.admin = mw_promise_asker(&a->asker, job->snap.host.page_bytes).admin;
	a->name = mw_fmt(&job->arena, "%s (pid %llu)",
			 mw_arena_cstr(&job->arena, a->asker.status.name),
			 (unsigned long long)a->pid);
	return EXIT_DONE;
}

static int take_asking(struct cli_job *job, const struct options *o, const struct mw_commit *c,
		       struct asking *a)
{
	const char *as = o->as ? o->as : mw_or(job->snap.host.euid, 0) ? "user" : "root";

	a->ask.bytes = o->try_bytes == NOT_ASKED ? 0 : o->try_bytes;
	a->ask.admin = !strcmp(as, "root");
	a->name = a->ask.admin ? "root" : "an ordinary user";
	return a->is_process ? take_process(job, c, a) : EXIT_DONE;
}

static int check_size(struct cli_job *job, const struct options *o)
{
	uint64_t most = mw_space_most_bytes(job->snap.host.machine);

	if (o->try_bytes == NOT_ASKED || (o->try_bytes && o->try_bytes <= most))
		return EXIT_DONE;
	if (!o->try_bytes)
		fputs("memwhy: --try: nothing is asked for\n", stderr);
	else
		fprintf(stderr, "memwhy: --try: larger than the address space of a process, %s\n",
			mw_fmt_bytes(&job->arena, most));
	return EXIT_USAGE;
}

/* Before anything is read. */
static int parse_as(const struct options *o, struct asking *a)
{
	if (!o->as || !strcmp(o->as, "root") || !strcmp(o->as, "user"))
		return EXIT_DONE;
	a->is_process = true;
	return mw_str_u64(mw_str_of(o->as), &a->pid) < 0 || !a->pid ? cli_wrong("as", o->as)
								    : EXIT_DONE;
}

static int explain(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_findings findings = {};
	struct asking asking = {};
	struct mw_try tries[MW_TRY_KINDS];
	struct mw_commit c;
	struct mw_report r;
	int status = parse_as(o, &asking);

	if (!status)
		status = cli_job_start(&job, o, MW_WANT_SHMEM | MW_WANT_OOM | MW_WANT_COMMIT);
	if (!status)
		status = check_size(&job, o);
	if (status)
		return status;
	mw_commit_build(&job.snap, &job.arena, &c);
	status = take_asking(&job, o, &c, &asking);
	if (status)
		return status;
	if (o->try_bytes != NOT_ASKED)
		mw_try(&job.snap, &c, &asking.ask, &job.arena, tries);
	mw_find_commit(&(struct mw_commit_case){ &job.snap, &c, &o->threshold, &job.arena,
						 asking.is_process ? &asking.gauges : NULL,
						 asking.name },
		       &findings);
	mw_report_init(&r, &job.arena, "memwhy.commit/1");
	cli_commit_report(
		&r, &(struct commit_view){ .snap = &job.snap,
					   .c = &c,
					   .tries = o->try_bytes != NOT_ASKED ? tries : NULL,
					   .try_bytes = o->try_bytes,
					   .as = asking.name,
					   .gauges = asking.is_process ? &asking.gauges : NULL,
					   .top = o->top });
	r.findings = &findings;
	return cli_job_emit(&job, o, &r);
}

static int run(const struct options *o)
{
	if (o->run + (o->address[0] != NULL) + (o->try_bytes != NOT_ASKED) > 1) {
		fputs("memwhy: one of --run, --address and --try\n", stderr);
		return EXIT_USAGE;
	}
	if (!o->run && (o->n_args || o->output)) {
		fprintf(stderr, "memwhy: %s only with --run\n",
			o->n_args ? "a command" : "--output");
		return EXIT_USAGE;
	}
	if (o->run)
		return cli_commit_run(o);
	return o->address[0] ? cli_commit_address(o) : explain(o);
}

const struct cmd cmd_commit = {
	.name = "commit",
	.args = "[--run -- COMMAND [ARGUMENT...]]",
	.summary = "why does malloc fail while RAM is free?",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
