/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watermark - may this zone give these pages?  By release.
 *
 * Mirrors __zone_watermark_ok() and gfp_to_alloc_flags(), mm/page_alloc.c, 2.6.32 to 7.2, el6 to
 * el9.
 *
 * Invariants: pure; pages are base pages.  No margin is clamped: a zone whose free pages do not
 * even cover what must be taken off fails with the margin it has, below 0.
 */
#pragma once

#include "base/val.h"
#include "kernel/buddyinfo.h"
#include "model/gfp.h"

enum mw_mark { MW_MARK_MIN, MW_MARK_LOW, MW_MARK_HIGH };

/* What is known of a zone. */
struct mw_zone_state {
	struct mw_val free_pages;
	struct mw_val mark_pages[3];	/* by enum mw_mark, boost included */
	struct mw_val reserve_pages;	/* lowmem_reserve[] for the class of the request */
	struct mw_val free_cma_pages;	/* MW_ABSENT: none on this release */
	struct mw_val highatomic_pages; /* what the release takes off: reserved or free */
	/* MW_ABSENT past the last order; MW_UNREAD: not shown. */
	struct mw_val free_blocks[MW_ORDERS];
	bool usable[MW_ORDERS]; /* at that order some list of a type that this request may use is
				 * not empty; true where the types are not known */
	bool types_known;
};

/* Who asks, and how hard it may try. */
struct mw_zone_request {
	unsigned order;
	bool movable;	   /* may use CMA */
	bool high, harder; /* __GFP_HIGH; atomic, up to 6.2 */
	bool non_block;	   /* cannot sleep and may take of reserves: from 6.3 on */
	bool no_marks;	   /* PF_MEMALLOC, __GFP_MEMALLOC */
	/* The rights above count in the slow path only, and there at the min mark: the last try
	 * before the OOM killer, at the high mark, has none. */
	bool slow;
};

enum mw_zone_test {
	MW_TEST_PASSES,
	MW_TEST_NO_MEMORY,  /* free pages do not exceed the mark itself */
	MW_TEST_RESERVE,    /* they do, but not the mark and lowmem_reserve together */
	MW_TEST_FRAGMENTED, /* the pages are there, but not in blocks of the order asked */
	MW_TEST_UNKNOWN,    /* a figure that decides is not known */
};

struct mw_zone_step {
	enum mw_zone_test test;
	struct mw_val mark_pages;   /* after the reductions */
	struct mw_val usable_pages; /* free, less 2^order - 1, CMA and highatomic; clamped at 0 only
				     * for showing: margin_pages says by how much it is short */
	bool margin_known;
	/* Of the deciding comparison: > 0 passes.  Of those that all passed, the narrowest.  Not
	 * known where a figure is not known, or where no block of the order is there (from 4.4). */
	int64_t margin_pages;
	/* Up to 4.3, order > 0, MW_TEST_FRAGMENTED: the test takes off the blocks of order 0, 1,
	 * ... one after the other; after which it failed, what was left then and what had to be
	 * exceeded. */
	unsigned fail_order;
	int64_t left_pages, needed_pages;
};

/* One test of one zone at one mark.  What is certain though a figure is not known is said: where
 * even the most favourable figure fails, it fails; MW_TEST_RESERVE may then be MW_TEST_NO_MEMORY.
 * MW_ABSENT means 0 for free_cma_pages, highatomic_pages and free_blocks.
 *
 * Not modelled: the second try of GFP_ATOMIC at order 0 without the boost (5.4.195, 5.10.13 on),
 * the dirty limit, zone_reclaim_mode, cpusets. */
void mw_watermark_test(const struct mw_zone_state *z, const struct mw_zone_request *q,
		       enum mw_mark mark, struct mw_release release, struct mw_zone_step *ret);

/* The min mark after the reductions of the slow path; without q->slow the mark itself. */
uint64_t mw_watermark_reduced(uint64_t mark, const struct mw_zone_request *q,
			      struct mw_release release);

/* May it take a block that is kept for atomic requests, in the slow path? */
bool mw_watermark_highatomic(const struct mw_zone_request *q, struct mw_release release);

/* Does this release halve the mark order by order (up to 4.3, el6, el7), or ask for a block? */
bool mw_watermark_by_order(struct mw_release release);

/* The extfrag index of debugfs in 1/1000: -1000 a block is there; toward 0 lack of memory, toward
 * 1000 fragmentation (fragmentation_index(), mm/vmstat.c).  The last order is the last one that is
 * not MW_ABSENT.  False: not known. */
bool mw_fragmentation_index(const struct mw_zone_state *z, unsigned order, int64_t *ret);
