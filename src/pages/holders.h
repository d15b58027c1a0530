/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders - who holds the blocks of which nobody is known: the kernel's memory is read word by word
 * for their addresses.
 *
 * It reads slabs, large kmalloc(), vmalloc(), stacks, memory per CPU, page tables, what was
 * reserved at boot, and the blocks that are sought; never a page of a process or of a file.  What
 * it names is likely, not sure: an object that was freed still has its words.  So a block has of
 * several holders the one that is the least by chance: variables of the kernel first, stacks last;
 * of equals the one that holds the most.
 */
#pragma once

#include "pages/image.h"
#include "pages/sought.h"

enum mw_holder_kind {
	MW_HOLDER_STATIC, /* a variable of the kernel */
	MW_HOLDER_SLAB,
	MW_HOLDER_KMALLOC, /* too large for a cache */
	MW_HOLDER_VMALLOC,
	MW_HOLDER_PERCPU,
	MW_HOLDER_TABLE, /* a page table */
	MW_HOLDER_BOOT,	 /* reserved at boot, no variable */
	MW_HOLDER_BLOCK, /* another one of which nobody is known */
	MW_HOLDER_STACK,
	MW_HOLDER_KINDS,
};

const char *mw_holder_kind_name(enum mw_holder_kind kind); /* "slab" */

/* Blocks that such a place holds. */
struct mw_holder {
	enum mw_holder_kind kind;
	/* struct kmem_cache; address of the caller of vmalloc(), of the variable; struct
	 * task_struct; 0: not known */
	uint64_t pointer;
	enum mw_form form;
	enum mw_page_class class; /* of what is held */
	bool chained;		  /* through other blocks of which nobody is known */
	uint64_t frames, blocks;
	uint32_t object_bytes, first_byte, last_byte; /* where in its objects; of a slab */
};

struct mw_holders {
	struct mw_holder *item; /* largest first */
	size_t n;
	uint64_t sought_frames, held_frames, left_frames; /* left: too many to be sought */
	uint64_t searched_bytes;
};

struct mw_search {
	const struct mw_image *image;
	uint64_t only;	     /* this frame's block, and all who hold it; UINT64_MAX: see above */
	const uint64_t *own; /* frames of the reader itself, which are not read */
	size_t n_own;
	/* Variables alone are read, and what they hold goes to MW_PAGE_STATIC; nothing is named. */
	bool take;
};

/* Lists live in w->arena.  0, -EIO, -ENOMEM, -ENOENT: the frame is no memory.  Without
 * w->k->direct nothing can be read: -EOPNOTSUPP. */
int mw_holders_find(const struct mw_walked *w, const struct mw_search *search,
		    struct mw_holders *ret);
