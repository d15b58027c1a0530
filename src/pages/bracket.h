/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bracket - the kernel's own counters just before and just after a census, and how many pages moved
 * between: by these its figures are judged.
 */
#pragma once

#include "kernel/census.h"
#include "kernel/root.h"

struct mw_bracket {
	struct mw_root *root;
	struct mw_arena *arena; /* out of memory sticks there */
	uint64_t frame_bytes;
	uint64_t moved_frames; /* before */
};

void mw_bracket_before(struct mw_bracket *b, struct mw_census *c);
void mw_bracket_after(struct mw_bracket *b, struct mw_census *c);
