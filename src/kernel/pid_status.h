/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_status - /proc/PID/status as data (proc_pid_status(), fs/proc/array.c).
 *
 * A kernel thread and a zombie have no memory of their own: all Vm*, Rss* figures MW_ABSENT.
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"

struct mw_pid_status {
	struct mw_str name; /* comm, escapes undone: any bytes but NUL */
	uint64_t uid;	    /* real */
	struct mw_val tgid; /* the process, where status is that of a thread */
	struct mw_val rss_bytes;
	struct mw_val rss_anon_bytes; /* these three since 4.5 */
	struct mw_val rss_file_bytes;
	struct mw_val rss_shmem_bytes;
	struct mw_val locked_bytes; /* VmLck: address space, touched or not */
	struct mw_val swap_bytes;
	struct mw_val page_tables_bytes; /* the last level alone before 4.15 */
	struct mw_val
		page_middle_bytes; /* the level above it, where it is counted apart: 4.0 to 4.14 */
	struct mw_val hugetlb_bytes;
	struct mw_val address_space_bytes; /* VmSize */
	struct mw_val data_bytes;	   /* VmData: private and writable, but the stack */
	struct mw_val stack_bytes;	   /* VmStk */
	struct mw_val peak_bytes;	   /* the largest the address space ever was */
	struct mw_val high_bytes;	   /* the largest rss_bytes ever was */
	struct mw_val effective_caps;	   /* a bit each: MW_CAP_SYS_ADMIN */
	/* A bit each, signal 1 the lowest: waits for delivery, to the process or this thread of it;
	 * is blocked in this thread; is ignored. */
	struct mw_val pending_signals, blocked_signals, ignored_signals;
	struct mw_val thread_count;
	struct mw_str mems_allowed; /* "0-1"; empty: not there */
	struct mw_str cpus_allowed; /* the same, since 2.6.24 */
};

#define MW_CAP_IPC_LOCK ((uint64_t)1 << 14)
#define MW_CAP_SYS_ADMIN ((uint64_t)1 << 21)
#define MW_CAP_SYS_RESOURCE ((uint64_t)1 << 24)

/* Where status has no RssAnon (before 4.5): resident less shared pages of /proc/PID/statm. */
struct mw_val mw_pid_statm_anon_pages(struct mw_str text);

/* Resident pages of /proc/PID/statm. */
struct mw_val mw_pid_statm_resident_pages(struct mw_str text);

/* Pure: 0, -ENODATA when there is no Name line. */
int mw_pid_status_parse(struct mw_str text, struct mw_arena *arena, struct mw_pid_status *ret);
