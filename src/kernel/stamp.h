/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stamp - when a line of a log was written, as far as the line says so.
 *
 * Invariants: the clock is the log's own: no zone is applied, an offset that stands there is kept
 * in the text alone.  A stamp may have a day without a year (syslog), only the time since boot
 * (dmesg), or nothing.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_stamp {
	struct mw_str text; /* as it stands in the line; empty: none */
	struct mw_val year;
	struct mw_val month, day; /* from 1 */
	struct mw_val second;	  /* of the day */
	struct mw_val uptime_us;
};

/* "2022-06-15T06:37:51.123456+02:00", "2022-06-15 06:37", "2022-06-15": how many bytes of the
 * front are that; 0: none. */
size_t mw_stamp_iso(struct mw_str s, struct mw_stamp *ret);

/* "Jun 15 06:37:51", "Jun  5 2022 06:37:51": likewise. */
size_t mw_stamp_syslog(struct mw_str s, struct mw_stamp *ret);

/* What stands in the brackets of dmesg -T, in any language: "Wed Jun 15 06:37:51 2022".  False:
 * there is no time in it; a month in another language is left unknown. */
bool mw_stamp_ctime(struct mw_str inside, struct mw_stamp *ret);

/* "123.456789" since boot. */
bool mw_stamp_uptime(struct mw_str inside, struct mw_stamp *ret);

/* Microseconds since 1970, as the journal keeps them: becomes a day and a time in UTC. */
bool mw_stamp_realtime(struct mw_str microseconds, struct mw_stamp *ret);

/* Seconds on the log's own clock, for comparing; MW_UNREAD where the day is not known.  A day
 * without a year is the latest such day not after `now` (seconds since 1970). */
struct mw_val mw_stamp_seconds(const struct mw_stamp *s, struct mw_val now);
