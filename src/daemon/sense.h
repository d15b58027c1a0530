/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sense - what the guard sees: the view of why/guard.h, filled from a root.
 *
 * mw_sense_open() takes all the memory and the descriptors that will ever be needed; after it
 * nothing allocates.  A file that is not there leaves its figures with the reason.
 *
 * Of all processes one small file is read (statm).  Who cannot give back `least_bytes`, by what it
 * has in RAM and could have in swap, is not looked at further and stands in no view; of the others
 * the MW_SENSE_TASKS largest are kept.  Where groups are wanted nobody is left out by size, one of
 * each name in each group is kept, and the others are counted by name.  A process whose first
 * thread has ended before the others has no figures in proc, and is not seen.
 *
 * Invariants:
 *  - What lies in a view lives until the next mw_sense_tasks(); tasks keep their places.
 *  - A detail is only given of the process that was seen: the same start time before and after.
 */
#pragma once

#include "act/hierarchy.h"
#include "daemon/fetcher.h"
#include "kernel/kept.h"
#include "why/guard.h"

#define MW_SENSE_TASKS 512
#define MW_SENSE_GROUPS 256
#define MW_SENSE_RESTS 128
#define MW_SENSE_NAMES 96   /* of the rests have a name */
#define MW_SENSE_DETAILS 96 /* processes a view */
#define MW_SENSE_ZRAMS 8
#define MW_SENSE_ROOM_BYTES ((size_t)64 << 10)
#define MW_SENSE_TEXT_BYTES ((size_t)96 << 10)

/* What tasks had of their own in an earlier view, by pid. */
struct mw_sense_before {
	uint64_t ns; /* of that view */
	size_t n;
	struct mw_sense_had {
		uint64_t pid, start_ticks, own_bytes;
	} * task;
};

struct mw_sense {
	struct mw_root *root;
	uint64_t page_bytes, own_pid;
	struct mw_kept proc, meminfo, vmstat, pressure, arcstats, zram[MW_SENSE_ZRAMS];
	size_t n_zrams;
	struct mw_kept limit, usage, stat, swap_limit, swap_usage; /* of its container */
	struct mw_kept container_pressure;
	bool container_v2;
	struct mw_kept groups; /* folder of the memory cgroups */
	char groups_root[256]; /* of the hierarchy what is mounted there; empty: all of it */
	bool groups_v2;
	struct mw_hierarchy freezer;
	struct mw_fetcher fetcher;    /* of proc; who must not wait starts it */
	bool wants_cmdline;	      /* a pattern asks for it */
	bool wants_figures;	      /* of the groups of a view; else only their paths */
	struct mw_val zone_low_bytes; /* read at the opening */

	struct mw_guard_task *task;
	struct mw_guard_group *group;
	struct mw_guard_rest *rest;
	uint16_t *namesakes; /* of each task of a view with groups: others of its name and group */
	struct mw_sense_before before[2]; /* the younger one first, by a quarter of a second */
	uint64_t also_pid;		  /* stands in each view, however small; 0: none */

	struct mw_room room;   /* of one file */
	struct mw_arena arena; /* of one process; fixed */
	struct mw_arena_mark mark;
	char *text; /* of the details of a view */
	size_t text_bytes, n_details;
};

/* 0, -ENOMEM, or why there is no /proc.  Even after failure mw_sense_close() is fine. */
int mw_sense_open(struct mw_root *root, struct mw_sense *ret);
void mw_sense_close(struct mw_sense *s);

void mw_sense_meters(struct mw_sense *s, struct mw_guard_meters *ret);

/* All processes; view->meters.time_ns is their time.  0, or why proc cannot be read. */
int mw_sense_tasks(struct mw_sense *s, uint64_t least_bytes, bool wants_groups,
		   struct mw_guard_view *view);

/* Who these tasks of the view are. */
void mw_sense_details(struct mw_sense *s, struct mw_guard_view *view,
		      const struct mw_guard_target *target, size_t n);

/* Its anonymous memory in RAM: 0 when it is gone, or dying and has none left.  Looks at it only
 * through statm, which is cheap and short. */
struct mw_val mw_sense_left(struct mw_sense *s, uint64_t pid, uint64_t start_ticks);
