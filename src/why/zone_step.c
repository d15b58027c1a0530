/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_step - the arithmetic of a zone's test, spelled out so that it can be checked by hand.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/zone_walk.h"

/* "16 KiB": a block is a power of two of KiB. */
static const char *block(const struct mw_walk *w, unsigned order)
{
	uint64_t kib = (w->page_bytes << order) >> 10;

	return kib < 1024 ? mw_fmt(w->arena, "%" PRIu64 " KiB", kib)
			  : mw_fmt(w->arena, "%" PRIu64 " MiB", kib >> 10);
}

static const char *number(struct mw_arena *a, struct mw_val v)
{
	return mw_known(v) ? mw_fmt(a, "%" PRIu64, v.v) : "?";
}

/* What is free, less all but one page of the block. */
static struct mw_val base_pages(const struct mw_walk *w, const struct mw_walk_zone *z)
{
	return mw_sub(z->state.free_pages, mw_ok((UINT64_C(1) << w->request.order) - 1));
}

/* By how much less than nothing is left; the step shows that as 0. */
static uint64_t below_zero(const struct mw_walk *w, const struct mw_walk_zone *z,
			   const struct mw_zone_step *step)
{
	struct mw_val base = base_pages(w, z);
	struct mw_val off = mw_add(mw_ok(mw_or(z->state.free_cma_pages, 0)),
				   mw_ok(mw_or(z->state.highatomic_pages, 0)));

	return mw_or(base, 0) && !mw_or(step->usable_pages, 1) ? mw_or(mw_sub(off, base), 0) : 0;
}

/* "31156 - 3 - 100 CMA": what may be used, from what is free.  What this step took off, and what
 * not, is seen from its result. */
static const char *usable_text(const struct mw_walk *w, const struct mw_walk_zone *z,
			       const struct mw_zone_step *step)
{
	struct mw_arena *a = w->arena;
	const struct mw_zone_state *s = &z->state;
	struct mw_val base = base_pages(w, z), usable = step->usable_pages;
	uint64_t cma = mw_or(s->free_cma_pages, 0), atomic = mw_or(s->highatomic_pages, 0);
	uint64_t off = mw_or(mw_sub(base, usable), UINT64_MAX);
	const char *text = number(a, s->free_pages);

	if (w->request.order)
		text = mw_fmt(a, "%s - %" PRIu64, text, (UINT64_C(1) << w->request.order) - 1);
	if (cma && !w->request.movable && off && (off != atomic || cma == atomic))
		text = mw_fmt(a, "%s - %" PRIu64 " CMA", text, cma);
	if (atomic && off && off != cma)
		text = mw_fmt(a, "%s - %" PRIu64 " highatomic", text, atomic);
	atomic = mw_or(z->facts.most_highatomic_pages, 0);
	if (!mw_known(s->highatomic_pages) && atomic && off != UINT64_MAX && off >= atomic)
		text = mw_fmt(a, "%s - at most %" PRIu64 " highatomic", text, atomic);
	return text;
}

static const char *marks_text(const struct mw_walk *w, const struct mw_walk_zone *z,
			      const struct mw_zone_step *step, size_t i)
{
	static const enum mw_mark marks[MW_WALK_STEPS] = { MW_MARK_LOW, MW_MARK_MIN, MW_MARK_HIGH };
	struct mw_arena *a = w->arena;
	struct mw_val reserve = z->state.reserve_pages, sum = mw_add(step->mark_pages, reserve);
	struct mw_val whole = z->state.mark_pages[marks[i]];
	const char *text = mw_fmt(a, "%s %s", number(a, step->mark_pages), mw_walk_step_names[i]);

	if (mw_known(whole) && mw_known(step->mark_pages) && whole.v != step->mark_pages.v)
		text = mw_fmt(a, "%s (reduced from %" PRIu64 ")", text, whole.v);
	if (mw_known(reserve) && !reserve.v)
		return text;
	text = mw_fmt(a, "%s + %s lowmem_reserve", text, number(a, reserve));
	return mw_known(sum) ? mw_fmt(a, "%s = %" PRIu64, text, sum.v) : text;
}

/* Up to 4.3: what is left when the smaller blocks are taken off, order by order, against the mark
 * halved each time. */
static const char *by_order_text(const struct mw_walk *w, const struct mw_walk_zone *z,
				 const struct mw_zone_step *step, const char *text)
{
	struct mw_arena *a = w->arena;
	uint64_t mark = mw_or(step->mark_pages, 0);
	struct mw_val left = base_pages(w, z), off; /* CMA counts here */

	for (unsigned o = 0; o < w->request.order; o++) {
		off = mw_mul(z->state.free_blocks[o], UINT64_C(1) << o);
		mark /= 2;
		if (!mw_known(off) || !mw_known(left))
			return mw_fmt(a, "%s; - ? (%s)", text, block(w, o));
		if (off.v >= left.v)
			return mw_fmt(a, "%s; - %" PRIu64 " (%s) leaves nothing", text, off.v,
				      block(w, o));
		left.v -= off.v;
		text = mw_fmt(a, "%s; - %" PRIu64 " (%s) = %" PRIu64, text, off.v, block(w, o),
			      left.v);
		if (mw_known(step->mark_pages))
			text = mw_fmt(a, "%s %s %" PRIu64, text, left.v > mark ? ">" : "<=", mark);
		if (mw_known(step->mark_pages) && left.v <= mark)
			break;
	}
	if (!mw_known(step->mark_pages) && mw_known(left))
		text = mw_fmt(a, "%s; too little where its mark is %" PRIu64 " pages or more", text,
			      left.v << w->request.order);
	return text;
}

/* From 4.4 on: is there a block at all? */
static const char *by_block_text(const struct mw_walk *w, const struct mw_walk_zone *z,
				 const char *text)
{
	struct mw_arena *a = w->arena;
	unsigned other = 0;

	for (unsigned o = w->request.order; o < MW_ORDERS; o++) {
		if (!mw_or(z->state.free_blocks[o], 0))
			continue;
		if (z->state.usable[o])
			return mw_fmt(a, "%s; a block of %s is free", text, block(w, o));
		other = o;
	}
	if (other)
		return mw_fmt(a, "%s; blocks of %s are free, but of types it may not use", text,
			      block(w, other));
	if (!z->facts.has_blocks)
		return text;
	return mw_fmt(a, "%s; no free block of %s or more", text, block(w, w->request.order));
}

const char *mw_walk_step_text(const struct mw_walk *w, const struct mw_walk_zone *z, size_t i)
{
	const struct mw_zone_step *step = &z->step[i];
	struct mw_arena *a = w->arena;
	struct mw_val sum = mw_add(step->mark_pages, z->state.reserve_pages);
	const char *text = usable_text(w, z, step), *relation = "against";
	uint64_t below = below_zero(w, z, step);

	if (below)
		text = mw_fmt(a, "%s = -%" PRIu64, text, below);
	else if (mw_known(step->usable_pages) &&
		 (w->request.order || step->usable_pages.v != mw_or(z->state.free_pages, 0)))
		text = mw_fmt(a, "%s = %" PRIu64, text, step->usable_pages.v);
	if (mw_known(step->usable_pages) && mw_known(sum))
		relation = step->usable_pages.v > sum.v ? ">" : "<=";
	if (w->request.no_marks)
		return mw_fmt(a, "%s; no watermark holds for it", text);
	text = mw_fmt(a, "%s %s %s", text, relation, marks_text(w, z, step, i));
	if (!w->request.order || relation[0] == '<')
		return text;
	return mw_watermark_by_order(w->release) ? by_order_text(w, z, step, text)
						 : by_block_text(w, z, text);
}
