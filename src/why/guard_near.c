/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before a kill: warnings, and the steps that may make it needless.
 */
#include "why/guard_private.h"

#define AGAIN_MS 60000 /* a warning that still holds is said again after this */
#define LOOK_MS 300
#define SOON_MS 20
#define AHEAD_S 3

void mw_guard_warn(struct mw_guard_turn *t, enum mw_guard_cause cause)
{
	struct mw_guard_state *s = t->state;
	bool again = s->warned == cause && t->now_ns - s->warned_ns < AGAIN_MS * MW_GUARD_NS_PER_MS;

	t->ret->cause = cause;
	t->ret->verb = again ? MW_GUARD_WAIT : MW_GUARD_WARN;
	t->ret->wait_ms = mw_guard_wait_ms(t);
	/* Looking costs more than the meters; but who could not be asked just now may be soon. */
	if (cause != MW_GUARD_NEAR && t->ret->wait_ms < 500)
		t->ret->wait_ms = mw_or(t->ret->left_ms, UINT64_MAX) < 1000 ? SOON_MS : 500;
	if (again)
		return;
	s->warned = cause;
	s->warned_ns = t->now_ns;
}

/* A quarter above the warning: so that one at the edge is said once. */
static bool is_well(const struct mw_guard_turn *t)
{
	const struct mw_guard_sums *s = &t->sums;
	uint64_t level = t->config->warn_available_permille ? s->warn_bytes : s->limit_bytes;

	return mw_known(s->counted_bytes) && s->counted_bytes.v > level + level / 4;
}

/* So that it is known who grows when somebody must be chosen. */
static bool looks_ahead(const struct mw_guard_turn *t)
{
	uint64_t fall = mw_or(mw_guard_fall_bytes_per_s(t->state), 0), counted, limit;

	if (!mw_known(t->sums.counted_bytes))
		return false;
	counted = t->sums.counted_bytes.v;
	limit = t->sums.limit_bytes;
	if (counted <= limit) /* swap is left */
		return fall > 0;
	return (counted - limit) / AHEAD_S < fall;
}

static bool may_look(const struct mw_guard_turn *t)
{
	return t->view->level == MW_GUARD_METERS &&
	       t->now_ns - t->state->looked_ns >= LOOK_MS * MW_GUARD_NS_PER_MS;
}

void mw_guard_calm(struct mw_guard_turn *t)
{
	unsigned undo = 1U << MW_GUARD_THROTTLE | 1U << MW_GUARD_FREEZE;

	t->ret->verb = looks_ahead(t) && may_look(t) ? MW_GUARD_LOOK : MW_GUARD_WAIT;
	t->ret->wait_ms = mw_guard_wait_ms(t);
	if (!is_well(t))
		return;
	if (t->state->steps & undo)
		t->ret->verb = MW_GUARD_RELEASE;
	t->state->steps = 0;
	t->state->until = false;
	t->state->warned = MW_GUARD_NO_CAUSE;
	t->state->n_given_up = 0;
}

/* How fast its tasks grow together, and whether one of them is spared. */
static uint64_t growth(const struct mw_guard_turn *t, size_t group, bool *ret_spared)
{
	uint64_t bytes = 0;

	*ret_spared = false;
	for (size_t i = 0; i < t->view->n_tasks; i++) {
		enum mw_guard_safe safe;

		if (t->view->task[i].group != group)
			continue;
		safe = mw_guard_rate(t->config, t->view, i).safe;
		*ret_spared =
			*ret_spared || (safe != MW_GUARD_MAY_DIE && safe != MW_GUARD_SAFE_SMALL &&
					safe != MW_GUARD_SAFE_DYING);
		if (__builtin_add_overflow(bytes, mw_or(t->view->task[i].grows_bytes_per_s, 0),
					   &bytes))
			bytes = UINT64_MAX;
	}
	return bytes;
}

static bool is_root(struct mw_str path)
{
	return !path.n || mw_str_eq(path, "/");
}

/* The one that grows fastest and may be held; n_groups: none. */
static size_t find_grower(const struct mw_guard_turn *t)
{
	size_t best = t->view->n_groups;
	uint64_t most = 0;

	for (size_t g = 0; g < t->view->n_groups; g++) {
		bool is_spared;
		uint64_t bytes = growth(t, g, &is_spared);

		if (is_spared || bytes <= most || is_root(t->view->group[g].path))
			continue;
		most = bytes;
		best = g;
	}
	return best;
}

/* The largest in which nothing grows: what it does not use is taken first. */
static size_t find_cold(const struct mw_guard_turn *t)
{
	size_t best = t->view->n_groups;
	uint64_t most = mw_guard_least_bytes(t->config, &t->view->meters);

	for (size_t g = 0; g < t->view->n_groups; g++) {
		uint64_t bytes = mw_or(t->view->group[g].usage_bytes, 0);
		bool is_spared;

		if (bytes <= most || is_root(t->view->group[g].path) || growth(t, g, &is_spared))
			continue;
		most = bytes;
		best = g;
	}
	return best;
}

/* Each once, until all is well again. */
static bool take_step(struct mw_guard_turn *t, enum mw_guard_verb verb, size_t group,
		      uint64_t bytes)
{
	if (group == t->view->n_groups)
		return false;
	t->state->steps |= 1U << verb;
	t->ret->verb = verb;
	t->ret->cause = MW_GUARD_NEAR;
	t->ret->group = group;
	t->ret->bytes = bytes;
	t->ret->wait_ms = mw_guard_wait_ms(t);
	return true;
}

static bool is_due(const struct mw_guard_turn *t, bool wanted, enum mw_guard_verb verb)
{
	return wanted && !(t->state->steps & 1U << verb);
}

static bool take_steps(struct mw_guard_turn *t)
{
	const struct mw_guard_config *c = t->config;
	const struct mw_guard_sums *s = &t->sums;
	size_t cold, grower;

	if (is_due(t, c->reclaim, MW_GUARD_RECLAIM)) {
		cold = find_cold(t);
		if (take_step(t, MW_GUARD_RECLAIM, cold, s->warn_bytes - s->counted_bytes.v))
			return true;
	}
	grower = find_grower(t);
	if (grower == t->view->n_groups)
		return false;
	if (is_due(t, c->throttle, MW_GUARD_THROTTLE) &&
	    mw_known(t->view->group[grower].usage_bytes))
		return take_step(t, MW_GUARD_THROTTLE, grower,
				 t->view->group[grower].usage_bytes.v);
	/* The last step, half-way between the warning and the limit. */
	if (is_due(t, c->freeze, MW_GUARD_FREEZE) &&
	    s->counted_bytes.v < s->limit_bytes / 2 + s->warn_bytes / 2)
		return take_step(t, MW_GUARD_FREEZE, grower, 0);
	return false;
}

void mw_guard_near(struct mw_guard_turn *t)
{
	const struct mw_guard_config *c = t->config;
	bool steps = is_due(t, c->reclaim, MW_GUARD_RECLAIM) ||
		     is_due(t, c->throttle, MW_GUARD_THROTTLE) ||
		     is_due(t, c->freeze, MW_GUARD_FREEZE);

	t->ret->cause = MW_GUARD_NEAR;
	t->ret->wait_ms = mw_guard_wait_ms(t);
	if (t->view->level != MW_GUARD_METERS) {
		if (steps && t->view->has_groups && take_steps(t))
			return;
	} else if (t->state->warned == MW_GUARD_NO_CAUSE) {
		mw_guard_warn(t, MW_GUARD_NEAR);
	} else if ((steps || looks_ahead(t)) && may_look(t)) {
		t->ret->verb = MW_GUARD_LOOK;
		t->ret->wants_groups = steps;
	}
}
