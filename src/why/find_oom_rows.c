/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_oom_rows - the evidence and the fixes that findings about a report share.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "why/find_oom_private.h"

const char *mw_oom_source(const struct mw_oom_case *c)
{
	return mw_fmt(c->arena, "the report at line %" PRIu64, c->event->line);
}

const char *mw_oom_total_name(const struct mw_oom_case *c)
{
	return c->event->kind == MW_OOM_MEMCG ? "charged" : "RAM";
}

struct mw_str mw_oom_group(const struct mw_oom_event *e)
{
	return e->oom_memcg.n ? e->oom_memcg : e->stats_of;
}

bool mw_oom_is_v1(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;

	return e->memsw.limit_bytes.why != MW_UNREAD ||
	       (e->swap.limit_bytes.why == MW_UNREAD && !mw_release_at_least(c->release, 4, 5));
}

struct mw_finding mw_oom_finding(const char *id, enum mw_severity s)
{
	return (struct mw_finding){ .id = id,
				    .severity = s,
				    .weight_bytes = UINT64_MAX, /* the verdict stands first */
				    .check = "dmesg | grep -E 'oom-kill|page allocation' "
					     "(nothing new)" };
}

const char *mw_oom_asked(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	const char *who = e->asker_comm.n
				  ? mw_fmt(c->arena, "%.*s", (int)e->asker_comm.n, e->asker_comm.p)
				  : "somebody";

	if (mw_known(e->asker_pid))
		who = mw_fmt(c->arena, "%s (pid %" PRIu64 ")", who, e->asker_pid.v);
	return mw_fmt(c->arena, "%s asked for %s", who, c->asks_for ? c->asks_for : "memory");
}

const char *mw_oom_cma_words(const struct mw_oom_case *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n_zones && !c->walk.request.movable; i++)
		if (c->zone[i].n_steps)
			sum += mw_or(c->zone[i].zone->free_cma_bytes, 0);
	if (sum < UINT64_C(1) << 20)
		return "";
	return mw_fmt(c->arena, "; %s that is free there is CMA, which only movable pages may take",
		      mw_fmt_bytes(c->arena, sum));
}

const struct mw_fix mw_fix_more_free = {
	.command = "sysctl vm.min_free_kbytes  # then: sysctl -w vm.min_free_kbytes=<twice that>",
	.effect = "reclaim starts earlier, so that more and larger free blocks are kept",
	.risk = "so much less for programs; never above 5 % of RAM",
	.undo = "sysctl -w vm.min_free_kbytes=<the value before>",
};

const struct mw_fix mw_fix_compact = {
	.command = "echo 1 > /proc/sys/vm/compact_memory",
	.effect = "moves movable pages together, which makes larger free blocks",
	.risk = "some seconds of CPU and latency; what is unmovable stays",
	.undo = "none needed",
};

const struct mw_fix mw_fix_look = {
	.command = "memwhy ledger",
	.effect = "says who holds memory now",
	.risk = "none",
	.undo = "none needed",
};

/* The zones that tell most: fragmented ones first, then those that passed or kept a reserve. */
void mw_oom_zone_rows(const struct mw_oom_case *c, struct mw_finding *f)
{
	static const enum mw_zone_verdict order[] = { MW_ZONE_FRAGMENTED, MW_ZONE_LIKELY_FRAGMENTED,
						      MW_ZONE_PASSES,	  MW_ZONE_RESERVED,
						      MW_ZONE_NO_MEMORY,  MW_ZONE_UNKNOWN };

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < c->n_zones; i++) {
			const struct mw_walk_zone *z = &c->zone[i];

			if (!z->n_steps || z->verdict != order[k] || f->n_evidence >= 6)
				continue;
			mw_finding_text(f, mw_oom_zone_name(c, z->zone),
					mw_fmt(c->arena, "%s: %s", mw_zone_verdict_name(z->verdict),
					       mw_walk_step_text(&c->walk, z, 1)),
					mw_oom_source(c));
		}
	if (!f->n_evidence)
		mw_finding_text(f, "zones that it may use", "not in the log", mw_oom_source(c));
}

void mw_oom_memory_rows(const struct mw_oom_case *c, struct mw_finding *f)
{
	const struct mw_oom_counters *n = &c->event->count;

	if (c->total_bytes.why != MW_UNREAD || !f->n_evidence)
		mw_finding_bytes(f, mw_oom_total_name(c), c->total_bytes, mw_oom_source(c));
	for (size_t i = 0; i < c->n_classes && f->n_evidence < 5; i++)
		if (mw_known(c->class[i].bytes) &&
		    c->class[i].bytes.v > mw_or(c->total_bytes, UINT64_MAX) / 10)
			mw_finding_bytes(f, c->class[i].label, c->class[i].bytes, mw_oom_source(c));
	if (mw_known(c->unwritten_bytes) &&
	    c->unwritten_bytes.v > mw_or(c->total_bytes, UINT64_MAX) / 10)
		mw_finding_bytes(f, "of the page cache not on the disk yet: it cannot be dropped",
				 c->unwritten_bytes, mw_oom_source(c));
	if (n->swap_total_bytes.why != MW_UNREAD && c->event->kind != MW_OOM_MEMCG) {
		mw_finding_bytes(f, "swap", n->swap_total_bytes, mw_oom_source(c));
		mw_finding_bytes(f, "free swap", n->swap_free_bytes, mw_oom_source(c));
	}
}

static int by_name(const void *a, const void *b)
{
	const struct mw_oom_task *x = *(const struct mw_oom_task *const *)a;
	const struct mw_oom_task *y = *(const struct mw_oom_task *const *)b;
	int cmp = memcmp(x->comm.p, y->comm.p, x->comm.n < y->comm.n ? x->comm.n : y->comm.n);

	return cmp ? cmp : (x->comm.n > y->comm.n) - (x->comm.n < y->comm.n);
}

void mw_oom_name_row(const struct mw_oom_case *c, struct mw_finding *f)
{
	size_t n = c->event->n_tasks, first = 0, best_count = 0;
	const struct mw_oom_task **t = mw_arena_alloc(c->arena, (n + 1) * sizeof(*t));
	uint64_t sum = 0, best = 0, single = 0;
	struct mw_str name = {};

	for (size_t i = 0; t && i < n; i++)
		t[i] = &c->event->task[i];
	if (t && n)
		qsort(t, n, sizeof(*t), by_name);
	for (size_t i = 0; t && i < n; i++) {
		if (!mw_str_same(t[i]->comm, t[first]->comm))
			first = i, sum = 0;
		sum += t[i]->rss_pages;
		single = t[i]->rss_pages > single ? t[i]->rss_pages : single;
		if (sum > best)
			best = sum, name = t[i]->comm, best_count = i - first + 1;
	}
	if (best_count < 2 || best <= single + single / 2)
		return;
	mw_finding_text(f, "most by name",
			mw_fmt(c->arena,
			       "%zu tasks %.*s: %s resident, what they share counted in each",
			       best_count, (int)name.n, name.p,
			       mw_fmt_val_bytes(c->arena, mw_mul(mw_ok(best), c->page_bytes))),
			mw_oom_source(c));
}
