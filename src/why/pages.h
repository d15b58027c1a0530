/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - the two ledgers side by side: what the kernel's counters say, and what the census found
 * page by page.
 *
 * Pure; out of memory sticks in the arena.
 */
#pragma once

#include "kernel/census.h"

/* What is one thing by both. */
struct mw_pages_row {
	const char *id, *label; /* "page_cache"; "page cache, with shared memory" */
	const char *counter;	/* of /proc/meminfo: "Cached"; NULL: no counter tells of it */
	struct mw_val pages_bytes;
	struct mw_val before_bytes, after_bytes; /* the counter, around the walk */
	/* By how much the pages lie outside of what the counter was meanwhile; below zero: under
	 * it.  Counts only where off_why is MW_OK. */
	enum mw_why off_why;
	int64_t off_bytes;
	const char *note; /* why they may differ; NULL: they should not */
};

struct mw_pages {
	struct mw_pages_row *row;
	size_t n_rows;
	struct mw_val unknown_bytes; /* nobody could name: class other, and what is half seen */
	struct mw_val deleted_bytes; /* cached of files without a name */
	struct mw_val dying_bytes;   /* charged to cgroups that were removed */
	uint64_t dying_count;
};

void mw_pages_build(const struct mw_census *c, struct mw_arena *arena, struct mw_pages *ret);
