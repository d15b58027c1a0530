/* SPDX-License-Identifier: Apache-2.0 */
#include "why/thresholds.h"

#include <errno.h>

#define ROW(name, member, normal, help)                                    \
	{                                                                  \
		name, offsetof(struct mw_thresholds, member), normal, help \
	}

const struct mw_threshold mw_threshold_table[] = {
	ROW("shmem-tmpfs", shmem_tmpfs_permille, 50, "a tmpfs that holds more is reported"),
	ROW("tmpfs-limit", tmpfs_limit_permille, 250,
	    "a tmpfs whose size limit is at most this has a sensible one"),
	ROW("shmem-unlinked", shmem_unlinked_permille, 10,
	    "files without a name on tmpfs that hold more together are reported"),
	ROW("shmem-orphan", shmem_orphan_permille, 2,
	    "SysV segments attached by nobody that hold more together are reported"),
	ROW("slab", slab_permille, 100, "unreclaimable slab above this is reported"),
	ROW("vmalloc", vmalloc_permille, 50, "vmalloc memory above this is reported"),
	ROW("unaccounted", unaccounted_permille, 20,
	    "memory in no known class above this is reported"),
	ROW("hugetlb-idle", hugetlb_idle_permille, 20,
	    "huge pages neither used nor reserved above this are reported"),
	ROW("process", process_permille, 400, "a process with more anonymous memory is reported"),
	ROW("available", available_permille, 50,
	    "with less than this available, findings are critical"),
	ROW("oom-shmem", oom_shmem_permille, 250,
	    "shared memory above this, of RAM or of a cgroup's limit, is named behind an OOM"),
	ROW("oom-slab", oom_slab_permille, 250, "unreclaimable slab likewise"),
	ROW("oom-unaccounted", oom_unaccounted_permille, 250,
	    "memory in no counter of the report likewise"),
	ROW("unkillable", unkillable_permille, 20,
	    "a process that may never be killed and holds more is reported"),
	ROW("victim-useless", victim_useless_permille, 50,
	    "a first kill that gives back less is reported, where memory is in no process"),
	ROW("commit-full", commit_full_permille, 990,
	    "in mode 2 promises above this, of CommitLimit, are refused in practice"),
	ROW("commit-near", commit_near_permille, 900, "likewise: are near the limit"),
	ROW("commit-hugetlb", commit_hugetlb_permille, 100,
	    "huge pages that take more off CommitLimit are reported"),
	ROW("commit-fork", commit_fork_permille, 50,
	    "a process with more of CommitLimit, whose fork would be refused, is reported"),
	ROW("limit-near", limit_near_permille, 800,
	    "a process that used more of one of its limits is reported"),
	ROW("cg-uncharged", cg_uncharged_permille, 100,
	    "a cgroup with a larger part of what it uses paid elsewhere is reported"),
	ROW("cg-mapped", cg_mapped_permille, 10,
	    "where that is mapped and not locked, more than this is a warning"),
	ROW("cg-dying", cg_dying_permille, 20, "removed cgroups that pin more are reported"),
	ROW("cg-tmpfs", cg_tmpfs_permille, 5,
	    "shared memory above this, charged to removed cgroups, is reported"),
	ROW("cg-throttled", cg_throttled_permille, 100,
	    "a cgroup at memory.high that waits a larger part of the time is reported"),
	ROW("cg-mlock", cg_mlock_permille, 900,
	    "a cgroup that has locked a larger part of its limit is reported"),
	ROW("cg-expect", cg_expect_permille, 50,
	    "with --expect: a larger part that is missing is reported"),
	ROW("cg-floor-mib", cg_floor_mib, 16, "MiB: of a cgroup what is smaller is not reported"),
	ROW("numa-process", numa_process_permille, 20,
	    "processes with more memory are looked at node by node"),
	ROW("numa-remote", numa_remote_permille, 300,
	    "such a process is reported if more of its memory is away from its threads"),
	ROW("numa-full", numa_full_permille, 20,
	    "nodes with less left, page cache included, are full for who is bound to them"),
	ROW("numa-free", numa_free_permille, 100, "likewise: while the other nodes have more free"),
	ROW("lowmem-reserve", lowmem_reserve_permille, 50,
	    "free pages above this that lowmem_reserve keeps from most requests are reported"),
	ROW("lowmem-short", lowmem_short_permille, 10,
	    "likewise where such a request finds no other free page"),
	ROW("watermark-low", watermark_low_permille, 500,
	    "a min_free_kbytes below this, of what the kernel would choose, is reported"),
	ROW("watermark-quick", watermark_quick_permille, 500,
	    "kswapd woken at once in more than this, of its runs, is reported"),
	ROW("watermark-high", watermark_high_permille, 100,
	    "high marks that keep more of RAM free are reported"),
	ROW("hugepage-node", hugepage_node_permille, 500,
	    "huge pages above this, of a node, are reported where that node is short"),
	ROW("hugepage-left", hugepage_left_permille, 100,
	    "a node with less than this free and reclaimable is short"),
	ROW("floor-mib", floor_mib, 8, "MiB: what is smaller is not reported, whatever its share"),
	ROW("balance-large", balance_large_permille, 10,
	    "--balance looks at processes with more memory"),
	ROW("balance-margin", balance_margin_permille, 10,
	    "so much of a node, above its high marks, --balance leaves free"),
	ROW("balance-remote", balance_remote_permille, 20,
	    "a process with less of its memory remote is left alone"),
	ROW("balance-gain", balance_gain_permille, 50,
	    "--watch acts if so much of the large processes' memory would be remote no more"),
	ROW("balance-pressure", balance_pressure_permille, 100,
	    "of the last 10 s: with more stalls for memory (PSI some) nothing is moved"),
};

const size_t mw_threshold_count = sizeof(mw_threshold_table) / sizeof(mw_threshold_table[0]);

static uint64_t *slot(struct mw_thresholds *t, size_t i)
{
	return (uint64_t *)((char *)t + mw_threshold_table[i].offset);
}

struct mw_thresholds mw_thresholds_normal(void)
{
	struct mw_thresholds t = {};

	for (size_t i = 0; i < mw_threshold_count; i++)
		*slot(&t, i) = mw_threshold_table[i].normal;
	return t;
}

/* "7.5%" -> 75, "75" -> 75 */
static int parse_permille(struct mw_str s, uint64_t *ret)
{
	uint64_t whole, tenths = 0;
	struct mw_str part;

	if (!mw_str_ends(s, "%"))
		return mw_str_u64(s, ret);
	s.n--;
	if (!mw_str_cut(&s, '.', &part) || mw_str_u64(part, &whole) < 0 || whole > 100)
		return -EINVAL;
	if (s.n && (s.n > 1 || mw_str_u64(s, &tenths) < 0))
		return -EINVAL;
	*ret = whole * 10 + tenths;
	return 0;
}

int mw_thresholds_set(struct mw_thresholds *t, struct mw_str setting)
{
	struct mw_str name;
	uint64_t v;

	if (!mw_str_cut(&setting, '=', &name) || parse_permille(setting, &v) < 0 || v > 1000)
		return -EINVAL;
	for (size_t i = 0; i < mw_threshold_count; i++)
		if (mw_str_eq(name, mw_threshold_table[i].name)) {
			*slot(t, i) = v;
			return 0;
		}
	return -EINVAL;
}
