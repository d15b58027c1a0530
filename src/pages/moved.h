/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moved - frames that after the walk were found to be another owner's than their run says, and who
 * has each frame now.
 *
 * Only for those who go on asking frame by frame: sums need no list.  16 bytes a frame.
 */
#pragma once

#include "pages/walk.h"

struct mw_moved_frame {
	uint64_t frame;
	uint32_t owner;
	uint32_t number; /* of the moves: of a frame that was moved twice the last counts */
};

struct mw_moved {
	struct mw_moved_frame *item;
	size_t n;
	bool sorted;
	struct mw_arena arena;
};

/* One frame goes from an owner to another; w->moved, where there is one, keeps that it did.
 * w->walk->owners.items.failed: without memory. */
void mw_moved_put(const struct mw_walked *w, uint64_t frame, uint32_t from,
		  enum mw_page_class class, uint64_t pointer);

/* All frames in order, in pieces of one owner: the runs, less what was moved, and that.  Start with
 * .w alone. */
struct mw_moved_at {
	const struct mw_walked *w;
	struct mw_runs_at run;
	size_t item;	 /* the next that was moved */
	uint64_t at, to; /* what of the run was not given yet */
	uint64_t frame, frames;
	uint32_t owner;
	uint32_t walked; /* the owner by the run */
};

bool mw_moved_next(struct mw_moved_at *at);

void mw_moved_done(struct mw_moved *m);
