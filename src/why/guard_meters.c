/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is believed of the meters.  MemAvailable (si_mem_available(), mm/page_alloc.c; since 6.x in
 * mm/show_mem.c) is the kernel's guess of what can be had without swapping.  It leaves out what ZFS
 * gives back, and takes in page cache that is in use all the time.
 */
#include "why/guard_private.h"

#define PAGE_BYTES 4096 /* of a refault: larger pages make it believed less often, never more */

static struct mw_val at_most(struct mw_val v, struct mw_val most)
{
	return mw_known(v) && mw_known(most) && v.v > most.v ? most : v;
}

static struct mw_val difference_or_0(struct mw_val a, struct mw_val b)
{
	return mw_known(a) && mw_known(b) && b.v > a.v ? mw_ok(0) : mw_sub(a, b);
}

/* permille of bytes, without overflow */
static uint64_t share(uint64_t bytes, uint64_t permille)
{
	return bytes / 1000 * permille + bytes % 1000 * permille / 1000;
}

uint64_t mw_guard_points_total(const struct mw_guard_config *config,
			       const struct mw_guard_meters *m)
{
	uint64_t total = mw_or(m->total_bytes, 0), most = INT64_MAX / 4;

	if (config->own_limit && mw_known(m->group_limit_bytes) && m->group_limit_bytes.v < total)
		total = m->group_limit_bytes.v;
	else if (__builtin_add_overflow(total, mw_or(m->swap_total_bytes, 0), &total))
		total = most;
	return total < most ? total : most;
}

/* The shares of the total, which available_most makes smaller on a large machine. */
static void set_limits(const struct mw_guard_config *c, struct mw_guard_sums *s)
{
	uint64_t total = mw_or(s->total_bytes, 0), most = c->available_most_bytes;

	if (most && share(total, c->available_permille) > most)
		total = most / c->available_permille * 1000;
	s->limit_bytes = share(total, c->available_permille);
	if (s->limit_bytes < c->available_least_bytes)
		s->limit_bytes = c->available_least_bytes;
	s->warn_bytes = share(total, c->warn_available_permille);
	s->pressure_bytes = share(total, c->pressure_available_permille);
	s->until_bytes = share(total, c->until_available_permille);
	s->term_bytes = share(total, c->term_permille);
	if (c->warn_available_permille && s->warn_bytes < s->limit_bytes)
		s->warn_bytes = s->limit_bytes;
	if (s->pressure_bytes < s->limit_bytes)
		s->pressure_bytes = s->limit_bytes;
}

/* A container: what is left below its limit, and what could be reclaimed of its usage. */
static void own_group(const struct mw_guard_meters *m, struct mw_guard_sums *s)
{
	s->own = true;
	s->total_bytes = m->group_limit_bytes;
	s->counted_bytes = mw_add(difference_or_0(m->group_limit_bytes, m->group_usage_bytes),
				  m->group_reclaimable_bytes);
	s->counted_bytes = at_most(s->counted_bytes, s->total_bytes);
	s->swap_bytes = m->group_swap_free_bytes;
}

/* The ARC shrinks to its minimum when memory is asked for, and no counter says so. */
static void believe_arc(const struct mw_guard_meters *m, struct mw_guard_sums *s)
{
	struct mw_val spare = difference_or_0(m->arc_bytes, m->arc_min_bytes);

	if (!mw_known(spare) || !mw_known(s->counted_bytes) || !spare.v)
		return;
	s->counted_bytes = at_most(mw_add(s->counted_bytes, spare), s->total_bytes);
	s->mistrusted = "zfs arc";
}

/* Not so much cache that it may be called small, and hardly a free page: is it of use at all? */
static bool is_cache_doubtful(const struct mw_guard_meters *m, const struct mw_guard_sums *s)
{
	return mw_known(s->counted_bytes) && mw_known(s->total_bytes) &&
	       s->counted_bytes.v < s->total_bytes.v / 4 && mw_known(m->free_bytes) &&
	       mw_known(m->zone_low_bytes) && m->free_bytes.v / 2 < m->zone_low_bytes.v;
}

/*
 * Cache that is read again as soon as it was dropped is not available: that is thrashing.  Nor is
 * cache that is not given back though free memory stays below the zones' low marks and all tasks
 * wait.  Where the kernel counts no waits, the whole cache must come back each second.
 */
static void doubt_cache(const struct mw_guard_state *state, const struct mw_guard_meters *m,
			struct mw_guard_sums *s)
{
	struct mw_val refaults = mw_guard_refaults_per_s(state, m);
	uint64_t cache = mw_or(m->file_bytes, 0), again = 0;

	if (!is_cache_doubtful(m, s) || (mw_known(s->stall_permille) && !s->is_stalled))
		return;
	if (mw_known(refaults) && !__builtin_mul_overflow(refaults.v, PAGE_BYTES, &again) &&
	    mw_known(m->file_bytes) && again >= (s->is_stalled ? cache / 2 : cache) && again) {
		s->counted_bytes = difference_or_0(s->counted_bytes, m->file_bytes);
		s->mistrusted = "refaults";
	} else if (s->is_stalled && m->free_bytes.v < m->zone_low_bytes.v) {
		s->counted_bytes = at_most(s->counted_bytes, m->free_bytes);
		s->mistrusted = "low mark";
	}
}

/*
 * What a kill gave back is seen in what owners hold at once, but in MemFree only later, by up to
 * 7 s in a guest that reports free pages to its host.  For so long the difference of the owners
 * counts.
 */
static void expect_freed(const struct mw_guard_config *c, const struct mw_guard_state *state,
			 const struct mw_guard_meters *m, struct mw_guard_sums *s)
{
	const struct mw_guard_victim *v = &state->victim;
	struct mw_val expected;

	if (!v->target.pid || !v->gone ||
	    m->time_ns - v->moved_ns > (c->settle_ms + 7000) * MW_GUARD_NS_PER_MS)
		return;
	expected = mw_sub(mw_add(v->counted_bytes, v->owned_bytes), s->owned_bytes);
	if (!mw_known(expected) || !mw_known(s->counted_bytes) || expected.v <= s->counted_bytes.v)
		return;
	s->counted_bytes = at_most(expected, s->total_bytes);
	s->mistrusted = "free";
}

/*
 * Swap in compressed RAM needs RAM: of each byte that can still be swapped there, only what
 * compression saves is won.  As much of the free swap is taken to be such as of the used.
 */
static void doubt_zram(const struct mw_guard_meters *m, struct mw_guard_sums *s)
{
	uint64_t data = mw_or(m->zram_data_bytes, 0), ram = mw_or(m->zram_bytes, 0);
	uint64_t used = mw_or(s->swap_used_bytes, 0), cost;

	if (!mw_known(s->swap_bytes) || data < 16 << 20 || !used)
		return;
	cost = ram >= data ? 1000 : ram / (data / 1000 + 1);
	if (data < used)
		cost = cost * (data / 1024) / (used / 1024);
	s->swap_bytes.v -= share(s->swap_bytes.v, cost < 1000 ? cost : 1000);
}

/* Swap that takes nothing while memory runs out within seconds does not help, free as it is: what
 * fills memory is locked, or swapping is not allowed. */
static bool does_swap_stand_still(const struct mw_guard_state *state,
				  const struct mw_guard_meters *m, const struct mw_guard_sums *s)
{
	struct mw_val out = mw_guard_swap_outs_per_s(state, m);
	struct mw_val fall = mw_guard_fall_bytes_per_s(state);

	return mw_known(out) && out.v < 256 && mw_known(fall) && mw_known(s->counted_bytes) &&
	       s->counted_bytes.v < s->limit_bytes && fall.v && s->counted_bytes.v / 5 < fall.v;
}

static void sum_swap(const struct mw_guard_config *c, const struct mw_guard_state *state,
		     const struct mw_guard_meters *m, struct mw_guard_sums *s)
{
	bool short_before;

	s->swap_used_bytes = mw_sub(m->swap_total_bytes, m->swap_free_bytes);
	if (!s->own)
		s->swap_bytes =
			mw_or(m->swap_total_bytes, 1) ? m->swap_free_bytes : mw_no(MW_ABSENT);
	s->swap_limit_bytes =
		s->own ? s->limit_bytes : share(mw_or(m->swap_total_bytes, 0), c->swap_permille);
	short_before = mw_or(s->swap_bytes, 0) <= s->swap_limit_bytes;
	if (!s->own)
		doubt_zram(m, s);
	s->swap_is_short = mw_or(s->swap_bytes, 0) <= s->swap_limit_bytes;
	s->swap_is_near = mw_or(s->swap_bytes, 0) / 2 <= s->swap_limit_bytes;
	if (s->swap_is_short && !short_before)
		s->mistrusted = "zram";
	if (!s->own && !s->swap_is_short && does_swap_stand_still(state, m, s)) {
		s->swap_is_short = s->swap_is_near = true;
		s->mistrusted = "swap";
	}
	/* Not known is not none. */
	if (!mw_known(s->swap_bytes) && s->swap_bytes.why != MW_ABSENT)
		s->swap_is_short = s->swap_is_near = false;
}

static bool is_above(struct mw_val permille, const struct mw_guard_pressure *p)
{
	return p->stall_us && mw_known(permille) &&
	       permille.v * (p->window_us / 1000) >= p->stall_us;
}

static void sum_stalls(const struct mw_guard_config *c, const struct mw_guard_state *state,
		       const struct mw_guard_meters *m, struct mw_guard_sums *s)
{
	uint64_t window = c->full.stall_us ? c->full.window_us : 2000000;
	struct mw_val some = mw_guard_stall_permille(state, m, false, c->some.window_us);

	s->stall_permille = mw_guard_stall_permille(state, m, true, window);
	s->is_stalled = is_above(s->stall_permille, &c->full);
	if (s->is_stalled || !is_above(some, &c->some))
		return;
	s->is_stalled = true;
	s->stall_permille = some;
}

struct mw_guard_sums mw_guard_sum(const struct mw_guard_config *config,
				  const struct mw_guard_state *state,
				  const struct mw_guard_view *view)
{
	const struct mw_guard_meters *m = &view->meters;
	struct mw_guard_sums s = { .total_bytes = m->total_bytes,
				   .counted_bytes = at_most(m->available_bytes, m->total_bytes) };

	s.unowned_bytes =
		mw_add(mw_add(m->shmem_bytes, m->slab_unreclaimable_bytes), m->hugetlb_bytes);
	s.owned_bytes = mw_add(m->anon_bytes, s.unowned_bytes);
	/* What lies in compressed RAM has only moved. */
	s.owned_bytes = mw_add(s.owned_bytes, mw_ok(mw_or(m->zram_bytes, 0)));
	if (config->own_limit && mw_known(m->group_limit_bytes) &&
	    m->group_limit_bytes.v < mw_or(m->total_bytes, UINT64_MAX))
		own_group(m, &s);
	set_limits(config, &s);
	sum_stalls(config, state, m, &s);
	if (!s.own) {
		believe_arc(m, &s);
		doubt_cache(state, m, &s);
		expect_freed(config, state, m, &s);
	}
	sum_swap(config, state, m, &s);
	return s;
}
