/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line that is a JSON object: only its members of the first level are looked at, and of those
 * only strings (and the byte arrays journalctl makes of what is no UTF-8).
 */
#include "kernel/kmsg.h"

#include <string.h>

static bool at(struct mw_str s, size_t i, char c)
{
	return i < s.n && s.p[i] == c;
}

static size_t skip_blanks(struct mw_str s, size_t i)
{
	while (at(s, i, ' ') || at(s, i, '\t'))
		i++;
	return i;
}

/* s.p[i] is the quote that opens: offset behind the one that closes; s.n + 1: none. */
static size_t skip_string(struct mw_str s, size_t i)
{
	for (i++; i < s.n; i++) {
		if (s.p[i] == '"')
			return i + 1;
		i += s.p[i] == '\\';
	}
	return s.n + 1;
}

/* Any value: offset behind it, where a ',' or '}' of the first level stands. */
static size_t skip_value(struct mw_str s, size_t i)
{
	size_t depth = 0;

	while (i < s.n) {
		char c = s.p[i];

		if (c == '"') {
			i = skip_string(s, i);
			continue;
		}
		if (!depth && (c == ',' || c == '}'))
			return i;
		depth += c == '[' || c == '{';
		depth -= (c == ']' || c == '}') && depth;
		i++;
	}
	return i;
}

static unsigned hex4(struct mw_str s)
{
	uint64_t v;

	return s.n >= 4 && !mw_str_hex64((struct mw_str){ s.p, 4 }, &v) ? (unsigned)v : 0xfffd;
}

static char *put_utf8(char *q, unsigned c)
{
	if (c >= 0xdc80 && c <= 0xdcff) {
		*q++ = (char)(c & 0xff); /* a byte that was no UTF-8 */
	} else if (c < 0x80) {
		*q++ = (char)c;
	} else if (c < 0x800) {
		*q++ = (char)(0xc0 | c >> 6);
		*q++ = (char)(0x80 | (c & 63));
	} else {
		*q++ = (char)(0xe0 | c >> 12);
		*q++ = (char)(0x80 | (c >> 6 & 63));
		*q++ = (char)(0x80 | (c & 63));
	}
	return q;
}

static char plain_escape(char c)
{
	static const char from[] = "nrtbf", to[] = "\n\r\t\b\f";
	const char *at_ = memchr(from, c, 5);

	return at_ ? to[at_ - from] : c;
}

static struct mw_str unescape(struct mw_str s, struct mw_arena *arena)
{
	char *p, *q;

	if (mw_str_find(s, '\\') == s.n)
		return s;
	p = q = mw_arena_alloc(arena, s.n + 1);
	if (!p)
		return (struct mw_str){};
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\' || i + 1 == s.n) {
			*q++ = s.p[i];
		} else if (s.p[i + 1] == 'u' && i + 6 <= s.n) {
			q = put_utf8(q, hex4(mw_str_from(s, i + 2)));
			i += 5;
		} else {
			*q++ = plain_escape(s.p[++i]);
		}
	}
	return (struct mw_str){ p, (size_t)(q - p) };
}

/* [80, 121, ...] */
static struct mw_str bytes_of(struct mw_str s, struct mw_arena *arena)
{
	char *p = mw_arena_alloc(arena, s.n + 1), *q = p;
	struct mw_str piece;
	uint64_t v;

	if (!p)
		return (struct mw_str){};
	s = mw_str_from(s, 1);
	s.n = mw_str_find(s, ']');
	while (mw_str_cut(&s, ',', &piece))
		if (!mw_str_u64(mw_str_trim(piece), &v) && v < 256)
			*q++ = (char)v;
	return (struct mw_str){ p, (size_t)(q - p) };
}

static void member(struct mw_str key, struct mw_str value, struct mw_arena *arena,
		   struct mw_kmsg *k)
{
	static const char *const messages[] = { "MESSAGE", "log", "message", "msg", "textPayload" };
	bool text = value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"';
	struct mw_str inside = text ? (struct mw_str){ value.p + 1, value.n - 2 } : value;

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		if (mw_str_eq(key, messages[i]) && (text || at(value, 0, '[')))
			k->body = text ? unescape(inside, arena) : bytes_of(value, arena);
	if (!text)
		return;
	if (mw_str_eq(key, "_HOSTNAME") || mw_str_eq(key, "host") || mw_str_eq(key, "hostname"))
		k->host = unescape(inside, arena);
	else if (mw_str_eq(key, "SYSLOG_IDENTIFIER"))
		k->tag = unescape(inside, arena);
	else if (mw_str_eq(key, "__REALTIME_TIMESTAMP"))
		mw_stamp_realtime(inside, &k->stamp);
	else if (mw_str_eq(key, "time") || mw_str_eq(key, "timestamp"))
		mw_stamp_iso(inside, &k->stamp);
}

bool mw_kmsg_json(struct mw_str s, struct mw_arena *arena, struct mw_kmsg *ret)
{
	struct mw_kmsg k = {};
	size_t i = skip_blanks(s, 1), end;
	struct mw_str key;

	if (!at(s, 0, '{') || !at(s, i, '"'))
		return false;
	while (at(s, i, '"')) {
		end = skip_string(s, i);
		if (end > s.n)
			break;
		key = (struct mw_str){ s.p + i + 1, end - i - 2 };
		i = skip_blanks(s, end);
		if (!at(s, i, ':'))
			break;
		i = skip_blanks(s, i + 1);
		end = skip_value(s, i);
		if (end > s.n)
			break;
		member(key, mw_str_trim((struct mw_str){ s.p + i, end - i }), arena, &k);
		i = end;
		if (!at(s, i, ','))
			break;
		i = skip_blanks(s, i + 1);
	}
	if (!k.body.p)
		return false;
	while (k.body.n && k.body.p[k.body.n - 1] == '\n')
		k.body.n--;
	*ret = k;
	return true;
}
