/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runs - the frames in their order: so many in a row belong to this owner.
 *
 * Invariants: runs of a range follow one another without a gap, those of the next range after them.
 * 8 bytes each.
 */
#pragma once

#include "pages/frames.h"

#define MW_RUN_FRAMES_MAX (((uint32_t)1 << 27) - 1) /* longer ones are several */

struct mw_run {
	uint32_t frames : 27, class : 5; /* enum mw_page_class */
	uint32_t owner;			 /* its number, see owners.h */
};

struct mw_runs {
	struct mw_run **chunk;
	size_t n;
	struct mw_arena arena;
};

/* Out of memory sticks in .arena. */
void mw_runs_add(struct mw_runs *runs, struct mw_run run);
struct mw_run mw_runs_get(const struct mw_runs *runs, size_t i);

/* All runs, one after the other; start with a zeroed one. */
struct mw_runs_at {
	size_t range, run;	/* the next */
	uint64_t frame, frames; /* of this one */
	uint32_t owner;
	uint8_t class;
};

bool mw_runs_next(const struct mw_runs *runs, const struct mw_frames *frames,
		  struct mw_runs_at *at);

/* Goes through the frames in order: who owns this one?  Start with a zeroed place; frames that are
 * asked for must rise.  False: it is in no range. */
struct mw_run_place {
	size_t range, run;
	uint64_t frame; /* the first of the run */
};

bool mw_runs_find(const struct mw_runs *runs, const struct mw_frames *frames,
		  struct mw_run_place *place, uint64_t frame, uint32_t *ret_owner);

void mw_runs_done(struct mw_runs *runs);
