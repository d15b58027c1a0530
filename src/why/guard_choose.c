/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who dies: the one whose death gives back most, weighed as the kernel weighs.
 *
 * Who a task is costs more to read than its size, so it is asked of those alone that could be
 * chosen: all are rated by what is known, at best for the task; where one that is not known could
 * beat the best that is, it is asked about first.
 */
#include <string.h>

#include "why/guard_private.h"

#define DETAIL_ROUNDS 4
#define QUIET_PART 64 /* of what memory falls by */
#define AGAIN_NS 10000000000u

/* What it may have at most: also what of its private mappings could lie in swap. */
static int64_t points_at_best(const struct mw_guard_turn *t, size_t i,
			      const struct mw_guard_rating *r)
{
	const struct mw_guard_task *task = &t->view->task[i];
	uint64_t swapped = mw_or(t->sums.swap_used_bytes, 0), more;

	if (task->detail_why != MW_UNREAD)
		return r->points;
	more = mw_or(mw_sub(task->data_bytes, mw_ok(r->frees_bytes)), 0);
	more = more < swapped ? more : swapped;
	return r->points + (int64_t)(more < INT64_MAX / 4 ? more : INT64_MAX / 4);
}

bool mw_guard_is_quiet(const struct mw_guard_turn *t, struct mw_val grows_bytes_per_s)
{
	struct mw_val fall = mw_guard_fall_bytes_per_s(t->state);

	return mw_known(grows_bytes_per_s) && grows_bytes_per_s.v < mw_or(fall, 0) / QUIET_PART;
}

static bool is_quiet(const struct mw_guard_turn *t, size_t i)
{
	return mw_guard_is_quiet(t, t->view->task[i].grows_bytes_per_s);
}

/* What it will have in a second decides between those that are near to each other; who is quiet
 * dies in place of one that grows only where it gives back four times as much. */
static int64_t growth_points(const struct mw_guard_turn *t, size_t i, uint64_t frees_bytes)
{
	uint64_t most = mw_guard_points_total(t->config, &t->view->meters) / 10;
	uint64_t grows = mw_or(t->view->task[i].grows_bytes_per_s, 0);

	if (is_quiet(t, i))
		return -(int64_t)(frees_bytes / 4 * 3);
	return (int64_t)(grows < most ? grows : most);
}

bool mw_guard_is_given_up(const struct mw_guard_state *state, const struct mw_guard_task *task)
{
	for (size_t i = 0; i < state->n_given_up; i++)
		if (state->given_up[i].pid == task->pid &&
		    state->given_up[i].start_ticks == task->start_ticks)
			return true;
	return false;
}

/* Whether it is not out of the question by what is known. */
static bool may_be_chosen(const struct mw_guard_turn *t, size_t i, const struct mw_guard_rating *r,
			  int64_t at_best)
{
	const struct mw_guard_task *task = &t->view->task[i];
	int64_t could_free = at_best - r->points + (int64_t)r->frees_bytes;

	if (mw_guard_is_given_up(t->state, task))
		return false;
	if (r->safe == MW_GUARD_MAY_DIE)
		return true;
	if (task->detail_why != MW_UNREAD ||
	    could_free < (int64_t)mw_guard_least_bytes(t->config, &t->view->meters))
		return false;
	/* It may have more in swap; it may be a user who calls it sshd. */
	return r->safe == MW_GUARD_SAFE_SMALL ||
	       (r->safe == MW_GUARD_SAFE_BUILTIN && !mw_guard_is_builtin(task, mw_ok(1)));
}

/* The best that is known, and of the unknown ones those that could be better, best first. */
struct search {
	size_t best; /* n_tasks: none */
	int64_t points;
	struct mw_guard_rating rating;
	size_t ask[MW_GUARD_TARGETS_MAX];
	int64_t ask_points[MW_GUARD_TARGETS_MAX];
	size_t n_asks;
};

static void insert(struct search *s, size_t task, int64_t points)
{
	size_t at = s->n_asks;

	if (at == MW_GUARD_TARGETS_MAX && points <= s->ask_points[--at])
		return;
	for (; at && s->ask_points[at - 1] < points; at--) {
		s->ask[at] = s->ask[at - 1];
		s->ask_points[at] = s->ask_points[at - 1];
	}
	s->ask[at] = task;
	s->ask_points[at] = points;
	s->n_asks += s->n_asks < MW_GUARD_TARGETS_MAX;
}

static void search(const struct mw_guard_turn *t, struct search *s)
{
	const struct mw_guard_view *view = t->view;
	uint64_t total = mw_guard_points_total(t->config, &view->meters);
	int64_t preferred = (int64_t)(total / 1000 * t->config->prefer_permille);

	*s = (struct search){ .best = view->n_tasks, .points = INT64_MIN };
	for (size_t i = 0; i < view->n_tasks; i++) {
		struct mw_guard_rating r = mw_guard_rate(t->config, view, i);
		int64_t at_best = points_at_best(t, i, &r);

		if (!may_be_chosen(t, i, &r, at_best))
			continue;
		at_best += growth_points(t, i, r.frees_bytes);
		if (view->task[i].detail_why == MW_UNREAD) {
			/* A pattern may prefer it. */
			if (t->config->prefer.n && !r.pattern)
				at_best += preferred;
			insert(s, i, at_best);
		} else if (at_best > s->points) {
			s->best = i;
			s->points = at_best;
			s->rating = r;
		}
	}
	while (s->n_asks && s->ask_points[s->n_asks - 1] <= s->points)
		s->n_asks--;
}

bool mw_guard_ask(struct mw_guard_decision *d, const struct mw_guard_view *view, size_t task)
{
	if (d->n_targets == MW_GUARD_TARGETS_MAX)
		return false;
	d->target[d->n_targets++] = (struct mw_guard_target){
		.task = task,
		.pid = view->task[task].pid,
		.start_ticks = view->task[task].start_ticks,
	};
	return true;
}

bool mw_guard_detail(struct mw_guard_turn *t)
{
	if (!t->ret->n_targets || t->state->detail_rounds >= DETAIL_ROUNDS) {
		t->ret->n_targets = 0;
		return false;
	}
	t->state->detail_rounds++;
	t->ret->verb = MW_GUARD_DETAIL;
	t->ret->cause = t->cause;
	return true;
}

/* Who shares the chosen one's memory must be known as well. */
static bool ask_sharers(struct mw_guard_turn *t, size_t task)
{
	size_t all[MW_GUARD_TARGETS_MAX];
	size_t n = mw_guard_space(t->view, task, all, MW_GUARD_TARGETS_MAX);

	for (size_t i = 1; i < n && i < MW_GUARD_TARGETS_MAX; i++)
		if (t->view->task[all[i]].detail_why == MW_UNREAD)
			mw_guard_ask(t->ret, t->view, all[i]);
	return mw_guard_detail(t);
}

/* Does this kill bring back half a limit more than the limit?  As long as something is left it must
 * also be the death of one who grows, or holds half of what processes hold. */
static bool would_help(const struct mw_guard_turn *t, size_t task, uint64_t frees_bytes,
		       uint64_t owned_bytes)
{
	const struct mw_guard_sums *s = &t->sums;
	struct mw_val after = mw_add(s->counted_bytes, mw_ok(frees_bytes));

	return mw_known(after) && after.v / 3 * 2 >= s->limit_bytes &&
	       (s->counted_bytes.v < s->limit_bytes / 4 || frees_bytes >= owned_bytes / 2 ||
		mw_or(t->view->task[task].grows_bytes_per_s, 0) > 0);
}

/*
 * More than half of what is used belongs to no process, and this kill would not help: the next one
 * would die for nothing, and the one after.  Or what grows belongs to none: then it is let grow
 * until hardly anything is left.
 */
static bool owns_nobody(const struct mw_guard_turn *t, size_t task, uint64_t frees_bytes)
{
	const struct mw_guard_sums *s = &t->sums;
	struct mw_val owned = mw_sub(s->owned_bytes, s->unowned_bytes);

	if (s->own || !mw_known(owned))
		return false;
	owned = mw_add(owned, mw_ok(mw_or(s->swap_used_bytes, 0)));
	if (mw_guard_falls_unowned(t->state) && s->counted_bytes.v >= s->limit_bytes / 4)
		return true;
	return mw_known(owned) && s->unowned_bytes.v > owned.v &&
	       (task == t->view->n_tasks || !would_help(t, task, frees_bytes, owned.v));
}

static bool should_term(const struct mw_guard_turn *t, const struct mw_guard_task *task)
{
	return t->config->term_grace_ms && mw_or(task->sharers, 0) == 0 &&
	       t->sums.counted_bytes.v >= t->sums.term_bytes && mw_or(task->ignores_term, 0) == 0 &&
	       mw_or(task->frozen, 0) == 0 && task->state != 'T' && task->state != 't' &&
	       task->state != 'D';
}

static void note_name(struct mw_guard_turn *t, size_t task)
{
	struct mw_guard_struck *s = &t->state->struck;

	memcpy(s->comm, t->view->task[task].comm, sizeof(s->comm));
	s->ns = t->now_ns;
}

static bool comes_back(const struct mw_guard_turn *t, size_t task)
{
	const struct mw_guard_struck *s = &t->state->struck;

	return s->ns && t->now_ns - s->ns < AGAIN_NS &&
	       !memcmp(s->comm, t->view->task[task].comm, sizeof(s->comm));
}

void mw_guard_strike(struct mw_guard_turn *t, enum mw_guard_verb verb)
{
	note_name(t, t->ret->target[0].task);
	t->ret->verb = verb;
	t->ret->cause = t->cause;
	t->ret->wait_ms = MW_GUARD_WAIT_FAST_MS;
	t->state->kill_count += verb != MW_GUARD_TERM;
	t->state->until = t->config->until_available_permille > 0;
	t->state->victim = (struct mw_guard_victim){
		.target = t->ret->target[0],
		.termed = verb == MW_GUARD_TERM,
		.whole_group = verb == MW_GUARD_KILL_GROUP && mw_known(t->sums.owned_bytes),
		.since_ns = t->now_ns,
		.moved_ns = t->now_ns,
		.counted_bytes = t->sums.counted_bytes,
		.owned_bytes = t->sums.owned_bytes,
	};
}

static void kill_process(struct mw_guard_turn *t, size_t task)
{
	const struct mw_guard_task *victim = &t->view->task[task];
	struct mw_guard_rating r = mw_guard_rate(t->config, t->view, task);
	size_t all[MW_GUARD_TARGETS_MAX];
	size_t n = mw_guard_space(t->view, task, all, MW_GUARD_TARGETS_MAX);
	enum mw_guard_verb verb =
		should_term(t, victim) ? MW_GUARD_TERM
		: t->config->restart_unit && mw_guard_is_system_service(t->view, task)
			? MW_GUARD_RESTART
			: MW_GUARD_KILL;

	t->ret->n_targets = 0;
	for (size_t i = 0; i < n; i++)
		mw_guard_ask(t->ret, t->view, all[i]);
	t->ret->target[0].frees_bytes = r.frees_bytes;
	if (verb == MW_GUARD_KILL && n == 1 && mw_guard_add_peers(t, task))
		return;
	mw_guard_strike(t, verb);
}

void mw_guard_choose(struct mw_guard_turn *t)
{
	struct search s;

	search(t, &s);
	for (size_t i = 0; i < s.n_asks; i++)
		mw_guard_ask(t->ret, t->view, s.ask[i]);
	if (mw_guard_detail(t))
		return;
	if (s.best == t->view->n_tasks) {
		if (owns_nobody(t, s.best, 0))
			mw_guard_warn(t, MW_GUARD_NOBODY_OWNS);
		else if (!mw_guard_kill_crowd(t, 0, false))
			mw_guard_warn(t, MW_GUARD_NOBODY_LEFT);
		return;
	}
	if (owns_nobody(t, s.best, s.rating.frees_bytes)) {
		mw_guard_warn(t, MW_GUARD_NOBODY_OWNS);
		return;
	}
	/* It has no part in the fall of memory: many small ones together may have. */
	if (is_quiet(t, s.best) &&
	    mw_guard_kill_crowd(t, s.points > 0 ? (uint64_t)s.points : 0, true))
		return;
	if (ask_sharers(t, s.best) || mw_guard_kill_group(t, s.best, comes_back(t, s.best)))
		return;
	kill_process(t, s.best);
}
