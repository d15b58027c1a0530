/* SPDX-License-Identifier: Apache-2.0 */
#include "model/watermark.h"

/* Wide enough for any sum and product of 64-bit figures. */
typedef __int128 wide;

/* What the request may do in this test. */
struct rights {
	bool high, harder, no_marks;
	bool highatomic; /* the reserve for atomic blocks is not taken off */
	bool any_block;	 /* a block on any list will do */
};

struct test {
	const struct mw_zone_state *z;
	const struct mw_zone_request *q;
	struct mw_release release;
	struct rights rights;
	/* What counts in this test; 0 and known where it does not count. */
	struct mw_val mark, reserve, cma, highatomic;
	wide free; /* less 2^order - 1; nothing else taken off */
	struct mw_zone_step *step;
};

static int64_t saturated(wide v)
{
	if (v > INT64_MAX)
		return INT64_MAX;
	return v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

bool mw_watermark_by_order(struct mw_release release)
{
	return mw_release_is_known(release) && !mw_release_at_least(release, 4, 4);
}

/* The rights as they are since 6.3; 6.1.176 has them too, the first 6.1 that has is not known.
 * Where the patch level of a 6.1 is not known they are the older ones: the two differ only for
 * requests that are __GFP_HIGH and cannot sleep, but are not GFP_ATOMIC. */
static bool is_6_3(struct mw_release r)
{
	return !mw_release_is_known(r) || mw_release_at_least(r, 6, 3) ||
	       (r.major == 6 && r.minor == 1 && r.patch >= 176);
}

static bool is_within(struct mw_release r, uint64_t major, uint64_t from, uint64_t to)
{
	return r.major == major && r.minor >= from && r.minor <= to;
}

/* 4.4 to 4.8 and 4.10 to 4.14.5 let an atomic request pass with a block on any list; 4.14.67 does
 * not.  Of 4.9 only .80 was read, which does not. */
static bool any_list_for_harder(struct mw_release r)
{
	return is_within(r, 4, 4, 8) || is_within(r, 4, 10, 13) ||
	       (is_within(r, 4, 14, 14) && r.patch <= 5);
}

static struct rights rights_of(const struct mw_zone_request *q, enum mw_mark mark,
			       struct mw_release release)
{
	struct rights r = { .no_marks = q->no_marks && mark == MW_MARK_MIN };

	if (!q->slow || mark != MW_MARK_MIN)
		return r;
	r.high = q->high;
	r.harder = is_6_3(release) ? q->high && q->non_block : q->harder;
	/* From 6.3 on ALLOC_RESERVES: any right to reserves is one to these as well. */
	r.highatomic = is_6_3(release) ? q->high || q->non_block : q->harder;
	r.any_block = q->harder && any_list_for_harder(release);
	return r;
}

static uint64_t reduced(uint64_t mark, struct rights r)
{
	if (r.high)
		mark -= mark / 2;
	if (r.harder)
		mark -= mark / 4;
	return mark;
}

uint64_t mw_watermark_reduced(uint64_t mark, const struct mw_zone_request *q,
			      struct mw_release release)
{
	return reduced(mark, rights_of(q, MW_MARK_MIN, release));
}

/* 6.3 gave ALLOC_HIGHATOMIC to all that cannot sleep; 6.18 takes it back from those without
 * __GFP_HIGH, and so do 6.1.176, 6.12.54 and 6.17.8 by stable updates (of 6.6 none was read). */
static bool highatomic_needs_high(struct mw_release r)
{
	return !mw_release_is_known(r) || mw_release_at_least(r, 6, 18) ||
	       (r.major == 6 && r.minor == 17 && r.patch >= 8) ||
	       (r.major == 6 && r.minor == 12 && r.patch >= 54) || (r.major == 6 && r.minor < 3);
}

bool mw_watermark_highatomic(const struct mw_zone_request *q, struct mw_release release)
{
	if (!is_6_3(release))
		return q->harder;
	return q->order && q->non_block && (q->high || !highatomic_needs_high(release));
}

static wide pages_of_order(unsigned order)
{
	return (wide)1 << (order < 64 ? order : 64);
}

static struct mw_val absent_is_0(struct mw_val v)
{
	return v.why == MW_ABSENT ? mw_ok(0) : v;
}

static struct mw_val blocks_of(const struct mw_zone_state *z, unsigned order)
{
	return order < MW_ORDERS ? absent_is_0(z->free_blocks[order]) : mw_ok(0);
}

/* CMA is off for what cannot move (first read in 3.10; 3.2 has no CMA at all), the reserve for
 * atomic blocks from 4.4 on. */
static void read_figures(struct test *t, enum mw_mark mark)
{
	bool no_cma = mw_release_is_known(t->release) && !mw_release_at_least(t->release, 3, 3);

	t->free = (wide)t->z->free_pages.v - (pages_of_order(t->q->order) - 1);
	t->mark = t->reserve = t->cma = t->highatomic = mw_ok(0);
	if (t->rights.no_marks)
		return;
	t->mark = t->z->mark_pages[mark];
	t->reserve = t->z->reserve_pages;
	if (!t->q->movable && !no_cma)
		t->cma = absent_is_0(t->z->free_cma_pages);
	if (!t->rights.highatomic && !mw_watermark_by_order(t->release))
		t->highatomic = absent_is_0(t->z->highatomic_pages);
}

/* By how much the marks are passed if what is not known is best for the request: 0. */
static wide best_margin(const struct test *t)
{
	return t->free - mw_or(t->cma, 0) - mw_or(t->highatomic, 0) - mw_or(t->mark, 0) -
	       mw_or(t->reserve, 0);
}

/* 4.8 to 5.8 let a single page pass at the full mark without looking at the reserve for atomic
 * blocks (zone_watermark_fast()); otherwise the mark is reduced. */
static void settle_mark(struct test *t)
{
	struct test fast = *t;

	fast.highatomic = mw_ok(0);
	if (!t->q->order && !t->rights.no_marks && best_margin(&fast) > 0 &&
	    (is_within(t->release, 4, 8, UINT64_MAX) || is_within(t->release, 5, 0, 8)))
		*t = fast;
	else if (mw_known(t->mark))
		t->mark.v = reduced(t->mark.v, t->rights);
}

static struct mw_val usable_pages(const struct test *t)
{
	wide usable = t->free - mw_or(t->cma, 0) - mw_or(t->highatomic, 0);

	if (!mw_known(t->z->free_pages))
		return t->z->free_pages;
	if (!mw_known(t->cma))
		return t->cma;
	if (!mw_known(t->highatomic))
		return t->highatomic;
	if (usable < 0)
		return mw_ok(0);
	return mw_ok(usable > UINT64_MAX ? UINT64_MAX : (uint64_t)usable);
}

static bool is_sure(const struct test *t)
{
	return mw_known(t->step->usable_pages) && mw_known(t->mark) && mw_known(t->reserve);
}

static void say(struct test *t, enum mw_zone_test result, bool margin_known, wide margin)
{
	t->step->test = result;
	t->step->margin_known = margin_known;
	t->step->margin_pages = margin_known ? saturated(margin) : 0;
}

/* The marks were passed, and so were the blocks; sure: what was not known did not help. */
static void pass(struct test *t, bool sure, wide margin)
{
	sure = sure && is_sure(t);
	say(t, sure ? MW_TEST_PASSES : MW_TEST_UNKNOWN, sure, margin);
}

static void fail_marks(struct test *t)
{
	wide margin = best_margin(t);

	say(t, margin + mw_or(t->reserve, 0) > 0 ? MW_TEST_RESERVE : MW_TEST_NO_MEMORY, is_sure(t),
	    margin);
}

/* Up to 4.3.  CMA is taken off for the test of marks alone (free_cma), so not here. */
static void test_by_order(struct test *t)
{
	wide left = t->free, needed = mw_or(t->mark, 0), narrowest = best_margin(t);
	bool sure = true;

	for (unsigned o = 0; o < t->q->order && o < 64; o++) {
		struct mw_val blocks = blocks_of(t->z, o);

		sure &= mw_known(blocks);
		left -= mw_or(blocks, 0) * pages_of_order(o);
		needed >>= 1;
		if (left <= needed) {
			t->step->fail_order = o;
			t->step->left_pages = saturated(left);
			t->step->needed_pages = saturated(needed);
			say(t, MW_TEST_FRAGMENTED, sure && mw_known(t->mark), left - needed);
			return;
		}
		if (left - needed < narrowest)
			narrowest = left - needed;
	}
	pass(t, sure, narrowest);
}

/* From 4.4 on, and for those without marks: some block large enough, on a list that serves. */
static void test_by_block(struct test *t)
{
	bool sure = true;

	for (unsigned o = t->q->order; o < MW_ORDERS; o++) {
		struct mw_val blocks = blocks_of(t->z, o);

		if (!t->z->usable[o] && t->z->types_known && !t->rights.any_block)
			continue;
		if (mw_or(blocks, 0)) {
			pass(t, true, best_margin(t));
			return;
		}
		sure &= mw_known(blocks);
	}
	say(t, sure ? MW_TEST_FRAGMENTED : MW_TEST_UNKNOWN, false, 0);
}

void mw_watermark_test(const struct mw_zone_state *z, const struct mw_zone_request *q,
		       enum mw_mark mark, struct mw_release release, struct mw_zone_step *ret)
{
	struct mw_zone_step step = {};
	struct test t = { .z = z, .q = q, .release = release, .step = &step };

	t.rights = rights_of(q, mark, release);
	read_figures(&t, mark);
	settle_mark(&t);
	step.mark_pages = t.mark;
	step.usable_pages = usable_pages(&t);
	if (!mw_known(z->free_pages))
		say(&t, MW_TEST_UNKNOWN, false, 0);
	else if (best_margin(&t) <= 0)
		fail_marks(&t);
	else if (!q->order)
		pass(&t, true, best_margin(&t));
	else if (mw_watermark_by_order(release) && !t.rights.no_marks)
		test_by_order(&t);
	else
		test_by_block(&t);
	*ret = step;
}

/* Free pages, free blocks and free blocks of at least the order asked. */
struct blocks {
	wide pages, all, suitable;
	bool known;
	unsigned orders;
};

static struct blocks count_blocks(const struct mw_zone_state *z, unsigned order)
{
	struct blocks b = { .known = true };

	for (unsigned o = 0; o < MW_ORDERS; o++) {
		struct mw_val blocks = blocks_of(z, o);
		wide n = mw_or(blocks, 0);

		if (z->free_blocks[o].why != MW_ABSENT)
			b.orders = o + 1;
		b.known &= mw_known(blocks);
		b.all += n;
		b.pages += n * pages_of_order(o);
		b.suitable += o >= order ? n : 0;
	}
	return b;
}

bool mw_fragmentation_index(const struct mw_zone_state *z, unsigned order, int64_t *ret)
{
	struct blocks b = count_blocks(z, order);

	if (!b.orders)
		return false;
	if (order >= b.orders)
		*ret = 0;
	else if (b.suitable)
		*ret = -1000;
	else if (!b.known)
		return false;
	else if (!b.all)
		*ret = 0;
	else
		*ret = saturated(1000 - (1000 + b.pages * 1000 / pages_of_order(order)) / b.all);
	return true;
}
