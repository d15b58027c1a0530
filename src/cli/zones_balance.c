/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/zones_balance.h"

#include <errno.h>

#include "act/stop.h"
#include "kernel/pressure.h"

static int refuse(const char *why)
{
	fprintf(stderr, "memwhy: zones --balance: %s\nTry: memwhy zones --help\n", why);
	return EXIT_USAGE;
}

static int check_options(const struct options *o)
{
	if (o->dry_run && o->apply)
		return refuse("--apply or --dry-run, not both");
	if (o->interval_s == 0 || o->interval_s > 86400)
		return refuse("--interval: from 1 to 86400 seconds");
	if ((o->apply || o->watch) && o->root)
		return refuse("--apply and --watch: only on this machine, not with --root");
	if ((o->apply || o->watch) && (o->save_capture || o->check))
		return refuse("--apply and --watch: not with --save-capture or --check");
	if (o->watch && (o->json || o->ndjson))
		return refuse("--watch says a line a look: not with --json or --ndjson");
	return EXIT_DONE;
}

struct mw_val cli_balance_pressure(struct mw_root *root, struct mw_arena *arena)
{
	struct mw_pressure p;
	struct mw_str text;
	int r = mw_root_read(root, "proc/pressure/memory", arena, &text);

	/* Built in and turned off at boot: EOPNOTSUPP. */
	if (r == -ENOENT || r == -EOPNOTSUPP)
		return mw_no(MW_ABSENT);
	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	mw_pressure_parse(text, &p);
	return p.some_permyriad.why == MW_ABSENT ? mw_no(MW_BAD) : p.some_permyriad;
}

/* Ours, which stands in the plan's way by reading alone. */
static uint64_t self_pid(struct cli_job *job)
{
	struct mw_str text, word;
	uint64_t pid;

	if (mw_root_read(job->root, "proc/self/stat", &job->arena, &text) < 0 ||
	    !mw_str_word(&text, &word) || mw_str_u64(word, &pid) < 0)
		return 0;
	return pid;
}

static struct mw_val uptime_s(struct cli_job *job)
{
	struct mw_str text;
	struct mw_val boot;

	if (mw_root_read(job->root, "meta/time", &job->arena, &text) < 0)
		return mw_no(MW_ABSENT);
	boot = mw_meta_time(text, "boottime_ns");
	return mw_known(boot) ? mw_ok(boot.v / 1000000000) : boot;
}

int cli_balance_look(const struct options *o, const struct mw_watch *w,
		     const struct mw_watch_rule *rule, struct balance_look *ret)
{
	struct cli_job *job = &ret->job;
	struct mw_balance_ask ask = { .threshold = &o->threshold };
	int status = cli_job_start(job, o, MW_WANT_ZONES | MW_WANT_NUMA);

	if (status)
		return status;
	ret->uptime_s = uptime_s(job);
	ret->some_permyriad = cli_balance_pressure(job->root, &job->arena);
	mw_zones_build(&job->snap, job->snap.host.release, &job->arena, &ret->map);
	if (!ret->map.n_nodes)
		return cli_unread("proc/zoneinfo", -ENODATA);
	ask.self_pid = self_pid(job);
	if (w)
		mw_watch_rests(w, mw_or(ret->uptime_s, 0), rule, &job->arena, &ask);
	mw_balance_build(&ret->map, &ask, &job->arena, &ret->plan);
	return job->arena.failed ? cli_fail("zones --balance", -ENOMEM) : EXIT_DONE;
}

void cli_balance_look_done(struct balance_look *look)
{
	cli_job_done(&look->job);
}

static int emit(const struct options *o, struct balance_look *look, const struct balance_view *v)
{
	struct mw_report r;

	mw_report_init(&r, &look->job.arena, "memwhy.zones-balance/1");
	cli_balance_report(&r, v);
	return cli_job_emit(&look->job, o, &r);
}

bool cli_balance_may_act(const struct balance_look *look)
{
	bool is_root = !mw_or(look->job.snap.host.euid, 1);

	if (!is_root)
		fputs("memwhy: zones --balance --apply: needs root\n", stderr);
	return is_root;
}

static int apply(const struct options *o, struct balance_look *look)
{
	_balance_look_ struct balance_look after = {};
	struct balance_done done = {};
	int status;

	if (!cli_balance_may_act(look))
		return EXIT_FAILED;
	mw_act_stop_block();
	cli_balance_apply(o, look, &done);
	status = cli_balance_look(o, NULL, NULL, &after);
	if (!status)
		status = emit(o, &after, &(struct balance_view){ &look->plan, &done, &after.plan });
	if (!status && (done.stopped || done.failed_count))
		status = EXIT_PARTIAL;
	return status;
}

int cli_zones_balance(const struct options *o)
{
	_balance_look_ struct balance_look look = {};
	int status = check_options(o);

	if (status)
		return status;
	if (o->watch)
		return cli_balance_watch(o);
	status = cli_balance_look(o, NULL, NULL, &look);
	if (status)
		return status;
	return o->apply ? apply(o, &look)
			: emit(o, &look, &(struct balance_view){ .plan = &look.plan });
}
