/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group - what is done to a whole memory cgroup: reclaim of it, a brake, freezing, killing.
 *
 * path: as /proc/PID/cgroup says.  The root is never acted on: -EINVAL.
 *
 * Invariants: nothing allocates; only members of the group or of groups below it are signalled.
 */
#pragma once

#include "act/kill.h"

#define MW_RECLAIM_STEP_BYTES (16ull << 20)
#define MW_GROUP_ROUNDS 32

/* memory.reclaim (v2, 5.19): takes so much back, at most MW_RECLAIM_STEP_BYTES in a call, for the
 * caller waits for it.  How many bytes were asked for; 0: nothing is left that could go.  Or
 * -ENOENT: this kernel has no such file, -EACCES ... */
int64_t mw_act_group_reclaim(const struct mw_killer *k, struct mw_str path, uint64_t bytes);

/* memory.high (v2): what allocates in it is slowed above so much.  ret_before: to be set again;
 * MW_ABSENT: there was none.  mw_no(MW_ABSENT) takes it away. */
int mw_act_group_high(const struct mw_killer *k, struct mw_str path, struct mw_val bytes,
		      struct mw_val *ret_before);

/* cgroup.freeze (v2), freezer.state (v1, the group of that name in the freezer's hierarchy). */
int mw_act_group_freeze(const struct mw_killer *k, struct mw_str path, bool freeze);

struct mw_group_kill {
	unsigned signalled_count; /* processes; the kernel's cgroup.kill does not say */
	unsigned reaped_count;	  /* put to the reaper, or reaped */
	bool by_kernel;		  /* cgroup.kill */
	bool empty;		  /* nobody is left in it, dying ones included */
};

/* cgroup.kill (v2, 5.14), else each process until none is left that was not signalled, in at most
 * MW_GROUP_ROUNDS rounds: where it still forks, call again.  Steps other than MW_KILL_SIGNAL are
 * done to each of them, which takes its time where there are hundreds.  No steps: only looks
 * whether it is empty.  0 or negative errno. */
int mw_act_group_kill(const struct mw_killer *k, struct mw_str path, unsigned steps,
		      struct mw_group_kill *ret);
