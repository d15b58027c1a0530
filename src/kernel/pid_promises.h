/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_promises - which mappings of a process count in Committed_AS: those with the flag "ac" in
 * /proc/PID/smaps (show_smap() and show_smap_vma_flags(), fs/proc/task_mmu.c, since 3.8).
 *
 * Of a whole smaps they are a small part; proc/PID/meta/promises holds only that part, in the
 * same words, so one parser reads both.
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"
#include "kernel/pid_maps.h"

struct mw_promise {
	struct mw_map map;
	bool not_forked;	     /* MADV_DONTFORK */
	struct mw_val touched_bytes; /* anonymous pages, present or swapped out */
	/* Of memory without a file: what it would take more if all pages that are still shared
	 * since a fork were written to; MW_ABSENT: has a file. */
	struct mw_val shared_bytes;
};

/* The next mapping that counts.  False at the end.  Slices of *rest. */
bool mw_promises_next(struct mw_str *rest, struct mw_promise *ret);

/* Of the text of smaps what the above asks for; out of memory sticks in the arena. */
struct mw_str mw_promises_of_smaps(struct mw_str smaps, struct mw_arena *arena);
