/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy - what is wrong with memory here, worst first?
 */
#include "base/fmt.h"
#include "cli/cmd.h"
#include "why/commit.h"
#include "why/victims.h"
#include "why/zones.h"

static const char *verdict(const struct mw_findings *f, const struct mw_ledger *l, bool partial,
			   struct mw_arena *a)
{
	if (!f->n && partial)
		return mw_fmt(a, "Nothing wrong in what could be read of memory here. %s",
			      cli_ledger_verdict(l, a));
	if (!f->n)
		return mw_fmt(a, "Nothing wrong with memory here. %s", cli_ledger_verdict(l, a));
	return mw_fmt(a, "%zu finding%s, the worst: %s", f->n, f->n == 1 ? "" : "s",
		      f->item[0].verdict);
}

/* Every analysis, its findings together. */
static void find(const struct cli_job *job, const struct options *o, const struct mw_ledger *ledger,
		 struct mw_arena *a, struct mw_findings *ret)
{
	const struct mw_victims_ask ask = { .kind = MW_DOMAIN_MACHINE };
	struct mw_findings more = {};
	struct mw_victims victims;
	struct mw_commit commit;
	struct mw_zone_map zones;

	mw_find_all(&(struct mw_case){ &job->snap, ledger, &o->threshold, a }, ret);
	if (!mw_victims_build(&job->snap, &ask, a, &victims))
		mw_find_victims(&(struct mw_victims_case){ &job->snap, &victims, &o->threshold, a },
				&more);
	mw_findings_join(ret, a, &more);
	mw_commit_build(&job->snap, a, &commit);
	mw_find_commit(
		&(struct mw_commit_case){
			.snap = &job->snap, .commit = &commit, .limit = &o->threshold, .arena = a },
		&more);
	mw_findings_join(ret, a, &more);
	mw_zones_build(&job->snap, job->snap.host.release, a, &zones);
	mw_find_zones(&zones, &o->threshold, a, ret);
	mw_findings_sort(ret);
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_findings findings;
	struct mw_ledger ledger;
	struct mw_report r;
	int status = cli_job_start(&job, o, MW_WANT_ALL);

	if (status)
		return status;
	mw_ledger_build(&job.snap, &job.arena, &ledger);
	find(&job, o, &ledger, &job.arena, &findings);
	mw_report_init(&r, &job.arena, "memwhy.summary/1");
	r.verdict = verdict(&findings, &ledger, job.snap.sources.n, &job.arena);
	r.findings = &findings;
	cli_ledger_figures(&r, &ledger);
	cli_ledger_table(&r, &ledger, 1, NULL);
	r.closing = "More: memwhy ledger. Other commands: memwhy --help";
	return cli_job_emit(&job, o, &r);
}

const struct cmd cmd_summary = {
	.name = "memwhy",
	.summary = "what is wrong with memory here, worst first?",
	.run = run,
};
