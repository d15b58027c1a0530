/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page - what one struct page says of its frame, and of the frames of its block.
 *
 * The words are read without a lock, so any value may stand in them: a class is always found, and
 * a block is never longer than its alignment allows.
 */
#pragma once

#include <string.h>

#include "pages/layout.h"

enum mw_page_class {
	MW_PAGE_UNINIT,	   /* all zero: the kernel has not made it yet; counted as free */
	MW_PAGE_FREE,	   /* in the buddy allocator */
	MW_PAGE_IDLE,	   /* nobody holds it: per-CPU lists; or the tail of a block without head */
	MW_PAGE_RESERVED,  /* since boot */
	MW_PAGE_FILE,	   /* page cache, shared memory: of an address_space */
	MW_PAGE_ANON,	   /* of a process */
	MW_PAGE_KSM,	   /* of several, merged */
	MW_PAGE_SWAPCACHE, /* shared memory that is on its way to swap or from it */
	MW_PAGE_SLAB,	   /* of a struct kmem_cache */
	MW_PAGE_KMALLOC,   /* of kmalloc(), too large for a cache; since 6.14 or so */
	MW_PAGE_TABLE,	   /* a page table */
	MW_PAGE_HUGETLB,   /* in use */
	MW_PAGE_HUGETLB_FREE,
	MW_PAGE_ZSMALLOC, /* of zram and zswap; since 6.11 */
	MW_PAGE_OFFLINE,  /* given back to the hypervisor, or taken offline */
	MW_PAGE_GUARD,
	MW_PAGE_UNACCEPTED,
	MW_PAGE_POOL,  /* of network receive */
	MW_PAGE_KMEM,  /* the kernel's, charged to a cgroup: stacks, pipes ... */
	MW_PAGE_OTHER, /* the kernel's, without a mark */
	MW_PAGE_TAIL,  /* of a block whose head was not met: a race */
	/* Told apart after the walk, by who points to them: */
	MW_PAGE_VMALLOC,
	MW_PAGE_STACK, /* of a thread */
	MW_PAGE_PERCPU,
	MW_PAGE_STATIC, /* a variable of the kernel has its address: hash tables and such */
	MW_PAGE_SHMEM,	/* of MW_PAGE_FILE, where only flags tell: a sample, kpage */
	MW_PAGE_CLASSES,
};

const char *mw_page_class_name(enum mw_page_class c); /* "hugetlb_free" */

struct mw_page {
	enum mw_page_class class;
	uint64_t owner;	 /* struct address_space, kmem_cache, anon_vma ...; 0: none */
	uint64_t memcg;	 /* the word as it stands, see enum mw_memcg_form; 0: none */
	uint64_t frames; /* of its block; at least 1 */
};

/* Pure.  p: the struct page of that frame, of which bytes can be read (l->page.bytes at least, more
 * where the block's second page can be).  max_order: of the buddy allocator. */
void mw_page_classify(const struct mw_layout *l, unsigned max_order, uint64_t frame, const char *p,
		      size_t bytes, struct mw_page *ret);
