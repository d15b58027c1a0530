/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_check - is a text one JSON value (RFC 8259) and nothing else?  Strings must be valid UTF-8
 * and hold no raw control character.
 */
#pragma once

#include <string.h>

#include "base/str.h"
#include "report/escape.h"

#define JSON_DEPTH_MAX 32

static inline void json_blank(struct mw_str *s)
{
	while (s->n && memchr(" \t\n\r", s->p[0], 4))
		*s = mw_str_from(*s, 1);
}

/* Takes `word` off the front. */
static inline bool json_take(struct mw_str *s, const char *word)
{
	if (!mw_str_starts(*s, word))
		return false;
	*s = mw_str_from(*s, strlen(word));
	return true;
}

static inline bool json_escape(struct mw_str *s)
{
	uint64_t code;

	if (s->n >= 2 && memchr("\"\\/bfnrt", s->p[1], 8)) {
		*s = mw_str_from(*s, 2);
		return true;
	}
	if (s->n < 6 || s->p[1] != 'u' || mw_str_hex64((struct mw_str){ s->p + 2, 4 }, &code) < 0)
		return false;
	*s = mw_str_from(*s, 6);
	return true;
}

static inline bool json_string(struct mw_str *s)
{
	if (!json_take(s, "\""))
		return false;
	while (s->n && s->p[0] != '"') {
		size_t n = mw_utf8_valid(*s);

		if (s->p[0] == '\\') {
			if (!json_escape(s))
				return false;
			continue;
		}
		if (!n || (unsigned char)s->p[0] < 0x20)
			return false;
		*s = mw_str_from(*s, n);
	}
	return json_take(s, "\"");
}

/* Our own numbers: decimal, whole, no zero below zero. */
static inline bool json_number(struct mw_str *s)
{
	size_t n = 0;

	if (!mw_str_starts(*s, "-0"))
		json_take(s, "-");
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (!n || (n > 1 && s->p[0] == '0'))
		return false;
	*s = mw_str_from(*s, n);
	return true;
}

static inline bool json_value(struct mw_str *s, size_t depth);

static inline bool json_members(struct mw_str *s, char end, size_t depth)
{
	const char close[2] = { end, '\0' };

	json_blank(s);
	if (json_take(s, close))
		return true;
	do {
		json_blank(s);
		if (end == '}') {
			if (!json_string(s))
				return false;
			json_blank(s);
			if (!json_take(s, ":"))
				return false;
		}
		if (!json_value(s, depth + 1))
			return false;
	} while (json_take(s, ","));
	return json_take(s, close);
}

/* With the blanks around it. */
static inline bool json_value(struct mw_str *s, size_t depth)
{
	bool ok;

	json_blank(s);
	if (depth > JSON_DEPTH_MAX || !s->n)
		return false;
	if (json_take(s, "{"))
		ok = json_members(s, '}', depth);
	else if (json_take(s, "["))
		ok = json_members(s, ']', depth);
	else if (s->p[0] == '"')
		ok = json_string(s);
	else
		ok = json_take(s, "true") || json_take(s, "false") || json_take(s, "null") ||
		     json_number(s);
	json_blank(s);
	return ok;
}

static inline bool json_check(struct mw_str text)
{
	return json_value(&text, 0) && !text.n;
}
