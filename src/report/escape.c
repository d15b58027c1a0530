/* SPDX-License-Identifier: Apache-2.0 */
#include "report/escape.h"

#include <string.h>

static bool is_tail(struct mw_str s, size_t n)
{
	if (s.n < n)
		return false;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

static uint32_t decode(struct mw_str s, size_t n)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)s.p[0] & mask[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | ((unsigned char)s.p[i] & 0x3f);
	return c;
}

size_t mw_utf8_valid(struct mw_str s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = s.n ? (unsigned char)s.p[0] : 0xff;
	size_t n = first < 0x80	  ? 1
		   : first < 0xc2 ? 0
		   : first < 0xe0 ? 2
		   : first < 0xf0 ? 3
		   : first < 0xf5 ? 4
				  : 0;
	uint32_t c;

	if (!n || !is_tail(s, n))
		return 0;
	c = decode(s, n);
	if (n > 1 && (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)))
		return 0;
	return n;
}

size_t mw_utf8_shown(struct mw_str s)
{
	size_t n = mw_utf8_valid(s);
	uint32_t c = n ? decode(s, n) : 0;

	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return 0;
	if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x61c)
		return 0;
	return n;
}

static const char *escape(struct mw_arena *a, struct mw_str s, size_t longest)
{
	static const char hex[] = "0123456789abcdef";
	char *p = mw_arena_alloc(a, s.n * 4 + 1), *q = p;

	if (!p)
		return "";
	for (size_t i = 0; i < s.n;) {
		size_t n = mw_utf8_shown(mw_str_from(s, i));
		unsigned char c = (unsigned char)s.p[i];

		if (n && n <= longest) {
			q = mempcpy(q, s.p + i, n);
			i += n;
			continue;
		}
		*q++ = '\\', *q++ = 'x', *q++ = hex[c >> 4], *q++ = hex[c & 15];
		i++;
	}
	return p;
}

const char *mw_escape(struct mw_arena *a, struct mw_str s)
{
	return escape(a, s, 4);
}

const char *mw_escape_ascii(struct mw_arena *a, struct mw_str s)
{
	return escape(a, s, 1);
}
