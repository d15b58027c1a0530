/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gfp - what a mask of an allocation means on the kernel that printed it.
 *
 * The value of nearly every bit above 0x8 has changed between versions, so a mask without its
 * release means nothing.  Values: model/gfp_table.h, 2.6.32 to 7.2, el6 and el7; el8 and el10 as
 * 4.18 and 6.12, el9 as 5.14 with what is known to have changed.
 *
 * Invariants: pure; a bit that has no name in that release stands in .unknown_bits and in .names
 * as hexadecimal, and is never dropped.
 */
#pragma once

#include "base/arena.h"
#include "kernel/release.h"

/* The type of the highest zone a request may use.  HighMem exists on 32 bits only. */
enum mw_zone_type { MW_ZONE_DMA, MW_ZONE_DMA32, MW_ZONE_NORMAL, MW_ZONE_HIGHMEM, MW_ZONE_MOVABLE };

struct mw_gfp {
	uint64_t mask;
	/* "GFP_KERNEL|__GFP_ZERO": composites first, as the kernel prints them; and one by one. */
	const char *names;
	const char **name;
	size_t n_names;
	uint64_t unknown_bits;
	enum mw_zone_type zone; /* gfp_zone(): with both DMA bits off and HIGHMEM alone: HIGHMEM */
	bool movable;		/* may use CMA blocks */
	bool reclaimable;
	bool may_sleep; /* direct reclaim allowed: __GFP_WAIT, __GFP_DIRECT_RECLAIM */
	bool wakes_kswapd;
	bool io, fs;
	bool high;	/* __GFP_HIGH: half of the min watermark */
	bool harder;	/* a quarter more off: what "atomic" is on this release, see gfp.c */
	bool non_block; /* cannot sleep, and has no __GFP_NOMEMALLOC: ALLOC_NON_BLOCK of 6.3 on */
	bool no_marks;	/* __GFP_MEMALLOC without __GFP_NOMEMALLOC: no watermark at all */
	bool nofail, noretry, retry_mayfail, thisnode, hardwall, write, account, nowarn, comp, zero;
};

/* .names of the mask 0 is empty, as in the kernel's text.  Before 4.6 the kernel printed no names:
 * there single flags stand in the order of their bits.  Release not known: the newest layout (the
 * caller says so).  Out of memory sticks in the arena. */
void mw_gfp_decode(uint64_t mask, struct mw_release release, struct mw_arena *arena,
		   struct mw_gfp *ret);

/* The mask of "GFP_KERNEL|__GFP_ZERO|0x8" on that release; false: *ret_wrong is the piece that this
 * release does not have. */
bool mw_gfp_of_names(struct mw_str text, struct mw_release release, struct mw_arena *arena,
		     uint64_t *ret, struct mw_str *ret_wrong);

/* What it may and may not do, for people: "may sleep, may do I/O and call file systems; ..." */
const char *mw_gfp_words(const struct mw_gfp *g, struct mw_arena *arena);

/* What such a request probably is: "a kernel stack for a new thread or process"; NULL: no guess.
 * A guess, to be shown as one. */
const char *mw_gfp_guess(const struct mw_gfp *g, unsigned order, struct mw_release release);
