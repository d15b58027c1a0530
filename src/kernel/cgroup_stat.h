/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_stat - memory.stat of a memory cgroup (memcg_stat_format(), memcg1_stat_format(),
 * mm/memcontrol*.c) as data, in bytes.
 *
 * v1 has each figure twice: of the group alone, and as total_* with the groups below, removed ones
 * included.  v2 has the second kind only.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_cgroup_stat {
	struct mw_val anon_bytes; /* v1: rss, with its swap cache */
	struct mw_val file_bytes; /* page cache, tmpfs and shared memory included */
	struct mw_val shmem_bytes;
	struct mw_val mapped_bytes; /* of file_bytes what anybody has mapped */
	struct mw_val unevictable_bytes;
	struct mw_val inactive_file_bytes, active_file_bytes;
	struct mw_val slab_reclaimable_bytes; /* v2, since 4.20; v1: MW_ABSENT */
	struct mw_val kernel_bytes; /* v2; before 5.18 the sum of what is listed; v1: MW_ABSENT */
};

/* Pure.  A key that the text does not hold is MW_ABSENT; of v2 all of *ret_own is. */
void mw_cgroup_stat_parse(struct mw_str text, bool v2, struct mw_cgroup_stat *ret_own,
			  struct mw_cgroup_stat *ret_total);
