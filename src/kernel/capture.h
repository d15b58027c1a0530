/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture - many small kernel files in one text that a person can read, review and write.
 *
 *	memwhy-capture 1
 *	-- proc/meminfo --
 *	MemTotal:       16316412 kB
 *	-- proc/1/cmdline nonl --
 *	/sbin/init\0
 *	-- proc/1/smaps_rollup EACCES --
 *	-- end --
 *
 * A header names a path and at most one word: "nonl" (the file did not end in a newline) or the
 * errno with which the read failed.  In paths and bodies \0, \\ and \xNN stand for bytes; a body
 * line that begins with "-- " is written "\x2d- ".  A path that is not in the text did not exist
 * (ENOENT).  A path that ends in '/' says that the folder exists; what is in it follows from the
 * other paths.  The last line is "-- end --", so that a text that was cut is known as such.
 *
 * Invariant: what mw_capture_encode() writes, mw_capture_parse() reads back byte for byte.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"
#include "kernel/path.h"

struct mw_capture_file {
	struct mw_str path;
	struct mw_str body; /* decoded */
	int r;		    /* 0, or the negative errno that was recorded */
	size_t order;	    /* when it was recorded, or the line where it stands */
	bool link;	    /* body is the target of a symbolic link (archives only) */
};

struct mw_capture {
	struct mw_capture_file *file; /* sorted by path */
	size_t n_files;
};

/* What is wrong with an input, for people: `what` is a constant text, line counts from 1. */
struct mw_problem {
	const char *what;
	size_t line; /* 0: the input has no lines */
};

bool mw_capture_is(struct mw_str text);

/* Pure.  0, -EINVAL (see *ret_problem) or -ENOMEM.  Bodies are slices of text where they need no
 * decoding, so text must outlive the capture. */
int mw_capture_parse(struct mw_str text, struct mw_arena *arena, struct mw_capture *ret,
		     struct mw_problem *ret_problem);

/* Sorts by path; of equal paths the last one given is kept. */
void mw_capture_sort(struct mw_capture *c);

/* The file, links followed inside the capture; 0, the recorded errno, -ENOENT or -ELOOP. */
int mw_capture_read(const struct mw_capture *c, struct mw_str path, struct mw_arena *arena,
		    struct mw_str *ret);

/* The names in a folder: 0, -ENOENT, the recorded errno, or -ENOMEM. */
int mw_capture_list(const struct mw_capture *c, struct mw_str path, struct mw_arena *arena,
		    struct mw_names *ret);

/* Command lines (proc/PID/cmdline) are cut to argv[0]. */
void mw_capture_scrub(struct mw_capture *c);

/* The text of a sorted capture.  The empty string when out of memory. */
struct mw_str mw_capture_encode(const struct mw_capture *c, struct mw_arena *arena);
