/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census - who owns each page of this machine's memory: the readers one after the other, until one
 * passes its checks; its walk, or a sample; the names of the owners.
 *
 * It reads the machine directly, not through a root: what it brings back is the text of meta/pages,
 * which a root may keep.  No page of a process is touched, no file system is walked.
 */
#pragma once

#include "kernel/census.h"
#include "pages/layout.h"

struct mw_census_options {
	/* "bpf", "kcore", "kpage" or "sums": this one alone; NULL: the first that works. */
	const char *reader;
	uint64_t sample_ppm; /* of memory to look at; 0: all of it, but by kpage 1 % */
	size_t files_max;    /* largest files that get a row and a name */
	/* Largest shares of a file that a group is charged for; of removed groups some more, and
	 * rows for their files.  0: none. */
	size_t paid_max;
	/* Also the callers of vmalloc(), and what was taken at boot (MW_PAGE_STATIC), where it is
	 * less than 0.1 % of RAM. */
	bool all_names;
	bool who_points;       /* also search for who holds that of which nobody is known: slow */
	uint64_t who_frame;    /* with it: of this frame alone, all; UINT64_MAX: none */
	int32_t shift_mapping; /* for tests: page->mapping is looked for so far from its place */
};

/* 0 also where no reader could be used: then ret->reader is empty and the refusals say why.
 * -ENOMEM. */
int mw_census_take(const struct mw_census_options *options, struct mw_arena *arena,
		   struct mw_census *ret);
