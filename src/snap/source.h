/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source - which files could not be read, and why: the list at the end of every answer.
 *
 * Invariant: files of many processes share one entry ("proc/PID/maps"), so that the list stays
 * short; what is gone or absent on this kernel is no entry, for nothing is missing then.
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"

struct mw_source {
	struct mw_str path;    /* pids as `*` */
	struct mw_str example; /* the first path */
	int r;		       /* negative errno; -ENOMSG: read but malformed */
	uint64_t count;
};

struct mw_sources {
	struct mw_arena *arena; /* where the entries live */
	struct mw_source *item;
	size_t n;
};

/* Notes a failed read (r < 0; path is copied) and says what the figure is then.  r == 0 gives
 * MW_OK. */
enum mw_why mw_sources_note(struct mw_sources *s, struct mw_str path, int r);
