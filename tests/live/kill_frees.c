/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each victim gives its memory back, whatever holds it: ok NAME, not ok NAME, skip NAME: why.
 *
 *	kill_frees [MIB]	default 64
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "act/group.h"
#include "act/reaper.h"
#include "act/sharers.h"
#include "live/victim.h"

#define PATIENCE_MS 20000

struct stage {
	struct mw_root *root;
	struct mw_arena arena;
	struct mw_killer killer;
	struct mw_reaper reaper;
	size_t bytes;
	int failed;
};

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static void say(struct stage *s, bool fine, const char *name, const char *detail)
{
	printf("%s kill %s: %s\n", fine ? "ok" : "not ok", name, detail);
	fflush(stdout);
	s->failed |= !fine;
}

static uint64_t start_ticks_of(const struct mw_killer *k, pid_t pid)
{
	struct mw_kill_target t = { .pid = (uint64_t)pid };

	if (mw_act_kill_prepare_now(k, &t) < 0)
		return 0;
	mw_act_kill_done(&t, 1);
	return t.start_ticks;
}

/* The target, and who shares its memory. */
static int prepare(const struct stage *s, const struct victim *v, struct mw_kill_target *t,
		   bool with_sharers)
{
	int r, n = 0;

	t[0] = (struct mw_kill_target){ .pid = (uint64_t)v->pid,
					.start_ticks = start_ticks_of(&s->killer, v->pid) };
	pause_ms(20); /* seen a little later than born */
	t[0].seen_ticks = mw_act_kill_ticks();
	r = mw_act_kill_prepare(&s->killer, &t[0]);
	if (r < 0)
		return r;
	if (with_sharers)
		n = mw_act_sharers_find(&s->killer, &t[0], t + 1, 3);
	return n < 0 ? n : n + 1;
}

/* 95 % of it are back, and the reaper has said something. */
static bool is_free(const struct mw_kill_target *t, struct mw_kill_result *r, size_t bytes)
{
	mw_act_kill_look(t, r);
	return mw_known(r->freed_bytes) && r->freed_bytes.v >= bytes / 100 * 95 &&
	       r->reap_error != EINPROGRESS;
}

static bool wait_free(const struct mw_kill_target *t, struct mw_kill_result *r, size_t bytes,
		      int patience_ms)
{
	for (int ms = 0; ms < patience_ms; ms++, pause_ms(1))
		if (is_free(t, r, bytes))
			return true;
	return false;
}

static void frees(struct stage *s, enum victim_way way, bool huge, bool by_reaper)
{
	const struct victim_plan plan = { way, s->bytes, huge };
	struct mw_killer k = s->killer;
	struct mw_kill_target t[4];
	struct mw_kill_result r[4];
	char name[64], detail[256];
	struct victim v;
	const char *why = victim_start(&plan, &v);
	int n;
	bool fine;

	k.reaper = by_reaper ? &s->reaper : NULL;
	snprintf(name, sizeof(name), "%s%s%s", victim_name(way), huge ? ", huge pages" : "",
		 by_reaper ? "" : ", without the reaper");
	n = why ? 0 : prepare(s, &v, t, true);
	if (why) {
		printf("skip kill %s: %s\n", name, why);
	} else if (n < 1) {
		snprintf(detail, sizeof(detail), "prepare: %s", strerror(-n));
		say(s, false, name, detail);
	} else {
		mw_act_kill(&k, t, (size_t)n, MW_KILL_ALL, r);
		fine = !r->error && wait_free(t, r, s->bytes, PATIENCE_MS);
		snprintf(detail, sizeof(detail),
			 "%llu MiB back, reaped %s, %u boosted, %d killed%s%s%s",
			 (unsigned long long)mw_or(r->freed_bytes, 0) >> 20,
			 r->reap_error ? strerrorname_np(r->reap_error) : "all", r->boosted_count,
			 n, r->gone ? ", gone" : "", r->thawed ? ", thawed" : "",
			 r->unthrottled ? ", unthrottled" : "");
		fine &= way != VICTIM_SHARER || n == 2;
		/* Nobody but the reaper gives that back: it waits for ever. */
		fine &= way != VICTIM_D_STATE || (!r->gone && !r->reap_error);
		fine &= way != VICTIM_FROZEN || r->thawed;
		say(s, fine, name, detail);
		mw_act_kill_done(t, (size_t)n);
	}
	victim_end(&v);
}

/* What would happen if its sharer were not found: nothing comes back. */
static void refuses_alone(struct stage *s)
{
	const struct victim_plan plan = { VICTIM_SHARER, s->bytes, false };
	struct mw_kill_target t[4];
	struct mw_kill_result r = {};
	struct victim v;
	const char *why = victim_start(&plan, &v);

	if (why) {
		printf("skip kill one of two sharers: %s\n", why);
	} else if (prepare(s, &v, t, false) != 1) {
		say(s, false, "one of two sharers", "prepare failed");
	} else {
		mw_act_kill(&s->killer, t, 1, MW_KILL_ALL, &r);
		for (int ms = 0; ms < PATIENCE_MS && (r.reap_error == EINPROGRESS || !r.gone);
		     ms++, pause_ms(1))
			mw_act_kill_look(t, &r);
		say(s,
		    (r.reap_error == EINVAL || r.reap_error == ESRCH || r.reap_error == ENOSYS) &&
			    r.gone && mw_or(r.freed_bytes, 0) < s->bytes / 2,
		    "one of two sharers", strerrorname_np(r.reap_error));
		mw_act_kill_done(t, 1);
	}
	victim_end(&v);
}

/* A group with processes in it and below it dies whole, and nobody else. */
static void whole_group(struct stage *s)
{
	const struct victim_plan plan = { VICTIM_PLAIN, s->bytes, false };
	struct mw_group_kill count = {};
	struct lab_group below, root;
	struct mw_kill_target t[4];
	struct mw_kill_result r = {};
	struct victim v;
	char detail[160];
	const char *why = victim_start(&plan, &v);
	pid_t other = 0;
	int e = 0;

	if (!why && (lab_group_find(&root) || lab_group_below(&v.group, "below", &below) < 0 ||
		     lab_group_make(&below) < 0))
		why = "no group below";
	if (why) {
		printf("skip kill a group: %s\n", why);
		victim_end(&v);
		return;
	}
	other = fork();
	if (!other) {
		lab_group_join(&below);
		for (;;)
			pause();
	}
	while (!lab_group_holds(&below, other))
		pause_ms(1);
	prepare(s, &v, t, false);
	t->before_bytes = lab_group_usage_bytes(&v.group);
	t->killed_ns = 0;
	e = mw_act_group_kill(&s->killer, mw_str_of(v.group.path + v.group.root_n), MW_KILL_ALL,
			      &count);
	wait_free(t, &r, s->bytes, PATIENCE_MS);
	snprintf(detail, sizeof(detail), "%s, %u signalled, %u reaped, %llu MiB back", strerror(-e),
		 count.signalled_count, count.reaped_count,
		 (unsigned long long)mw_or(r.freed_bytes, 0) >> 20);
	say(s,
	    !e && (count.by_kernel || count.signalled_count == 2) &&
		    waitpid(other, NULL, 0) == other &&
		    mw_or(r.freed_bytes, 0) >= s->bytes / 100 * 95,
	    "a group", detail);
	for (int ms = 0; ms < PATIENCE_MS && !e && !count.empty; ms++, pause_ms(1))
		e = mw_act_group_kill(&s->killer, mw_str_of(v.group.path + v.group.root_n),
				      MW_KILL_ALL, &count);
	say(s, !e && count.empty, "a group that is empty", strerror(-e));
	e = mw_act_group_kill(&s->killer, s->killer.memory.mount.root, MW_KILL_ALL, &count);
	say(s, e == -EINVAL, "the root group is refused", strerror(-e));
	mw_act_kill_done(t, 1);
	rmdir(below.path);
	victim_end(&v);
}

/* v2 has files for that; v1 has none, and that is what is said. */
static void brakes(struct stage *s)
{
	const struct victim_plan plan = { VICTIM_PLAIN, s->bytes, false };
	const struct mw_killer *k = &s->killer;
	struct mw_val before = mw_no(MW_UNREAD), high = mw_no(MW_UNREAD);
	struct victim v;
	struct mw_str path;
	const char *why = victim_start(&plan, &v);
	bool v2 = k->memory.mount.v2;
	char detail[128];
	int64_t reclaimed;
	int set, unset, freeze, thaw;

	path = mw_str_of(v.group.path + v.group.root_n);
	set = mw_act_group_high(k, path, mw_ok(s->bytes * 2), &before);
	unset = mw_act_group_high(k, path, mw_no(MW_ABSENT), &high);
	reclaimed = mw_act_group_reclaim(k, path, 1 << 20);
	freeze = mw_act_group_freeze(k, path, true);
	thaw = mw_act_group_freeze(k, path, false);
	snprintf(detail, sizeof(detail), "high %d, %d, was %s, reclaim %lld, freezer %d, %d", set,
		 unset, mw_why_name(before.why), (long long)reclaimed, freeze, thaw);
	if (why)
		printf("skip kill brakes: %s\n", why);
	else if (v2)
		say(s,
		    !set && !unset && before.why == MW_ABSENT && mw_or(high, 0) == s->bytes * 2 &&
			    (reclaimed >= 0 || reclaimed == -ENOENT) && !freeze && !thaw,
		    "brakes of v2", detail);
	else
		say(s, set == -ENOENT && reclaimed == -ENOENT && freeze == -ENOENT,
		    "brakes are not there on v1", detail);
	victim_end(&v);
}

/* Who began in this very tick cannot be told from the next owner of its pid. */
static void refuses_young(struct stage *s)
{
	struct mw_kill_target t = { .pid = (uint64_t)getpid() };

	t.start_ticks = start_ticks_of(&s->killer, getpid());
	t.seen_ticks = t.start_ticks;
	say(s, mw_act_kill_prepare(&s->killer, &t) == -EAGAIN, "one too young", "EAGAIN");
	t.start_ticks++;
	t.seen_ticks = t.start_ticks + 1;
	say(s, mw_act_kill_prepare(&s->killer, &t) == -ESRCH, "another start time", "ESRCH");
}

int main(int argc, char **argv)
{
	struct stage s = { .bytes = (size_t)(argc > 1 ? atoi(argv[1]) : 64) << 20 };
	const char *why = victims_begin();
	struct mw_problem problem;
	char detail[64];
	int r;

	if (why) {
		printf("skip kill: %s\n", why);
		return 0;
	}
	r = mw_root_open(NULL, false, &s.root, &problem);
	if (!r)
		r = mw_act_killer_open(s.root, &s.arena, &s.killer);
	if (!r)
		r = mw_reaper_start(&s.reaper);
	if (r < 0) {
		printf("not ok kill: begin: %s\n", strerror(-r));
		return 1;
	}
	s.killer.reaper = &s.reaper;
	snprintf(detail, sizeof(detail), "%s, %s", s.reaper.is_realtime ? "SCHED_FIFO" : "nice -20",
		 s.reaper.has_no_rights ? "no right" : "rights");
	say(&s, s.reaper.has_no_rights, "the reaper", detail);
	refuses_young(&s);
	for (enum victim_way way = 0; way < VICTIM_WAYS; way++)
		frees(&s, way, false, true);
	frees(&s, VICTIM_PLAIN, true, true);
	frees(&s, VICTIM_PLAIN, false, false);
	frees(&s, VICTIM_D_STATE, false, false);
	frees(&s, VICTIM_FROZEN, false, false);
	refuses_alone(&s);
	whole_group(&s);
	brakes(&s);
	mw_reaper_stop(&s.reaper);
	mw_act_killer_close(&s.killer);
	mw_arena_done(&s.arena);
	mw_root_free(s.root);
	return s.failed;
}
