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

static const char *reason(struct mw_arena *a, const struct mw_watch_decision *d,
			  const struct balance_look *look)
{
	const struct mw_balance *b = &look->plan;

	switch (d->verdict) {
	case MW_WATCH_BALANCED:
		return b->unknown_count && !b->bytes ? "too little is known"
		       : b->after_bytes		     ? "no plan helps"
						     : "nothing to do";
	case MW_WATCH_WAITS:
		return mw_fmt(a, "look %u of %u", d->looks, LOOKS);
	case MW_WATCH_LITTLE:
		return mw_fmt(a, "the gain of %s is below %s", mw_fmt_bytes(a, d->ripe_bytes),
			      mw_fmt_bytes(a, d->needed_bytes));
	case MW_WATCH_PRESSURE:
		return mw_fmt(a, "tasks wait for memory %s of the time",
			      mw_fmt_share(a, look->some_permyriad.v, 10000));
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
	const char *unknown = "";
	bool would = d->verdict == MW_WATCH_ACTS && !o->apply;

	if (look->plan.unknown_count)
		unknown = mw_fmt(a, ", %" PRIu64 " large not known", look->plan.unknown_count);
	printf("%" PRIu64 " s: %s of %s remote%s: %s%s: %s\n", mw_or(look->uptime_s, 0),
	       mw_fmt_share(a, look->plan.remote_bytes, look->plan.bytes),
	       mw_fmt_bytes(a, look->plan.bytes), unknown, would ? "would act" : "",
	       would ? "" : mw_watch_verdict_name(d->verdict), reason(a, d, look));
	fflush(stdout);
}

/* True: it was asked to end meanwhile. */
static bool act(const struct options *o, struct balance_look *look, struct mw_watch *w)
{
	struct mw_arena *a = &look->job.arena;
	struct balance_done done = {};

	cli_balance_apply(o, look, &done);
	mw_watch_acted(w, &look->plan, mw_or(look->uptime_s, 0));
	printf("%" PRIu64 " s: moved %s%s%s\n", mw_or(look->uptime_s, 0),
	       mw_fmt_bytes(a, done.moved_bytes), done.stopped ? ", stopped: " : "",
	       done.stopped ? done.stopped : "");
	fflush(stdout);
	return done.asked_to_end;
}

/* One look: what is remembered of it is made in `kept`. */
static int look_once(const struct options *o, const struct mw_watch_rule *rule,
		     const struct mw_watch *old, struct mw_arena *kept, struct mw_watch *next,
		     bool *ret_end)
{
	_balance_look_ struct balance_look look = {};
	struct mw_watch_decision d;
	int status = cli_balance_look(o, old, rule, &look);

	if (status)
		return status;
	if (o->apply && !cli_balance_may_act(&look))
		return EXIT_FAILED;
	if (look.plan.n_nodes < 2 || look.plan.n_nodes > MW_BALANCE_NODES_MAX) {
		puts(cli_balance_verdict(&look.job.arena, &look.plan));
		*ret_end = true;
		return EXIT_DONE;
	}
	d = mw_watch_look(old, &look.plan, look.some_permyriad, rule, kept, next);
	say(o, &d, &look);
	if (d.verdict == MW_WATCH_ACTS && o->apply)
		*ret_end = act(o, &look, next);
	return kept->failed ? cli_fail("zones --balance --watch", -ENOMEM) : EXIT_DONE;
}

int cli_balance_watch(const struct options *o)
{
	const struct mw_watch_rule rule = { LOOKS, REST_S, &o->threshold };
	struct mw_arena kept[2] = {};
	struct mw_watch seen[2] = {};
	int status = EXIT_DONE;
	bool end = false;

	mw_act_stop_block();
	for (size_t i = 0; !end; i = !i) {
		mw_arena_done(&kept[!i]);
		status = look_once(o, &rule, &seen[i], &kept[!i], &seen[!i], &end);
		end = status || end || mw_act_stop_wait(o->interval_s * 1000);
	}
	mw_arena_done(&kept[0]);
	mw_arena_done(&kept[1]);
	return status;
}
