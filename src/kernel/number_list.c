/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/number_list.h"

bool mw_list_next(struct mw_str *rest, struct mw_range *ret)
{
	struct mw_str piece, from, to;
	struct mw_range r = {};
	size_t dash;

	if (!mw_str_cut(rest, ',', &piece))
		return false;
	dash = mw_str_find(piece, '-');
	from = (struct mw_str){ piece.p, dash };
	to = dash < piece.n ? mw_str_from(piece, dash + 1) : from;
	r.ok = !mw_str_u64(from, &r.from) && !mw_str_u64(to, &r.to) && r.from <= r.to;
	*ret = r;
	return true;
}

bool mw_list_has(struct mw_str list, uint64_t n)
{
	struct mw_range r;

	while (mw_list_next(&list, &r))
		if (r.ok && n >= r.from && n <= r.to)
			return true;
	return false;
}

bool mw_lists_overlap(struct mw_str a, struct mw_str b)
{
	struct mw_range x, y;

	while (mw_list_next(&a, &x))
		for (struct mw_str rest = b; mw_list_next(&rest, &y);)
			if (x.ok && y.ok && x.from <= y.to && y.from <= x.to)
				return true;
	return false;
}

bool mw_list_is_valid(struct mw_str list)
{
	struct mw_range r;

	if (!list.n || mw_str_ends(list, ","))
		return false;
	while (mw_list_next(&list, &r))
		if (!r.ok)
			return false;
	return true;
}

struct mw_val mw_list_count(struct mw_str text)
{
	struct mw_str rest = mw_str_trim(text);
	struct mw_val sum = mw_ok(0);
	struct mw_range r;

	while (mw_list_next(&rest, &r)) {
		if (!r.ok)
			return mw_no(MW_BAD);
		sum = mw_add(sum, mw_add(mw_ok(r.to - r.from), mw_ok(1)));
	}
	return sum;
}
