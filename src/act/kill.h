/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill - end a process and give its memory back at once.
 *
 * The way: a descriptor of the process (pidfd_open), is it still the one that was meant (start
 * time), SIGKILL by it; its threads to nice -20 and out of what slows them; process_mrelease()
 * from a thread of its own that runs at SCHED_FIFO (reaper.h), for the victim itself frees its
 * memory slowly or not at all; then proof: its anonymous bytes fall.
 *
 * Nothing here allocates, forks or creates a file between the call and the return.
 *
 * Invariants:
 *  - Signals go by descriptor: never to a later owner of the pid.
 *  - mw_act_kill_prepare() has finished before mw_act_kill(): a reader of /proc/PID pins the
 *    victim's memory, so nothing of /proc/PID but stat is open across the kill.
 */
#pragma once

#include "base/val.h"
#include "kernel/root.h"

enum mw_kill_step {
	MW_KILL_SIGNAL = 1 << 0,
	MW_KILL_BOOST = 1 << 1,	     /* threads to SCHED_OTHER, nice -20 */
	MW_KILL_UNTHROTTLE = 1 << 2, /* out of a throttled cpu group: v1 to its root */
	MW_KILL_THAW = 1 << 3,	     /* v1 freezer; v2 frozen ones die as they are */
	MW_KILL_REAP = 1 << 4,	     /* process_mrelease */
	MW_KILL_ALL = (1 << 5) - 1,
};

struct mw_kill_target {
	uint64_t pid, start_ticks;
	int pidfd; /* -1: not prepared */
};

struct mw_kill_result {
	int error;	/* 0, or the errno of the signal: ESRCH, EPERM */
	int reap_error; /* 0, ESRCH: it exits by itself, EINVAL: sharers or a core dump */
	uint64_t signal_ns, reaped_ns; /* since the call; 0: did not happen */
	unsigned boosted_count;	       /* threads */
	bool thawed, unthrottled;
};

/* 0; -ESRCH: gone, or its pid is used by another; -EPERM: the root is not live.  Closes nothing. */
int mw_act_kill_prepare(const struct mw_root *root, struct mw_kill_target *t);

/* All targets (sharers of one address space) are signalled before the first is reaped. */
void mw_act_kill(struct mw_kill_target *t, size_t n, unsigned steps, struct mw_kill_result *ret);

/* Is it gone (its descriptor says so)? */
bool mw_act_kill_is_gone(const struct mw_kill_target *t);

void mw_act_kill_done(struct mw_kill_target *t, size_t n);
