/* SPDX-License-Identifier: Apache-2.0 */
#include "base/index.h"

#include "helper.h"

static void an_empty_map(void **state)
{
	struct mw_index map = {};
	size_t value = 7;

	(void)state;
	assert_false(mw_index_get(&map, 0, &value));
	assert_int_equal(value, 7);
}

/* Keys that look alike, zero and the largest among them. */
static void what_is_put_is_found(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_index map = {};
	size_t value;

	(void)state;
	for (uint64_t i = 0; i < 10000; i++)
		mw_index_put(&map, &a, i << 32, i);
	mw_index_put(&map, &a, UINT64_MAX, 12345);
	for (uint64_t i = 0; i < 10000; i++) {
		assert_true(mw_index_get(&map, i << 32, &value));
		assert_int_equal(value, i);
		assert_false(mw_index_get(&map, i << 32 | 1, &value));
	}
	assert_true(mw_index_get(&map, UINT64_MAX, &value));
	assert_int_equal(value, 12345);
	assert_int_equal(map.n, 10001);
}

static void out_of_memory(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_index map = {};
	size_t value;

	(void)state;
	mw_arena_fail_in(1);
	mw_index_put(&map, &a, 1, 1);
	assert_true(a.failed);
	assert_false(mw_index_get(&map, 1, &value));
}

static void texts_have_keys(void **state)
{
	(void)state;
	assert_true(mw_index_key(mw_str_of("a")) == mw_index_key(mw_str_of("a")));
	assert_true(mw_index_key(mw_str_of("ab")) != mw_index_key(mw_str_of("ba")));
	assert_true(mw_index_key((struct mw_str){}) != mw_index_key(mw_str_of("a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_map),
		cmocka_unit_test(what_is_put_is_found),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(texts_have_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
