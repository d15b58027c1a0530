/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utc - the calendar date of seconds since 1970, without time zones and leap seconds.
 */
#pragma once

#include <stdint.h>

struct mw_utc {
	uint64_t year;
	unsigned month, day; /* from 1 */
	unsigned hour, minute, second;
};

/* Pure; for every input. */
struct mw_utc mw_utc_of(uint64_t seconds);
