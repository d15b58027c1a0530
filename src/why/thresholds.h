/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thresholds - the limits above which something is worth saying, all of them, by name.
 *
 * Each has a default, a line of help, and can be set with --threshold NAME=VALUE; the manual
 * lists them from this table.
 */
#pragma once

#include "base/str.h"

/* In 1/1000 of MemTotal, unless the name says otherwise. */
struct mw_thresholds {
	uint64_t shmem_tmpfs_permille;
	uint64_t tmpfs_limit_permille;
	uint64_t shmem_unlinked_permille;
	uint64_t shmem_orphan_permille;
	uint64_t slab_permille;
	uint64_t vmalloc_permille;
	uint64_t unaccounted_permille;
	uint64_t hugetlb_idle_permille;
	uint64_t process_permille;
	uint64_t available_permille;
	uint64_t oom_shmem_permille; /* of the RAM or limit of a report */
	uint64_t oom_slab_permille;
	uint64_t oom_unaccounted_permille;
	uint64_t unkillable_permille, victim_useless_permille;
	uint64_t commit_full_permille, commit_near_permille; /* of CommitLimit */
	uint64_t commit_hugetlb_permille, commit_fork_permille;
	uint64_t limit_near_permille; /* of the limit itself */
	uint64_t numa_process_permille;
	uint64_t numa_remote_permille;			 /* of the process's memory */
	uint64_t numa_full_permille, numa_free_permille; /* of the nodes' memory */
	uint64_t lowmem_reserve_permille, lowmem_short_permille;
	uint64_t watermark_low_permille;   /* of what the kernel would choose */
	uint64_t watermark_quick_permille; /* of kswapd's runs */
	uint64_t watermark_high_permille;
	uint64_t hugepage_node_permille, hugepage_left_permille; /* of the node */
	uint64_t cg_uncharged_permille; /* of what the cgroup is charged for and uses */
	uint64_t cg_mapped_permille, cg_dying_permille, cg_tmpfs_permille;
	uint64_t cg_throttled_permille; /* of the last 10 seconds */
	uint64_t cg_mlock_permille;	/* of the limit */
	uint64_t cg_expect_permille;	/* of what is expected */
	uint64_t cg_floor_mib;
	uint64_t floor_mib;
	/* Of memwhy zones --balance: of MemTotal, of a node, of the process, of all large ones. */
	uint64_t balance_large_permille, balance_margin_permille;
	uint64_t balance_remote_permille, balance_gain_permille;
	uint64_t balance_pressure_permille; /* of the time */
};

struct mw_threshold {
	const char *name; /* "shmem-tmpfs" */
	size_t offset;	  /* of a uint64_t in struct mw_thresholds */
	uint64_t normal;
	const char *help;
};

extern const struct mw_threshold mw_threshold_table[];
extern const size_t mw_threshold_count;

struct mw_thresholds mw_thresholds_normal(void);

/* "shmem-tmpfs=7.5%" or "shmem-tmpfs=75" (1/1000): 0, or -EINVAL. */
int mw_thresholds_set(struct mw_thresholds *t, struct mw_str setting);
