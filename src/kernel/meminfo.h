/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meminfo - /proc/meminfo as data (meminfo_proc_show(), fs/proc/meminfo.c).
 *
 * Every field is in bytes, whatever the file prints, the HugePages_* counts apart.  A line that
 * this kernel does not print leaves its field MW_ABSENT.  What each field means, and what it
 * overlaps with, stands in docs/meminfo.md.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_meminfo {
	struct mw_val total_bytes;
	struct mw_val free_bytes;
	struct mw_val available_bytes;
	struct mw_val buffers_bytes;
	struct mw_val cached_bytes;
	struct mw_val swap_cached_bytes;
	struct mw_val active_bytes;
	struct mw_val inactive_bytes;
	struct mw_val unevictable_bytes;
	struct mw_val mlocked_bytes;
	struct mw_val swap_total_bytes;
	struct mw_val swap_free_bytes;
	struct mw_val zswap_bytes;
	struct mw_val zswapped_bytes;
	struct mw_val dirty_bytes;
	struct mw_val writeback_bytes;
	struct mw_val anon_bytes;
	struct mw_val mapped_bytes;
	struct mw_val shmem_bytes;
	struct mw_val kreclaimable_bytes;
	struct mw_val slab_bytes;
	struct mw_val slab_reclaimable_bytes;
	struct mw_val slab_unreclaimable_bytes;
	struct mw_val kernel_stack_bytes;
	struct mw_val page_tables_bytes;
	struct mw_val sec_page_tables_bytes;
	struct mw_val nfs_unstable_bytes;
	struct mw_val bounce_bytes;
	struct mw_val writeback_tmp_bytes;
	struct mw_val commit_limit_bytes;
	struct mw_val committed_bytes;
	struct mw_val vmalloc_total_bytes;
	struct mw_val vmalloc_used_bytes;
	struct mw_val vmalloc_chunk_bytes;
	struct mw_val percpu_bytes;
	struct mw_val hardware_corrupted_bytes;
	struct mw_val anon_huge_bytes;
	struct mw_val shmem_huge_bytes;
	struct mw_val shmem_pmd_mapped_bytes;
	struct mw_val file_huge_bytes;
	struct mw_val file_pmd_mapped_bytes;
	struct mw_val cma_total_bytes;
	struct mw_val cma_free_bytes;
	struct mw_val unaccepted_bytes;
	struct mw_val balloon_bytes;
	struct mw_val gpu_active_bytes;
	struct mw_val gpu_reclaim_bytes;
	struct mw_val huge_total_count;
	struct mw_val huge_free_count;
	struct mw_val huge_reserved_count;
	struct mw_val huge_surplus_count;
	struct mw_val huge_page_bytes;
	struct mw_val hugetlb_bytes;
};

/* Pure: 0, or -ENODATA when the text has no MemTotal line. */
int mw_meminfo_parse(struct mw_str text, struct mw_meminfo *ret);

/* Any line of the text by the kernel's own name ("Active(anon)"): its number as printed, and
 * whether it is in kB.  MW_ABSENT where there is no such line. */
struct mw_val mw_meminfo_line(struct mw_str text, struct mw_str name, bool *ret_kib);
