/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomlog - what the kernel (and those who kill in its place) wrote about running out of memory,
 * as plain data: lines in, events out.
 *
 * An event is one report: from its first line ("invoked oom-killer", "page allocation failure",
 * ...) to the last line that belongs to it, however many other lines stand between.  Formats:
 * dump_header(), __oom_kill_process(), mm/oom_kill.c; show_mem(), mm/show_mem.c; warn_alloc(),
 * mm/page_alloc.c; mem_cgroup_print_oom_meminfo(), mm/memcontrol.c; 2.6.32 to 7.2, el6 to el10.
 *
 * Invariants:
 *  - What was not seen is MW_UNREAD, what was seen but makes no sense, as a
 *    part larger than all RAM, is MW_BAD: never 0.
 *  - A line that comes twice counts once.
 *  - Memory is bounded: so many events are open at a time, each with so many rows; what was not
 *    kept is counted and said.
 *  - Pure: no I/O; events live in the parser's arenas until the sink returns.
 */
#pragma once

#include "base/arena.h"
#include "base/index.h"
#include "kernel/kmsg.h"
#include "kernel/release.h"

enum mw_oom_kind {
	MW_OOM_GLOBAL,
	MW_OOM_CPUSET,
	MW_OOM_MEMPOLICY,
	MW_OOM_MEMCG,
	MW_OOM_SYSRQ,
	MW_OOM_ALLOC_FAILURE,
	MW_OOM_STALL,
	MW_OOM_SLUB,
	MW_OOM_VMALLOC,
	MW_OOM_USERSPACE, /* another guard: .guard says who */
};

#define MW_OOM_KINDS 10

/* Which part of the report was seen, bits of .seen. */
enum mw_oom_part {
	MW_SEEN_HEADER = 1 << 0,
	MW_SEEN_STACK = 1 << 1,
	MW_SEEN_MEMINFO = 1 << 2, /* "Mem-Info:" or the counters */
	MW_SEEN_ZONES = 1 << 3,
	MW_SEEN_BUDDY = 1 << 4,
	MW_SEEN_TAIL = 1 << 5,	  /* pages RAM, swap */
	MW_SEEN_TASKS = 1 << 6,	  /* the table's head */
	MW_SEEN_SUMMARY = 1 << 7, /* oom-kill: */
	MW_SEEN_KILL = 1 << 8,
	MW_SEEN_MEMCG = 1 << 9, /* memory: usage, limit */
	MW_SEEN_REAPER = 1 << 10,
	MW_SEEN_FRAMES = 1 << 11,
	MW_SEEN_PERCPU = 1 << 12, /* the per-cpu lists of up to 3.x */
};

/* What the frames of the stack say, bits of .frames. */
enum mw_oom_frame {
	MW_FRAME_MEMCG = 1 << 0,
	MW_FRAME_PAGE_FAULT = 1 << 1, /* pagefault_out_of_memory */
	MW_FRAME_SYSRQ = 1 << 2,
	MW_FRAME_INTERRUPT = 1 << 3, /* <IRQ> */
	MW_FRAME_FORK = 1 << 4,
	MW_FRAME_THP = 1 << 5,
	MW_FRAME_NETWORK = 1 << 6,
	MW_FRAME_SLAB = 1 << 7,
	MW_FRAME_PAGE_CACHE = 1 << 8,
	MW_FRAME_DMA = 1 << 9,
	MW_FRAME_PAGE_TABLE = 1 << 10,
};

#define MW_OOM_ORDERS 16
#define MW_OOM_ORDER_MAX 20  /* no architecture has larger blocks */
#define MW_OOM_NODE_MAX 1023 /* CONFIG_NODES_SHIFT is at most 10 */
#define MW_OOM_RESERVES 8
#define MW_OOM_TASKS_MAX 32768
#define MW_OOM_ROWS_MAX 512 /* zones, nodes, slab caches, victims: each */

struct mw_oom_zone {
	struct mw_val node; /* MW_ABSENT: a machine of one node prints none */
	struct mw_str name;
	bool has_line, has_buddy;
	struct mw_val free_bytes, boost_bytes, min_bytes, low_bytes, high_bytes;
	struct mw_val reserved_highatomic_bytes, free_highatomic_bytes;
	struct mw_val managed_bytes, present_bytes, free_cma_bytes, free_pcp_bytes;
	struct mw_val active_anon_bytes, inactive_anon_bytes, active_file_bytes;
	struct mw_val inactive_file_bytes, unevictable_bytes, shmem_bytes;
	struct mw_val isolated_anon_bytes, isolated_file_bytes, mlocked_bytes;
	struct mw_val slab_reclaimable_bytes, slab_unreclaimable_bytes, kernel_stack_bytes;
	struct mw_val pagetables_bytes, bounce_bytes, zspages_bytes, dirty_bytes, writeback_bytes;
	struct mw_val reserve_pages[MW_OOM_RESERVES];
	size_t n_reserves;
	struct mw_val blocks[MW_OOM_ORDERS];
	uint8_t types[MW_OOM_ORDERS]; /* bits by letter: see MW_TYPE_* */
	size_t n_orders;
	bool all_unreclaimable, all_unreclaimable_known;
};

/* Free lists of that order which are not empty: the letters of the buddy line. */
enum mw_oom_type {
	MW_BLOCK_UNMOVABLE = 1,
	MW_BLOCK_MOVABLE = 2,
	MW_BLOCK_RECLAIMABLE = 4,
	MW_BLOCK_HIGHATOMIC = 8,
	MW_BLOCK_CMA = 16,
	MW_BLOCK_ISOLATE = 32,
	MW_BLOCK_RESERVE = 64,
	MW_BLOCK_LETTERS = 128, /* letters were printed: from 3.8 on */
};

/* "Node 0 active_anon:...": 4.8 on. */
struct mw_oom_node {
	struct mw_val node;
	struct mw_val active_anon_bytes, inactive_anon_bytes, active_file_bytes;
	struct mw_val inactive_file_bytes, unevictable_bytes, isolated_anon_bytes;
	struct mw_val isolated_file_bytes, mapped_bytes, dirty_bytes, writeback_bytes, shmem_bytes;
	struct mw_val kernel_stack_bytes, shadow_call_stack_bytes, pagetables_bytes;
	struct mw_val sec_pagetables_bytes, balloon_bytes, gpu_active_bytes, gpu_reclaim_bytes;
	struct mw_val writeback_tmp_bytes;
};

/* The counters of the whole machine, in pages. */
struct mw_oom_counters {
	struct mw_val active_anon_pages, inactive_anon_pages, isolated_anon_pages;
	struct mw_val active_file_pages, inactive_file_pages, isolated_file_pages;
	struct mw_val unevictable_pages, dirty_pages, writeback_pages, unstable_pages;
	struct mw_val slab_reclaimable_pages, slab_unreclaimable_pages, mapped_pages, shmem_pages;
	struct mw_val pagetables_pages, sec_pagetables_pages, bounce_pages;
	struct mw_val kernel_misc_reclaimable_pages, free_pages, free_pcp_pages, free_cma_pages;
	struct mw_val pagecache_pages, swapcache_pages, ram_pages, highmem_pages, reserved_pages;
	struct mw_val cma_reserved_pages, hwpoisoned_pages;
	struct mw_val swap_free_bytes, swap_total_bytes;
};

struct mw_oom_hugetlb {
	struct mw_val node;
	struct mw_val total_count, free_count, surplus_count, size_bytes;
};

struct mw_oom_task {
	struct mw_str comm;
	uint64_t total_vm_pages, rss_pages, swap_pages;
	uint64_t tables_bytes; /* nr_ptes and nr_pmds times a page, or pgtables_bytes */
	uint64_t rss_anon_pages, rss_file_pages, rss_shmem_pages; /* where .has_split */
	uint32_t pid, tgid, uid;
	int32_t oom_score_adj;
	uint32_t table_count; /* nr_ptes + nr_pmds, where .tables_counted */
	bool has_split, tables_counted;
};

/* Columns of the task table of this report. */
struct mw_oom_columns {
	uint8_t id[16];
	size_t n;
};

struct mw_oom_victim {
	struct mw_str comm;
	struct mw_val pid, uid;
	struct mw_val total_vm_bytes, anon_bytes, file_bytes, shmem_bytes, tables_bytes;
	struct mw_val oom_score_adj; /* 2's complement: see mw_oom_adj() */
	struct mw_val score;	     /* as printed, up to 5.0 */
	struct mw_val reaped_anon_bytes, reaped_file_bytes, reaped_shmem_bytes;
	bool reaped, reap_failed;
	bool chosen_only; /* "Kill process": chosen, maybe another one of the family died */
	bool already_exiting;
	uint64_t line;
};

struct mw_oom_slab {
	struct mw_str name;
	struct mw_val used_bytes, total_bytes;
};

/* A line of memory.stat or of the statistics of v1. */
struct mw_oom_stat {
	struct mw_str name;
	struct mw_val bytes; /* v1's KB are bytes here; counts stay counts */
};

struct mw_oom_limit {
	struct mw_val usage_bytes, limit_bytes, failcnt;
};

struct mw_oom_site {
	struct mw_str text; /* a line of the allocation profile */
	struct mw_val bytes;
};

struct mw_oom_event {
	struct mw_arena arena;
	enum mw_oom_kind kind;
	unsigned seen, frames; /* bits of enum mw_oom_part, enum mw_oom_frame */
	uint64_t offset, line; /* of the first line, from 0 and from 1 */
	uint64_t last_offset, last_line;
	struct mw_stamp stamp;
	struct mw_str host, caller;
	bool prefixed;

	struct mw_str release_text;
	struct mw_release release;
	struct mw_str asker_comm;
	struct mw_val asker_pid, asker_cpu, asker_adj;
	struct mw_val gfp_mask, order; /* order MW_OK only where it is not -1 */
	bool gfp_names_shown, sysrq_order;
	struct mw_str gfp_names, nodemask, cpuset, mems_allowed, constraint;
	struct mw_str oom_memcg, task_memcg;
	bool global_oom;
	struct mw_val failed_bytes; /* vmalloc, vmap */
	struct mw_val stalled_ms;
	struct mw_str reason; /* of vmalloc; what another guard gives as its reason */
	struct mw_str panic;
	struct mw_str slub_cache;
	uint64_t slub_count, repeat_count;
	struct mw_val slub_gfp;
	struct mw_str guard; /* "systemd-oomd", "earlyoom", ... */
	struct mw_str unit;  /* what a guard killed, where it is no process */
	struct mw_val guard_freed_bytes;

	struct mw_val
		page_bytes; /* as the buddy line tells, the kill beside the table, the release */
	struct mw_oom_counters count;
	struct mw_oom_zone *zone;
	size_t n_zones;
	struct mw_oom_node *node;
	size_t n_nodes;
	struct mw_oom_hugetlb *hugetlb;
	size_t n_hugetlb;
	struct mw_oom_slab *slab;
	size_t n_slabs;
	struct mw_oom_site *site;
	size_t n_sites;
	struct mw_oom_limit memory, memsw, swap, kmem;
	struct mw_str stats_of;	  /* the cgroup of the statistics */
	struct mw_oom_stat *stat; /* children included */
	size_t n_stats;
	struct mw_str *stat_group; /* whose figures are in it */
	size_t n_stat_groups;
	struct mw_oom_columns columns;
	struct mw_oom_task *task;
	size_t n_tasks;
	uint64_t tasks_dropped, rows_bad;
	struct mw_oom_victim *victim;
	size_t n_victims;
	struct mw_str group_killed; /* the cgroup of memory.oom.group */
	bool no_killable, deadlocked, allocating_task, memcg_kill;
	bool mpol_bind_kill; /* 2.6.32 says so in the line of the kill */
	bool kind_inferred;  /* nothing in the log says which kind: the usual one */
	uint64_t suppressed_count, dropped_count; /* lines that the kernel says it left out */
	uint64_t doubted_count;			  /* figures larger than all RAM: MW_BAD */

	/* while it is assembled */
	struct mw_index by_pid;
	char *pending; /* a line that may go on in the next */
	size_t pending_bytes;
	uint8_t pending_type, pieces, block; /* block: what follows a heading of its own */
	unsigned idle_lines;		     /* since the last that was its own */
	size_t last_zone;
	bool last_was_zone, over; /* over: the next report of its context has begun */
	uint64_t pending_line;
};

typedef void (*mw_oom_sink)(void *to, struct mw_oom_event *event);

#define MW_OOM_OPEN_MAX 6

struct mw_oomlog {
	struct mw_oom_event *open[MW_OOM_OPEN_MAX]; /* in the order of their first lines */
	size_t n_open;
	struct mw_oom_event slot[MW_OOM_OPEN_MAX];
	mw_oom_sink sink;
	void *to;
	uint64_t suppressed_count, dropped_count; /* said before the next report begins */
	uint64_t offset, line;			  /* of the line that is being looked at */
};

void mw_oomlog_init(struct mw_oomlog *p, mw_oom_sink sink, void *to);

/* One line of the log, its prefix taken off; offset and line say where it stands. */
void mw_oomlog_line(struct mw_oomlog *p, const struct mw_kmsg *k, uint64_t offset, uint64_t line);

/* Must every line be given, since a report is being printed? Otherwise only those with a marker. */
bool mw_oomlog_wants_all(const struct mw_oomlog *p);

/* So far the log has been looked at: ends events that nothing has been added to for long. */
void mw_oomlog_reached(struct mw_oomlog *p, uint64_t offset);

/* The end of the log: ends all of them, and frees. */
void mw_oomlog_done(struct mw_oomlog *p);

/* -1000..1000 as it is kept in oom_score_adj of a victim. */
static inline int64_t mw_oom_adj(struct mw_val v)
{
	return (int64_t)v.v;
}

/* Does the task table of this kernel show swap and page tables? */
bool mw_oomlog_shows_swap(const struct mw_oom_event *e);

const char *mw_oom_kind_name(enum mw_oom_kind kind);
