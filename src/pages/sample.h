/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - the classes of all frames by looking at some: of each stratum one block of struct pages,
 * and before it the places where a larger block that holds it would begin.
 *
 * What the walk tells apart later (stacks, vmalloc, per-CPU memory) a sample has under other; whose
 * the pages are it does not ask.  Files on tmpfs are a class of their own.
 */
#pragma once

#include "pages/kmem.h"
#include "pages/page.h"
#include "pages/tally.h"

/* By node and class. */
struct mw_class_tallies {
	struct mw_tally *tally;	      /* [node * MW_PAGE_CLASSES + class] */
	struct mw_tally_sample *node; /* what is common to those of a node */
	size_t n_nodes;
	uint64_t strata, frames; /* looked at */
};

/* -ENOMEM. */
int mw_class_tallies_make(const struct mw_frames *frames, struct mw_arena *arena,
			  struct mw_class_tallies *ret);

/* A block was looked at: so many frames of each class. */
void mw_class_tallies_add(struct mw_class_tallies *t, const struct mw_stratum *s,
			  const uint64_t frames[MW_PAGE_CLASSES]);

struct mw_sample {
	const struct mw_layout *layout;
	const struct mw_frames *frames;
	unsigned max_order; /* of the buddy allocator */
	uint64_t ppm, seed; /* see struct mw_strata */
};

/* 0, -EIO where the reader failed, -ENOMEM, -EOPNOTSUPP: a struct page is too long. */
int mw_pages_sample(struct mw_kmem *k, const struct mw_sample *sample, struct mw_arena *arena,
		    struct mw_class_tallies *ret);
