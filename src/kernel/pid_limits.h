/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_limits - /proc/PID/limits as data (proc_pid_limits(), fs/proc/base.c): those that bound
 * memory and tasks.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

enum mw_rlimit {
	MW_RLIMIT_AS,
	MW_RLIMIT_DATA,
	MW_RLIMIT_STACK,
	MW_RLIMIT_MEMLOCK,
	MW_RLIMIT_NPROC,
	MW_RLIMITS
};

/* "unlimited": a number as the kernel has it, so that it compares as one. */
#define MW_UNLIMITED UINT64_MAX

struct mw_limit {
	struct mw_val soft, hard; /* bytes; of MW_RLIMIT_NPROC processes */
};

struct mw_pid_limits {
	struct mw_limit of[MW_RLIMITS];
};

/* Pure.  A limit that has no line is MW_ABSENT, a line that makes no sense MW_BAD. */
void mw_pid_limits_parse(struct mw_str text, struct mw_pid_limits *ret);

/* All of them unknown for this reason. */
void mw_pid_limits_unknown(enum mw_why why, struct mw_pid_limits *ret);
