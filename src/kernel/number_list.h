/* SPDX-License-Identifier: Apache-2.0 */
/*
 * number_list - lists of CPUs and nodes as the kernel prints them, "0-3,8" (bitmap_list_string(),
 * lib/vsprintf.c).
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"

struct mw_range {
	bool ok; /* false: malformed, or the second number is the smaller one */
	uint64_t from, to;
};

/* The next piece; false at the end. */
bool mw_list_next(struct mw_str *rest, struct mw_range *ret);

/* Is n in it, have the two one in common?  Malformed pieces hold nothing. */
bool mw_list_has(struct mw_str list, uint64_t n);
bool mw_lists_overlap(struct mw_str a, struct mw_str b);

/* What they have in common, in the order of a; out of memory sticks in the arena. */
struct mw_str mw_list_common(struct mw_str a, struct mw_str b, struct mw_arena *arena);

/* Is each piece well formed, and there is one? */
bool mw_list_is_valid(struct mw_str list);

/* A file that holds a list: how many numbers that are; MW_BAD when malformed. */
struct mw_val mw_list_count(struct mw_str text);
