/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pagetypeinfo - /proc/pagetypeinfo: free blocks by migrate type and order, and how many
 * pageblocks each type has (pagetypeinfo_show(), mm/vmstat.c; 2.6.32 to 7.2, for root alone since
 * 5.5).
 *
 * Types come by name: which there are, and in which order, differs by release (Reserve up to 4.3,
 * HighAtomic from 4.4 on, CMA and Isolate by configuration).
 */
#pragma once

#include "kernel/buddyinfo.h"

#define MW_PAGE_TYPES 8 /* at most; 7.2 has 6 */

struct mw_pagetype_row {
	uint64_t node;
	struct mw_str zone, type;	 /* "Normal", "Unmovable": slices of the text */
	struct mw_val blocks[MW_ORDERS]; /* MW_ABSENT from n_orders on */
	/* Since 5.5 the kernel stops to count at 100,000: there are at least that many. */
	bool capped[MW_ORDERS];
	size_t n_orders;
};

/* The next row of free blocks; false at the end.  Lines that are none are skipped.  Pure. */
bool mw_pagetypeinfo_next(struct mw_str *text, struct mw_pagetype_row *ret);

/* What stands once in the file. */
struct mw_pagetype_head {
	struct mw_val pageblock_order, pageblock_pages;
	struct mw_str type[MW_PAGE_TYPES]; /* in the order of the pageblock rows */
	size_t n_types;			   /* 0: the file has no table of pageblocks */
	struct mw_str pageblock_rows;	   /* for the next function */
};

void mw_pagetypeinfo_head(struct mw_str text, struct mw_pagetype_head *ret);

struct mw_pageblock_row {
	uint64_t node;
	struct mw_str zone;
	struct mw_val count[MW_PAGE_TYPES]; /* pageblocks of head.type[]; MW_ABSENT past n_types */
	size_t n_types;
};

/* The next row; false at the end of that table: another ("Number of mixed blocks") may follow. */
bool mw_pageblocks_next(struct mw_str *rows, struct mw_pageblock_row *ret);
