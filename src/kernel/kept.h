/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept - files that are read again and again, into the caller's buffer: the way of a program that
 * must not allocate.
 *
 * Of the live machine a file is opened once and read from its start each time; below a kept folder
 * (proc) files are opened by its descriptor.  Of a directory and of a capture the same calls give
 * the same bytes, so that what is built on this can be tested by captures; nothing is recorded.
 *
 * Invariants:
 *  - On the live machine nothing here allocates after mw_kept_open(), and no path is walked but the
 *    one or two parts below the folder.
 *  - A text is whole or refused: -EFBIG, never cut, unless the call says so.
 */
#pragma once

#include "kernel/root.h"

#define MW_KEPT_PATH_BYTES 192

struct mw_kept {
	struct mw_root *root;
	int fd;	   /* -1 where the root is not live, or it could not be opened */
	int error; /* why it could not be opened: negative errno; -EBADF: never tried */
	char path[MW_KEPT_PATH_BYTES];
};

/* A buffer of the caller. */
struct mw_room {
	char *p;
	size_t bytes;
};

/* A file, or a folder to read below.  0 or negative errno, which later reads give again. */
int mw_kept_open(struct mw_root *root, const char *path, struct mw_kept *ret);
int mw_kept_open_folder(struct mw_root *root, const char *path, struct mw_kept *ret);
void mw_kept_close(struct mw_kept *k); /* fine after failure, and twice */

int mw_kept_read(const struct mw_kept *k, struct mw_room room, struct mw_str *ret);

/* A file below a kept folder: "12/stat". */
int mw_kept_read_below(const struct mw_kept *folder, const char *name, struct mw_room room,
		       struct mw_str *ret);

/* The same of a text that may be cut where the room ends: a command line. */
int mw_kept_head_below(const struct mw_kept *folder, const char *name, struct mw_room room,
		       struct mw_str *ret);

/* Where a link below it points to; cut where the room ends.  -ENOENT where the root is not live. */
int mw_kept_link_below(const struct mw_kept *folder, const char *name, struct mw_room room,
		       struct mw_str *ret);

/* The numbers among the names of a folder, as they come: of the live proc in ascending order. */
struct mw_kept_numbers {
	const struct mw_kept *folder;
	struct mw_room room; /* at least 1 KiB */
	size_t n, at;
	struct mw_names names; /* of a capture */
	int error;
};

void mw_kept_numbers_start(const struct mw_kept *folder, struct mw_room room,
			   struct mw_kept_numbers *ret);
bool mw_kept_numbers_next(struct mw_kept_numbers *it, uint64_t *ret);
