/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysvipc - the segments of /proc/sysvipc/shm (sysvipc_shm_proc_show(), ipc/shm.c; the rss and
 * swap columns since 2.6.35).  One IPC namespace a file.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_shm_segment {
	int64_t key; /* 0 is IPC_PRIVATE */
	uint64_t shmid, uid;
	uint64_t perms; /* the octal digits read as a decimal number, as printed */
	uint64_t creator_pid, last_pid, attached_count;
	struct mw_val size_bytes, rss_bytes, swap_bytes;
};

/* The next segment by the column names in the first line of text (give it as *rest first, with
 * *columns empty).  Malformed lines are skipped.  False at the end. */
bool mw_sysvipc_next(struct mw_str *rest, struct mw_str *columns, struct mw_shm_segment *ret);
