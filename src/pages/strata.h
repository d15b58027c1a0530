/* SPDX-License-Identifier: Apache-2.0 */
/*
 * strata - which frames a sample looks at: memory is cut into pieces of equal length (strata), and
 * of each one block of 64 frames is taken at random.
 *
 * Invariants: a block lies in one range, and begins at a multiple of 64 unless the range does not;
 * blocks rise; the weights, each times the frames of its block, add up to the frames of all ranges.
 */
#pragma once

#include "pages/frames.h"

#define MW_BLOCK_FRAMES 64 /* 4 KiB of struct page */
#define MW_SAMPLE_ALL 1000000

struct mw_stratum {
	uint64_t from, to; /* the block */
	uint32_t node;
	double weight; /* so many frames does one of them stand for; 1: the block is the stratum */
};

struct mw_strata {
	const struct mw_frames *frames;
	uint64_t ppm;	   /* how much of memory is looked at, 1 to MW_SAMPLE_ALL */
	uint64_t seed;	   /* the same one gives the same blocks */
	size_t range;	   /* the next; start with 0 */
	uint64_t in_range; /* the next stratum of it */
};

/* Pure.  False at the end. */
bool mw_strata_next(struct mw_strata *s, struct mw_stratum *ret);
