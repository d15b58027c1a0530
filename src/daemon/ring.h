/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring - the last views, in memory that is touched at the start: what went before a kill.
 *
 * At most one row in MW_RING_STEP_NS, so that a storm does not wash out the minute before it.
 */
#pragma once

#include "base/textbuf.h"
#include "why/guard.h"

#define MW_RING_ROWS 128
#define MW_RING_TOP 6
#define MW_RING_STEP_NS 100000000ull

struct mw_ring_task {
	uint32_t pid;
	char comm[MW_GUARD_COMM_BYTES];
	uint64_t own_bytes, grows_bytes_per_s; /* UINT64_MAX: not known */
};

struct mw_ring_row {
	uint64_t time_ns, wall_ns;
	struct mw_val available_bytes, swap_free_bytes, counted_bytes, some_us, full_us;
	struct mw_val shmem_bytes, unreclaimable_bytes, usage_bytes;
	enum mw_guard_verb verb;
	enum mw_guard_cause cause;
	unsigned n_tasks, n_top; /* 0: they were not looked at */
	struct mw_ring_task top[MW_RING_TOP];
};

struct mw_ring {
	struct mw_ring_row row[MW_RING_ROWS];
	size_t n, at; /* at: the newest */
};

void mw_ring_add(struct mw_ring *r, const struct mw_guard_view *view,
		 const struct mw_guard_decision *decision);

/* Oldest first, a line each, times in s before `time_ns`. */
void mw_ring_write(const struct mw_ring *r, uint64_t time_ns, struct mw_textbuf *t);
