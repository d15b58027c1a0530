/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/fields.h"

static struct mw_val *slot(void *out, const struct mw_field *field)
{
	return (struct mw_val *)((char *)out + field->offset);
}

static struct mw_val parse_value(struct mw_str s, enum mw_field_kind kind)
{
	struct mw_str number, unit = {};
	uint64_t v;

	if (!mw_str_word(&s, &number) || mw_str_u64(number, &v) < 0)
		return mw_no(MW_BAD);
	mw_str_word(&s, &unit);
	if (mw_str_trim(s).n)
		return mw_no(MW_BAD);
	if (kind == MW_FIELD_COUNT)
		return unit.n ? mw_no(MW_BAD) : mw_ok(v);
	return mw_str_eq(unit, "kB") ? mw_mul(mw_ok(v), 1024) : mw_no(MW_BAD);
}

void mw_fields_parse(struct mw_str text, char sep, const struct mw_field *table, size_t n,
		     void *out)
{
	struct mw_str line, key;
	size_t next = 0;

	for (size_t i = 0; i < n; i++)
		*slot(out, &table[i]) = mw_no(MW_ABSENT);
	while (n && mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_cut(&line, sep, &key))
			continue;
		for (size_t tried = 0; tried < n; tried++) {
			const struct mw_field *f = &table[(next + tried) % n];

			if (!mw_str_eq(key, f->key))
				continue;
			*slot(out, f) = slot(out, f)->why == MW_ABSENT ? parse_value(line, f->kind)
								       : mw_no(MW_BAD);
			next = (next + tried + 1) % n;
			break;
		}
	}
}

struct mw_val mw_number_parse(struct mw_str text)
{
	uint64_t v;

	return mw_str_u64(mw_str_trim(text), &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}
