/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill - end a process and give its memory back at once.
 *
 * The way: a descriptor of the process (pidfd_open), is it still the one that was meant (start
 * time), SIGKILL by it; its threads to nice -20; process_mrelease() from a thread of its own that
 * runs at SCHED_FIFO (reaper.h), for the victim itself frees its memory slowly or not at all; then
 * out of a v1 freezer; then proof: what its memory cgroup is charged for falls.
 *
 *	mw_act_killer_open()	once, at the start: the only one that allocates
 *	mw_act_kill_prepare()	of each target; BEFORE who it is gets read, so that what was decided
 *				is decided about the process that will die
 *	mw_act_sharers_find()	sharers.h: who has the same address space dies together with it
 *	mw_act_kill()		signals, boosts, leaves the rest to the reaper, returns
 *	mw_act_kill_look()	what came of it, as often as one likes
 *	mw_act_kill_done()	closes
 *
 * Invariants:
 *  - Signals go by descriptor: never to a later owner of the pid.  Priority and groups can only be
 *    set by number: that is done while the descriptors say that the process still has it.
 *  - From prepare on nothing allocates, forks or creates a file.
 *  - Nothing here reads what pins the victim's memory once it is dying: whoever is the last to
 *    look at it would have to free it (mmput(), kernel/fork.c; statm and stat look too).
 */
#pragma once

#include "act/hierarchy.h"
#include "base/val.h"

struct mw_reaper;
struct mw_reap;

enum mw_kill_step {
	MW_KILL_SIGNAL = 1 << 0,
	MW_KILL_BOOST = 1 << 1, /* threads to SCHED_OTHER, nice -20; not those of RT */
	/* If a cpu group slows it: SCHED_FIFO instead of nice -20; where the group has no right to
	 * that (v1 with CONFIG_RT_GROUP_SCHED), to the root of the hierarchy. */
	MW_KILL_UNTHROTTLE = 1 << 2,
	MW_KILL_THAW = 1 << 3, /* v1: to the root of the freezer; v2 frozen die as they are */
	MW_KILL_REAP = 1 << 4, /* process_mrelease */
	MW_KILL_ALL = (1 << 5) - 1,
};

/* What does not change from kill to kill. */
struct mw_killer {
	struct mw_reaper *reaper; /* the caller's; NULL: mw_act_kill() reaps by itself */
	struct mw_hierarchy memory, cpu, freezer;
	int cpu_procs, freezer_procs; /* cgroup.procs of their roots; -1: v2, or none */
};

struct mw_kill_target {
	uint64_t pid, start_ticks; /* proc/PID/stat field 22 */
	/* When it was seen, in the same ticks: mw_act_kill_ticks() before that.  Who began in the
	 * last tick or two before cannot be told from a later owner of its pid. */
	uint64_t seen_ticks;

	/* The rest is this file's; all -1, NULL or 0 until prepared. */
	int dir;	/* /proc/PID: stays its own */
	int pidfd;	/* -1: not prepared; the reaper's while .reap is set */
	int usage;	/* what its memory cgroup is charged for; -1: not to be had */
	bool is_slowed; /* a cpu group with a quota, or few shares */
	bool may_be_realtime;
	bool is_frozen; /* a v1 freezer */
	struct mw_val before_bytes;
	uint64_t killed_ns; /* CLOCK_MONOTONIC, at the call */
	struct mw_reap *reap;
};

struct mw_kill_result {
	int error; /* 0, or the errno of the signal: ESRCH (gone before), EPERM */
	/* 0; EINPROGRESS: the reaper is at it; ESRCH: it exits by itself; EINVAL: sharers, or it
	 * dumps core; ENOSYS: before 5.15; EAGAIN: mappings that cannot be taken from it; EBUSY:
	 * the reaper has no room; ECANCELED: was not asked for, or the signal failed. */
	int reap_error;
	uint64_t signal_ns, reaped_ns; /* since the call; 0: did not happen */
	unsigned boosted_count;	       /* threads */
	bool thawed, unthrottled;
	bool gone;		   /* its descriptor says so */
	struct mw_val freed_bytes; /* its memory cgroup is charged for so much less than before;
				    * MW_RACED: for more, others in it grew */
};

#define MW_TICK_NS 10000000 /* USER_HZ is 100 (nsec_to_clock_t(), kernel/time/time.c) */

/* Now, as proc/PID/stat counts. */
uint64_t mw_act_kill_ticks(void);

/* The strings live in the arena.  0, -ENOMEM, or -EPERM: the root is not live, or its pids are
 * those of another PID namespace. */
int mw_act_killer_open(struct mw_root *root, struct mw_arena *arena, struct mw_killer *ret);
void mw_act_killer_close(struct mw_killer *k);

/* 0; -ESRCH: gone, or its pid is used by another; -EAGAIN: it began too shortly before it was seen,
 * look again; -EMFILE, ...  On failure nothing is open. */
int mw_act_kill_prepare(const struct mw_killer *k, struct mw_kill_target *t);

/* Whoever has the pid now; fills .start_ticks.  For what is found by what it is now (a sharer, a
 * member of a group): the caller asks after this whether it still is. */
int mw_act_kill_prepare_now(const struct mw_killer *k, struct mw_kill_target *t);

/* All targets (sharers of one address space) are signalled before the first is reaped.  The caller
 * waits for the reaper only where a target must be moved before it is killed, then 50 ms at most.
 * Without a reaper it waits as long as the memory takes, and 0.2 s for what cannot be reaped. */
void mw_act_kill(const struct mw_killer *k, struct mw_kill_target *t, size_t n, unsigned steps,
		 struct mw_kill_result *ret);

/* Brings up to date what may have changed since. */
void mw_act_kill_look(const struct mw_kill_target *t, struct mw_kill_result *r);

void mw_act_kill_done(struct mw_kill_target *t, size_t n);
