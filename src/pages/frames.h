/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames - which page frames are RAM, and on which node each is.
 *
 * Ranges are in order, do not overlap, and hold only memory that is online.
 */
#pragma once

#include "base/arena.h"
#include "kernel/root.h"

struct mw_frame_range {
	uint64_t from, to; /* frames: to is the first behind it */
	uint32_t node;
};

struct mw_frames {
	struct mw_frame_range *range;
	size_t n;
	uint64_t total; /* frames in all ranges */
	bool node_known;
};

/* Pure: the lines "System RAM" of /proc/iomem (kernel/resource.c), those of the first level, in
 * whole frames.  -EACCES: all addresses are 0, as others than root see it; -ENODATA: none. */
int mw_frames_of_iomem(struct mw_str iomem, uint64_t frame_bytes, struct mw_arena *arena,
		       struct mw_frames *ret);

/* A block of memory as sysfs has it; all of one size. */
struct mw_memory_block {
	uint64_t number;
	uint32_t node;
};

/* Pure: what of the ranges lies in one of the blocks, which are sorted by number. */
void mw_frames_cut(const struct mw_frames *f, const struct mw_memory_block *block, size_t n,
		   uint64_t block_frames, struct mw_arena *arena, struct mw_frames *ret);

/* Of this machine: iomem, less the blocks that are offline.  Negative errno. */
int mw_frames_take(struct mw_root *root, uint64_t frame_bytes, struct mw_arena *arena,
		   struct mw_frames *ret);
