/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/stamp.h"

#include <string.h>

#include "kernel/utc.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly n digits at offset `at`. */
static bool digits(struct mw_str s, size_t at, size_t n, uint64_t *ret)
{
	return at + n <= s.n && !mw_str_u64((struct mw_str){ s.p + at, n }, ret);
}

static bool has(struct mw_str s, size_t at, char c)
{
	return at < s.n && s.p[at] == c;
}

/* "06:37:51.123456" or "06:37": its length; 0: no time. */
static size_t clock_of(struct mw_str s, struct mw_val *ret)
{
	uint64_t h, m, sec = 0;
	size_t at = 5;

	if (!digits(s, 0, 2, &h) || !has(s, 2, ':') || !digits(s, 3, 2, &m) || h > 24 || m > 59)
		return 0;
	if (has(s, at, ':') && digits(s, at + 1, 2, &sec)) {
		at += 3;
		if (sec > 60)
			return 0;
		if ((has(s, at, '.') || has(s, at, ',')) && at + 1 < s.n && is_digit(s.p[at + 1]))
			for (at++; at < s.n && is_digit(s.p[at]);)
				at++;
	}
	*ret = mw_ok(h * 3600 + m * 60 + sec);
	return at;
}

/* "Z", "+02:00", "+0200", "-05": its length. */
static size_t zone_of(struct mw_str s)
{
	uint64_t v;

	if (has(s, 0, 'Z'))
		return 1;
	if (!has(s, 0, '+') && !has(s, 0, '-'))
		return 0;
	if (!digits(s, 1, 2, &v))
		return 0;
	if (has(s, 3, ':') && digits(s, 4, 2, &v))
		return 6;
	return digits(s, 3, 2, &v) ? 5 : 3;
}

size_t mw_stamp_iso(struct mw_str s, struct mw_stamp *ret)
{
	struct mw_stamp t = *ret;
	uint64_t year, month, day;
	size_t at = 10, n;

	if (!digits(s, 0, 4, &year) || !has(s, 4, '-') || !digits(s, 5, 2, &month) ||
	    !has(s, 7, '-') || !digits(s, 8, 2, &day) || year < 1970 || month < 1 || month > 12 ||
	    day < 1 || day > 31)
		return 0;
	t.year = mw_ok(year), t.month = mw_ok(month), t.day = mw_ok(day), t.second = mw_ok(0);
	if (has(s, at, 'T') || has(s, at, ' ')) {
		n = clock_of(mw_str_from(s, at + 1), &t.second);
		if (n) {
			at += 1 + n;
			at += zone_of(mw_str_from(s, at));
		}
	}
	t.text = (struct mw_str){ s.p, at };
	*ret = t;
	return at;
}

/* 1 to 12; 0: none of the English names. */
static uint64_t month_of(struct mw_str s)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (s.n < 3)
		return 0;
	for (uint64_t i = 0; i < 12; i++)
		if (!memcmp(s.p, names + i * 3, 3))
			return i + 1;
	return 0;
}

size_t mw_stamp_syslog(struct mw_str s, struct mw_stamp *ret)
{
	struct mw_stamp t = *ret;
	uint64_t month = month_of(s), day, year;
	size_t at = 4, n;

	if (!month || !has(s, 3, ' '))
		return 0;
	at += has(s, at, ' ');
	if (digits(s, at, 2, &day))
		at += 2;
	else if (digits(s, at, 1, &day))
		at++;
	else
		return 0;
	if (!has(s, at, ' ') || day < 1 || day > 31)
		return 0;
	at++;
	if (digits(s, at, 4, &year) && has(s, at + 4, ' ') && year >= 1970) {
		t.year = mw_ok(year);
		at += 5;
	}
	n = clock_of(mw_str_from(s, at), &t.second);
	if (n < 8)
		return 0;
	t.month = mw_ok(month), t.day = mw_ok(day);
	t.text = (struct mw_str){ s.p, at + n };
	*ret = t;
	return at + n;
}

bool mw_stamp_ctime(struct mw_str inside, struct mw_stamp *ret)
{
	struct mw_stamp t = *ret;
	struct mw_str rest = inside, word;
	bool timed = false;
	uint64_t v;

	if (mw_stamp_iso(inside, &t) > 10) {
		*ret = t;
		return true;
	}
	while (mw_str_word(&rest, &word)) {
		if (word.n >= 8 && clock_of(word, &t.second) == word.n)
			timed = true;
		else if (month_of(word) && !mw_known(t.month))
			t.month = mw_ok(month_of(word));
		else if (word.n == 4 && !mw_str_u64(word, &v) && v >= 1970)
			t.year = mw_ok(v);
		else if (word.n <= 2 && !mw_str_u64(word, &v) && v >= 1 && v <= 31)
			t.day = mw_ok(v);
	}
	if (!timed)
		return false;
	t.text = inside;
	*ret = t;
	return true;
}

bool mw_stamp_uptime(struct mw_str inside, struct mw_stamp *ret)
{
	struct mw_str s = mw_str_trim(inside);
	size_t dot = mw_str_find(s, '.');
	struct mw_str micro = mw_str_from(s, dot + 1);
	uint64_t whole, part, us;

	if (dot == s.n || mw_str_u64((struct mw_str){ s.p, dot }, &whole) < 0)
		return false;
	micro.n = mw_str_find(micro, ','); /* "[   12.345678,3]": with the CPU */
	if (micro.n > 6 || mw_str_u64(micro, &part) < 0)
		return false;
	for (size_t i = micro.n; i < 6; i++)
		part *= 10;
	if (__builtin_mul_overflow(whole, 1000000, &us) || __builtin_add_overflow(us, part, &us))
		return false;
	ret->uptime_us = mw_ok(us);
	if (!ret->text.n)
		ret->text = inside;
	return true;
}

/* Days from 1970-01-01, proleptic Gregorian. */
static uint64_t days_of(uint64_t year, uint64_t month, uint64_t day)
{
	uint64_t y = year - (month <= 2), era = y / 400, in_era = y % 400;
	uint64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static uint64_t seconds_in(const struct mw_stamp *s, uint64_t year)
{
	return days_of(year, s->month.v, s->day.v) * 86400 + mw_or(s->second, 0);
}

struct mw_val mw_stamp_seconds(const struct mw_stamp *s, struct mw_val now)
{
	uint64_t year;

	if (!mw_known(s->month) || !mw_known(s->day))
		return mw_no(MW_UNREAD);
	if (mw_known(s->year))
		return mw_ok(seconds_in(s, s->year.v));
	if (!mw_known(now))
		return mw_no(MW_UNREAD);
	for (year = 1970; seconds_in(s, year + 1) <= now.v && year < 9999;)
		year++;
	return mw_ok(seconds_in(s, year));
}

bool mw_stamp_realtime(struct mw_str microseconds, struct mw_stamp *ret)
{
	struct mw_utc utc;
	uint64_t us;

	if (mw_str_u64(microseconds, &us) < 0)
		return false;
	utc = mw_utc_of(us / 1000000);
	ret->year = mw_ok(utc.year), ret->month = mw_ok(utc.month), ret->day = mw_ok(utc.day);
	ret->second = mw_ok(us / 1000000 % 86400);
	ret->text = microseconds;
	return true;
}
