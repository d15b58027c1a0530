/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pressure.h"

/* "12.34" */
static struct mw_val percent(struct mw_str s)
{
	uint64_t whole, part;
	size_t dot = mw_str_find(s, '.');
	struct mw_str digits = mw_str_from(s, dot + 1);

	if (digits.n != 2 || mw_str_u64((struct mw_str){ s.p, dot }, &whole) < 0 || whole > 100 ||
	    mw_str_u64(digits, &part) < 0)
		return mw_no(MW_BAD);
	return mw_ok(whole * 100 + part);
}

static void take_line(struct mw_str line, struct mw_val *ret_permyriad, struct mw_val *ret_us)
{
	struct mw_str word, key;
	uint64_t v;

	while (mw_str_word(&line, &word)) {
		if (!mw_str_cut(&word, '=', &key))
			continue;
		if (mw_str_eq(key, "avg10"))
			*ret_permyriad = percent(word);
		else if (mw_str_eq(key, "total"))
			*ret_us = mw_str_u64(word, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
	}
}

void mw_pressure_parse(struct mw_str text, struct mw_pressure *ret)
{
	struct mw_pressure p = { mw_no(MW_ABSENT), mw_no(MW_ABSENT), mw_no(MW_ABSENT),
				 mw_no(MW_ABSENT) };
	struct mw_str line, word;

	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_word(&line, &word))
			continue;
		if (mw_str_eq(word, "some"))
			take_line(line, &p.some_permyriad, &p.some_us);
		else if (mw_str_eq(word, "full"))
			take_line(line, &p.full_permyriad, &p.full_us);
	}
	*ret = p;
}
