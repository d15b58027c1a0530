/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/number_list.h"

#include "helper.h"

static void how_many(void **state)
{
	(void)state;
	expect_val(mw_list_count(LIT("0\n")), 1);
	expect_val(mw_list_count(LIT("0-3\n")), 4);
	expect_val(mw_list_count(LIT("0-3,7,9-10\n")), 7);
	expect_val(mw_list_count(LIT("\n")), 0);
	expect_why(mw_list_count(LIT("3-0\n")), MW_BAD);
	expect_why(mw_list_count(LIT("a-b\n")), MW_BAD);
	expect_why(mw_list_count(LIT("1,,2\n")), MW_BAD);
	expect_why(mw_list_count(LIT("3-\n")), MW_BAD);
	expect_why(mw_list_count(LIT("0-18446744073709551615\n")), MW_BAD);
}

static void which(void **state)
{
	(void)state;
	assert_true(mw_list_has(LIT("0-3,8"), 0));
	assert_true(mw_list_has(LIT("0-3,8"), 3));
	assert_true(mw_list_has(LIT("0-3,8"), 8));
	assert_false(mw_list_has(LIT("0-3,8"), 4));
	assert_false(mw_list_has(LIT(""), 0));
	/* a malformed piece holds nothing, the others what they say */
	assert_true(mw_list_has(LIT("x,3-1,2-,5"), 5));
	assert_false(mw_list_has(LIT("x,3-1,2-,5"), 2));
}

static void in_common(void **state)
{
	(void)state;
	assert_true(mw_lists_overlap(LIT("0-3"), LIT("3,9")));
	assert_true(mw_lists_overlap(LIT("7,9"), LIT("0-1,8-10")));
	assert_false(mw_lists_overlap(LIT("0-3"), LIT("4-9")));
	assert_false(mw_lists_overlap(LIT(""), LIT("0")));
	assert_false(mw_lists_overlap(LIT("x"), LIT("0-9")));
	assert_true(mw_lists_overlap(LIT("1024"), LIT("1024-2000")));
}

static void common(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	expect_str(mw_list_common(LIT("0-3,8"), LIT("2-9"), &a), "2-3,8");
	expect_str(mw_list_common(LIT("0-99"), LIT("1,3,5-7"), &a), "1,3,5-7");
	expect_str(mw_list_common(LIT("0-3"), LIT("4-7"), &a), "");
	expect_str(mw_list_common(LIT("x,0-5"), LIT("3-1,5,y"), &a), "5");
	expect_str(mw_list_common(LIT("0-18446744073709551615"), LIT("7-18446744073709551615"), &a),
		   "7-18446744073709551615");
	/* No list of the kernel's: it ends somewhere, inside what there is. */
	assert_true(mw_list_common(LIT("0-9,0-9,0-9,0-9,0-9,0-9,0-9,0-9"),
				   LIT("0-9,0-9,0-9,0-9,0-9,0-9,0-9,0-9"), &a)
			    .n < 64 * 4);
}

static void well_formed(void **state)
{
	static const char *const good[] = { "0", "0-1", "0-1,3", "7,0" };
	static const char *const bad[] = {
		"", ",", "1,", ",1", "1,,2", "1-", "-1", "2-1", "a", " 1"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(mw_list_is_valid(mw_str_of(good[i])));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(mw_list_is_valid(mw_str_of(bad[i])));
}

static void any(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};

	mw_list_count(text);
	mw_list_is_valid(text);
	mw_list_has(text, 1);
	mw_lists_overlap(text, text);
	mw_list_common(text, text, &a);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("0-3,7,9-10\n"), any);
	each_mangled(LIT("0-3,7,9-10\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_many),	 cmocka_unit_test(which),
		cmocka_unit_test(in_common),	 cmocka_unit_test(well_formed),
		cmocka_unit_test(hostile_bytes), cmocka_unit_test(common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
