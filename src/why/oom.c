/* SPDX-License-Identifier: Apache-2.0 */
#include "why/oom.h"

#include "base/fmt.h"

const char *mw_oom_cause_name(enum mw_oom_cause cause)
{
	static const char *const names[MW_OOM_CAUSES] = {
		[MW_CAUSE_UNKNOWN] = "unknown",
		[MW_CAUSE_NO_MEMORY] = "no-memory",
		[MW_CAUSE_RESERVE] = "reserve",
		[MW_CAUSE_FRAGMENTATION] = "fragmentation",
		[MW_CAUSE_CPUSET] = "cpuset",
		[MW_CAUSE_MEMPOLICY] = "mempolicy",
		[MW_CAUSE_MEMCG_LIMIT] = "memcg-limit",
		[MW_CAUSE_SHOULD_PASS] = "should-have-passed",
		[MW_CAUSE_REQUESTED] = "requested",
		[MW_CAUSE_PAGE_FAULT] = "page-fault",
		[MW_CAUSE_ADDRESS_SPACE] = "address-space",
		[MW_CAUSE_GUARD] = "guard",
	};

	return names[cause];
}

static void missing(struct mw_oom_case *c, bool is_missing, const char *what)
{
	if (is_missing && c->n_missing < sizeof(c->missing) / sizeof(c->missing[0]))
		c->missing[c->n_missing++] = what;
}

static bool is_oom(const struct mw_oom_event *e)
{
	return e->kind <= MW_OOM_SYSRQ;
}

static bool died(const struct mw_oom_event *e)
{
	for (size_t i = 0; i < e->n_victims; i++)
		if (!e->victim[i].chosen_only)
			return true;
	return false;
}

/* A zone line without its buddy line, or the other way round. */
static bool zones_are_whole(const struct mw_oom_event *e)
{
	for (size_t i = 0; i < e->n_zones; i++)
		if (e->zone[i].has_line != e->zone[i].has_buddy || !e->zone[i].n_reserves)
			return false;
	return true;
}

static void missing_memory(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;

	missing(c, !(e->seen & MW_SEEN_MEMINFO), "counters (Mem-Info)");
	missing(c, e->seen & MW_SEEN_MEMINFO && !mw_oom_counters_whole(&e->count),
		"some of the counters");
	missing(c, !(e->seen & MW_SEEN_ZONES), "zones");
	missing(c, !(e->seen & MW_SEEN_BUDDY), "free blocks");
	missing(c, e->seen & MW_SEEN_ZONES && e->seen & MW_SEEN_BUDDY && !zones_are_whole(e),
		"lines of some zones");
	missing(c, !(e->seen & MW_SEEN_TAIL), "size of RAM");
}

void mw_oom_missing(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;

	if (e->kind == MW_OOM_USERSPACE || e->kind == MW_OOM_SLUB) {
		c->complete = true;
		return;
	}
	missing(c, !(e->seen & MW_SEEN_HEADER), "header");
	missing(c, e->kind != MW_OOM_VMALLOC && e->seen & MW_SEEN_HEADER && !mw_known(e->gfp_mask),
		"mask of the request");
	if (e->kind == MW_OOM_MEMCG)
		missing(c, !(e->seen & MW_SEEN_MEMCG), "limits of the cgroup");
	else
		missing_memory(c);
	if (is_oom(e)) {
		/* Of a cgroup the table is half the report; of a machine it may be switched off. */
		missing(c, e->kind == MW_OOM_MEMCG && !(e->seen & MW_SEEN_TASKS), "task table");
		missing(c, !died(e), "kill");
		missing(c, e->rows_bad, "rows of the task table that cannot be read");
		missing(c, e->tasks_dropped, "rows of the task table beyond 32768");
	}
	missing(c, e->doubted_count, "figures that fit into its RAM");
	missing(c, e->dropped_count, "lines that printk dropped");
	c->complete = !c->n_missing;
}

/* Zones by what they said; the cause follows from all of them. */
struct votes {
	size_t asked, passes, fragmented, unknown, no_memory, reserved;
	uint64_t largest_pages;
	enum mw_zone_verdict largest;
};

static uint64_t size_of(const struct mw_walk_zone *z)
{
	uint64_t managed = mw_or(z->zone->managed_bytes, mw_or(z->zone->present_bytes, 0));

	return managed ? managed : mw_or(z->state.free_pages, 0);
}

static struct votes count_votes(const struct mw_oom_case *c)
{
	struct votes v = {};

	for (size_t i = 0; i < c->n_zones; i++) {
		const struct mw_walk_zone *z = &c->zone[i];

		if (!z->n_steps)
			continue;
		v.asked++;
		v.passes += z->verdict == MW_ZONE_PASSES;
		v.fragmented +=
			z->verdict == MW_ZONE_FRAGMENTED || z->verdict == MW_ZONE_LIKELY_FRAGMENTED;
		v.unknown += z->verdict == MW_ZONE_UNKNOWN;
		v.no_memory += z->verdict == MW_ZONE_NO_MEMORY;
		v.reserved += z->verdict == MW_ZONE_RESERVED;
		if (size_of(z) >= v.largest_pages) {
			v.largest_pages = size_of(z);
			v.largest = z->verdict;
		}
	}
	return v;
}

static enum mw_oom_cause cause_of_zones(const struct mw_oom_case *c)
{
	struct votes v = count_votes(c);

	if (!v.asked)
		return MW_CAUSE_UNKNOWN;
	if (v.passes)
		return MW_CAUSE_SHOULD_PASS;
	if (v.fragmented)
		return MW_CAUSE_FRAGMENTATION;
	if (v.largest == MW_ZONE_RESERVED)
		return MW_CAUSE_RESERVE;
	return v.no_memory || v.reserved ? MW_CAUSE_NO_MEMORY : MW_CAUSE_UNKNOWN;
}

/* A rule that no release has, of a group without a limit: a handler of its own asked for it. */
static bool asked_by_handler(const struct mw_oom_event *e)
{
	return e->constraint.n && !mw_str_eq(e->constraint, "CONSTRAINT_MEMCG") &&
	       e->memory.limit_bytes.why == MW_ABSENT && e->memsw.limit_bytes.why != MW_OK;
}

static enum mw_oom_cause cause_of(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;

	switch (e->kind) {
	case MW_OOM_MEMCG:
		return asked_by_handler(e) ? MW_CAUSE_REQUESTED : MW_CAUSE_MEMCG_LIMIT;
	case MW_OOM_SYSRQ:
		return MW_CAUSE_REQUESTED;
	case MW_OOM_CPUSET:
		return MW_CAUSE_CPUSET;
	case MW_OOM_MEMPOLICY:
		return MW_CAUSE_MEMPOLICY;
	case MW_OOM_USERSPACE:
		return MW_CAUSE_GUARD;
	case MW_OOM_VMALLOC:
		return MW_CAUSE_ADDRESS_SPACE;
	case MW_OOM_GLOBAL:
		if (mw_known(e->gfp_mask) && !e->gfp_mask.v)
			return MW_CAUSE_PAGE_FAULT;
		return cause_of_zones(c);
	case MW_OOM_ALLOC_FAILURE:
	case MW_OOM_STALL:
		/* Up to 4.11 vmalloc() reports through warn_alloc_failed(), with order 0. */
		if (mw_known(e->failed_bytes))
			return MW_CAUSE_ADDRESS_SPACE;
		return cause_of_zones(c);
	case MW_OOM_SLUB:
		return cause_of_zones(c);
	}
	return MW_CAUSE_UNKNOWN;
}

static void find_page_size(struct mw_oom_case *c)
{
	struct mw_val page = c->event->page_bytes;

	c->page_bytes = mw_or(page, 4096);
	c->page_inferred = !mw_known(page);
}

/* What the frames of the stack name; the first that is there says most. */
static const char *stack_guess(const struct mw_oom_event *e)
{
	static const struct {
		unsigned frame;
		const char *what;
	} of[] = { { MW_FRAME_PAGE_TABLE, "a page table" },
		   { MW_FRAME_THP, "a transparent huge page" },
		   { MW_FRAME_NETWORK, "a network packet, or a message through a socket" },
		   { MW_FRAME_DMA, "a driver's buffer for its device" },
		   { MW_FRAME_PAGE_CACHE, "page cache of a file" },
		   { MW_FRAME_SLAB, "an object of the kernel, from a slab cache" },
		   { MW_FRAME_FORK, "a new thread or process" } };

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (e->frames & of[i].frame && !(e->frames & MW_FRAME_SYSRQ))
			return of[i].what;
	return NULL;
}

static void decode(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	uint64_t order = mw_or(e->order, 0);

	find_page_size(c);
	c->gfp_known = mw_known(e->gfp_mask);
	if (c->gfp_known) {
		mw_gfp_decode(e->gfp_mask.v, c->release, c->arena, &c->gfp);
		c->gfp_guess = stack_guess(e);
		c->guess_of_stack = c->gfp_guess;
		if (!c->gfp_guess)
			c->gfp_guess = mw_gfp_guess(&c->gfp, (unsigned)order, c->release);
	}
	if (mw_known(e->failed_bytes))
		c->asks_for = mw_fmt_bytes(c->arena, e->failed_bytes.v);
	else if (mw_known(e->order) && order < 40)
		c->asks_for = mw_fmt(c->arena, "order %u, %s%s", (unsigned)order,
				     mw_fmt_bytes(c->arena, c->page_bytes << order),
				     c->page_inferred ? " if pages are 4 KiB" : "");
}

void mw_oom_explain(const struct mw_oom_event *event, mw_cpu_node node_of, const void *of,
		    struct mw_arena *arena, struct mw_oom_case *ret)
{
	*ret = (struct mw_oom_case){ .event = event, .arena = arena };
	mw_oom_release(ret);
	decode(ret);
	if (node_of && mw_known(event->asker_cpu))
		ret->node = node_of(of, event->asker_cpu.v);
	mw_oom_missing(ret);
	mw_oom_zones(ret);
	ret->cause = cause_of(ret);
	mw_oom_ledger(ret);
	if (is_oom(event))
		mw_oom_ranking(ret);
}
