/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_files - which files a process maps, and how much of each it has in its page tables: the sums
 * by file of /proc/PID/smaps, a line each: the pseudo file proc/PID/meta/files.
 *
 * Text: "MAJOR:MINOR INODE RSS PSS LOCKED PATH": decimal, bytes; the path as maps has it.
 *
 * Pages that were copied when they were written to are anonymous, and taken off: of the share
 * (Pss) all of them, which is a little too much where a child shares them.  Pages of hugetlbfs are
 * not in Rss.
 */
#pragma once

#include "base/arena.h"

struct mw_pid_file {
	struct mw_str dev; /* "8:1" */
	uint64_t ino;
	uint64_t rss_bytes;    /* pages of the file that it maps */
	uint64_t pss_bytes;    /* of each its share */
	uint64_t locked_bytes; /* of the share, in mappings that are locked */
	struct mw_str path;    /* newline as \012 */
};

/* The next file; malformed lines are skipped.  False at the end.  Slices of *rest. */
bool mw_pid_files_next(struct mw_str *rest, struct mw_pid_file *ret);

/* The sums of a whole smaps, in the order in which the files come; out of memory sticks in the
 * arena. */
struct mw_str mw_pid_files_of_smaps(struct mw_str smaps, struct mw_arena *arena);
