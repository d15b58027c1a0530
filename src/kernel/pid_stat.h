/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_stat - /proc/PID/stat as data (do_task_stat(), fs/proc/array.c).
 *
 * Its resident size is the one figure of /proc that is made as oom_badness() makes it, by
 * get_mm_rss(): from 6.2 on off by some pages for each CPU, which status is not from 6.17 on.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

/* task->flags of a kernel thread (include/linux/sched.h, the same bit since 2.6.27). */
#define MW_PF_KTHREAD 0x00200000u

struct mw_pid_stat {
	char state; /* 'R', 'S', 'D', 'Z' ... */
	uint64_t parent_pid;
	uint64_t flags;
	uint64_t thread_count;
	uint64_t start_ticks;	      /* since boot, in 1/100 s */
	uint64_t address_space_bytes; /* 0: it has no memory of its own */
	uint64_t rss_pages;	      /* of the process */
	uint64_t stack_address;	      /* where its first stack began; 0: denied */
	struct mw_val last_cpu;	      /* it ran on; MW_ABSENT: the line ends before it */
};

/* Pure: 0, or -EINVAL.  The name in it may hold any bytes, also blanks and brackets. */
int mw_pid_stat_parse(struct mw_str text, struct mw_pid_stat *ret);
