/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/sums.h"

#include <errno.h>

#include "kernel/meminfo.h"
#include "kernel/vmstat.h"
#include "kernel/zoneinfo.h"

#define CLASSES_MAX 16

/* What is not known is no class; it is in what is left. */
static void add(struct mw_census *c, const char *name, struct mw_val bytes, struct mw_val *left)
{
	if (!mw_known(bytes))
		return;
	c->class[c->n_classes++] =
		(struct mw_census_class){ mw_str_of(name), 0, bytes.v, bytes.v, bytes.v };
	*left = mw_sub(*left, bytes);
}

int mw_sums_of(struct mw_str meminfo, struct mw_str zoneinfo, struct mw_str vmstat,
	       uint64_t frame_bytes, struct mw_arena *arena, struct mw_census *ret)
{
	struct mw_meminfo m;
	struct mw_zoneinfo z;
	struct mw_vmstat v;
	struct mw_val left, vmalloc, idle = mw_no(MW_ABSENT);

	if (mw_meminfo_parse(meminfo, &m) < 0 || !mw_known(m.total_bytes))
		return -ENODATA;
	mw_vmstat_parse(vmstat, &v);
	if (!mw_zoneinfo_parse(zoneinfo, arena, &z))
		idle = mw_mul(mw_zoneinfo_percpu_list_pages(&z), frame_bytes);
	ret->class = mw_arena_alloc(arena, CLASSES_MAX * sizeof(*ret->class));
	if (!ret->class)
		return -ENOMEM;
	left = m.total_bytes;
	ret->ram_bytes = left.v;
	add(ret, "free", m.free_bytes, &left);
	add(ret, "idle", idle, &left);
	add(ret, "anon", m.anon_bytes, &left);
	add(ret, "cache", mw_sub(m.cached_bytes, m.shmem_bytes), &left);
	add(ret, "shmem", m.shmem_bytes, &left);
	add(ret, "buffers", m.buffers_bytes, &left);
	add(ret, "slab", m.slab_bytes, &left);
	add(ret, "page_table", m.page_tables_bytes, &left);
	add(ret, "stack", m.kernel_stack_bytes, &left);
	/* Stacks are of vmalloc() where they can be (CONFIG_VMAP_STACK). */
	vmalloc = mw_sub(m.vmalloc_used_bytes, m.kernel_stack_bytes);
	add(ret, "vmalloc", vmalloc.why == MW_RACED ? m.vmalloc_used_bytes : vmalloc, &left);
	add(ret, "percpu", m.percpu_bytes, &left);
	add(ret, "hugetlb", m.hugetlb_bytes, &left);
	add(ret, "zsmalloc", mw_mul(v.zspages_pages, frame_bytes), &left);
	add(ret, "other", left, &left);
	return 0;
}
