/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recharge - frees page cache, so that who reads it next is charged for it.
 *
 * There is no undo: what was dropped is read from disk again.
 */
#pragma once

#include <stdbool.h>

#include "kernel/root.h"

/* The file that is meant: its device (major << 32 | minor) and inode. */
struct mw_act_file {
	const char *path; /* absolute */
	uint64_t dev, ino;
};

/* Drops what is clean, and mapped or locked by nobody (POSIX_FADV_DONTNEED of all of it); sync:
 * writes what is dirty first.  -ESTALE: another file stands there by now; -EINVAL: it is no plain
 * file; -EPERM when the root is not the live machine. */
int mw_act_drop_file(const struct mw_root *root, const struct mw_act_file *f, bool sync);

/* Evicts so much of what is charged to the group of that folder and those below (memory.reclaim,
 * v2, since 5.19), or all that can be (memory.force_empty, v1, where bytes is 0).  -EAGAIN: less
 * could be evicted; -ESTALE: it is not the folder of that inode by now. */
int mw_act_reclaim(const struct mw_root *root, const char *folder, uint64_t ino, uint64_t bytes);
