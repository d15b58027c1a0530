/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomlog_events - which events are open, and to which of them a line belongs.
 */
#include <string.h>

#include "kernel/oomlog_private.h"

/* All open events together keep so many tasks at most. */
#define OPEN_TASKS_MAX 40000

static bool is_oom(const struct mw_oom_event *e)
{
	return e->kind <= MW_OOM_SYSRQ;
}

void mw_oomlog_flush(struct mw_oom_event *e)
{
	size_t n = e->pending_bytes;

	if (!n)
		return;
	e->pending_bytes = 0;
	mw_oomline_take(e, (enum mw_oom_line)e->pending_type, (struct mw_str){ e->pending, n });
}

void mw_oomlog_close_first(struct mw_oomlog *p)
{
	struct mw_oom_event *e = p->open[0];

	mw_oomlog_flush(e);
	mw_oom_event_settle(e);
	mw_oom_event_doubt(e);
	p->n_open--;
	memmove(p->open, p->open + 1, p->n_open * sizeof(p->open[0]));
	p->sink(p->to, e);
	mw_arena_done(&e->arena);
	*e = (struct mw_oom_event){};
}

static uint64_t open_tasks(const struct mw_oomlog *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n_open; i++)
		n += p->open[i]->n_tasks;
	return n;
}

static struct mw_oom_event *free_slot(struct mw_oomlog *p)
{
	for (size_t i = 0; i < MW_OOM_OPEN_MAX; i++) {
		bool taken = false;

		for (size_t k = 0; k < p->n_open; k++)
			taken |= p->open[k] == &p->slot[i];
		if (!taken)
			return &p->slot[i];
	}
	return NULL;
}

bool mw_oomlog_in_context(const struct mw_oom_event *e, const struct mw_kmsg *k)
{
	bool other_host = e->host.n && k->host.n && !mw_str_same(e->host, k->host);
	bool other_caller = e->caller.n && k->caller.n && !mw_str_same(e->caller, k->caller);

	return !other_host && !other_caller;
}

static bool same_host(const struct mw_oom_event *e, const struct mw_kmsg *k)
{
	return !e->host.n || !k->host.n || mw_str_same(e->host, k->host);
}

static struct mw_oom_event *begin(struct mw_oomlog *p, const struct mw_kmsg *k,
				  enum mw_oom_kind kind)
{
	struct mw_oom_event *e;

	while (p->n_open == MW_OOM_OPEN_MAX || (p->n_open && open_tasks(p) > OPEN_TASKS_MAX))
		mw_oomlog_close_first(p);
	/* One context prints one report at a time: what it printed before is whole. */
	for (size_t i = 0; i < p->n_open; i++)
		if (mw_oomlog_in_context(p->open[i], k) && (k->caller.n || kind <= MW_OOM_SYSRQ) &&
		    is_oom(p->open[i]) == (kind <= MW_OOM_SYSRQ))
			p->open[i]->over = true;
	e = free_slot(p);
	*e = (struct mw_oom_event){ .kind = kind,
				    .offset = p->offset,
				    .line = p->line,
				    .last_offset = p->offset,
				    .last_line = p->line,
				    .prefixed = k->prefixed,
				    .suppressed_count = p->suppressed_count };
	p->suppressed_count = 0;
	e->stamp = k->stamp;
	e->stamp.text = mw_arena_copy(&e->arena, k->stamp.text);
	e->host = mw_arena_copy(&e->arena, k->host);
	e->caller = mw_arena_copy(&e->arena, k->caller);
	e->pending = mw_arena_alloc(&e->arena, MW_OOM_PENDING_MAX);
	p->open[p->n_open++] = e;
	return e;
}

/* A part of the report that comes before the kill, and so cannot come after it. */
static bool may_take(const struct mw_oom_event *e, enum mw_oom_line type)
{
	if (e->over || e->kind == MW_OOM_USERSPACE)
		return false;
	if (type == MW_LINE_MEMINFO && e->seen & MW_SEEN_MEMINFO)
		return false;
	if (type == MW_LINE_TASKS_HEAD || type == MW_LINE_TASK)
		return is_oom(e) && !(e->seen & MW_SEEN_KILL);
	if (type == MW_LINE_CPU && e->seen & MW_SEEN_STACK)
		return false;
	return !(e->seen & MW_SEEN_KILL);
}

struct mw_oom_event *mw_oomlog_newest(struct mw_oomlog *p, const struct mw_kmsg *k,
				      enum mw_oom_line type)
{
	for (size_t i = p->n_open; i--;)
		if (mw_oomlog_in_context(p->open[i], k) && may_take(p->open[i], type))
			return p->open[i];
	return NULL;
}

static struct mw_oom_event *newest_oom(struct mw_oomlog *p, const struct mw_kmsg *k)
{
	for (size_t i = p->n_open; i--;)
		if (is_oom(p->open[i]) && mw_oomlog_in_context(p->open[i], k))
			return p->open[i];
	return NULL;
}

/* The report a kill belongs to: the one that knows the pid; else the newest that has none yet, or
 * whose whole cgroup dies, or whose chosen one is a parent that lives on. */
static struct mw_oom_event *of_kill(struct mw_oomlog *p, const struct mw_kmsg *k,
				    struct mw_str body)
{
	struct mw_val pid = mw_oomline_pid(body);
	bool sharing = mw_str_search(body, " sharing same memory") < body.n;
	struct mw_oom_event *e;

	for (size_t i = p->n_open; i--;) {
		e = p->open[i];
		if (is_oom(e) && same_host(e, k) && mw_oom_victim_known(e, pid))
			return e;
	}
	e = newest_oom(p, k);
	if (e && (!(e->seen & MW_SEEN_KILL) || e->group_killed.n || sharing))
		return e;
	return NULL;
}

static struct mw_oom_event *of_pid(struct mw_oomlog *p, const struct mw_kmsg *k, struct mw_val pid)
{
	for (size_t i = p->n_open; i--;)
		if (same_host(p->open[i], k) && mw_oom_victim_known(p->open[i], pid))
			return p->open[i];
	return NULL;
}

static bool is_about_memory(struct mw_str panic)
{
	return mw_str_search(panic, "emory") < panic.n || mw_str_search(panic, "oom") < panic.n;
}

/* A failure right after the line of vmalloc is its second line (up to 4.8). */
static struct mw_oom_event *of_failure(struct mw_oomlog *p, const struct mw_kmsg *k,
				       enum mw_oom_line type)
{
	struct mw_oom_event *e = p->n_open ? p->open[p->n_open - 1] : NULL;
	bool fresh;

	if (!e || !mw_oomlog_in_context(e, k) || e->kind != MW_OOM_VMALLOC)
		return NULL;
	fresh = !(e->seen & (MW_SEEN_FRAMES | MW_SEEN_STACK | MW_SEEN_MEMINFO));
	if (fresh && type == MW_LINE_FAILURE)
		e->kind = MW_OOM_ALLOC_FAILURE;
	return fresh ? e : NULL;
}

static struct mw_oom_event *of_slub(struct mw_oomlog *p, const struct mw_kmsg *k)
{
	struct mw_oom_event *e = p->n_open ? p->open[p->n_open - 1] : NULL;

	if (!e || !mw_oomlog_in_context(e, k) ||
	    (e->kind != MW_OOM_SLUB && e->kind != MW_OOM_ALLOC_FAILURE))
		return NULL;
	return e;
}

static struct mw_oom_event *begin_kill(struct mw_oomlog *p, const struct mw_kmsg *k,
				       struct mw_str body)
{
	bool memcg = mw_str_search(body, "emory cgroup out of memory") < body.n;

	return begin(p, k, memcg ? MW_OOM_MEMCG : MW_OOM_GLOBAL);
}

static struct mw_oom_event *or_begin(struct mw_oomlog *p, const struct mw_kmsg *k,
				     struct mw_oom_event *e, enum mw_oom_kind kind)
{
	return e ? e : begin(p, k, kind);
}

static struct mw_oom_event *of_summary(struct mw_oomlog *p, const struct mw_kmsg *k)
{
	struct mw_oom_event *e = newest_oom(p, k);

	return e && !e->over && !(e->seen & (MW_SEEN_SUMMARY | MW_SEEN_KILL)) ? e : NULL;
}

static struct mw_oom_event *of_no_killable(struct mw_oomlog *p, const struct mw_kmsg *k)
{
	struct mw_oom_event *e = newest_oom(p, k);

	return e && !(e->seen & MW_SEEN_KILL) ? e : NULL;
}

/* The lines that begin an event, unless they belong to one that is open. */
static struct mw_oom_event *of_opener(struct mw_oomlog *p, const struct mw_kmsg *k,
				      enum mw_oom_line type, struct mw_str body)
{
	struct mw_oom_event *e;

	if (type == MW_LINE_HEADER)
		return begin(p, k, MW_OOM_GLOBAL);
	if (type == MW_LINE_STALL)
		return begin(p, k, MW_OOM_STALL);
	if (type == MW_LINE_GUARD)
		return begin(p, k, MW_OOM_USERSPACE);
	if (type == MW_LINE_FAILURE)
		return or_begin(p, k, of_failure(p, k, type), MW_OOM_ALLOC_FAILURE);
	if (type == MW_LINE_VMALLOC || type == MW_LINE_VMAP)
		return or_begin(p, k, of_failure(p, k, type), MW_OOM_VMALLOC);
	if (type == MW_LINE_SLUB)
		return or_begin(p, k, of_slub(p, k), MW_OOM_SLUB);
	if (type == MW_LINE_SUMMARY)
		return or_begin(p, k, of_summary(p, k), MW_OOM_GLOBAL);
	if (type == MW_LINE_GROUP)
		return or_begin(p, k, newest_oom(p, k), MW_OOM_MEMCG);
	if (type == MW_LINE_TASKS_HEAD)
		return or_begin(p, k, mw_oomlog_newest(p, k, type), MW_OOM_GLOBAL);
	if (type == MW_LINE_NO_KILLABLE)
		return or_begin(p, k, of_no_killable(p, k), MW_OOM_GLOBAL);
	if (type == MW_LINE_PANIC)
		return is_about_memory(body) ? or_begin(p, k, newest_oom(p, k), MW_OOM_GLOBAL)
					     : NULL;
	e = of_kill(p, k, body);
	return e ? e : begin_kill(p, k, body);
}

struct mw_oom_event *mw_oomlog_target(struct mw_oomlog *p, const struct mw_kmsg *k,
				      enum mw_oom_line type, struct mw_str body)
{
	if (type == MW_LINE_REAPER)
		return of_pid(p, k, mw_oomline_pid(body));
	if (type == MW_LINE_SLUB_CACHE)
		return of_slub(p, k);
	return type < MW_LINE_REAPER ? of_opener(p, k, type, body) : mw_oomlog_newest(p, k, type);
}
