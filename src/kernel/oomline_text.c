/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_text - fields found by their names, since their order and number change with versions.
 */
#include "kernel/oomlog_private.h"

#include <string.h>

struct mw_str mw_text_after(struct mw_str body, const char *key, const char *ends)
{
	size_t at = mw_str_search(body, key), n = 0;
	struct mw_str s;

	if (at == body.n)
		return (struct mw_str){};
	s = mw_str_from(body, at + strlen(key));
	while (n < s.n && !memchr(ends, s.p[n], strlen(ends)))
		n++;
	return (struct mw_str){ s.p, n };
}

static struct mw_str digits_after(struct mw_str body, const char *key, bool *ret_found)
{
	size_t at = mw_str_search(body, key), n = 0;
	struct mw_str s;

	*ret_found = at < body.n;
	s = mw_str_from(body, at + strlen(key));
	while (s.n && s.p[0] == ' ')
		s = mw_str_from(s, 1);
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return (struct mw_str){ s.p, n };
}

struct mw_val mw_number_after(struct mw_str body, const char *key)
{
	uint64_t v;
	bool found;
	struct mw_str digits = digits_after(body, key, &found);

	if (!found)
		return mw_no(MW_UNREAD);
	return mw_str_u64(digits, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

struct mw_val mw_kib_after(struct mw_str body, const char *key)
{
	return mw_mul(mw_number_after(body, key), 1024);
}

struct mw_val mw_hex_after(struct mw_str body, const char *key)
{
	size_t at = mw_str_search(body, key), n = 0;
	struct mw_str s = mw_str_from(body, at + strlen(key));
	uint64_t v;

	if (at == body.n)
		return mw_no(MW_UNREAD);
	if (mw_str_starts(s, "0x"))
		s = mw_str_from(s, 2);
	while (n < s.n && memchr("0123456789abcdefABCDEF", s.p[n], 22))
		n++;
	return mw_str_hex64((struct mw_str){ s.p, n }, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

bool mw_pair_next(struct mw_str *rest, struct mw_str *ret_key, struct mw_val *ret_value,
		  struct mw_str *ret_unit)
{
	struct mw_str s = *rest;
	size_t colon = mw_str_find(s, ':'), begin = colon, n = 0;
	uint64_t v;

	if (colon == s.n)
		return false;
	while (begin && s.p[begin - 1] != ' ')
		begin--;
	*ret_key = (struct mw_str){ s.p + begin, colon - begin };
	s = mw_str_from(s, colon + 1);
	if (s.n && s.p[0] == ' ')
		s = mw_str_from(s, 1);
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	*ret_value = mw_str_u64((struct mw_str){ s.p, n }, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
	s = mw_str_from(s, n);
	n = mw_str_find(s, ' ');
	*ret_unit = (struct mw_str){ s.p, n < 2 ? n : 2 };
	*rest = s;
	return true;
}
