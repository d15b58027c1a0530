/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - what the walk and its names found, as lists of a census.
 */
#pragma once

#include "kernel/census.h"
#include "pages/areas.h"

struct mw_rows {
	const struct mw_page_owners *owners;
	const struct mw_frames *frames;
	uint64_t frame_bytes;
	struct mw_arena *arena; /* out of memory sticks there */
	struct mw_census *c;	/* to be added to */
};

/* By class and node, in order; by caller, the largest first; by thread. */
void mw_rows_classes(const struct mw_rows *t);
void mw_rows_areas(const struct mw_rows *t, const struct mw_areas *areas);
void mw_rows_stacks(const struct mw_rows *t, const struct mw_task_stacks *stacks);
