/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of a log: each lies where it says, holds nothing twice, and is the same however the
 * bytes of the log were cut on their way.  What an event means is fuzz_oom's.
 */
#include <string.h>

#include "fuzz.h"
#include "kernel/oomfeed.h"

struct told {
	struct mw_str log;
	uint64_t hash;
	size_t n_events;
};

static void add(struct told *t, uint64_t v)
{
	t->hash = (t->hash ^ v) * 0x9e3779b97f4a7c15;
	t->hash ^= t->hash >> 29;
}

static void add_str(struct told *t, struct mw_str s)
{
	add(t, s.n);
	for (size_t i = 0; i < s.n; i++)
		add(t, (unsigned char)s.p[i]);
}

static void add_val(struct told *t, struct mw_val v)
{
	must_be_val(v);
	add(t, mw_or(v, 0));
	add(t, v.why);
}

static void add_limit(struct told *t, const struct mw_oom_limit *l)
{
	add_val(t, l->usage_bytes);
	add_val(t, l->limit_bytes);
	add_val(t, l->failcnt);
}

/* A struct that holds nothing but figures. */
static void add_vals(struct told *t, const void *figures, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof(struct mw_val); i++)
		add_val(t, ((const struct mw_val *)figures)[i]);
}

/* The first line begins where it says, and so many lines are before it. */
static void must_lie_there(struct mw_str log, const struct mw_oom_event *e)
{
	uint64_t line = 1;

	must(e->offset < log.n && e->last_offset < log.n);
	must(e->offset <= e->last_offset && e->line <= e->last_line);
	must(!e->offset || log.p[e->offset - 1] == '\n');
	for (size_t i = 0; i < e->offset; i++)
		line += log.p[i] == '\n';
	must(e->line == line);
}

static void add_zones(struct told *t, const struct mw_oom_event *e)
{
	must(e->n_zones <= MW_OOM_ROWS_MAX && e->n_nodes <= MW_OOM_ROWS_MAX);
	for (size_t i = 0; i < e->n_zones; i++) {
		const struct mw_oom_zone *z = &e->zone[i];

		must(z->n_orders <= MW_OOM_ORDERS && z->n_reserves <= MW_OOM_RESERVES);
		for (size_t k = 0; k < i; k++)
			must(!mw_str_same(e->zone[k].name, z->name) ||
			     e->zone[k].node.why != z->node.why || e->zone[k].node.v != z->node.v);
		add_str(t, z->name);
		add_val(t, z->free_bytes);
		add_val(t, z->min_bytes);
		add_vals(t, z->blocks, z->n_orders * sizeof(z->blocks[0]));
		add_vals(t, z->reserve_pages, z->n_reserves * sizeof(z->reserve_pages[0]));
	}
	add_vals(t, e->node, e->n_nodes * sizeof(e->node[0]));
}

static void add_tasks(struct told *t, const struct mw_oom_event *e)
{
	must(e->n_tasks <= MW_OOM_TASKS_MAX && (e->n_tasks || !e->tasks_dropped));
	must(!e->n_tasks || e->seen & MW_SEEN_TASKS);
	for (size_t i = 0; i < e->n_tasks; i++) {
		const struct mw_oom_task *k = &e->task[i];

		must(k->comm.n && k->oom_score_adj >= -1000 && k->oom_score_adj <= 1000);
		for (size_t j = i > 64 ? i - 64 : 0; j < i; j++)
			must(e->task[j].pid != k->pid);
		add(t, k->pid);
		add(t, k->rss_pages);
		add_str(t, k->comm);
	}
}

static void add_victims(struct told *t, const struct mw_oom_event *e)
{
	must(e->n_victims <= MW_OOM_ROWS_MAX);
	for (size_t i = 0; i < e->n_victims; i++) {
		const struct mw_oom_victim *v = &e->victim[i];

		must(mw_known(v->pid) || e->kind == MW_OOM_USERSPACE);
		for (size_t k = 0; k < i; k++)
			must(!mw_known(v->pid) || e->victim[k].pid.v != v->pid.v);
		add_val(t, v->pid);
		add_val(t, v->anon_bytes);
		add_val(t, v->oom_score_adj);
		add_str(t, v->comm);
		add(t, v->line);
	}
}

static void seen(void *to, struct mw_oom_event *e)
{
	struct told *t = to;

	t->n_events++;
	must_lie_there(t->log, e);
	must(e->kind < MW_OOM_KINDS && mw_oom_kind_name(e->kind));
	must(!e->pending_bytes && !e->arena.failed);
	must(e->n_slabs <= MW_OOM_ROWS_MAX && e->n_stats <= MW_OOM_ROWS_MAX);
	add(t, e->kind);
	add(t, e->offset);
	add(t, e->last_offset);
	add(t, e->seen);
	add(t, e->frames);
	add_str(t, e->stamp.text);
	add_str(t, e->host);
	add_str(t, e->caller);
	add_str(t, e->asker_comm);
	add_str(t, e->release_text);
	add_val(t, e->gfp_mask);
	add_val(t, e->order);
	add_vals(t, &e->count, sizeof(e->count));
	add_limit(t, &e->memory);
	add_limit(t, &e->swap);
	for (size_t i = 0; i < e->n_stats; i++)
		add_val(t, e->stat[i].bytes);
	add_zones(t, e);
	add_tasks(t, e);
	add_victims(t, e);
}

/* In pieces of so many bytes, or as many as there is room for. */
static struct told tell(struct mw_str log, size_t piece_bytes)
{
	struct told t = { .log = log };
	struct mw_oomfeed f;

	must(!mw_oomfeed_init(&f, seen, &t));
	while (log.n) {
		size_t room, n = log.n < piece_bytes ? log.n : piece_bytes;
		char *p = mw_oomfeed_room(&f, &room);

		n = n < room ? n : room;
		must(n);
		memcpy(p, log.p, n);
		mw_oomfeed_filled(&f, n);
		log = mw_str_from(log, n);
	}
	mw_oomfeed_done(&f);
	return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str log = fuzz_text(data, size);
	struct told whole, pieces;

	if (!size)
		return 0;
	whole = tell(log, SIZE_MAX);
	pieces = tell(log, 1 + size / (2 + data[size - 1] % 32));
	must(whole.n_events == pieces.n_events && whole.hash == pieces.hash);
	return 0;
}
