/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_statm.h"

#include <errno.h>

#include "helper.h"

static void known(void **state)
{
	struct mw_pid_statm s;

	(void)state;
	assert_int_equal(mw_pid_statm_parse(LIT("5482 1201 830 222 0 311 0\n"), &s), 0);
	assert_int_equal(s.size_pages, 5482);
	assert_int_equal(s.resident_pages, 1201);
	assert_int_equal(s.shared_pages, 830);
	assert_int_equal(s.data_pages, 311);
}

static void malformed(void **state)
{
	static const char *const bad[] = { "", "1 2 3", "1 2 3 4 5 x", "1 -2 3 4 5 6 7",
					   "1 2 3 4 5 18446744073709551616 0" };
	struct mw_pid_statm s;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_pid_statm_parse(mw_str_of(bad[i]), &s), -EINVAL);
}

static void any(struct mw_str text)
{
	struct mw_pid_statm s;

	mw_pid_statm_parse(text, &s);
}

static void hostile(void **state)
{
	(void)state;
	each_cut(LIT("5482 1201 830 222 0 311 0\n"), any);
	each_mangled(LIT("5482 1201 830 222 0 311 0\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(malformed),
		cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
