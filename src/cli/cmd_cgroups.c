/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy cgroups - who pays for the memory, and who uses it?
 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/cgroups_report.h"
#include "cli/cmd.h"
#include "report/escape.h"

static const struct opt opts[] = {
	{ "dying", 0, NULL, "what removed cgroups are still charged for", OPT_FLAG,
	  offsetof(struct options, dying) },
	{ "expect", 0, "PATH=BYTES", "so much should be charged to it; may be given again",
	  OPT_LIST, offsetof(struct options, expect) },
	{ "pages", 0, NULL, "look at each page frame: which files others pay for, and who pays",
	  OPT_FLAG, offsetof(struct options, pages) },
	{ "proof", 0, "NAME", "by arithmetic, processes or pages alone", OPT_TEXT,
	  offsetof(struct options, proof) },
	{ "reader", 0, "NAME", "with --pages: by bpf or kcore", OPT_TEXT,
	  offsetof(struct options, reader) },
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

/* What each proof needs; the first is always done. */
static const struct {
	const char *name;
	unsigned proofs, want;
} proofs[] = {
	{ "arithmetic", MW_BY_ARITHMETIC, MW_WANT_PROCS },
	{ "processes", MW_BY_PROCESSES, MW_WANT_PROCS },
	{ "pages", MW_BY_PAGES, MW_WANT_FILES | MW_WANT_PAGES },
};

#define N_PROOFS (sizeof(proofs) / sizeof(proofs[0]))

static bool find_proofs(const struct options *o, unsigned *ret_proofs, unsigned *ret_want)
{
	*ret_proofs = MW_BY_PROCESSES | (o->pages ? MW_BY_PAGES : 0);
	*ret_want = MW_WANT_PROCS | (o->pages ? MW_WANT_FILES | MW_WANT_PAGES : 0);
	if (!o->proof)
		return true;
	for (size_t i = 0; i < N_PROOFS; i++)
		if (!strcmp(o->proof, proofs[i].name)) {
			*ret_proofs = proofs[i].proofs;
			*ret_want = proofs[i].want;
			return true;
		}
	return false;
}

static bool wants_pages(const struct options *o)
{
	return o->pages || (o->proof && !strcmp(o->proof, "pages"));
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
						       .pages = wants_pages(o),
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
	struct options asked = *o;
	struct mw_accounts all;
	size_t at = MW_NO_GROUP;
	unsigned by, want;
	int status;

	if (o->n_args > 1) {
		fputs("memwhy: cgroups takes one path\n", stderr);
		return EXIT_USAGE;
	}
	if (!find_proofs(o, &by, &want))
		return cli_wrong("proof", o->proof);
	if (o->reader && strcmp(o->reader, "bpf") && strcmp(o->reader, "kcore"))
		return cli_wrong("reader", o->reader);
	if (by == MW_BY_ARITHMETIC)
		asked.smaps_budget_ms = 0; /* nobody asks what processes use */
	/* Two walks of each: the budget is what one may cost. */
	if (by == MW_BY_ALL && asked.smaps_budget_ms <= UINT64_MAX / 2)
		asked.smaps_budget_ms *= 2;
	status = cli_job_start(&job, &asked, want | MW_WANT_CGROUPS);
	if (status)
		return status;
	mw_accounts_build_by(&job.snap, by, o->threshold.cg_floor_mib << 20, &job.arena, &all);
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
