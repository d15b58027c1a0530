/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watermark - may this zone give these pages?  By release.
 *
 * Mirrors __zone_watermark_ok() and gfp_to_alloc_flags(), mm/page_alloc.c, 2.6.32 to 7.2, el6 to
 * el9.
 *
 * Invariants: pure; pages are base pages.  Nothing is clamped: a zone whose free pages do not
 * even cover what must be taken off fails with the margin it has, below 0.
 */
#pragma once

#include "base/val.h"
#include "model/gfp.h"

#define MW_ORDERS 16 /* at most; the usual is 11 */

enum mw_mark { MW_MARK_MIN, MW_MARK_LOW, MW_MARK_HIGH };

/* What is known of a zone. */
struct mw_zone_state {
	struct mw_val free_pages;
	struct mw_val mark_pages[3];	   /* by enum mw_mark, boost included */
	struct mw_val reserve_pages;	   /* lowmem_reserve[] for the class of the request */
	struct mw_val free_cma_pages;	   /* MW_ABSENT: none on this release */
	struct mw_val highatomic_pages;	   /* what the release takes off: reserved or free */
	struct mw_val free_blocks[MW_ORDERS]; /* MW_ABSENT past the last order; MW_UNREAD: not shown */
	bool usable[MW_ORDERS]; /* at that order some list of a type that this request may use is
				 * not empty; true where the types are not known */
	bool types_known;
};

/* Who asks, and how hard it may try. */
struct mw_zone_request {
	unsigned order;
	bool movable; /* may use CMA */
	bool high, harder, non_block; /* __GFP_HIGH; atomic; cannot sleep (6.3 on) */
	bool no_marks; /* PF_MEMALLOC, __GFP_MEMALLOC */
	bool slow;     /* the reductions for high and harder apply in the slow path only */
};

enum mw_zone_test {
	MW_TEST_PASSES,
	MW_TEST_NO_MEMORY,	/* free pages do not exceed the mark itself */
	MW_TEST_RESERVE,	/* they do, but not the mark and lowmem_reserve together */
	MW_TEST_FRAGMENTED,	/* the pages are there, but not in blocks of the order asked */
	MW_TEST_UNKNOWN,	/* a figure that decides is not known */
};

struct mw_zone_step {
	enum mw_zone_test test;
	struct mw_val mark_pages;  /* after the reductions */
	struct mw_val usable_pages; /* free, less 2^order - 1, CMA and highatomic; clamped at 0 only
				     * for showing: margin_pages says by how much it is short */
	bool margin_known;
	int64_t margin_pages; /* of the deciding comparison: > 0 passes */
	/* Up to 4.3, order > 0: at which order the test of blocks failed, what was left then and
	 * what had to be exceeded. */
	unsigned fail_order;
	int64_t left_pages, needed_pages;
};

/* One test of one zone at one mark. */
void mw_watermark_test(const struct mw_zone_state *z, const struct mw_zone_request *q,
		       enum mw_mark mark, struct mw_release release, struct mw_zone_step *ret);

/* The mark after the reductions of the slow path. */
uint64_t mw_watermark_reduced(uint64_t mark, const struct mw_zone_request *q,
			      struct mw_release release);

/* Does this release halve the mark order by order (up to 4.3, el6, el7), or ask for a block? */
bool mw_watermark_by_order(struct mw_release release);

/* /proc's extfrag index in 1/1000: -1000 a block is there; toward 0 lack of memory, toward 1000
 * fragmentation (fragmentation_index(), mm/vmstat.c).  False: not known. */
bool mw_fragmentation_index(const struct mw_zone_state *z, unsigned order, int64_t *ret);
