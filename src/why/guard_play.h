/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_play - a recording seen again by a policy, in the time that it was taken in.
 *
 * Invariants:
 *  - Pure; the same recording and configuration give the same decisions.
 *  - What the recording does not hold is not made up: a look at tasks that it did not take, or the
 *    details of a task that it did not ask, are answered with "not known".
 *  - Where the recording shows nothing of what came of a kill (it was taken without one, or with
 *    another), no second one is decided until memory is back: what follows the first would be
 *    fiction.
 */
#pragma once

#include "why/guard_record.h"

struct mw_guard_play {
	struct mw_guard_player player;
	struct mw_guard_config config;
	struct mw_guard_state state;
	struct mw_guard_view view;   /* as recorded, this turn's */
	struct mw_guard_task *shown; /* as many as the room has: what the policy was shown of it */
	bool unanswered;	     /* it asked for what the recording does not hold */
	size_t view_count;
	uint64_t first_ns; /* of the first view */
};

/* The player has begun.  whole: the recording, to see whether it holds an outcome. */
void mw_guard_play_begin(struct mw_guard_play *play, const struct mw_guard_config *config,
			 struct mw_str whole);

/* 1: the next view, and what the policy does about it (never LOOK or DETAIL, unless unanswered);
 * 0: the end; -EINVAL: see .player.wrong. */
int mw_guard_play_next(struct mw_guard_play *play, struct mw_guard_decision *ret);
