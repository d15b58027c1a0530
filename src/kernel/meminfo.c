/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/meminfo.h"

#include <errno.h>
#include <stddef.h>

#include "kernel/fields.h"

#define KIB(key, member)                                               \
	{                                                              \
		key, offsetof(struct mw_meminfo, member), MW_FIELD_KIB \
	}
#define COUNT(key, member)                                               \
	{                                                                \
		key, offsetof(struct mw_meminfo, member), MW_FIELD_COUNT \
	}

/* In the order in which the kernel prints them. */
static const struct mw_field fields[] = {
	KIB("MemTotal", total_bytes),
	KIB("MemFree", free_bytes),
	KIB("MemAvailable", available_bytes),
	KIB("Buffers", buffers_bytes),
	KIB("Cached", cached_bytes),
	KIB("SwapCached", swap_cached_bytes),
	KIB("Active", active_bytes),
	KIB("Inactive", inactive_bytes),
	KIB("Unevictable", unevictable_bytes),
	KIB("Mlocked", mlocked_bytes),
	KIB("SwapTotal", swap_total_bytes),
	KIB("SwapFree", swap_free_bytes),
	KIB("Zswap", zswap_bytes),
	KIB("Zswapped", zswapped_bytes),
	KIB("Dirty", dirty_bytes),
	KIB("Writeback", writeback_bytes),
	KIB("AnonPages", anon_bytes),
	KIB("Mapped", mapped_bytes),
	KIB("Shmem", shmem_bytes),
	KIB("KReclaimable", kreclaimable_bytes),
	KIB("Slab", slab_bytes),
	KIB("SReclaimable", slab_reclaimable_bytes),
	KIB("SUnreclaim", slab_unreclaimable_bytes),
	KIB("KernelStack", kernel_stack_bytes),
	KIB("PageTables", page_tables_bytes),
	KIB("SecPageTables", sec_page_tables_bytes),
	KIB("NFS_Unstable", nfs_unstable_bytes),
	KIB("Bounce", bounce_bytes),
	KIB("WritebackTmp", writeback_tmp_bytes),
	KIB("CommitLimit", commit_limit_bytes),
	KIB("Committed_AS", committed_bytes),
	KIB("VmallocTotal", vmalloc_total_bytes),
	KIB("VmallocUsed", vmalloc_used_bytes),
	KIB("VmallocChunk", vmalloc_chunk_bytes),
	KIB("Percpu", percpu_bytes),
	KIB("HardwareCorrupted", hardware_corrupted_bytes),
	KIB("AnonHugePages", anon_huge_bytes),
	KIB("ShmemHugePages", shmem_huge_bytes),
	KIB("ShmemPmdMapped", shmem_pmd_mapped_bytes),
	KIB("FileHugePages", file_huge_bytes),
	KIB("FilePmdMapped", file_pmd_mapped_bytes),
	KIB("CmaTotal", cma_total_bytes),
	KIB("CmaFree", cma_free_bytes),
	KIB("Unaccepted", unaccepted_bytes),
	KIB("Balloon", balloon_bytes),
	KIB("GPUActive", gpu_active_bytes),
	KIB("GPUReclaim", gpu_reclaim_bytes),
	COUNT("HugePages_Total", huge_total_count),
	COUNT("HugePages_Free", huge_free_count),
	COUNT("HugePages_Rsvd", huge_reserved_count),
	COUNT("HugePages_Surp", huge_surplus_count),
	KIB("Hugepagesize", huge_page_bytes),
	KIB("Hugetlb", hugetlb_bytes),
};

int mw_meminfo_parse(struct mw_str text, struct mw_meminfo *ret)
{
	struct mw_meminfo mi;

	mw_fields_parse(text, ':', fields, sizeof(fields) / sizeof(fields[0]), &mi);
	if (mi.total_bytes.why == MW_ABSENT)
		return -ENODATA;
	*ret = mi;
	return 0;
}

struct mw_val mw_meminfo_line(struct mw_str text, struct mw_str name, bool *ret_kib)
{
	struct mw_str line, key, number, unit = {};
	uint64_t v;

	*ret_kib = false;
	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_cut(&line, ':', &key) || !mw_str_same(key, name))
			continue;
		if (!mw_str_word(&line, &number) || mw_str_u64(number, &v) < 0)
			return mw_no(MW_BAD);
		*ret_kib = mw_str_word(&line, &unit) && mw_str_eq(unit, "kB");
		return mw_ok(v);
	}
	return mw_no(MW_ABSENT);
}
