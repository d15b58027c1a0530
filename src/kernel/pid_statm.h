/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_statm - /proc/PID/statm as data (proc_pid_statm(), fs/proc/array.c): the cheapest file that
 * tells how large a process is.  In pages; all zero of a kernel thread and of a zombie.
 */
#pragma once

#include "base/str.h"

struct mw_pid_statm {
	uint64_t size_pages;	 /* address space */
	uint64_t resident_pages; /* of these in RAM */
	uint64_t shared_pages;	 /* of these of files and shared memory */
	uint64_t data_pages;	 /* address space that is private and writable, and stacks */
};

/* Pure: 0 or -EINVAL. */
int mw_pid_statm_parse(struct mw_str text, struct mw_pid_statm *ret);
