/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomfeed - the bytes of a log in, events out: finds the lines that matter, cuts them, takes their
 * prefix off, and hands them to oomlog.
 *
 * Invariants: memory is constant, whatever the length of the log and of its lines; how the bytes
 * are cut into pieces changes nothing.
 */
#pragma once

#include "kernel/oomlog.h"

struct mw_oomfeed {
	struct mw_oomlog log;
	struct mw_arena arena; /* the buffer, and what a line needs while it is looked at */
	char *buffer;
	size_t filled_bytes;
	size_t looked_bytes;   /* of its front: done, and kept for what stands around the rest */
	uint64_t offset, line; /* of its first byte, from 0; of what follows looked_bytes, from 1 */
	bool skipping;	       /* inside a line that is too long: until its end */
};

/* 0 or -ENOMEM. */
int mw_oomfeed_init(struct mw_oomfeed *f, mw_oom_sink sink, void *to);

/* Where the next bytes may be put, at most *ret_bytes of them (never 0); then say how many came. */
char *mw_oomfeed_room(struct mw_oomfeed *f, size_t *ret_bytes);
void mw_oomfeed_filled(struct mw_oomfeed *f, size_t bytes);

/* The end: the last line may have no newline; all events go to the sink, and all is freed. */
void mw_oomfeed_done(struct mw_oomfeed *f);
