/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <errno.h>
#include <string.h>

struct mw_str mw_str_of(const char *cstr)
{
	return (struct mw_str){ .p = cstr, .n = strlen(cstr) };
}

bool mw_str_eq(struct mw_str a, const char *cstr)
{
	return a.n == strlen(cstr) && !memcmp(a.p, cstr, a.n);
}

bool mw_str_same(struct mw_str a, struct mw_str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

int mw_str_cmp(struct mw_str a, struct mw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

bool mw_str_starts(struct mw_str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && !memcmp(a.p, prefix, n);
}

bool mw_str_ends(struct mw_str a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.n >= n && !memcmp(a.p + a.n - n, suffix, n);
}

size_t mw_str_find(struct mw_str a, char c)
{
	const char *at = a.n ? memchr(a.p, c, a.n) : NULL;

	return at ? (size_t)(at - a.p) : a.n;
}

size_t mw_str_rfind(struct mw_str a, char c)
{
	const char *at = a.n ? memrchr(a.p, c, a.n) : NULL;

	return at ? (size_t)(at - a.p) : a.n;
}

size_t mw_str_search(struct mw_str a, const char *what)
{
	size_t n = strlen(what);

	for (size_t at = 0; n && at + n <= a.n; at++) {
		at += mw_str_find((struct mw_str){ a.p + at, a.n - n + 1 - at }, what[0]);
		if (at + n <= a.n && !memcmp(a.p + at, what, n))
			return at;
	}
	return a.n;
}

struct mw_str mw_str_from(struct mw_str a, size_t from)
{
	if (from >= a.n)
		return (struct mw_str){};
	return (struct mw_str){ a.p + from, a.n - from };
}

bool mw_str_cut(struct mw_str *rest, char sep, struct mw_str *ret_piece)
{
	size_t n;

	if (!rest->n)
		return false;
	n = mw_str_find(*rest, sep);
	*ret_piece = (struct mw_str){ rest->p, n };
	n += n < rest->n;
	rest->p += n;
	rest->n -= n;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

bool mw_str_word(struct mw_str *rest, struct mw_str *ret_word)
{
	struct mw_str s = *rest;
	size_t n = 0;

	while (s.n && is_blank(s.p[0]))
		s.p++, s.n--;
	if (!s.n)
		return false;
	while (n < s.n && !is_blank(s.p[n]))
		n++;
	*ret_word = (struct mw_str){ s.p, n };
	*rest = (struct mw_str){ s.p + n, s.n - n };
	return true;
}

struct mw_str mw_str_trim(struct mw_str s)
{
	while (s.n && is_blank(s.p[0]))
		s.p++, s.n--;
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

int mw_str_u64(struct mw_str s, uint64_t *ret)
{
	uint64_t v = 0;

	if (!s.n)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return -ERANGE;
	}
	*ret = v;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int mw_str_i64(struct mw_str s, int64_t *ret)
{
	bool minus = mw_str_starts(s, "-");
	uint64_t v;
	int r = mw_str_u64(mw_str_from(s, minus), &v);

	if (r < 0)
		return r;
	if (v > INT64_MAX)
		return -ERANGE;
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return 0;
}

int mw_str_hex64(struct mw_str s, uint64_t *ret)
{
	uint64_t v = 0;

	if (!s.n)
		return -EINVAL;
	for (size_t i = 0; i < s.n; i++) {
		int d = hex_digit(s.p[i]);

		if (d < 0)
			return -EINVAL;
		if (v >> 60)
			return -ERANGE;
		v = v << 4 | (uint64_t)d;
	}
	*ret = v;
	return 0;
}
