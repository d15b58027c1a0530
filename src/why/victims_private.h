/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims_private - what the files of the prediction share while it is made.
 */
#pragma once

#include "base/index.h"
#include "why/victims.h"

/* What a run of the selection works with. */
struct mw_victims_run {
	const struct mw_snap *s;
	const struct mw_victims_ask *ask;
	struct mw_arena *arena;
	struct mw_victims *v;
	struct mw_victim *all; /* one for each process of the snapshot, in its order */
	size_t *chain;	       /* by points: who is chosen after whom */
	size_t *first_child, *next_child;
	size_t *sharers; /* of each address space, by its first process: how many have it */
	bool *freed;	 /* likewise: has it been given back? */
	size_t *dead;	 /* in order */
	size_t n_dead, deaths;
	/* Of those whose figures are not known: how many, and which could have the most points. */
	size_t n_unknown;
	const struct mw_proc *unknown;
	int64_t unknown_most;
};

/* Is it the init of the machine, which is never killed? */
static inline bool mw_victims_is_init(const struct mw_snap *s, const struct mw_proc *p)
{
	return p->pid == 1 && s->global_init;
}

/* For sorting: as the machine lists its processes, the oldest first. */
int mw_victims_by_age(const struct mw_proc *a, const struct mw_proc *b);

/* So many pages an oom_badness() of this machine may be off for a process with swap; 0: none. */
int64_t mw_victims_blur(const struct mw_snap *s);

/* What those could have at most whose points cannot be made: fills in .unknown_most. */
void mw_victims_bound_unknown(struct mw_victims_run *m);

/* Why another may die in the place of the i-th of a chain of n; NULL: no reason. */
const char *mw_victims_doubt(const struct mw_victims_run *m, size_t i, size_t n);

/* Who may be killed, with how many points, and what that would give back: fills in .all. */
void mw_victims_rate(struct mw_victims_run *m, const struct mw_index *by_pid);
