/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fmt.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *mw_fmt(struct mw_arena *a, const char *format, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		return "";
	p = mw_arena_alloc(a, (size_t)n + 1);
	if (!p)
		return "";
	va_start(ap, format);
	vsnprintf(p, (size_t)n + 1, format, ap);
	va_end(ap);
	return p;
}

const char *mw_fmt_bytes(struct mw_arena *a, uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t whole = bytes, rest = 0;
	size_t u = 0;

	while (whole >= 1024 && u < 6) {
		rest = (whole & 1023) * 1000 / 1024;
		whole >>= 10;
		u++;
	}
	if (u && u < 6 && whole == 1023 && rest >= 500) {
		whole = 1; /* rounded it is one of the next unit */
		rest = 0;
		u++;
	}
	if (!u || whole >= 100)
		return mw_fmt(a, "%u %s", (unsigned)(whole + (u && rest >= 500)), units[u]);
	if (whole >= 10)
		return mw_fmt(a, "%u.%u %s", (unsigned)whole, (unsigned)(rest / 100), units[u]);
	return mw_fmt(a, "%u.%02u %s", (unsigned)whole, (unsigned)(rest / 10), units[u]);
}

const char *mw_fmt_val_bytes(struct mw_arena *a, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_fmt_bytes(a, bytes.v) : mw_why_name(bytes.why);
}

static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789_-./:,+@%=";

static bool is_plain(struct mw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!memchr(safe, s.p[i], sizeof(safe) - 1))
			return false;
	return s.n && s.p[0] != '-';
}

static bool has_control(struct mw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || (unsigned char)s.p[i] >= 0x7f)
			return true;
	return false;
}

const char *mw_fmt_shell(struct mw_arena *a, struct mw_str s)
{
	static const char hex[] = "0123456789abcdef";
	bool ansi = has_control(s);
	char *p, *q;

	if (is_plain(s))
		return mw_arena_cstr(a, s);
	p = q = mw_arena_alloc(a, s.n * 4 + 4);
	if (!p)
		return "";
	if (ansi)
		*q++ = '$';
	*q++ = '\'';
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		/* A shell that knows no $'' takes this for a plain string: so nothing in it may
		 * end one. */
		if (ansi && !memchr(safe, c, sizeof(safe) - 1)) {
			*q++ = '\\', *q++ = 'x', *q++ = hex[c >> 4], *q++ = hex[c & 15];
		} else if (c == '\'') {
			*q++ = '\'', *q++ = '\\', *q++ = '\'', *q++ = '\'';
		} else {
			*q++ = (char)c;
		}
	}
	*q++ = '\'';
	return p;
}

uint64_t mw_permille(uint64_t part, uint64_t whole)
{
	if (!whole)
		return 0;
	if (part > UINT64_MAX / 1000)
		return part / (whole / 1000 ? whole / 1000 : 1);
	return part * 1000 / whole;
}

const char *mw_fmt_share(struct mw_arena *a, uint64_t part, uint64_t whole)
{
	uint64_t permille = mw_permille(part, whole);

	return mw_fmt(a, "%" PRIu64 ".%" PRIu64 " %%", permille / 10, permille % 10);
}

struct mw_str mw_fmt_octal(struct mw_arena *a, struct mw_str s)
{
	char *p = mw_arena_alloc(a, s.n * 4 + 1), *q = p;

	if (!p)
		return (struct mw_str){};
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c > 0x20 && c != '\\' && c != 0x7f) {
			*q++ = (char)c;
			continue;
		}
		*q++ = '\\';
		*q++ = (char)('0' + (c >> 6));
		*q++ = (char)('0' + (c >> 3 & 7));
		*q++ = (char)('0' + (c & 7));
	}
	return (struct mw_str){ p, (size_t)(q - p) };
}

static bool is_octal(struct mw_str s, size_t i)
{
	return s.n - i >= 4 && s.p[i] == '\\' && s.p[i + 1] >= '0' && s.p[i + 1] <= '3' &&
	       s.p[i + 2] >= '0' && s.p[i + 2] <= '7' && s.p[i + 3] >= '0' && s.p[i + 3] <= '7';
}

struct mw_str mw_fmt_unoctal(struct mw_arena *a, struct mw_str s)
{
	char *p, *q;

	if (mw_str_find(s, '\\') == s.n)
		return mw_arena_copy(a, s);
	p = q = mw_arena_alloc(a, s.n + 1);
	if (!p)
		return (struct mw_str){};
	for (size_t i = 0; i < s.n; i++) {
		if (!is_octal(s, i)) {
			*q++ = s.p[i];
			continue;
		}
		*q++ = (char)((s.p[i + 1] - '0') << 6 | (s.p[i + 2] - '0') << 3 |
			      (s.p[i + 3] - '0'));
		i += 3;
	}
	return (struct mw_str){ p, (size_t)(q - p) };
}
