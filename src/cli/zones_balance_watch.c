/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_balance_watch - looks again and again, says a line a look, and with --apply acts.
 */
#include <errno.h>
#include <inttypes.h>

#include "act/stop.h"
#include "base/fmt.h"
#include "cli/zones_balance.h"

#define LOOKS 3	   /* in a row */
#define REST_S 600 /* a process that was moved is left alone */

static const char *share(struct mw_arena *a, uint64_t part, uint64_t whole)
{
	uint64_t p = cli_balance_permyriad(part, whole);

	return mw_fmt(a, "%" PRIu64 ".%" PRIu64 " %%", p / 100, p / 10 % 10);
}

static const char *reason(struct mw_arena *a, const struct mw_watch_decision *d,
			  const struct balance_look *look)
{
	const struct mw_balance *b = &look->plan;

	switch (d->verdict) {
	case MW_WATCH_BALANCED:
		return b->after_bytes ? "no plan helps" : "nothing to do";
	case MW_WATCH_WAITS:
		return mw_fmt(a, "look %u of %u", d->looks, LOOKS);
	case MW_WATCH_LITTLE:
		return mw_fmt(a, "the gain of %s is below %s", mw_fmt_bytes(a, d->ripe_bytes),
			      mw_fmt_bytes(a, d->needed_bytes));
	case MW_WATCH_PRESSURE:
		return mw_fmt(a, "tasks wait for memory %s of the time",
			      share(a, look->some_permyriad.v, 10000));
	case MW_WATCH_ACTS:
		return mw_fmt(a, "%" PRIu64 " process%s, %s to move", b->placed_count,
			      b->placed_count == 1 ? "" : "es", mw_fmt_bytes(a, b->move_bytes));
	}
	return "";
}

static void say(const struct options *o, const struct mw_watch_decision *d,
		struct balance_look *look)
{
	struct mw_arena *a = &look->job.arena;
	bool would = d->verdict == MW_WATCH_ACTS && !o->apply;

	printf("%" PRIu64 " s: %s of %s remote: %s%s: %s\n", mw_or(look->uptime_s, 0),
	       share(a, look->plan.remote_bytes, look->plan.bytes),
	       mw_fmt_bytes(a, look->plan.bytes), would ? "would act" : "",
	       would ? "" : mw_watch_verdict_name(d->verdict), reason(a, d, look));
	fflush(stdout);
}

static void act(const struct options *o, struct balance_look *look, struct mw_watch *w)
{
	struct mw_arena *a = &look->job.arena;
	struct balance_done done = {};

	cli_balance_apply(o, look, &done);
	mw_watch_acted(w, &look->plan, mw_or(look->uptime_s, 0));
	printf("%" PRIu64 " s: moved %s%s%s\n", mw_or(look->uptime_s, 0),
	       mw_fmt_bytes(a, done.moved_bytes), done.stopped ? ", stopped: " : "",
	       done.stopped ? done.stopped : "");
	fflush(stdout);
}

/* One look: what is remembered of it is made in `kept`. */
static int look_once(const struct options *o, const struct mw_watch_rule *rule,
		     const struct mw_watch *old, struct mw_arena *kept, struct mw_watch *next)
{
	_balance_look_ struct balance_look look = {};
	struct mw_watch_decision d;
	int status = cli_balance_look(o, old, rule, &look);

	if (status)
		return status;
	if (o->apply && !cli_balance_may_act(&look))
		return EXIT_FAILED;
	d = mw_watch_look(old, &look.plan, look.some_permyriad, rule, kept, next);
	say(o, &d, &look);
	if (d.verdict == MW_WATCH_ACTS && o->apply)
		act(o, &look, next);
	return kept->failed ? cli_fail("zones --balance --watch", -ENOMEM) : EXIT_DONE;
}

int cli_balance_watch(const struct options *o)
{
	const struct mw_watch_rule rule = { LOOKS, REST_S, &o->threshold };
	struct mw_arena kept[2] = {};
	struct mw_watch seen[2] = {};
	int status = EXIT_DONE;

	mw_act_stop_block();
	for (size_t i = 0; !status; i = !i) {
		mw_arena_done(&kept[!i]);
		status = look_once(o, &rule, &seen[i], &kept[!i], &seen[!i]);
		if (status || mw_act_stop_wait(o->interval_s * 1000))
			break;
	}
	mw_arena_done(&kept[0]);
	mw_arena_done(&kept[1]);
	return status;
}
