/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_ranking - the table of tasks as the kernel rates it, and whether the one it killed is the one
 * its rule names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "why/oom.h"

/* Up to 6.1 and from 6.2 to 6.19 the counters behind rss lag by some pages a CPU, and the table is
 * printed after the choice: so near, an order is no contradiction. */
#define NEAR_PAGES 128
#define NEAR_PERMILLE 20

static struct mw_val pages(const struct mw_oom_case *c, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / c->page_bytes) : bytes;
}

/* totalram_pages: what the zones manage; 3.11 to 4.3 print only the last zone's reserved pages. */
static struct mw_val managed_pages(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_val sum = mw_ok(0);

	if (!mw_release_at_least(c->release, 3, 11) || mw_release_at_least(c->release, 4, 4))
		return mw_sub(e->count.ram_pages, e->count.reserved_pages);
	if (c->nodes_not_shown)
		return mw_no(MW_UNREAD);
	for (size_t i = 0; i < e->n_zones; i++)
		sum = mw_add(sum, pages(c, e->zone[i].managed_bytes));
	return e->n_zones ? sum : mw_no(MW_UNREAD);
}

/* constrained_alloc(): present pages of the allowed nodes; see is_spanned(). */
static struct mw_val node_pages(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_val sum = mw_ok(0);

	if (c->nodes_not_shown)
		return mw_no(MW_UNREAD);
	for (size_t i = 0; i < c->n_zones; i++)
		if (c->zone[i].verdict != MW_ZONE_NOT_ALLOWED)
			sum = mw_add(sum, pages(c, c->zone[i].zone->present_bytes));
	return e->n_zones ? sum : mw_no(MW_UNREAD);
}

/* Up to 5.3 constrained_alloc() counts spanned pages: no less than the present ones, and in no
 * report.  (5.4.195 counts present pages; the 5.4 before it were not read.) */
static bool is_spanned(const struct mw_oom_case *c)
{
	bool bound = c->event->kind == MW_OOM_CPUSET || c->event->kind == MW_OOM_MEMPOLICY;

	return bound && mw_release_is_known(c->release) && !mw_release_at_least(c->release, 5, 4);
}

/* mem_cgroup_get_max(): the limit, and the swap the group may use, which is no more than the
 * machine has: that is not printed. */
static struct mw_val memcg_pages(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	bool no_swap = mw_known(e->swap.limit_bytes) && !e->swap.limit_bytes.v; /* v2 */

	if (mw_known(e->memsw.limit_bytes) && mw_known(e->memory.limit_bytes)) /* v1 */
		no_swap |= e->memsw.limit_bytes.v == e->memory.limit_bytes.v;
	return no_swap ? pages(c, e->memory.limit_bytes) : mw_no(MW_UNREAD);
}

static struct mw_val domain_pages(const struct mw_oom_case *c)
{
	struct mw_val swap = pages(c, c->event->count.swap_total_bytes);

	switch (c->event->kind) {
	case MW_OOM_MEMCG:
		return memcg_pages(c);
	case MW_OOM_CPUSET:
	case MW_OOM_MEMPOLICY:
		return mw_add(node_pages(c), swap);
	case MW_OOM_GLOBAL:
	case MW_OOM_SYSRQ:
		return mw_add(managed_pages(c), swap);
	case MW_OOM_ALLOC_FAILURE:
	case MW_OOM_STALL:
	case MW_OOM_SLUB:
	case MW_OOM_VMALLOC:
	case MW_OOM_USERSPACE:
		return mw_no(MW_ABSENT);
	}
	return mw_no(MW_ABSENT);
}

/* The oom_score_adj of all that may be killed; false: they have several. */
static bool same_adj(const struct mw_oom_event *e, int32_t *ret)
{
	bool first = true;
	int32_t adj = 0;

	for (size_t i = 0; i < e->n_tasks; i++) {
		if (e->task[i].oom_score_adj == -1000)
			continue;
		if (!first && e->task[i].oom_score_adj != adj)
			return false;
		adj = e->task[i].oom_score_adj;
		first = false;
	}
	*ret = adj;
	return true;
}

static struct mw_badness_task rated(const struct mw_oom_case *c, const struct mw_oom_task *t,
				    bool ignore_adj)
{
	return (struct mw_badness_task){
		.rss_pages = t->rss_pages,
		.swap_pages = t->swap_pages,
		.table_pages = t->tables_counted ? t->table_count : t->tables_bytes / c->page_bytes,
		.oom_score_adj = ignore_adj && t->oom_score_adj > -1000 ? 0 : t->oom_score_adj,
		.root = t->uid == 0,
	};
}

struct order {
	size_t at; /* in the table: the order of scanning */
	int64_t points;
	bool killable, last_wins;
};

static int by_choice(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	if (x->killable != y->killable)
		return x->killable ? -1 : 1;
	if (x->points != y->points)
		return x->points > y->points ? -1 : 1;
	if (x->at == y->at)
		return 0;
	return (x->at < y->at) != x->last_wins ? -1 : 1;
}

static void rank_all(struct mw_oom_case *c, bool ignore_adj)
{
	const struct mw_oom_event *e = c->event;
	struct order *order = mw_arena_alloc(c->arena, e->n_tasks * sizeof(*order));

	c->rank = mw_arena_alloc(c->arena, e->n_tasks * sizeof(*c->rank));
	if (!order || !c->rank)
		return;
	for (size_t i = 0; i < e->n_tasks; i++) {
		struct mw_badness_task t = rated(c, &e->task[i], ignore_adj);

		order[i] = (struct order){ .at = i, .last_wins = c->rules.tie == MW_TIE_LAST };
		order[i].killable = t.oom_score_adj > -1000 && e->task[i].pid != 1;
		mw_badness(&c->rules, &t, mw_or(c->total_min_pages, 0), &order[i].points);
	}
	qsort(order, e->n_tasks, sizeof(*order), by_choice);
	for (size_t i = 0; i < e->n_tasks; i++)
		c->rank[i] = (struct mw_oom_rank){ &e->task[order[i].at], order[i].points,
						   order[i].killable };
	c->n_ranks = e->n_tasks;
}

/* Whom the kernel chose (the summary, "Kill process"), and who died of it. */
static void find_victims(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;

	for (size_t i = 0; i < e->n_victims; i++) {
		if (!c->chosen)
			c->chosen = &e->victim[i];
		if (!c->killed && !e->victim[i].chosen_only && !e->victim[i].already_exiting)
			c->killed = &e->victim[i];
	}
}

static bool is_task(const struct mw_oom_task *t, const struct mw_oom_victim *v)
{
	return t->pid == v->pid.v || t->tgid == v->pid.v;
}

static size_t rank_of(const struct mw_oom_case *c, const struct mw_oom_victim *v)
{
	for (size_t i = 0; i < c->n_ranks; i++)
		if (is_task(c->rank[i].task, v))
			return i + 1;
	return 0;
}

static bool is_near(int64_t top, int64_t chosen)
{
	uint64_t gap = (uint64_t)top - (uint64_t)chosen;

	return gap <= NEAR_PAGES || (top > 0 && gap <= (uint64_t)top / 1000 * NEAR_PERMILLE);
}

static void say(struct mw_oom_case *c, enum mw_oom_agrees agrees, const char *why)
{
	c->agrees = agrees;
	c->agrees_why = why;
}

/* The chosen one is not first by the figures printed: why that may be. */
static void explain_rank(struct mw_oom_case *c)
{
	const struct mw_oom_rank *top = &c->rank[0], *chosen = &c->rank[c->chosen_rank - 1];
	const char *first = mw_fmt(c->arena, "pid %u (%.*s) is first by the rule", top->task->pid,
				   (int)top->task->comm.n, top->task->comm.p);

	if (c->event->allocating_task)
		say(c, MW_AGREES, "vm.oom_kill_allocating_task is set: the one who asked dies");
	else if (!c->rank_exact)
		say(c, MW_AGREES_UNKNOWN,
		    mw_fmt(c->arena,
			   "%s, but the table of this kernel does not show all that the "
			   "rule counts",
			   first));
	else if (chosen->killable && top->points == chosen->points)
		say(c, MW_AGREES, "tied with the first: the order of scanning decided");
	else if (chosen->killable && is_near(top->points, chosen->points))
		say(c, MW_AGREES, "within what the counters move between the choice and the table");
	else if (c->release_inferred || !c->rules.sure)
		say(c, MW_AGREES_UNKNOWN,
		    mw_fmt(c->arena, "%s, but which rule this kernel has is not certain", first));
	else
		say(c, MW_DIFFERS,
		    mw_fmt(c->arena, "%s, the chosen one is number %zu", first, c->chosen_rank));
}

/* A victim's number is that of a thread or of a parent whose row is not there, or the line is one
 * of the report before: then the next one who died is looked up. */
static void find_rank(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;

	c->chosen_rank = c->chosen ? rank_of(c, c->chosen) : 0;
	for (size_t i = 0; i < e->n_victims && !c->chosen_rank && !e->allocating_task; i++) {
		c->chosen_rank = rank_of(c, &e->victim[i]);
		if (c->chosen_rank)
			c->chosen = &e->victim[i];
	}
}

static void compare(struct mw_oom_case *c)
{
	find_rank(c);
	if (!c->n_ranks && c->event->allocating_task && c->chosen)
		say(c, MW_AGREES, "vm.oom_kill_allocating_task is set: the one who asked dies");
	else if (!c->n_ranks)
		say(c, MW_AGREES_UNKNOWN, "there is no table of tasks in the report");
	else if (!c->chosen)
		say(c, MW_AGREES_UNKNOWN, "nobody was killed, as far as the log shows");
	else if (c->event->tasks_dropped || c->event->rows_bad || c->event->dropped_count)
		say(c, MW_AGREES_UNKNOWN, "rows of the table are missing");
	else if (!c->chosen_rank && c->event->allocating_task)
		say(c, MW_AGREES, "vm.oom_kill_allocating_task is set: the one who asked dies");
	else if (!c->chosen_rank)
		say(c, MW_AGREES_UNKNOWN, "the one killed is not in the table");
	else if (c->rules.rule == MW_BADNESS_TIME)
		say(c, MW_AGREES_UNKNOWN,
		    "2.6.32 counts CPU time and run time, which no report shows");
	else if (c->chosen_rank == 1)
		say(c, MW_AGREES, "first by the rule of this kernel");
	else
		explain_rank(c);
}

/* Every task that may die rated 1 by the floor, though they differ: so too with a domain larger
 * than total_min_pages, for an oom_score_adj below 0 weighs more then. */
static bool floor_tied(const struct mw_oom_case *c)
{
	const struct mw_oom_task *first = NULL;
	bool differ = false;

	if (c->rules.rule != MW_BADNESS_FLOOR || !mw_known(c->total_min_pages))
		return false;
	for (size_t i = 0; i < c->n_ranks; i++) {
		const struct mw_oom_task *t = c->rank[i].task;

		if (!c->rank[i].killable)
			continue;
		if (c->rank[i].points != 1 || (t->oom_score_adj > 0 && !mw_known(c->total_pages)))
			return false;
		first = first ? first : t;
		differ |= t->rss_pages != first->rss_pages;
	}
	return differ;
}

/* With one oom_score_adj for all the size of the domain does not matter, but for the floor. */
static bool is_exact(const struct mw_oom_case *c)
{
	int32_t adj = 0;
	bool same = same_adj(c->event, &adj);

	if (!mw_oomlog_shows_swap(c->event) || c->rules.rule == MW_BADNESS_TIME)
		return false;
	if (mw_known(c->total_pages) || c->all_tied)
		return true;
	return same && (!adj || c->rules.rule == MW_BADNESS_SIGNED ||
			(c->rules.rule == MW_BADNESS_FLOOR && adj > 0));
}

void mw_oom_ranking(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	int32_t adj;

	c->rules = mw_badness_rules(c->release, e->kind == MW_OOM_MEMCG);
	c->total_pages = domain_pages(c);
	c->total_min_pages = c->total_pages;
	if (is_spanned(c))
		c->total_pages = mw_no(MW_UNREAD);
	if (!mw_known(c->total_pages) && e->kind == MW_OOM_MEMCG)
		c->total_min_pages = pages(c, e->memory.limit_bytes);
	find_victims(c);
	if (e->n_tasks)
		rank_all(c, !mw_known(c->total_min_pages) && same_adj(e, &adj));
	c->all_tied = floor_tied(c);
	c->rank_exact = is_exact(c);
	compare(c);
}
