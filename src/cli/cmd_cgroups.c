/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy cgroups - who pays for the memory, and who uses it?
 */
#include <errno.h>

#include "base/fmt.h"
#include "cli/cgroups_recharge.h"
#include "cli/cgroups_report.h"
#include "cli/cmd.h"
#include "report/escape.h"

static const struct opt opts[] = {
	{ "dying", 0, NULL, "what removed cgroups are still charged for", OPT_FLAG,
	  offsetof(struct options, dying) },
	{ "apply", 0, NULL, "with --recharge: do what needs nobody to be stopped", OPT_FLAG,
	  offsetof(struct options, apply) },
	{ "disk-speed", 0, "BYTES", "a second, for --recharge; else measured", OPT_SIZE,
	  offsetof(struct options, disk_speed) },
	{ "expect", 0, "PATH=BYTES", "so much should be charged to it; may be given again",
	  OPT_LIST, offsetof(struct options, expect) },
	{ "files", 0, "GLOB",
	  "the files that are meant by --expect PATH or --recharge; may be given again", OPT_LIST,
	  offsetof(struct options, files) },
	{ "recharge", 0, "PATH", "how it comes to pay for the files it uses: only says so",
	  OPT_TEXT, offsetof(struct options, recharge) },
	{ "top", 'n', "N", "show the N largest cgroups; 0 shows all", OPT_NUMBER,
	  offsetof(struct options, top) },
};

static int find(struct cli_job *job, const struct mw_accounts *all, struct mw_str name, size_t *ret)
{
	*ret = mw_group_find(all, name);
	if (*ret != MW_NO_GROUP)
		return EXIT_DONE;
	fprintf(stderr, "memwhy: no such memory cgroup: %s\n", mw_escape(&job->arena, name));
	return EXIT_FAILED;
}

/* "PATH=BYTES": the path may hold a "=" too. */
static int take_expected(struct cli_job *job, const struct options *o,
			 const struct mw_accounts *all, struct mw_expected *list)
{
	for (size_t i = 0; i < o->expect.n; i++) {
		struct mw_str text = mw_str_of(o->expect.item[i]);
		size_t at = mw_str_rfind(text, '=');
		int status;

		if (at == text.n || !at ||
		    !opt_parse_size(mw_str_from(text, at + 1), &list[i].bytes))
			return cli_wrong("expect", mw_escape(&job->arena, text));
		status = find(job, all, (struct mw_str){ text.p, at }, &list[i].at);
		if (status)
			return status;
	}
	return EXIT_DONE;
}

static int report(struct cli_job *job, const struct options *o, const struct mw_cgroups_case *c)
{
	struct mw_findings findings;
	struct mw_report r;

	mw_find_cgroups(c, &findings);
	mw_report_init(&r, &job->arena, "memwhy.cgroups/1");
	cli_cgroups_report(&r, &(struct cgroups_view){ .snap = &job->snap,
						       .accounts = c->groups,
						       .found = c,
						       .at = c->within,
						       .dying = o->dying,
						       .top = o->top });
	r.findings = &findings;
	return cli_job_emit(job, o, &r);
}

/* What is not there to be read makes the answer partial too. */
static void note_unseen(struct cli_job *job, const struct mw_accounts *all)
{
	struct mw_sources *sources = &job->snap.sources;

	if (!all->n)
		mw_sources_note(sources, mw_str_of("sys/fs/cgroup"), -ENODATA);
	for (size_t i = 0; all->n && i < all->outside_count; i++)
		mw_sources_note(sources, mw_str_of("sys/fs/cgroup (of processes outside)"),
				-ENODATA);
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_expected expected[OPT_LIST_MAX];
	struct mw_accounts all;
	size_t at = MW_NO_GROUP;
	int status;

	if (o->recharge)
		return cli_cgroups_recharge(o);
	if (o->apply)
		return cli_wrong("apply", "without --recharge");
	if (o->n_args > 1) {
		fputs("memwhy: cgroups takes one path\n", stderr);
		return EXIT_USAGE;
	}
	status = cli_job_start(&job, o, MW_WANT_PROCS | MW_WANT_CGROUPS);
	if (status)
		return status;
	mw_accounts_build(&job.snap, o->threshold.cg_floor_mib << 20, &job.arena, &all);
	note_unseen(&job, &all);
	if (o->n_args)
		status = find(&job, &all, mw_str_of(o->arg[0]), &at);
	if (!status)
		status = take_expected(&job, o, &all, expected);
	if (status)
		return status;
	return report(&job, o,
		      &(struct mw_cgroups_case){ .snap = &job.snap,
						 .groups = &all,
						 .limit = &o->threshold,
						 .arena = &job.arena,
						 .within = at,
						 .expected = expected,
						 .n_expected = o->expect.n });
}

const struct cmd cmd_cgroups = {
	.name = "cgroups",
	.args = "[PATH]",
	.summary = "who pays for the memory, and who uses it?",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
