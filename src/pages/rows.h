/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - what the walk and its names found, as lists of a census.
 */
#pragma once

#include "kernel/census.h"
#include "pages/areas.h"
#include "pages/holders.h"
#include "pages/kpage.h"

struct mw_rows {
	const struct mw_page_owners *owners;
	const struct mw_frames *frames;
	uint64_t frame_bytes;
	struct mw_arena *arena; /* out of memory sticks there */
	struct mw_census *c;	/* to be added to */
};

/* By class name, then node. */
void mw_rows_sort_classes(struct mw_census *c);

/* By class and node, in order; by caller, the largest first; by thread. */
void mw_rows_classes(const struct mw_rows *t);
void mw_rows_areas(const struct mw_rows *t, const struct mw_areas *areas);
void mw_rows_stacks(const struct mw_rows *t, const struct mw_areas *areas);

/* rows_sample.c: of a sample.  can: bit for bit the classes that its reader can tell, which have a
 * row even where none was met. */
void mw_rows_estimates(const struct mw_rows *t, const struct mw_class_tallies *tallies,
		       uint64_t can);
/* Groups by their inode, the largest first, without a path. */
void mw_rows_groups(const struct mw_rows *t, const struct mw_kpage_found *found);

/* rows_holders.c: with the names of caches, callers, variables and threads; those of one name are
 * one.  0, -EIO, -ENOMEM. */
int mw_rows_holders(const struct mw_rows *t, struct mw_kmem *k, const struct mw_layout *l,
		    const struct mw_areas *areas, struct mw_str kallsyms,
		    const struct mw_holders *holders);
