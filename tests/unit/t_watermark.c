/* SPDX-License-Identifier: Apache-2.0 */
#include "model/watermark.h"

#include "helper.h"

/* The blocks of orders 0 to 10; no more orders. */
#define BLOCKS(...) with_blocks((const uint64_t[11]){ __VA_ARGS__ })

static struct mw_zone_state with_blocks(const uint64_t *count)
{
	struct mw_zone_state z = { .free_pages = mw_ok(0) };

	for (unsigned o = 0; o < MW_ORDERS; o++) {
		z.free_blocks[o] = o < 11 ? mw_ok(count[o]) : mw_no(MW_ABSENT);
		z.usable[o] = true;
		z.free_pages.v += o < 11 ? count[o] << o : 0;
	}
	z.free_cma_pages = mw_no(MW_ABSENT);
	z.highatomic_pages = mw_no(MW_ABSENT);
	z.reserve_pages = mw_ok(0);
	return z;
}

static void set_marks(struct mw_zone_state *z, uint64_t min, uint64_t low, uint64_t high)
{
	z->mark_pages[MW_MARK_MIN] = mw_ok(min);
	z->mark_pages[MW_MARK_LOW] = mw_ok(low);
	z->mark_pages[MW_MARK_HIGH] = mw_ok(high);
}

static struct mw_zone_step step_of(const struct mw_zone_state *z, const struct mw_zone_request *q,
				   enum mw_mark mark, const char *release)
{
	struct mw_zone_step s;

	mw_watermark_test(z, q, mark, mw_release_parse(mw_str_of(release)), &s);
	return s;
}

#define EL7 "3.10.0-1160.el7.x86_64"

/* Node 1 DMA32 of a report: order 2, no memory for a kernel stack though 120 MB are free. */
static struct mw_zone_state dma32(void)
{
	struct mw_zone_state z = BLOCKS(22393, 4279, 44, 4);

	z.free_pages = mw_ok(31156); /* sampled at another instant than the blocks */
	z.reserve_pages = mw_ok(28925);
	set_marks(&z, 1076, 1345, 1614);
	return z;
}

static void fragmented_dma32(void **state)
{
	const struct mw_zone_request q = { .order = 2, .slow = true };
	struct mw_zone_state z = dma32();
	struct mw_zone_step s = step_of(&z, &q, MW_MARK_MIN, EL7);

	(void)state;
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	expect_val(s.mark_pages, 1076);
	expect_val(s.usable_pages, 31153);
	assert_int_equal(s.fail_order, 1);
	assert_int_equal(s.left_pages, 202);
	assert_int_equal(s.needed_pages, 269);
	assert_true(s.margin_known);
	assert_int_equal(s.margin_pages, 202 - 269);
	s = step_of(&z, &q, MW_MARK_LOW, EL7);
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	assert_int_equal(s.needed_pages, 336);
	s = step_of(&z, &q, MW_MARK_HIGH, EL7);
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	assert_int_equal(s.needed_pages, 403);
}

/* The same zone: the marks alone do not block it. */
static void marks_of_dma32(void **state)
{
	const struct mw_zone_request q = { .order = 0, .slow = true };
	struct mw_zone_state z = dma32();

	(void)state;
	z.free_pages.v -= 3; /* what order 2 takes off */
	assert_int_equal(step_of(&z, &q, MW_MARK_LOW, EL7).margin_pages, 883);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, EL7).margin_pages, 1152);
	assert_int_equal(step_of(&z, &q, MW_MARK_HIGH, EL7).margin_pages, 614);
	assert_int_equal(step_of(&z, &q, MW_MARK_HIGH, EL7).test, MW_TEST_PASSES);
}

static void single_pages_of_dma32(void **state)
{
	const struct mw_zone_request q = { .order = 2, .slow = true };
	struct mw_zone_state z = dma32();
	struct mw_zone_step s;

	(void)state;
	z.free_blocks[0] = mw_ok(30800);
	s = step_of(&z, &q, MW_MARK_MIN, EL7);
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	assert_int_equal(s.fail_order, 0);
	assert_int_equal(s.left_pages, 353);
	assert_int_equal(s.needed_pages, 538);
}

/* Node 0 Normal of the same report: 1441 pages stand in blocks of 16 kB and more. */
static void fragmented_normal(void **state)
{
	const struct mw_zone_request q = { .order = 2, .slow = true };
	struct mw_zone_state z = BLOCKS(622118, 287275, 161, 36, 30, 1);
	struct mw_zone_step s;

	(void)state;
	expect_val(z.free_pages, 1198112);
	set_marks(&z, 5764, 7205, 8646);
	s = step_of(&z, &q, MW_MARK_MIN, EL7);
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	assert_int_equal(s.fail_order, 1);
	assert_int_equal(s.left_pages, 1441);
	assert_int_equal(s.needed_pages, 1441);
	set_marks(&z, 5763, 7205, 8646);
	s = step_of(&z, &q, MW_MARK_MIN, EL7);
	assert_int_equal(s.test, MW_TEST_PASSES);
	assert_int_equal(s.margin_pages, 1);
	/* Half of the mark is enough for __GFP_HIGH. */
	set_marks(&z, 11527, 14405, 17286);
	s = step_of(&z, &(struct mw_zone_request){ .order = 2, .slow = true, .high = true },
		    MW_MARK_MIN, EL7);
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	expect_val(s.mark_pages, 5764);
	/* From 4.4 on one block is enough. */
	s = step_of(&z, &q, MW_MARK_MIN, "4.4.11");
	assert_int_equal(s.test, MW_TEST_PASSES);
}

static void marks(void **state)
{
	const struct mw_zone_request one = { .slow = true }, eight = { .order = 3, .slow = true };
	struct mw_zone_state z = BLOCKS(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
	struct mw_zone_step s;

	(void)state;
	set_marks(&z, 1023, 1024, 1025);
	s = step_of(&z, &one, MW_MARK_MIN, "6.12.1");
	assert_int_equal(s.test, MW_TEST_PASSES);
	assert_int_equal(s.margin_pages, 1);
	s = step_of(&z, &one, MW_MARK_LOW, "6.12.1");
	assert_int_equal(s.test, MW_TEST_NO_MEMORY);
	assert_int_equal(s.margin_pages, 0);
	s = step_of(&z, &eight, MW_MARK_MIN, "6.12.1");
	assert_int_equal(s.test, MW_TEST_NO_MEMORY);
	assert_int_equal(s.margin_pages, -6);
	expect_val(s.usable_pages, 1017);
	z.reserve_pages = mw_ok(1);
	s = step_of(&z, &one, MW_MARK_MIN, "6.12.1");
	assert_int_equal(s.test, MW_TEST_RESERVE);
	assert_int_equal(s.margin_pages, 0);
	z.free_pages = mw_ok(3);
	s = step_of(&z, &eight, MW_MARK_MIN, "6.12.1");
	assert_int_equal(s.test, MW_TEST_NO_MEMORY);
	expect_val(s.usable_pages, 0);
	assert_int_equal(s.margin_pages, 3 - 7 - 1023 - 1);
}

static void reductions(void **state)
{
	static const struct {
		const char *release;
		struct mw_zone_request q;
		uint64_t mark;
	} cases[] = {
		{ EL7, { .slow = true, .high = true, .harder = true }, 375 },
		{ "4.4.11", { .slow = true, .high = true }, 500 },
		{ "5.10.13", { .slow = true, .harder = true }, 750 },
		{ "6.2.12", { .slow = true, .harder = true }, 750 },
		{ "6.2.12", { .slow = true, .high = true, .non_block = true }, 500 },
		{ "6.1.175", { .slow = true, .high = true, .non_block = true }, 500 },
		{ "6.1.176", { .slow = true, .high = true, .non_block = true }, 375 },
		{ "6.4.6", { .slow = true, .high = true, .non_block = true }, 375 },
		{ "6.4.6", { .slow = true, .high = true, .harder = true }, 500 },
		{ "6.4.6", { .slow = true, .non_block = true }, 1000 },
		{ "6.4.6", { .slow = true, .harder = true }, 1000 },
		{ "6.4.6", { .high = true, .harder = true }, 1000 }, /* not the slow path */
		{ "", { .slow = true, .high = true, .non_block = true }, 375 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			mw_watermark_reduced(1000, &cases[i].q,
					     mw_release_parse(mw_str_of(cases[i].release))),
			cases[i].mark);
}

/* At the low and the high mark there are no rights. */
static void reductions_at_min_only(void **state)
{
	const struct mw_zone_request q = { .slow = true, .high = true, .harder = true };
	struct mw_zone_state z = BLOCKS(900);

	(void)state;
	set_marks(&z, 1000, 1000, 1000);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.4.11").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_LOW, "4.4.11").test, MW_TEST_NO_MEMORY);
	assert_int_equal(step_of(&z, &q, MW_MARK_HIGH, "4.4.11").test, MW_TEST_NO_MEMORY);
}

static void cma(void **state)
{
	const struct mw_zone_request q = { .order = 1, .slow = true };
	const struct mw_zone_request movable = { .order = 1, .slow = true, .movable = true };
	struct mw_zone_state z = BLOCKS(0, 100);

	(void)state;
	set_marks(&z, 100, 100, 100);
	z.free_cma_pages = mw_ok(150);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "5.10.13").test, MW_TEST_NO_MEMORY);
	assert_int_equal(step_of(&z, &movable, MW_MARK_MIN, "5.10.13").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, EL7).test, MW_TEST_NO_MEMORY);
	/* 3.2 has none. */
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "3.2.41").test, MW_TEST_PASSES);
	z.free_cma_pages = mw_no(MW_UNREAD);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "3.2.41").test, MW_TEST_PASSES);
	/* Up to 4.3 CMA counts against the mark, not in the test of blocks. */
	z.free_cma_pages = mw_ok(98);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, EL7).test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, EL7).margin_pages, 1);
}

static void highatomic(void **state)
{
	struct mw_zone_request q = { .order = 1, .slow = true };
	struct mw_zone_state z = BLOCKS(0, 100);

	(void)state;
	set_marks(&z, 100, 100, 100);
	z.highatomic_pages = mw_ok(99);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.4.11").test, MW_TEST_NO_MEMORY);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.3").test, MW_TEST_PASSES);
	q.harder = true;
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.4.11").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_LOW, "4.4.11").test, MW_TEST_NO_MEMORY);
	q = (struct mw_zone_request){ .order = 1, .slow = true, .high = true };
	z.highatomic_pages = mw_ok(160);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.2.12").test, MW_TEST_NO_MEMORY);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.4.6").test, MW_TEST_PASSES);
	q = (struct mw_zone_request){ .order = 1, .slow = true, .non_block = true };
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.2.12").test, MW_TEST_NO_MEMORY);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.4.6").test, MW_TEST_PASSES);
}

/* Who may take the blocks of the atomic reserve. */
static void blocks_of_highatomic(void **state)
{
	static const struct {
		const char *release;
		struct mw_zone_request q;
		bool may;
	} cases[] = {
		{ "4.4.11", { .order = 1, .harder = true }, true },
		{ "4.4.11", { .order = 1, .high = true, .non_block = true }, false },
		{ "6.2.12", { .order = 1, .harder = true }, true },
		{ "6.2.12", { .order = 1, .non_block = true }, false },
		{ "6.1.175", { .order = 1, .harder = true }, true },
		{ "6.1.176", { .order = 1, .harder = true }, false },
		{ "6.1.176", { .order = 1, .high = true, .non_block = true }, true },
		{ "6.1.176", { .order = 1, .non_block = true }, false },
		{ "6.4.6", { .order = 1, .non_block = true }, true },
		{ "6.4.6", { .non_block = true }, false },
		{ "6.4.6", { .order = 1, .high = true }, false },
		{ "6.12.53", { .order = 1, .non_block = true }, true },
		{ "6.12.54", { .order = 1, .non_block = true }, false },
		{ "6.17.8", { .order = 1, .non_block = true }, false },
		{ "6.18.1", { .order = 1, .non_block = true }, false },
		{ "6.18.1", { .order = 1, .high = true, .non_block = true }, true },
		{ "", { .order = 1, .non_block = true }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(mw_watermark_highatomic(&cases[i].q, mw_release_parse(mw_str_of(
									      cases[i].release))),
				 cases[i].may);
}

/* 4.8 to 5.8: a single page is not kept from the atomic reserve at the full mark. */
static void highatomic_of_single_pages(void **state)
{
	const struct mw_zone_request q = { .slow = true };
	struct mw_zone_state z = BLOCKS(200);
	struct mw_zone_step s;

	(void)state;
	set_marks(&z, 100, 100, 100);
	z.highatomic_pages = mw_ok(150);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.4.11").test, MW_TEST_NO_MEMORY);
	s = step_of(&z, &q, MW_MARK_LOW, "4.8.17");
	assert_int_equal(s.test, MW_TEST_PASSES);
	assert_int_equal(s.margin_pages, 100);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "5.8.1").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "5.9").test, MW_TEST_NO_MEMORY);
	z.highatomic_pages = mw_no(MW_UNREAD);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "5.8.1").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "5.10.13").test, MW_TEST_UNKNOWN);
	z.free_cma_pages = mw_no(MW_UNREAD);
	z.highatomic_pages = mw_ok(150);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "5.8.1").test, MW_TEST_UNKNOWN);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "5.10.13").test, MW_TEST_NO_MEMORY);
}

static void a_block_on_a_list_that_serves(void **state)
{
	struct mw_zone_request q = { .order = 3, .slow = true };
	struct mw_zone_state z = BLOCKS(5000, 0, 0, 0, 2);
	struct mw_zone_step s;

	(void)state;
	set_marks(&z, 100, 200, 300);
	z.types_known = true;
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.12.1").test, MW_TEST_PASSES);
	z.usable[4] = false;
	s = step_of(&z, &q, MW_MARK_MIN, "6.12.1");
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	assert_false(s.margin_known);
	q.harder = true;
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.8.17").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.9.80").test, MW_TEST_FRAGMENTED);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.14.5").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "4.14.67").test, MW_TEST_FRAGMENTED);
	assert_int_equal(step_of(&z, &q, MW_MARK_LOW, "4.8.17").test, MW_TEST_FRAGMENTED);
	q.order = 5;
	z.usable[4] = true;
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.12.1").test, MW_TEST_FRAGMENTED);
	/* The old rule knows no types. */
	q = (struct mw_zone_request){ .order = 3, .slow = true };
	z.usable[4] = false;
	set_marks(&z, 16, 16, 16);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, EL7).test, MW_TEST_PASSES);
}

static void no_marks(void **state)
{
	struct mw_zone_request q = { .no_marks = true };
	struct mw_zone_state z = BLOCKS(1);

	(void)state;
	set_marks(&z, 100, 200, 300);
	z.reserve_pages = mw_no(MW_UNREAD);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.12.1").test, MW_TEST_PASSES);
	assert_int_equal(step_of(&z, &q, MW_MARK_LOW, "6.12.1").test, MW_TEST_NO_MEMORY);
	z.free_pages = mw_ok(0);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.12.1").test, MW_TEST_NO_MEMORY);
	z = BLOCKS(5);
	q.order = 1;
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.12.1").test, MW_TEST_FRAGMENTED);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, EL7).test, MW_TEST_FRAGMENTED);
}

static void not_known(void **state)
{
	const struct mw_zone_request q = { .order = 2, .slow = true };
	struct mw_zone_state z = {}, full = dma32();
	struct mw_zone_step s = step_of(&z, &q, MW_MARK_MIN, "6.12.1");

	(void)state;
	assert_int_equal(s.test, MW_TEST_UNKNOWN);
	expect_why(s.mark_pages, MW_UNREAD);
	expect_why(s.usable_pages, MW_UNREAD);
	assert_false(s.margin_known);
	/* Too few even if the rest is 0. */
	z.free_pages = mw_ok(3);
	s = step_of(&z, &q, MW_MARK_MIN, "6.12.1");
	assert_int_equal(s.test, MW_TEST_NO_MEMORY);
	assert_false(s.margin_known);
	z.free_pages = mw_ok(1000);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.12.1").test, MW_TEST_UNKNOWN);
	z.reserve_pages = mw_ok(2000);
	assert_int_equal(step_of(&z, &q, MW_MARK_MIN, "6.12.1").test, MW_TEST_RESERVE);
	/* A count that is not known before one that decides. */
	full.free_blocks[0] = mw_no(MW_UNREAD);
	assert_int_equal(step_of(&full, &q, MW_MARK_MIN, EL7).test, MW_TEST_UNKNOWN);
	full.free_blocks[1] = mw_ok(20000);
	s = step_of(&full, &q, MW_MARK_MIN, EL7);
	assert_int_equal(s.test, MW_TEST_FRAGMENTED);
	assert_false(s.margin_known);
	/* From 4.4 on smaller blocks do not matter. */
	assert_int_equal(step_of(&full, &q, MW_MARK_MIN, "4.4.11").test, MW_TEST_PASSES);
	full.free_blocks[2] = mw_no(MW_UNREAD);
	assert_int_equal(step_of(&full, &q, MW_MARK_MIN, "4.4.11").test, MW_TEST_PASSES);
	full.free_blocks[3] = mw_ok(0);
	assert_int_equal(step_of(&full, &q, MW_MARK_MIN, "4.4.11").test, MW_TEST_UNKNOWN);
}

static void which_rule(void **state)
{
	static const struct {
		const char *release;
		bool by_order;
	} cases[] = { { "2.6.32-642.el6.x86_64", true },
		      { "3.2.41", true },
		      { EL7, true },
		      { "4.3", true },
		      { "4.4", false },
		      { "4.18.0-553.el8_10.x86_64", false },
		      { "5.14.0-70.el9.x86_64", false },
		      { "6.12.0-55.el10.x86_64", false },
		      { "7.2", false },
		      { "", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
			mw_watermark_by_order(mw_release_parse(mw_str_of(cases[i].release))),
			cases[i].by_order);
}

static void fragmentation(void **state)
{
	struct mw_zone_state z = BLOCKS(22393, 4279, 44, 4), none = BLOCKS(0);
	struct mw_zone_state unread = {};
	int64_t index = 7;

	(void)state;
	assert_true(mw_fragmentation_index(&z, 3, &index));
	assert_int_equal(index, -1000);
	/* F = 31159 pages in B = 26720 blocks: 1000 - (1000 + 31159 * 1000 / 16) / 26720. */
	assert_true(mw_fragmentation_index(&z, 4, &index));
	assert_int_equal(index, 1000 - (1000 + 1947437) / 26720);
	assert_true(mw_fragmentation_index(&none, 4, &index));
	assert_int_equal(index, 0);
	assert_true(mw_fragmentation_index(&z, 11, &index));
	assert_int_equal(index, 0);
	assert_true(mw_fragmentation_index(&z, UINT32_MAX, &index));
	assert_int_equal(index, 0);
	z.free_blocks[0] = mw_no(MW_BAD);
	assert_true(mw_fragmentation_index(&z, 2, &index));
	assert_int_equal(index, -1000);
	assert_false(mw_fragmentation_index(&z, 4, &index));
	assert_false(mw_fragmentation_index(&unread, 0, &index));
	for (unsigned o = 0; o < MW_ORDERS; o++)
		unread.free_blocks[o] = mw_no(MW_ABSENT);
	assert_false(mw_fragmentation_index(&unread, 0, &index));
}

static void largest_figures(void **state)
{
	static const char *const releases[] = { "2.6.32", EL7, "4.4.11", "5.4", "7.2" };
	struct mw_zone_state z = { .free_pages = mw_ok(UINT64_MAX) };
	int64_t index;

	(void)state;
	set_marks(&z, UINT64_MAX, UINT64_MAX, UINT64_MAX);
	z.reserve_pages = z.free_cma_pages = z.highatomic_pages = mw_ok(UINT64_MAX);
	for (unsigned o = 0; o < MW_ORDERS; o++)
		z.free_blocks[o] = mw_ok(UINT64_MAX);
	for (size_t i = 0; i < COUNT(releases); i++)
		for (unsigned order = 0; order < 70; order++) {
			struct mw_zone_request q = { .order = order, .slow = true };
			struct mw_zone_step s = step_of(&z, &q, MW_MARK_MIN, releases[i]);

			assert_true(s.test == MW_TEST_NO_MEMORY);
			assert_int_equal(s.margin_pages, INT64_MIN);
			q.no_marks = true;
			step_of(&z, &q, MW_MARK_MIN, releases[i]);
			mw_fragmentation_index(&z, order, &index);
		}
	set_marks(&z, 0, 0, 0);
	z.reserve_pages = z.free_cma_pages = z.highatomic_pages = mw_ok(0);
	for (unsigned order = 0; order < 70; order++)
		for (size_t i = 0; i < COUNT(releases); i++)
			step_of(&z, &(struct mw_zone_request){ .order = order }, MW_MARK_LOW,
				releases[i]);
	step_of(&z, &(struct mw_zone_request){ .order = UINT32_MAX }, MW_MARK_LOW, EL7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragmented_dma32),
		cmocka_unit_test(marks_of_dma32),
		cmocka_unit_test(single_pages_of_dma32),
		cmocka_unit_test(fragmented_normal),
		cmocka_unit_test(marks),
		cmocka_unit_test(reductions),
		cmocka_unit_test(reductions_at_min_only),
		cmocka_unit_test(cma),
		cmocka_unit_test(highatomic),
		cmocka_unit_test(blocks_of_highatomic),
		cmocka_unit_test(highatomic_of_single_pages),
		cmocka_unit_test(a_block_on_a_list_that_serves),
		cmocka_unit_test(no_marks),
		cmocka_unit_test(not_known),
		cmocka_unit_test(which_rule),
		cmocka_unit_test(fragmentation),
		cmocka_unit_test(largest_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
