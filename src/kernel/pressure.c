/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pressure.h"

/* "12.34" -> 1234 */
static struct mw_val parse_percent(struct mw_str s)
{
	struct mw_str whole;
	uint64_t a, b;

	if (!mw_str_cut(&s, '.', &whole) || s.n != 2 || mw_str_u64(whole, &a) < 0 ||
	    mw_str_u64(s, &b) < 0 || a > 100)
		return mw_no(MW_BAD);
	return mw_ok(a * 100 + b);
}

static struct mw_val value(struct mw_str line, const char *key)
{
	struct mw_str word, name;

	while (mw_str_word(&line, &word))
		if (mw_str_cut(&word, '=', &name) && mw_str_eq(name, key))
			return parse_percent(word);
	return mw_no(MW_BAD);
}

struct mw_pressure mw_pressure_parse(struct mw_str text)
{
	struct mw_pressure p = { mw_no(MW_ABSENT), mw_no(MW_ABSENT), mw_no(MW_ABSENT),
				 mw_no(MW_ABSENT) };
	struct mw_str line, word;

	while (mw_str_cut(&text, '\n', &line)) {
		bool some, full;

		if (!mw_str_word(&line, &word))
			continue;
		some = mw_str_eq(word, "some");
		full = mw_str_eq(word, "full");
		if (some) {
			p.some10_permyriad = value(line, "avg10");
			p.some60_permyriad = value(line, "avg60");
		} else if (full) {
			p.full10_permyriad = value(line, "avg10");
			p.full60_permyriad = value(line, "avg60");
		}
	}
	return p;
}
