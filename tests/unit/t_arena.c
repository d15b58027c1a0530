/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>

#include "helper.h"

static bool is_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void zeroed_and_aligned(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t size = 0; size < 300; size++) {
		char *p = mw_arena_alloc(&a, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		assert_true(is_zero(p, size));
		memset(p, 0xa5, size);
	}
	assert_false(a.failed);
}

/* What was written before a reset is not seen after it. */
static void zeroed_again_after_reset(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_arena_mark mark = mw_arena_mark(&a);

	(void)state;
	memset(mw_arena_alloc(&a, 1000), 0xa5, 1000);
	mw_arena_reset(&a, mark);
	assert_true(is_zero(mw_arena_alloc(&a, 1000), 1000));
}

static void larger_than_a_block(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	char *small = mw_arena_alloc(&a, 10), *large = mw_arena_alloc(&a, 1 << 20);

	(void)state;
	assert_non_null(large);
	memset(large, 1, 1 << 20);
	assert_true(is_zero(small, 10));
}

static void impossible_sizes_fail(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	assert_null(mw_arena_alloc(&a, SIZE_MAX));
	assert_true(a.failed);
	a.failed = false;
	assert_null(mw_arena_alloc(&a, SIZE_MAX / 2 + 1));
	assert_true(a.failed);
	a.failed = false;
	assert_null(mw_arena_grow(&a, NULL, (size_t)1 << 60, 1024));
	assert_true(a.failed);
}

static void copies_end_in_nul(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_str s = mw_arena_copy(&a, LIT("a\0b\xff"));

	(void)state;
	expect_str(s, "a\0b\xff");
	assert_int_equal(s.p[4], 0);
	assert_string_equal(mw_arena_cstr(&a, LIT("abc")), "abc");
	assert_string_equal(mw_arena_cstr(&a, (struct mw_str){}), "");
	expect_str(mw_arena_copy(&a, (struct mw_str){}), "");
}

static void empty_when_out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };

	(void)state;
	assert_string_equal(mw_arena_cstr(&a, LIT("abc")), "");
	assert_true(a.failed);
	expect_str(mw_arena_copy(&a, LIT("abc")), "");
	mw_arena_done(&a);
}

static void grow_keeps_the_items(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	uint64_t *item = NULL;

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		uint64_t *list = mw_arena_grow(&a, item, n, sizeof(*item));

		assert_non_null(list);
		item = list;
		item[n] = n * n;
		mw_arena_alloc(&a, 1); /* something else stands behind it */
	}
	for (size_t n = 0; n < 1000; n++)
		assert_int_equal(item[n], n * n);
}

/* The array moves when it is full: at 0, 8, 16, 32 ... */
static void grow_moves_when_full(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	uint64_t *item = mw_arena_grow(&a, NULL, 0, sizeof(*item));

	(void)state;
	for (size_t n = 1; n < 8; n++)
		assert_ptr_equal(mw_arena_grow(&a, item, n, sizeof(*item)), item);
	assert_ptr_not_equal(mw_arena_grow(&a, item, 8, sizeof(*item)), item);
	for (size_t n = 9; n < 16; n++)
		assert_ptr_equal(mw_arena_grow(&a, item, n, sizeof(*item)), item);
	assert_ptr_not_equal(mw_arena_grow(&a, item, 16, sizeof(*item)), item);
}

static void grow_fails_and_leaves_the_old(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	uint64_t *item = mw_arena_grow(&a, NULL, 0, sizeof(*item));

	(void)state;
	item[7] = 7;
	mw_arena_fail_in(1);
	assert_null(mw_arena_grow(&a, item, 8, sizeof(*item)));
	assert_true(a.failed);
	assert_int_equal(item[7], 7);
}

static void reset_gives_the_same_place(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	char *kept = mw_arena_alloc(&a, 16), *p;
	struct mw_arena_mark mark = mw_arena_mark(&a);

	(void)state;
	memset(kept, 7, 16);
	p = mw_arena_alloc(&a, 100);
	for (size_t i = 0; i < 50; i++)
		mw_arena_alloc(&a, 10000);
	mw_arena_reset(&a, mark);
	assert_ptr_equal(mw_arena_alloc(&a, 100), p);
	assert_int_equal(kept[15], 7);
}

static void reset_of_nested_marks(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_arena_mark outer = mw_arena_mark(&a), inner;
	char *first, *second;

	(void)state;
	first = mw_arena_alloc(&a, 1000);
	inner = mw_arena_mark(&a);
	second = mw_arena_alloc(&a, 1000);
	mw_arena_alloc(&a, 100000);
	mw_arena_reset(&a, inner);
	assert_ptr_equal(mw_arena_alloc(&a, 1000), second);
	mw_arena_reset(&a, outer);
	assert_ptr_equal(mw_arena_alloc(&a, 1000), first);
}

/* A loop that resets each time asks malloc once: the block stays. */
static void reset_to_nothing_keeps_a_block(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_arena_mark mark = mw_arena_mark(&a);
	char *p = mw_arena_alloc(&a, 100);

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		mw_arena_alloc(&a, 5000);
		mw_arena_reset(&a, mark);
		assert_non_null(a.head);
		assert_ptr_equal(mw_arena_alloc(&a, 100), p);
	}
}

static void reset_of_an_empty_arena(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	mw_arena_reset(&a, mw_arena_mark(&a));
	assert_null(a.head);
	assert_non_null(mw_arena_alloc(&a, 1));
}

static void fixed_never_asks_malloc(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	assert_non_null(mw_arena_alloc(&a, 1));
	a.fixed = true;
	assert_null(mw_arena_alloc(&a, 1 << 20));
	assert_true(a.failed);
	assert_non_null(mw_arena_alloc(&a, 100));
}

/* Whatever its size, the one block that a fixed arena was given outlives every reset. */
static void fixed_keeps_its_block(void **state)
{
	static const size_t sizes[] = { 100, 64 << 10, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_arena_mark mark = mw_arena_mark(&a);
		char *p = mw_arena_alloc(&a, sizes[i]);

		a.fixed = true;
		for (size_t round = 0; round < 3; round++) {
			mw_arena_reset(&a, mark);
			assert_ptr_equal(mw_arena_alloc(&a, sizes[i]), p);
		}
		assert_false(a.failed);
	}
}

static void failure_sticks(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_arena_mark mark = mw_arena_mark(&a);

	(void)state;
	mw_arena_fail_in(1);
	assert_null(mw_arena_alloc(&a, 1));
	assert_non_null(mw_arena_alloc(&a, 1));
	mw_arena_reset(&a, mark);
	assert_true(a.failed);
}

static void fail_in_counts(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	mw_arena_fail_in(3);
	assert_non_null(mw_arena_alloc(&a, 1));
	assert_non_null(mw_arena_alloc(&a, 1));
	assert_false(a.failed);
	assert_null(mw_arena_alloc(&a, 1));
	assert_true(a.failed);
	assert_non_null(mw_arena_alloc(&a, 1));
	mw_arena_fail_in(1);
	mw_arena_fail_in(0);
	assert_non_null(mw_arena_alloc(&a, 1));
}

static void done_makes_it_empty(void **state)
{
	struct mw_arena a = {};

	(void)state;
	mw_arena_done(&a);
	mw_arena_fail_in(1);
	mw_arena_alloc(&a, 1);
	mw_arena_alloc(&a, 1);
	mw_arena_done(&a);
	assert_null(a.head);
	assert_false(a.failed);
	assert_non_null(mw_arena_alloc(&a, 1));
	mw_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed_and_aligned),
		cmocka_unit_test(zeroed_again_after_reset),
		cmocka_unit_test(larger_than_a_block),
		cmocka_unit_test(impossible_sizes_fail),
		cmocka_unit_test(copies_end_in_nul),
		cmocka_unit_test(empty_when_out_of_memory),
		cmocka_unit_test(grow_keeps_the_items),
		cmocka_unit_test(grow_moves_when_full),
		cmocka_unit_test(grow_fails_and_leaves_the_old),
		cmocka_unit_test(reset_gives_the_same_place),
		cmocka_unit_test(reset_of_nested_marks),
		cmocka_unit_test(reset_to_nothing_keeps_a_block),
		cmocka_unit_test(reset_of_an_empty_arena),
		cmocka_unit_test(fixed_never_asks_malloc),
		cmocka_unit_test(fixed_keeps_its_block),
		cmocka_unit_test(failure_sticks),
		cmocka_unit_test(fail_in_counts),
		cmocka_unit_test(done_makes_it_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
