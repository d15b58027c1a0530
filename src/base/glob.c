/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

#include <string.h>

static bool is_special(char c)
{
	return c == '*' || c == '?' || c == '[';
}

/* The offset of the "]" that ends a set; p.n: it is no set, and "[" means itself. */
static size_t set_end(struct mw_str p, size_t open)
{
	size_t at = open + 1;

	at += at < p.n && (p.p[at] == '!' || p.p[at] == '^');
	at += at < p.n && p.p[at] == ']';
	while (at < p.n && p.p[at] != ']')
		at++;
	return at;
}

static bool set_has(struct mw_str set, unsigned char c)
{
	bool not = set.n && (set.p[0] == '!' || set.p[0] == '^'), found = false;

	for (size_t i = not ; i < set.n; i++) {
		unsigned char first = (unsigned char)set.p[i], last = first;

		if (i + 2 < set.n && set.p[i + 1] == '-') {
			last = (unsigned char)set.p[i + 2];
			i += 2;
		}
		found |= first <= c && c <= last;
	}
	return found != not ;
}

/* Does what stands at *at match c?  Then *at is behind it. */
static bool match_one(struct mw_str p, size_t *at, char c)
{
	size_t end;
	bool same;

	if (*at == p.n)
		return false;
	if (p.p[*at] == '[' && (end = set_end(p, *at)) < p.n) {
		same = set_has((struct mw_str){ p.p + *at + 1, end - *at - 1 }, (unsigned char)c);
		*at = end + 1;
		return same;
	}
	if (p.p[*at] == '\\' && *at + 1 < p.n)
		++*at;
	else if (p.p[*at] == '?') {
		++*at;
		return true;
	}
	return p.p[(*at)++] == c;
}

/* One star is enough to come back to: the last, for what an earlier one takes more a later one can
 * take too. */
bool mw_glob_match(struct mw_str p, struct mw_str name)
{
	size_t at = 0, i = 0, star = SIZE_MAX, star_i = 0;

	if (name.n && name.p[0] == '.' && !mw_str_starts(p, ".") && !mw_str_starts(p, "\\."))
		return false;
	while (i < name.n) {
		size_t next = at;

		if (at < p.n && p.p[at] == '*') {
			star = ++at;
			star_i = i;
		} else if (name.p[i] != '/' && match_one(p, &next, name.p[i])) {
			at = next;
			i++;
		} else if (star != SIZE_MAX && name.p[star_i] != '/') {
			at = star;
			i = ++star_i;
		} else {
			return false;
		}
	}
	while (at < p.n && p.p[at] == '*')
		at++;
	return at == p.n;
}

bool mw_glob_is_pattern(struct mw_str p)
{
	for (size_t i = 0; i < p.n; i++) {
		if (p.p[i] == '\\')
			i++;
		else if (is_special(p.p[i]))
			return true;
	}
	return false;
}

struct mw_str mw_glob_plain(struct mw_arena *a, struct mw_str p)
{
	char *text = mw_arena_alloc(a, p.n + 1);
	size_t n = 0;

	for (size_t i = 0; text && i < p.n; i++) {
		if (p.p[i] == '\\' && i + 1 < p.n)
			i++;
		text[n++] = p.p[i];
	}
	return (struct mw_str){ text ? text : "", n };
}

struct mw_str mw_glob_quote(struct mw_arena *a, struct mw_str name)
{
	char *text = mw_arena_alloc(a, 2 * name.n + 1);
	size_t n = 0;

	for (size_t i = 0; text && i < name.n; i++) {
		if (is_special(name.p[i]) || name.p[i] == '\\')
			text[n++] = '\\';
		text[n++] = name.p[i];
	}
	return (struct mw_str){ text ? text : "", n };
}
