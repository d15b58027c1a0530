/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buddyinfo - /proc/buddyinfo: free blocks by order, a line a zone that has pages
 * (frag_show_print(), mm/vmstat.c; one format from 2.6.32 to 7.2).
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

#define MW_ORDERS 16 /* at most; the usual is 11 */

struct mw_buddy_zone {
	uint64_t node;
	struct mw_str zone;		 /* "Normal", a slice of the text */
	struct mw_val blocks[MW_ORDERS]; /* MW_ABSENT from n_orders on */
	size_t n_orders;
};

/* The next zone; false at the end.  Lines that are none are skipped.  Pure. */
bool mw_buddyinfo_next(struct mw_str *text, struct mw_buddy_zone *ret);

/* Figures up to the end of the line, at most max, MW_ABSENT behind them: how many there were.
 * ">100000" is 100000, and capped: at least that many.  ret_capped may be NULL: then it is MW_BAD,
 * as all is that is no number. */
size_t mw_block_counts(struct mw_str line, size_t max, struct mw_val *ret, bool *ret_capped);
