/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy cgroups - who pays for the memory, and who uses it?
 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/cgroups_recharge.h"
#include "cli/cgroups_report.h"
#include "cli/cmd.h"
#include "report/escape.h"
#include "snap/cgroups_top.h"

static const struct opt opts[] = {
	{ "apply", 0, NULL, "with --recharge: do what needs nobody to be stopped", OPT_FLAG,
	  offsetof(struct options, apply) },
	{ "disk-speed", 0, "BYTES", "a second, for --recharge; else measured", OPT_SIZE,
	  offsetof(struct options, disk_speed) },
	{ "dying", 0, NULL, "what removed cgroups are still charged for", OPT_FLAG,
	  offsetof(struct options, dying) },
	{ "expect", 0, "PATH=BYTES", "so much should be charged to it; may be given again",
	  OPT_LIST, offsetof(struct options, expect) },
	{ "files", 0, "GLOB",
	  "the files that are meant by --expect PATH or --recharge; may be given again", OPT_LIST,
	  offsetof(struct options, files) },
	{ "pages", 0, NULL, "look at each page frame: which files others pay for, and who pays",
	  OPT_FLAG, offsetof(struct options, pages) },
	{ "proof", 0, "NAME", "by arithmetic, processes or pages alone", OPT_TEXT,
	  offsetof(struct options, proof) },
	{ "reader", 0, "NAME", "with --pages: by bpf or kcore", OPT_TEXT,
	  offsetof(struct options, reader) },
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

/* Hostile figures do not wrap. */
static uint64_t sum_of(uint64_t a, uint64_t b)
{
	return mw_or(mw_add(mw_ok(a), mw_ok(b)), UINT64_MAX);
}

/* The sizes of the files that match --files, each once. */
static int sum_files(struct cli_job *job, const struct options *o, struct mw_expected *e)
{
	struct mw_used_ask ask = { .pattern = o->files.item, .n_patterns = o->files.n };
	struct mw_used_files files;

	mw_take_used_files(job->root, &ask, &job->arena, &job->snap, &files);
	for (size_t i = 0; i < files.n; i++)
		e->files_bytes = sum_of(e->files_bytes, files.item[i].size_bytes);
	e->file_count = files.n;
	if (files.n)
		return EXIT_DONE;
	fputs("memwhy: --files: no file matches\n", stderr);
	return EXIT_FAILED;
}

/* Anonymous memory of the processes in the group and below; of shared pages their share. */
static void sum_anonymous(const struct cli_job *job, const struct mw_accounts *all,
			  struct mw_expected *e)
{
	for (size_t i = 0; i < job->snap.n_procs; i++) {
		const struct mw_proc *p = &job->snap.proc[i];

		if (p->charged < all->n && p->smaps_why == MW_OK &&
		    mw_group_is_in(all, p->charged, e->at))
			e->anon_bytes =
				sum_of(e->anon_bytes, mw_or(p->smaps.pss_anon_bytes,
							    mw_or(p->smaps.anonymous_bytes, 0)));
	}
}

/* "PATH=BYTES", where the path may hold a "=" too; with --files also "PATH". */
static int take_expected(struct cli_job *job, const struct options *o,
			 const struct mw_accounts *all, struct mw_expected *e, const char *arg)
{
	struct mw_str text = mw_str_of(arg);
	size_t at = mw_str_rfind(text, '=');
	bool given = at && at < text.n && opt_parse_size(mw_str_from(text, at + 1), &e->bytes);
	int status;

	if (!given && (!o->files.n || !text.n))
		return cli_wrong("expect", mw_escape(&job->arena, text));
	status = find(job, all, given ? (struct mw_str){ text.p, at } : text, &e->at);
	if (status || given)
		return status;
	status = sum_files(job, o, e);
	sum_anonymous(job, all, e);
	e->bytes = sum_of(e->files_bytes, e->anon_bytes);
	return status;
}

static int take_all_expected(struct cli_job *job, const struct options *o,
			     const struct mw_accounts *all, struct mw_expected *list)
{
	int status = EXIT_DONE;

	for (size_t i = 0; !status && i < o->expect.n; i++)
		status = take_expected(job, o, all, &list[i], o->expect.item[i]);
	return status;
}

/* Of what an expectation was reckoned. */
static void say_expected(struct mw_report *r, const struct mw_cgroups_case *c)
{
	for (size_t i = 0; i < c->n_expected; i++) {
		const struct mw_expected *e = &c->expected[i];

		if (!e->file_count)
			continue;
		mw_report_note(r, mw_fmt(r->arena,
					 "expected of %s: %s of %zu file%s, and %s of anonymous "
					 "memory of its processes",
					 mw_group_called(c, e->at),
					 mw_fmt_bytes(r->arena, e->files_bytes), e->file_count,
					 e->file_count == 1 ? "" : "s",
					 mw_fmt_bytes(r->arena, e->anon_bytes)));
		mw_report_figure(r, "expected_files_bytes", mw_ok(e->files_bytes));
		mw_report_figure(r, "expected_anon_bytes", mw_ok(e->anon_bytes));
		return; /* all are of the same files */
	}
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
	say_expected(&r, c);
	r.findings = &findings;
	return cli_job_emit(job, o, &r);
}

/* What is not there to be read makes the answer partial too. */
static void note_unseen(struct cli_job *job, const struct mw_accounts *all)
{
	struct mw_sources *sources = &job->snap.sources;

	if (!all->n)
		mw_sources_note(sources, mw_str_of("sys/fs/cgroup"), -ENODATA);
	mw_cgroups_top_is_seen(job->root, &job->arena, &job->snap);
	for (size_t i = 0; all->n && i < all->outside_count; i++)
		mw_sources_note(sources, mw_str_of("sys/fs/cgroup (of processes outside)"),
				-ENODATA);
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_expected expected[OPT_LIST_MAX] = {};
	struct options asked = *o;
	struct mw_accounts all;
	size_t at = MW_NO_GROUP;
	unsigned by, want;
	int status;

	if (o->recharge)
		return cli_cgroups_recharge(o);
	if (o->apply)
		return cli_wrong("apply", "without --recharge");
	if (o->files.n && !o->expect.n)
		return cli_wrong("files", "without --expect or --recharge");
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
		status = take_all_expected(&job, o, &all, expected);
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
