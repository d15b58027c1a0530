/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_take - which kind of line is read by whom.
 */
#include "kernel/oomlog_private.h"

static void take_group(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str of = mw_text_after(body, "Tasks in ", "\n");
	size_t end = mw_str_search(of, " are going to be killed");

	if (!e->group_killed.n && end < of.n)
		e->group_killed = mw_arena_copy(&e->arena, (struct mw_str){ of.p, end });
}

static void take_task(struct mw_oom_event *e, struct mw_str body)
{
	if (!mw_oomline_task(e, body))
		e->rows_bad++; /* its end never came */
}

static void take_no_killable(struct mw_oom_event *e, struct mw_str body)
{
	e->no_killable |= body.n;
	if (mw_str_starts(body, "OOM request ignored")) /* only SysRq says so */
		e->frames |= MW_FRAME_SYSRQ;
}

static void take_meminfo(struct mw_oom_event *e, struct mw_str body)
{
	if (body.n)
		e->seen |= MW_SEEN_MEMINFO;
}

static void take_percpu(struct mw_oom_event *e, struct mw_str body)
{
	if (body.n)
		e->seen |= MW_SEEN_PERCPU;
}

static void open_slabs(struct mw_oom_event *e, struct mw_str body)
{
	e->block = body.n ? MW_BLOCK_SLABS : MW_BLOCK_NONE;
}

static void open_sites(struct mw_oom_event *e, struct mw_str body)
{
	e->block = body.n ? MW_BLOCK_SITES : MW_BLOCK_NONE;
}

typedef void (*reader)(struct mw_oom_event *e, struct mw_str body);

static const reader readers[] = {
	[MW_LINE_HEADER] = mw_oomline_header,
	[MW_LINE_FAILURE] = mw_oomline_failure,
	[MW_LINE_STALL] = mw_oomline_failure,
	[MW_LINE_VMALLOC] = mw_oomline_vmalloc,
	[MW_LINE_VMAP] = mw_oomline_vmalloc,
	[MW_LINE_SLUB] = mw_oomline_slub,
	[MW_LINE_SUMMARY] = mw_oomline_summary,
	[MW_LINE_KILL] = mw_oomline_kill,
	[MW_LINE_GROUP] = take_group,
	[MW_LINE_TASKS_HEAD] = mw_oomline_tasks_head,
	[MW_LINE_NO_KILLABLE] = take_no_killable,
	[MW_LINE_PANIC] = mw_oomline_panic,
	[MW_LINE_REAPER] = mw_oomline_reaper,
	[MW_LINE_CPUSET] = mw_oomline_cpuset,
	[MW_LINE_CPU] = mw_oomline_cpu,
	[MW_LINE_FRAME] = mw_oomline_frame,
	[MW_LINE_MEMINFO] = take_meminfo,
	[MW_LINE_PERCPU] = take_percpu,
	[MW_LINE_COUNTERS] = mw_oomline_counters,
	[MW_LINE_NODE] = mw_oomline_node,
	[MW_LINE_ZONE] = mw_oomline_zone,
	[MW_LINE_RESERVE] = mw_oomline_reserve,
	[MW_LINE_BUDDY] = mw_oomline_buddy,
	[MW_LINE_HUGETLB] = mw_oomline_hugetlb,
	[MW_LINE_TAIL] = mw_oomline_tail,
	[MW_LINE_SLAB_HEAD] = open_slabs,
	[MW_LINE_SITES_HEAD] = open_sites,
	[MW_LINE_TASK] = take_task,
	[MW_LINE_MEMCG_LIMIT] = mw_oomline_memcg_limit,
	[MW_LINE_MEMCG_STATS] = mw_oomline_memcg_stats,
	[MW_LINE_MEMCG_TASK] = mw_oomline_memcg_task,
	[MW_LINE_SLUB_CACHE] = mw_oomline_slub_cache,
};

void mw_oomline_take(struct mw_oom_event *e, enum mw_oom_line type, struct mw_str body)
{
	if ((size_t)type < sizeof(readers) / sizeof(readers[0]) && readers[type])
		readers[type](e, body);
}
