/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/utc.h"

#include <time.h>

#include "helper.h"

static void expect(uint64_t seconds, uint64_t year, unsigned month, unsigned day, unsigned hour,
		   unsigned minute, unsigned second)
{
	struct mw_utc t = mw_utc_of(seconds);

	assert_int_equal(t.year, year);
	assert_int_equal(t.month, month);
	assert_int_equal(t.day, day);
	assert_int_equal(t.hour, hour);
	assert_int_equal(t.minute, minute);
	assert_int_equal(t.second, second);
}

static void known_dates(void **state)
{
	(void)state;
	expect(0, 1970, 1, 1, 0, 0, 0);
	expect(86399, 1970, 1, 1, 23, 59, 59);
	expect(951782399, 2000, 2, 28, 23, 59, 59);
	expect(951782400, 2000, 2, 29, 0, 0, 0);
	expect(951868800, 2000, 3, 1, 0, 0, 0);
	expect(1795528533, 2026, 11, 24, 13, 55, 33);
	expect(4107542399, 2100, 2, 28, 23, 59, 59);
	expect(4107542400, 2100, 3, 1, 0, 0, 0);
	expect(UINT64_C(12622780800), 2370, 1, 1, 0, 0, 0);
}

/* Against the C library, each day and a few seconds through 800 years. */
static void as_the_library_says(void **state)
{
	(void)state;
	for (time_t s = 0; s < 2 * INT64_C(12622780800); s += 86400 + 7) {
		struct mw_utc t = mw_utc_of((uint64_t)s);
		struct tm tm;

		gmtime_r(&s, &tm);
		assert_true(t.year == (uint64_t)tm.tm_year + 1900 &&
			    t.month == (unsigned)tm.tm_mon + 1 && t.day == (unsigned)tm.tm_mday &&
			    t.hour == (unsigned)tm.tm_hour && t.minute == (unsigned)tm.tm_min &&
			    t.second == (unsigned)tm.tm_sec);
	}
}

static void the_largest(void **state)
{
	struct mw_utc t = mw_utc_of(UINT64_MAX);

	(void)state;
	assert_true(t.year > 584000000000 && t.month >= 1 && t.month <= 12 && t.day >= 1 &&
		    t.day <= 31 && t.hour < 24 && t.minute < 60 && t.second < 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_dates),
		cmocka_unit_test(as_the_library_says),
		cmocka_unit_test(the_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
