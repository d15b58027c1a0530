/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/errname.h"

#include <errno.h>

#include "helper.h"

static void names(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	expect_str(mw_errname(-EACCES, &a), "EACCES");
	expect_str(mw_errname(-ENOENT, &a), "ENOENT");
	expect_str(mw_errname(-ESRCH, &a), "ESRCH");
	expect_str(mw_errname(-4095, &a), "E4095");
	assert_int_equal(mw_errname_parse(LIT("EACCES")), -EACCES);
	assert_int_equal(mw_errname_parse(LIT("EPERM")), -EPERM);
	assert_int_equal(mw_errname_parse(LIT("E4095")), -4095);
}

/* Each errno there can be comes back from its name, and no two have one name. */
static void round_trip(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (int err = 1; err <= 4095; err++)
		assert_int_equal(mw_errname_parse(mw_errname(-err, &a)), -err);
}

static void numbers_of_named_ones(void **state)
{
	(void)state;
	assert_int_equal(mw_errname_parse(LIT("E13")), -EACCES);
	assert_int_equal(mw_errname_parse(LIT("E2")), -ENOENT);
}

static void no_such_word(void **state)
{
	static const char *const bad[] = { "",
					   "E",
					   "E0",
					   "E4096",
					   "E-5",
					   "E 5",
					   "E5 ",
					   "EFOO",
					   "13",
					   "-13",
					   "eacces",
					   "EACCESS",
					   "EACCE",
					   "nonl",
					   "E2BIGG",
					   "E18446744073709551616",
					   "E18446744073709551621" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_errname_parse(mw_str_of(bad[i])), 0);
	assert_int_equal(mw_errname_parse(LIT("E5\0")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(numbers_of_named_ones),
		cmocka_unit_test(no_such_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
