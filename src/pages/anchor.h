/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anchor - pages of our own, of which the frame is known: by them the reader finds the array of
 * struct page, and by them its answers are checked before any number is said.
 *
 * Frames are asked of /proc/self/pagemap (CAP_SYS_ADMIN).
 */
#pragma once

#include "pages/kmem.h"

struct mw_anchor {
	int fd; /* of a memory file of one page */
	void *page;
	uint64_t frame;
	uint64_t ino;
	uint64_t mapping; /* its struct address_space, as found by way of our open files */
};

/* The frame of a page that is mapped by us: 0 or negative errno. */
int mw_anchor_frame(const void *page, uint64_t frame_bytes, uint64_t *ret);

/* 0 or negative errno; mw_anchor_done() is fine after failure too. */
int mw_anchor_make(uint64_t frame_bytes, struct mw_anchor *ret);
void mw_anchor_done(struct mw_anchor *a);

/* Fills k->frames and k->direct, where the reader did not know them.  0, or negative errno and
 * what failed in *ret_why. */
int mw_anchor_find(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		   uint64_t frames_max, const char **ret_why);

/* Do a page of our own, its file and a page table of ours look as they must?  0, or -EPROTO and
 * what does not in *ret_why. */
int mw_anchor_check(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		    const char **ret_why);
