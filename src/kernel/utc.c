/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/utc.h"

#include <stdbool.h>

#define DAYS_IN_400_YEARS 146097U

static bool is_leap(uint64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_of_month(uint64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U);
}

struct mw_utc mw_utc_of(uint64_t seconds)
{
	uint64_t days = seconds / 86400;
	unsigned day = (unsigned)(days % DAYS_IN_400_YEARS), rest = (unsigned)(seconds % 86400);
	struct mw_utc t = {
		.year = 1970 + days / DAYS_IN_400_YEARS * 400,
		.month = 1,
		.hour = rest / 3600,
		.minute = rest / 60 % 60,
		.second = rest % 60,
	};

	/* The calendar repeats itself after 400 years, so this is at most 400 steps. */
	for (; day >= (is_leap(t.year) ? 366U : 365U); t.year++)
		day -= is_leap(t.year) ? 366U : 365U;
	for (; day >= days_of_month(t.year, t.month); t.month++)
		day -= days_of_month(t.year, t.month);
	t.day = day + 1;
	return t;
}
