/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_score_adj - writes oom_score_adj of a process (oom_score_adj_write(), fs/proc/base.c).
 */
#pragma once

#include "kernel/root.h"

/* adj: -1000 to 1000; below the least it ever was set to needs CAP_SYS_RESOURCE (-EACCES).
 * start_ticks: of the process that is meant; -ESRCH when it is gone, its pid perhaps used again.
 * -EPERM when the root is not the live machine. */
int mw_act_oom_score_adj(const struct mw_root *root, uint64_t pid, uint64_t start_ticks,
			 int64_t adj);
