/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_smaps - /proc/PID/smaps_rollup as data (show_smaps_rollup(), fs/proc/task_mmu.c, since
 * 4.14; the Pss_* lines since 5.4).
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_pid_smaps {
	struct mw_val rss_bytes;
	struct mw_val pss_bytes; /* each page divided by the number of its mappers */
	struct mw_val pss_anon_bytes;
	struct mw_val pss_file_bytes;
	struct mw_val pss_shmem_bytes;
	struct mw_val anonymous_bytes;
	struct mw_val ksm_bytes; /* since 6.8 */
	struct mw_val anon_huge_bytes;
	struct mw_val swap_pss_bytes;
	struct mw_val locked_bytes; /* pages that are really there, shared ones divided */
};

/* Pure: 0, or -ENODATA when there is no Rss line. */
int mw_pid_smaps_parse(struct mw_str text, struct mw_pid_smaps *ret);
