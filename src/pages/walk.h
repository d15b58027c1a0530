/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk - one pass over the array of struct page, from block to block: the order in a head says
 * where the next one is, so tails are never decoded.
 *
 * Where large blocks can begin is looked first, at some places at once: of whole ones nothing else
 * is read.  A block that was split or made between the two readings may count as what it was.
 */
#pragma once

#include "pages/frames.h"
#include "pages/kmem.h"
#include "pages/owners.h"
#include "pages/runs.h"

struct mw_walk_of_pages {
	struct mw_page_owners owners;
	struct mw_runs runs;
	uint64_t frames, blocks; /* that were looked at */
};

/* 0, -EIO where the reader failed, -ENOMEM.  What was found so far is in ret in each case. */
int mw_pages_walk(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		  unsigned max_order, struct mw_walk_of_pages *ret);

void mw_pages_walk_done(struct mw_walk_of_pages *w);
#define _mw_pages_walk_ __attribute__((cleanup(mw_pages_walk_done)))

/* Whose a frame is, see mw_runs_find(); NULL: it is in no range. */
const struct mw_page_owner *mw_walk_owner(const struct mw_walk_of_pages *w,
					  const struct mw_frames *frames,
					  struct mw_run_place *place, uint64_t frame);

/* A walk that was made, and what it was made with: for those who go on asking. */
struct mw_walked {
	struct mw_kmem *k;
	const struct mw_layout *l;
	const struct mw_frames *frames;
	uint64_t frame_bytes;
	struct mw_walk_of_pages *walk;
	struct mw_arena *arena; /* for what they find */
	struct mw_moved *moved; /* keeps who has a frame after all; NULL: nobody asks */
};

static inline uint64_t mw_walked_page(const struct mw_walked *w, uint64_t frame)
{
	return w->k->frames + frame * (uint64_t)w->l->page.bytes;
}
