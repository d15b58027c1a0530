/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast things go, and how long it is safe to sleep.
 */
#include "why/guard_private.h"

#define NS_PER_S 1000000000ULL

static const struct mw_guard_reading *newest(const struct mw_guard_state *state)
{
	return state->n_readings ? &state->reading[state->at] : NULL;
}

/* `back` readings before the newest; NULL: none. */
static const struct mw_guard_reading *before(const struct mw_guard_state *state, size_t back)
{
	return back < state->n_readings
		       ? &state->reading[(state->at + MW_GUARD_RATES - back) % MW_GUARD_RATES]
		       : NULL;
}

/* The youngest that is at least so old; NULL: none. */
static const struct mw_guard_reading *at_age(const struct mw_guard_state *state, uint64_t now_ns,
					     uint64_t age_ns)
{
	const struct mw_guard_reading *r;

	for (size_t i = 0; (r = before(state, i)); i++)
		if (now_ns - r->time_ns >= age_ns)
			return r;
	return NULL;
}

/* Readings nearer to each other than this replace each other. */
static uint64_t spacing_ns(const struct mw_guard_config *c)
{
	uint64_t us = 1000000;

	us = c->full.stall_us && c->full.window_us > us ? c->full.window_us : us;
	us = c->some.stall_us && c->some.window_us > us ? c->some.window_us : us;
	return us * 1000 / (MW_GUARD_RATES - 4);
}

void mw_guard_remember(const struct mw_guard_config *config, struct mw_guard_state *state,
		       const struct mw_guard_meters *m, const struct mw_guard_sums *s)
{
	const struct mw_guard_reading *last = newest(state), *previous = before(state, 1);

	/* A clock that went back: another boot, or a recording put together. */
	if (last && m->time_ns < last->time_ns) {
		state->n_readings = 0;
		last = previous = NULL;
	}
	if (!last || (m->time_ns != last->time_ns &&
		      (!previous || last->time_ns - previous->time_ns >= spacing_ns(config)))) {
		state->at = last ? (state->at + 1) % MW_GUARD_RATES : 0;
		state->n_readings += state->n_readings < MW_GUARD_RATES;
	}
	state->reading[state->at] = (struct mw_guard_reading){
		m->time_ns, s->counted_bytes, s->unowned_bytes,	 m->some_us,
		m->full_us, m->refault_count, m->swap_out_count,
	};
}

/* (b - a) * per / ns, saturating */
static struct mw_val rate(struct mw_val a, struct mw_val b, uint64_t ns, uint64_t per)
{
	struct mw_val d = mw_sub(b, a);

	unsigned __int128 v;

	if (!mw_known(d))
		return d;
	if (!ns)
		return mw_no(MW_UNREAD);
	v = (unsigned __int128)d.v * per / ns;
	return mw_ok(v < UINT64_MAX ? (uint64_t)v : UINT64_MAX);
}

struct mw_val mw_guard_stall_permille(const struct mw_guard_state *state,
				      const struct mw_guard_meters *m, bool full,
				      uint64_t window_us)
{
	const struct mw_guard_reading *old = at_age(state, m->time_ns, window_us * 1000);
	struct mw_val now = full ? m->full_us : m->some_us;

	if (!old || !window_us)
		return mw_no(mw_known(now) ? MW_UNREAD : now.why);
	/* us of ns: a million ns of it is 1000 permille of 1000 us */
	return rate(full ? old->full_us : old->some_us, now, m->time_ns - old->time_ns, 1000000);
}

struct mw_val mw_guard_refaults_per_s(const struct mw_guard_state *state,
				      const struct mw_guard_meters *m)
{
	const struct mw_guard_reading *old = at_age(state, m->time_ns, NS_PER_S);

	return old ? rate(old->refault_count, m->refault_count, m->time_ns - old->time_ns, NS_PER_S)
		   : mw_no(MW_UNREAD);
}

struct mw_val mw_guard_swap_outs_per_s(const struct mw_guard_state *state,
				       const struct mw_guard_meters *m)
{
	const struct mw_guard_reading *old = at_age(state, m->time_ns, NS_PER_S / 2);

	return old ? rate(old->swap_out_count, m->swap_out_count, m->time_ns - old->time_ns,
			  NS_PER_S)
		   : mw_no(MW_UNREAD);
}

static uint64_t fall(const struct mw_guard_reading *old, const struct mw_guard_reading *now)
{
	struct mw_val v = mw_no(MW_UNREAD);

	if (old && old != now)
		v = rate(now->counted_bytes, old->counted_bytes, now->time_ns - old->time_ns,
			 NS_PER_S);
	return mw_or(v, 0);
}

struct mw_val mw_guard_fall_bytes_per_s(const struct mw_guard_state *state)
{
	const struct mw_guard_reading *now = newest(state);
	uint64_t step, second;

	if (state->n_readings < 2)
		return mw_no(MW_UNREAD);
	step = fall(before(state, 1), now);
	second = fall(at_age(state, now->time_ns, NS_PER_S), now);
	return mw_ok(step > second ? step : second);
}

bool mw_guard_falls_unowned(const struct mw_guard_state *state)
{
	const struct mw_guard_reading *now = newest(state), *old;
	struct mw_val grown, fallen;

	if (!now)
		return false;
	old = at_age(state, now->time_ns, NS_PER_S / 2);
	if (!old)
		return false;
	grown = mw_sub(now->unowned_bytes, old->unowned_bytes);
	fallen = mw_sub(old->counted_bytes, now->counted_bytes);
	return mw_known(grown) && mw_known(fallen) && fallen.v >= 1 << 20 &&
	       grown.v >= fallen.v - fallen.v / 4;
}

/* Until the level, at the fastest fill that is reckoned with. */
static uint64_t ms_until(const struct mw_guard_turn *t, uint64_t bytes, uint64_t level_bytes)
{
	uint64_t per_ms = t->config->fill_bytes_per_s / 1000;

	return bytes <= level_bytes ? 0 : (bytes - level_bytes) / (per_ms ? per_ms : 1);
}

/* To the next level of memory; below the last one to that of swap, but swap that stands still is
 * not waited for. */
static uint64_t headroom_ms(const struct mw_guard_turn *t)
{
	const struct mw_guard_sums *s = &t->sums;
	uint64_t counted = s->counted_bytes.v, ms;
	bool above_warn = counted > s->warn_bytes && t->config->warn_available_permille;

	if (counted > s->limit_bytes)
		return ms_until(t, counted, above_warn ? s->warn_bytes : s->limit_bytes);
	ms = s->swap_is_short ? 0 : ms_until(t, mw_or(s->swap_bytes, 0), s->swap_limit_bytes);
	return ms < 250 ? ms : 250;
}

/* Where pressure may decide, its window must be seen. */
static uint64_t window_ms(const struct mw_guard_turn *t)
{
	const struct mw_guard_config *c = t->config;
	uint64_t us = UINT64_MAX;

	if (c->full.stall_us)
		us = c->full.window_us;
	if (c->some.stall_us && c->some.window_us < us)
		us = c->some.window_us;
	return us == UINT64_MAX ? us : us / 4000;
}

uint64_t mw_guard_wait_ms(const struct mw_guard_turn *t)
{
	const struct mw_guard_meters *m = &t->view->meters;
	const struct mw_guard_sums *s = &t->sums;
	struct mw_val fall_bytes = mw_guard_fall_bytes_per_s(t->state);
	uint64_t ms, least = MW_GUARD_WAIT_CALM_MS;

	if (!mw_known(s->counted_bytes))
		return t->config->idle_ms < 1000 ? t->config->idle_ms : 1000;
	ms = headroom_ms(t);
	if (mw_or(fall_bytes, 0) > s->limit_bytes / 10)
		least = MW_GUARD_WAIT_FAST_MS;
	if (s->counted_bytes.v < s->pressure_bytes && (!m->has_triggers || m->woken_by_trigger) &&
	    window_ms(t) < ms)
		ms = window_ms(t);
	if (ms < least)
		ms = least;
	return ms > t->config->idle_ms && !m->has_triggers ? t->config->idle_ms : ms;
}
