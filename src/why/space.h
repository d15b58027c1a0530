/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space - the holes of an address space: where mmap() looks, and how large a mapping fits.
 *
 * Mirrors arch_get_unmapped_area_topdown() with its second search from below, and
 * arch_get_unmapped_area() where the stack has no limit; stack_guard_gap of 256 pages.
 */
#pragma once

#include "snap/asker.h"

struct mw_space {
	uint64_t start, end;	  /* where mmap() looks without MAP_FIXED */
	struct mw_val hole_bytes; /* the largest hole in it */
};

/* What a program can address at most without asking for more (TASK_SIZE), by machine; what may be
 * chosen at boot is not looked at. */
uint64_t mw_space_most_bytes(struct mw_str machine);

/* Can a process on this machine not have such an address?  Above all that its hardware knows. */
bool mw_space_is_beyond(struct mw_str machine, uint64_t address);

void mw_space_of(const struct mw_snap *s, const struct mw_asker *a, struct mw_space *ret);

/* Free bytes from this address to the next mapping; MW_RACED: it stands in one. */
struct mw_val mw_space_after(const struct mw_asker *a, const struct mw_space *space,
			     uint64_t address);

/* Of [start, start + bytes): what is mapped; what is private and not writable (writable: would
 * begin to count); how many mappings the ends cut. */
struct mw_space_part {
	uint64_t mapped_bytes, read_only_bytes;
	unsigned cuts;
};
struct mw_space_part mw_space_part(const struct mw_asker *a, uint64_t start, uint64_t bytes);
