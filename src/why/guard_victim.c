/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One that was sent a signal: is its memory on its way, and for how long is that believed?
 */
#include <errno.h>

#include "why/guard_private.h"

#define WAIT_MS 20

static bool is_danger(enum mw_guard_cause c)
{
	return c != MW_GUARD_NO_CAUSE && c != MW_GUARD_NEAR;
}

static uint64_t ms_since(const struct mw_guard_turn *t, uint64_t ns)
{
	return t->now_ns < ns ? 0 : (t->now_ns - ns) / MW_GUARD_NS_PER_MS;
}

static void forget(struct mw_guard_state *state)
{
	state->victim = (struct mw_guard_victim){};
}

static void give_up(struct mw_guard_state *state)
{
	size_t at = state->n_given_up;

	if (at == MW_GUARD_TARGETS_MAX)
		at = state->refused_count % MW_GUARD_TARGETS_MAX;
	else
		state->n_given_up++;
	state->refused_count++;
	state->given_up[at] = state->victim.target;
	forget(state);
}

static void is_gone(struct mw_guard_turn *t)
{
	struct mw_guard_victim *v = &t->state->victim;

	if (v->gone)
		return;
	v->gone = true;
	v->moved_ns = t->now_ns;
}

/* What the daemon saw of it; false: it cannot be killed. */
static bool take_outcome(struct mw_guard_turn *t)
{
	const struct mw_guard_outcome *o = &t->view->outcome;
	struct mw_guard_victim *v = &t->state->victim;

	if (!o->is || o->pid != v->target.pid || o->start_ticks != v->target.start_ticks)
		return true;
	if (o->error && o->error != ESRCH)
		return false;
	if (v->whole_group) {
		if (o->gone)
			is_gone(t);
		return true;
	}
	if (o->gone || o->error || mw_or(o->left_bytes, 1) == 0)
		is_gone(t);
	if (mw_known(o->left_bytes) && o->left_bytes.v < mw_or(v->left_bytes, UINT64_MAX)) {
		v->left_bytes = o->left_bytes;
		v->moved_ns = t->now_ns;
	}
	return true;
}

/* A group is gone when it is empty, or when all owners together hold less than before by nine
 * tenths of what was to come: members share much of what each of them seems to hold. */
static void take_group(struct mw_guard_turn *t)
{
	struct mw_guard_victim *v = &t->state->victim;
	uint64_t wanted = v->target.frees_bytes;
	uint64_t came = mw_or(mw_sub(v->owned_bytes, t->sums.owned_bytes), 0);
	struct mw_val left = mw_ok(came < wanted ? wanted - came : 0);

	if (left.v <= wanted / 10)
		is_gone(t);
	if (left.v >= mw_or(v->left_bytes, UINT64_MAX))
		return;
	v->left_bytes = left;
	v->moved_ns = t->now_ns;
}

/* Its place in the view; n_tasks: it is not there. */
static size_t find(const struct mw_guard_view *view, const struct mw_guard_target *target)
{
	for (size_t i = 0; i < view->n_tasks; i++)
		if (view->task[i].pid == target->pid &&
		    view->task[i].start_ticks == target->start_ticks)
			return i;
	return view->n_tasks;
}

static bool wait_for_it(struct mw_guard_turn *t)
{
	t->ret->verb = MW_GUARD_WAIT;
	t->ret->cause = t->cause;
	t->ret->wait_ms = WAIT_MS;
	return true;
}

/* It is dying by itself: from now on it is waited for as after SIGKILL. */
static bool let_it_die(struct mw_guard_turn *t)
{
	t->state->victim.termed = false;
	t->state->victim.moved_ns = t->now_ns;
	return wait_for_it(t);
}

/* SIGTERM did not help in time: SIGKILL, if it is there still and is what it was. */
static bool end_grace(struct mw_guard_turn *t)
{
	struct mw_guard_victim *v = &t->state->victim;
	size_t i = find(t->view, &v->target);
	enum mw_guard_safe safe;

	if (t->view->level == MW_GUARD_METERS) {
		t->ret->verb = MW_GUARD_LOOK;
		t->ret->cause = MW_GUARD_GRACE_OVER;
		return true;
	}
	if (i == t->view->n_tasks)
		return let_it_die(t);
	if (t->view->task[i].detail_why == MW_UNREAD) {
		mw_guard_ask(t->ret, t->view, i);
		return mw_guard_detail(t) || let_it_die(t);
	}
	safe = mw_guard_rate(t->config, t->view, i).safe;
	if (safe == MW_GUARD_SAFE_DYING)
		return let_it_die(t);
	if (safe != MW_GUARD_MAY_DIE && safe != MW_GUARD_SAFE_SMALL) {
		give_up(t->state);
		return false;
	}
	mw_guard_ask(t->ret, t->view, i);
	t->ret->target[0].frees_bytes = v->target.frees_bytes;
	t->cause = MW_GUARD_GRACE_OVER;
	mw_guard_strike(t, MW_GUARD_KILL);
	return true;
}

static bool await_term(struct mw_guard_turn *t)
{
	const struct mw_guard_config *c = t->config;
	bool over = ms_since(t, t->state->victim.since_ns) >= c->term_grace_ms;

	if (!is_danger(t->cause)) {
		if (over)
			forget(t->state);
		return false;
	}
	if (over || mw_or(t->sums.counted_bytes, UINT64_MAX) < t->sums.term_bytes)
		return end_grace(t);
	wait_for_it(t);
	if (c->term_grace_ms - ms_since(t, t->state->victim.since_ns) < WAIT_MS)
		t->ret->wait_ms = c->term_grace_ms - ms_since(t, t->state->victim.since_ns);
	return true;
}

static bool await_kill(struct mw_guard_turn *t)
{
	struct mw_guard_victim *v = &t->state->victim;

	/* Without a kill nothing comes back, so that any second decision would be a fiction. */
	if (t->config->dry_run) {
		if (t->cause == MW_GUARD_NO_CAUSE)
			forget(t->state);
		return is_danger(t->cause) && wait_for_it(t);
	}
	if (ms_since(t, v->moved_ns) <= t->config->settle_ms)
		return is_danger(t->cause) && wait_for_it(t);
	if (is_danger(t->cause))
		give_up(t->state);
	else
		forget(t->state);
	return false;
}

bool mw_guard_await(struct mw_guard_turn *t)
{
	struct mw_guard_victim *v = &t->state->victim;

	if (!v->target.pid)
		return false;
	/* The clock went back: what was before cannot be told. */
	if (t->now_ns < v->since_ns) {
		forget(t->state);
		return false;
	}
	if (!take_outcome(t)) {
		give_up(t->state);
		return false;
	}
	if (v->whole_group && !v->gone)
		take_group(t);
	if (!v->gone && !v->whole_group && t->view->level != MW_GUARD_METERS &&
	    !t->view->n_unseen && find(t->view, &v->target) == t->view->n_tasks)
		is_gone(t);
	/* Its memory is back; how that is seen is for mw_guard_sum(). */
	if (v->gone) {
		if (ms_since(t, v->moved_ns) > t->config->settle_ms + 7000)
			forget(t->state);
		return false;
	}
	return v->termed ? await_term(t) : await_kill(t);
}
