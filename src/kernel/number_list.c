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

static size_t put_number(char *text, uint64_t v)
{
	char digits[20];
	size_t n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10));
	for (size_t i = 0; i < n; i++)
		text[i] = digits[n - 1 - i];
	return n;
}

static size_t put_range(char *text, bool comma, uint64_t from, uint64_t to)
{
	size_t n = 0;

	if (comma)
		text[n++] = ',';
	n += put_number(text + n, from);
	if (to == from)
		return n;
	text[n++] = '-';
	return n + put_number(text + n, to);
}

/* Of lists as the kernel prints them no piece is longer than what it was made of; of others the
 * room ends. */
struct mw_str mw_list_common(struct mw_str a, struct mw_str b, struct mw_arena *arena)
{
	size_t most = 2 * (a.n + b.n) + 64, n = 0;
	char *text = mw_arena_alloc(arena, most);
	struct mw_range x, y;

	while (text && mw_list_next(&a, &x))
		for (struct mw_str rest = b; mw_list_next(&rest, &y);) {
			uint64_t from = x.from > y.from ? x.from : y.from;
			uint64_t to = x.to < y.to ? x.to : y.to;

			if (!x.ok || !y.ok || from > to || most - n < 44)
				continue;
			n += put_range(text + n, n > 0, from, to);
		}
	return (struct mw_str){ text, n };
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
