/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard.h"

#include "why/guard_private.h"

/* The strongest first. */
static enum mw_guard_cause find_cause(const struct mw_guard_turn *t)
{
	const struct mw_guard_sums *s = &t->sums;
	uint64_t counted = s->counted_bytes.v;

	if (counted < s->limit_bytes && s->swap_is_short)
		return s->own ? MW_GUARD_OWN_LIMIT : MW_GUARD_LOW;
	if (s->is_stalled && counted < s->pressure_bytes)
		return MW_GUARD_PRESSURE;
	if (t->state->until && counted < s->until_bytes)
		return MW_GUARD_UNTIL;
	if (counted < s->warn_bytes && s->swap_is_near)
		return MW_GUARD_NEAR;
	return MW_GUARD_NO_CAUSE;
}

static struct mw_val left_ms(const struct mw_guard_turn *t)
{
	struct mw_val fall = mw_guard_fall_bytes_per_s(t->state);

	if (!mw_known(fall) || !mw_known(t->sums.counted_bytes))
		return mw_no(mw_known(fall) ? t->sums.counted_bytes.why : fall.why);
	if (!fall.v)
		return mw_no(MW_ABSENT);
	return mw_ok(t->sums.counted_bytes.v / (fall.v / 1000 + 1));
}

static uint64_t limit_of(const struct mw_guard_turn *t)
{
	switch (t->cause) {
	case MW_GUARD_PRESSURE:
		return t->sums.pressure_bytes;
	case MW_GUARD_UNTIL:
		return t->sums.until_bytes;
	case MW_GUARD_NEAR:
		return t->sums.warn_bytes;
	case MW_GUARD_NO_CAUSE:
	case MW_GUARD_LOW:
	case MW_GUARD_OWN_LIMIT:
	case MW_GUARD_GRACE_OVER:
	case MW_GUARD_NOBODY_OWNS:
	case MW_GUARD_NOBODY_LEFT:
		break;
	}
	return t->sums.limit_bytes;
}

/* Somebody must die, unless that cannot help. */
static void step_in(struct mw_guard_turn *t)
{
	if (t->view->level != MW_GUARD_METERS) {
		mw_guard_choose(t);
		return;
	}
	t->ret->verb = MW_GUARD_LOOK;
	t->ret->cause = t->cause;
	t->ret->wants_groups = t->config->unit == MW_GUARD_GROUP;
}

static void decide(struct mw_guard_turn *t)
{
	struct mw_guard_state *state = t->state;

	if (t->view->level != MW_GUARD_METERS)
		state->looked_ns = t->now_ns;
	else
		state->group_looks = 0;
	if (t->view->level != MW_GUARD_DETAILS)
		state->detail_rounds = 0;
	if (!mw_known(t->sums.counted_bytes)) {
		t->ret->wait_ms = mw_guard_wait_ms(t);
		return;
	}
	if (t->sums.counted_bytes.v >= t->sums.until_bytes)
		state->until = false;
	if (mw_guard_await(t))
		return;
	if (t->cause == MW_GUARD_NO_CAUSE)
		mw_guard_calm(t);
	else if (t->cause == MW_GUARD_NEAR)
		mw_guard_near(t);
	else
		step_in(t);
}

void mw_guard_step(const struct mw_guard_config *config, struct mw_guard_state *state,
		   const struct mw_guard_view *view, struct mw_guard_decision *ret)
{
	struct mw_guard_turn t = { config, state, view, ret };

	*ret = (struct mw_guard_decision){ .verb = MW_GUARD_WAIT, .group = MW_GUARD_NO_GROUP };
	t.now_ns = view->meters.time_ns;
	t.sums = mw_guard_sum(config, state, view);
	mw_guard_remember(config, state, &view->meters, &t.sums);
	if (mw_known(t.sums.counted_bytes))
		t.cause = find_cause(&t);
	ret->counted_bytes = t.sums.counted_bytes;
	ret->mistrusted = t.sums.mistrusted;
	ret->stall_permille = t.sums.stall_permille;
	ret->left_ms = left_ms(&t);
	ret->limit_bytes = mw_known(t.sums.total_bytes) ? mw_ok(limit_of(&t)) : t.sums.total_bytes;
	decide(&t);
}
