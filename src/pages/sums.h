/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sums - the census of who may read nothing but /proc: classes as the kernel itself adds them up.
 *
 * It has classes of its own: "cache" (files, without tmpfs) and "buffers"; and all of it is what
 * the page allocator has (MemTotal), not all RAM.
 */
#pragma once

#include "kernel/census.h"

/* Pure: texts of /proc/meminfo, zoneinfo and vmstat, of which the last two may be empty.  What is
 * left is "other".  Out of memory sticks in the arena.  -ENODATA: no MemTotal. */
int mw_sums_of(struct mw_str meminfo, struct mw_str zoneinfo, struct mw_str vmstat,
	       uint64_t frame_bytes, struct mw_arena *arena, struct mw_census *ret);
