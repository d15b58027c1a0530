/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomlog_private - the kinds of lines, and who parses which.
 */
#pragma once

#include "kernel/oomlog.h"

enum mw_oom_line {
	MW_LINE_NONE,
	/* these begin an event */
	MW_LINE_HEADER,
	MW_LINE_FAILURE,
	MW_LINE_STALL,
	MW_LINE_VMALLOC,
	MW_LINE_VMAP,
	MW_LINE_SLUB,
	MW_LINE_GUARD,
	/* these too, where there is none that they belong to */
	MW_LINE_SUMMARY,
	MW_LINE_KILL,
	MW_LINE_GROUP,
	MW_LINE_TASKS_HEAD,
	MW_LINE_NO_KILLABLE,
	MW_LINE_PANIC,
	MW_LINE_REAPER,
	/* these only within one */
	MW_LINE_CPUSET,
	MW_LINE_CPU,
	MW_LINE_FRAME,
	MW_LINE_MEMINFO,
	MW_LINE_PERCPU,
	MW_LINE_COUNTERS,
	MW_LINE_NODE,
	MW_LINE_ZONE,
	MW_LINE_RESERVE,
	MW_LINE_BUDDY,
	MW_LINE_HUGETLB,
	MW_LINE_TAIL,
	MW_LINE_SLAB_HEAD,
	MW_LINE_SITES_HEAD,
	MW_LINE_TASKS_TITLE,
	MW_LINE_TASK,
	MW_LINE_MEMCG_LIMIT,
	MW_LINE_MEMCG_STATS,
	MW_LINE_MEMCG_TASK,
	MW_LINE_SLUB_CACHE,
	MW_LINE_SUPPRESSED,
	MW_LINE_DROPPED,
};

/* What the line is, by its text alone; body without leading blanks. */
enum mw_oom_line mw_oomline_of(struct mw_str body);

/* A row of the block that the last heading opened? */
enum mw_oom_block { MW_BLOCK_NONE, MW_BLOCK_STATS, MW_BLOCK_SLABS, MW_BLOCK_SITES };

/* Each takes one whole line into the event; what it does not know it leaves alone. */
void mw_oomline_header(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_failure(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_vmalloc(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_slub(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_slub_cache(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_cpuset(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_cpu(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_frame(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_summary(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_counters(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_node(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_zone(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_reserve(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_buddy(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_hugetlb(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_tail(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_tasks_head(struct mw_oom_event *e, struct mw_str body);
bool mw_oomline_task(struct mw_oom_event *e, struct mw_str body); /* false: it is not whole */
void mw_oomline_memcg_limit(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_memcg_stats(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_memcg_task(struct mw_oom_event *e, struct mw_str body);
bool mw_oomline_stat(struct mw_oom_event *e, struct mw_str body);
bool mw_oomline_slab(struct mw_oom_event *e, struct mw_str body);
bool mw_oomline_site(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_kill(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_reaper(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_panic(struct mw_oom_event *e, struct mw_str body);
void mw_oomline_guard(struct mw_oom_event *e, struct mw_str body, struct mw_str tag);

/* The line by its kind, to the one above that reads it. */
void mw_oomline_take(struct mw_oom_event *e, enum mw_oom_line type, struct mw_str body);

/* Is it a line of another guard that says it kills? tag: who wrote it, empty: not said. */
bool mw_oomline_is_guard(struct mw_str body, struct mw_str tag);

/* The pid a line of a kill or of the reaper speaks of. */
struct mw_val mw_oomline_pid(struct mw_str body);

/* The victim of that pid, made where there is none; NULL: no pid, or no room. */
struct mw_oom_victim *mw_oom_victim_find(struct mw_oom_event *e, struct mw_val pid);
bool mw_oom_victim_known(const struct mw_oom_event *e, struct mw_val pid);

/* How long a line may be, all its pieces together. */
#define MW_OOM_PENDING_MAX 8192

/* Reads the line that was waiting for its rest. */
void mw_oomlog_flush(struct mw_oom_event *e);

/* Ends the oldest open event: the sink has it. */
void mw_oomlog_close_first(struct mw_oomlog *p);

/* Same host, same caller, as far as both are known? */
bool mw_oomlog_in_context(const struct mw_oom_event *e, const struct mw_kmsg *k);

/* The newest event that a line of this kind may belong to; NULL: none. */
struct mw_oom_event *mw_oomlog_newest(struct mw_oomlog *p, const struct mw_kmsg *k,
				      enum mw_oom_line type);

/* The event the line belongs to, begun where it is the first of one; NULL: none. */
struct mw_oom_event *mw_oomlog_target(struct mw_oomlog *p, const struct mw_kmsg *k,
				      enum mw_oom_line type, struct mw_str body);

/* Which kind it is, and how large a page, when all its lines are there. */
void mw_oom_event_settle(struct mw_oom_event *e);

/* And which of its figures cannot be, since they are more than all RAM: those become MW_BAD. */
void mw_oom_event_doubt(struct mw_oom_event *e);

/* What follows `key` up to one of `ends` or the end; empty: not there. */
struct mw_str mw_text_after(struct mw_str body, const char *key, const char *ends);
/* The number that follows: MW_UNREAD: the key is not there, MW_BAD: no number. */
struct mw_val mw_number_after(struct mw_str body, const char *key);
struct mw_val mw_hex_after(struct mw_str body, const char *key);
struct mw_val mw_kib_after(struct mw_str body, const char *key); /* in bytes */

/* The next "key:value" of a line of the memory block: "isolated(anon):0kB", "shmem_thp: 0kB".
 * *ret_unit: "kB", "KB" or empty. */
bool mw_pair_next(struct mw_str *rest, struct mw_str *ret_key, struct mw_val *ret_value,
		  struct mw_str *ret_unit);
