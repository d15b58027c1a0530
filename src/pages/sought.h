/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sought - the blocks of frames of which nobody is known, and which of them a word of the kernel's
 * memory may mean.
 *
 * A block is what was allocated at once: a compound page, or a frame with those behind it that were
 * not given out by themselves (alloc_pages() without __GFP_COMP, alloc_pages_exact() at boot).  At
 * most MW_SOUGHT_MAX blocks; the others are counted, not sought.
 */
#pragma once

#include "pages/moved.h"

#define MW_SOUGHT_MAX ((size_t)1 << 20)
#define MW_SOUGHT_NONE SIZE_MAX

/* How a word means a frame. */
enum mw_form {
	MW_FORM_PAGE,	  /* address of its struct page */
	MW_FORM_ADDRESS,  /* of its first byte, in the direct mapping */
	MW_FORM_INSIDE,	  /* of another byte */
	MW_FORM_LIST,	  /* address of the list in its struct page */
	MW_FORM_ENTRY,	  /* in a page table, present */
	MW_FORM_PHYSICAL, /* its first byte: may be a mere number */
	MW_FORM_FRAME,	  /* its number: may be any other */
	MW_FORMS,
};

const char *mw_form_name(enum mw_form form); /* "page" */

struct mw_sought_block {
	uint64_t frame;
	uint32_t frames;
	uint32_t owner; /* as the census has it: its class and cgroup */
};

struct mw_sought {
	struct mw_sought_block *block; /* by frame */
	size_t n;
	uint64_t frames, left_frames; /* of the blocks; of those that are too many */
	/* Private: which parts of memory have a block, and what a word is compared with. */
	uint64_t *bits;
	unsigned shift;
	uint64_t direct, pages, frame_bytes, page_bytes, list_at, span_frames;
};

/* only: that frame's block alone, whatever it is; UINT64_MAX: all of which nobody is known, those
 * that a variable of the kernel holds with them, or plain: class other alone.
 * 0, -EIO, -ENOMEM, -ENOENT: that frame is no memory. */
int mw_sought_take(const struct mw_walked *w, uint64_t only, bool plain, struct mw_arena *arena,
		   struct mw_sought *ret);

/* Pure.  The number of the block that has the frame. */
size_t mw_sought_of_frame(const struct mw_sought *s, uint64_t frame);

/* Pure.  The number of the block that a word means; of an entry of a page table. */
size_t mw_sought_of_word(const struct mw_sought *s, uint64_t word, enum mw_form *ret_form);
size_t mw_sought_of_entry(const struct mw_sought *s, uint64_t entry);
