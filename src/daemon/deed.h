/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deed - carries out what was decided, one thing at a time, and follows what comes of it.
 *
 * The names of who dies are kept here, for the view they stood in is overwritten while the memory
 * is on its way back.
 *
 * Invariants: nothing allocates; a dying process is asked only through its descriptor and its
 * memory cgroup, never through /proc, which would pin its memory.
 */
#pragma once

#include "act/kill.h"
#include "act/reaper.h"
#include "daemon/sense.h"
#include "why/group_name.h"
#include "why/guard.h"

#define MW_DEED_FROZEN_MAX 8
#define MW_DEED_PATH_BYTES 256

/* Of the first target: as much of the texts as is kept. */
struct mw_deed_name {
	uint64_t pid, uid;
	char comm[MW_GUARD_COMM_BYTES + 1];
	char exe[192], cmdline[192];
	char unit[MW_UNIT_NAME_MAX + 1]; /* one more than a name may have: a longer one is none */
	char group[MW_DEED_PATH_BYTES];
	struct mw_str comm_text, exe_text, cmdline_text, unit_text, group_text;
};

/* A group that is to be let go again. */
struct mw_deed_held {
	char path[MW_DEED_PATH_BYTES];
	bool frozen;		    /* else throttled */
	struct mw_val before_bytes; /* its memory.high was */
};

struct mw_deed {
	struct mw_killer killer;
	struct mw_reaper reaper;
	bool can_act; /* the killer is open */

	enum mw_guard_verb verb; /* of the last TERM, KILL, KILL_GROUP; MW_GUARD_WAIT: none yet */
	struct mw_guard_decision decision;
	struct mw_deed_name name;
	struct mw_kill_target target[MW_GUARD_TARGETS_MAX];
	struct mw_kill_result result[MW_GUARD_TARGETS_MAX];
	size_t n;
	struct mw_guard_outcome outcome;
	uint64_t asked_ns, signal_ns, over_ns; /* CLOCK_MONOTONIC; over: gone or given up */
	bool is_over;			       /* said and written; nothing is followed any more */

	struct mw_deed_held held[MW_DEED_FROZEN_MAX];
	size_t n_held;
};

/* With the killer and its reaper started.  0 or negative errno. */
int mw_deed_open(struct mw_root *root, struct mw_arena *arena, struct mw_deed *ret);
void mw_deed_close(struct mw_deed *d);

/* Any verb that acts.  0 or the negative errno of the act; d->outcome is of it. */
int mw_deed_do(struct mw_deed *d, const struct mw_guard_view *view,
	       const struct mw_guard_decision *decision, uint64_t seen_ticks);

/* As a dry run: nothing happens, but the name is kept. */
void mw_deed_name(struct mw_deed *d, const struct mw_guard_view *view,
		  const struct mw_guard_decision *decision);

/* What came of it until now. */
void mw_deed_look(struct mw_deed *d, struct mw_sense *s);

/* A descriptor that becomes readable when the first target is gone; -1: none. */
int mw_deed_fd(const struct mw_deed *d);
