/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy zones - which node and zone can serve this request?  With --processes: on which nodes are
 * the processes?
 */
#include <errno.h>

#include "base/fmt.h"
#include "cli/cmd.h"
#include "cli/zones_balance.h"
#include "cli/zones_processes.h"
#include "cli/zones_report.h"
#include "report/escape.h"

static const struct opt opts[] = {
	{ "request", 0, "REQUEST", "who serves it: 'order=2 gfp=GFP_KERNEL cpu=9', see the manual",
	  OPT_TEXT, offsetof(struct options, request) },
	{ "report", 0, "FILE",
	  "of the last report in this log that shows zones; '-': standard input", OPT_TEXT,
	  offsetof(struct options, report) },
	{ "report-line", 0, "N", "of the report that has this line of the log", OPT_NUMBER,
	  offsetof(struct options, report_line) },
	{ "all-orders", 0, NULL, "the largest block that each zone gives now", OPT_FLAG,
	  offsetof(struct options, all_orders) },
	{ "kernel", 0, "RELEASE", "by the rules and masks of this kernel instead", OPT_TEXT,
	  offsetof(struct options, kernel) },
	{ "processes", 0, NULL, "memory of each process by node, and what of it is remote",
	  OPT_FLAG, offsetof(struct options, processes) },
	{ "top", 'n', "N", "show at most N processes and groups; 0 shows all", OPT_NUMBER,
	  offsetof(struct options, top) },
	{ "balance", 0, NULL, "a plan that puts each large process on one node", OPT_FLAG,
	  offsetof(struct options, balance) },
	{ "apply", 0, NULL, "with --balance: carry it out, and show what it gave", OPT_FLAG,
	  offsetof(struct options, apply) },
	{ "watch", 0, NULL, "with --balance: look again and again, as a service", OPT_FLAG,
	  offsetof(struct options, watch) },
	{ "interval", 0, "SECONDS", "with --watch: how often (60)", OPT_NUMBER,
	  offsetof(struct options, interval_s) },
	{ "dry-run", 0, NULL, "with --balance: only show the plan, which is the default", OPT_FLAG,
	  offsetof(struct options, dry_run) },
};

static int run_processes(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	int status = cli_job_start(&job, o, MW_WANT_ZONES | MW_WANT_NUMA);

	return status ? status : cli_zones_processes(&job, o);
}

/* What is asked instead of a request: one of them at a time. */
static const struct mode {
	const char *name;
	size_t flag; /* offset of a bool in struct options */
	int (*run)(const struct options *o);
} modes[] = {
	{ "processes", offsetof(struct options, processes), run_processes },
	{ "balance", offsetof(struct options, balance), cli_zones_balance },
};

/* Without memory nothing is wrong with the request. */
static int wrong_request(struct cli_job *job, const char *what)
{
	if (job->arena.failed)
		return cli_fail("zones", -ENOMEM);
	fprintf(stderr, "memwhy: --request: %s\n", mw_escape(&job->arena, mw_str_of(what)));
	return EXIT_USAGE;
}

static int find_release(struct cli_job *job, const struct options *o, struct mw_release *ret)
{
	*ret = job->snap.host.release;
	if (!o->kernel)
		return EXIT_DONE;
	*ret = mw_release_parse(mw_str_of(o->kernel));
	return mw_release_is_known(*ret) ? EXIT_DONE : cli_wrong("kernel", o->kernel);
}

static int walk(struct cli_job *job, const struct mw_zone_map *z, const struct mw_zone_ask *ask,
		struct mw_zones_walk *ret)
{
	int r = mw_zones_walk(z, ask, &job->arena, ret);
	const char *word =
		mw_known(ask->node)
			? mw_fmt(&job->arena, "node=%llu", (unsigned long long)ask->node.v)
			: mw_fmt(&job->arena, "cpu=%llu", (unsigned long long)ask->cpu.v);

	if (r == -ENOENT)
		return wrong_request(job, mw_fmt(&job->arena, "there is no such: %s", word));
	if (r == -ENODATA && !z->n_nodes && !job->arena.failed)
		return cli_unread("proc/zoneinfo", r);
	if (r == -ENODATA)
		return wrong_request(job, mw_fmt(&job->arena,
						 "which node it is on is not known, say node=: %s",
						 word));
	return r < 0 ? cli_fail("zones", r) : EXIT_DONE;
}

/* What the request does not say is that of the process. */
static int take_process(struct cli_job *job, struct mw_zone_ask *ask)
{
	unsigned long long pid = ask->pid.v;
	struct mw_zone_asker a;
	int r;

	if (!mw_known(ask->pid))
		return EXIT_DONE;
	r = mw_take_zone_asker(job->root, ask->pid.v, &job->arena, &job->snap, &a);
	if (r < 0)
		return wrong_request(job, mw_fmt(&job->arena, "there is no such: pid=%llu", pid));
	if (!mw_known(ask->cpu) && !mw_known(ask->node))
		ask->cpu = a.cpu;
	if (!ask->mems.n)
		ask->mems = a.mems;
	if (ask->bind.n || !a.policy.n || mw_zone_ask_policy(a.policy, ask))
		return EXIT_DONE;
	return wrong_request(job,
			     mw_fmt(&job->arena, "pid=%llu: by its policy nodes take turns: %.*s",
				    pid, (int)a.policy.n, a.policy.p));
}

/* The figures of a report: they are of no machine that could be asked. */
static int analyse_log(struct cli_job *job, const struct options *o, struct zones_log *log)
{
	struct mw_release release = {};
	struct mw_zone_ask ask;
	struct mw_zones_walk w;
	struct mw_report r;
	const char *wrong;
	int status = o->kernel ? find_release(job, o, &release) : EXIT_DONE;

	if (!status)
		status = cli_zones_log(o->report, log);
	if (status)
		return status;
	job->snap.host = log->map.snap->host;
	wrong = mw_zone_ask_parse(mw_str_of(o->request ? o->request : ""), log->map.release,
				  job->snap.host.page_bytes, &job->arena, &ask);
	if (!wrong && mw_known(ask.pid))
		wrong = "pid= is of a running machine, not of a report";
	if (wrong)
		return wrong_request(job, wrong);
	status = walk(job, &log->map, o->request || !log->ask_known ? &ask : &log->ask, &w);
	if (status)
		return status;
	mw_report_init(&r, &job->arena, "memwhy.zones/1");
	cli_zones_report(&r, &(struct zones_view){ .zones = &log->map,
						   .walk = &w,
						   .log = log,
						   .log_path = o->report,
						   .asked = o->request || log->ask_known,
						   .own_request = !o->request && log->ask_known,
						   .all_orders = o->all_orders,
						   .ascii = o->ascii });
	return cli_job_emit(job, o, &r);
}

/* Of the machine only which CPUs its nodes have, and that only if it is said to be the one. */
static int run_log(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct zones_log log = { .at_line = o->report_line, .kernel_wanted = o->kernel };
	struct mw_snap nobody = {};
	int status = cli_job_start(&job, o, MW_WANT_NODES_ONLY);

	if (status)
		return status;
	job.snap.sources.n = 0;
	log.nodes = o->root ? &job.snap : &nobody;
	status = analyse_log(&job, o, &log);
	mw_arena_done(&log.arena);
	return status;
}

static int analyse(struct cli_job *job, const struct options *o)
{
	struct mw_findings findings = {};
	struct mw_zone_ask ask;
	struct mw_zone_map zones;
	struct mw_zones_walk w;
	struct mw_release release;
	struct mw_report r;
	const char *wrong;
	int status = find_release(job, o, &release);

	if (status)
		return status;
	wrong = mw_zone_ask_parse(mw_str_of(o->request ? o->request : ""), release,
				  job->snap.host.page_bytes, &job->arena, &ask);
	if (wrong)
		return wrong_request(job, wrong);
	status = take_process(job, &ask);
	if (status)
		return status;
	mw_zones_build(&job->snap, release, &job->arena, &zones);
	status = walk(job, &zones, &ask, &w);
	if (status)
		return status;
	mw_find_zones(&zones, &o->threshold, &job->arena, &findings);
	mw_report_init(&r, &job->arena, "memwhy.zones/1");
	cli_zones_report(&r, &(struct zones_view){ .zones = &zones,
						   .walk = &w,
						   .asked = o->request,
						   .all_orders = o->all_orders,
						   .ascii = o->ascii });
	r.findings = &findings;
	return cli_job_emit(job, o, &r);
}

/* NULL: none.  False: more than one, or one beside what asks of a request. */
static bool find_mode(const struct options *o, const struct mode **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!*((const bool *)((const char *)o + modes[i].flag)))
			continue;
		if (*ret || o->request || o->all_orders || o->kernel || o->report ||
		    o->report_line) {
			fprintf(stderr,
				"memwhy: --%s goes alone: without --request, "
				"--report, --all-orders, --kernel%s%s\n",
				modes[i].name, *ret ? ", --" : "", *ret ? (*ret)->name : "");
			return false;
		}
		*ret = &modes[i];
	}
	return true;
}

/* Who asks for it pays more: reading numa_maps is what it is for. */
static struct options with_budget(const struct options *o)
{
	struct options more = *o;

	if (__builtin_mul_overflow(o->smaps_budget_ms, 10, &more.smaps_budget_ms))
		more.smaps_budget_ms = UINT64_MAX;
	return more;
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	const struct options more = with_budget(o);
	const struct mode *mode;
	int status;

	if (!find_mode(o, &mode))
		return EXIT_USAGE;
	if (mode)
		return mode->run(&more);
	if (o->apply || o->watch || o->dry_run) {
		fputs("memwhy: zones: --apply, --watch and --dry-run are of --balance\n", stderr);
		return EXIT_USAGE;
	}
	if (o->report)
		return run_log(o);
	if (o->report_line) {
		fputs("memwhy: --report-line: only with --report\n", stderr);
		return EXIT_USAGE;
	}
	status = cli_job_start(&job, o, MW_WANT_ZONES | MW_WANT_OVERCOMMIT);
	return status ? status : analyse(&job, o);
}

const struct cmd cmd_zones = {
	.name = "zones",
	.summary = "which node and zone can serve this request?",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
