/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pagetypeinfo.h"

#include "kernel/zone_head.h"

static const char order_head[] = "Page block order:", pages_head[] = "Pages per block:",
		  types_head[] = "Number of blocks type";

/* ", type    Unmovable": the comma went with the name of the zone. */
static bool cut_type(struct mw_str *line, struct mw_str *ret)
{
	struct mw_str word;

	return mw_str_word(line, &word) && mw_str_eq(word, "type") && mw_str_word(line, ret);
}

bool mw_pagetypeinfo_next(struct mw_str *text, struct mw_pagetype_row *ret)
{
	struct mw_str line;

	while (mw_str_cut(text, '\n', &line)) {
		struct mw_pagetype_row row;

		if (!mw_zone_head_cut(&line, &row.node, &row.zone) || !cut_type(&line, &row.type))
			continue;
		row.n_orders = mw_block_counts(line, MW_ORDERS, row.blocks, row.capped);
		if (!row.n_orders)
			continue;
		*ret = row;
		return true;
	}
	return false;
}

static struct mw_val number_after(struct mw_str line, const char *head, struct mw_val before)
{
	uint64_t v;

	if (!mw_str_starts(line, head))
		return before;
	if (before.why != MW_ABSENT)
		return mw_no(MW_BAD);
	line = mw_str_trim(mw_str_from(line, mw_str_of(head).n));
	return mw_str_u64(line, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

void mw_pagetypeinfo_head(struct mw_str text, struct mw_pagetype_head *ret)
{
	struct mw_pagetype_head h = { .pageblock_order = mw_no(MW_ABSENT),
				      .pageblock_pages = mw_no(MW_ABSENT) };
	struct mw_str line;

	while (mw_str_cut(&text, '\n', &line)) {
		h.pageblock_order = number_after(line, order_head, h.pageblock_order);
		h.pageblock_pages = number_after(line, pages_head, h.pageblock_pages);
		if (!mw_str_starts(line, types_head))
			continue;
		line = mw_str_from(line, sizeof(types_head) - 1);
		while (h.n_types < MW_PAGE_TYPES && mw_str_word(&line, &h.type[h.n_types]))
			h.n_types++;
		h.pageblock_rows = text;
		break;
	}
	*ret = h;
}

bool mw_pageblocks_next(struct mw_str *rows, struct mw_pageblock_row *ret)
{
	struct mw_pageblock_row row;
	struct mw_str line;

	if (!mw_str_cut(rows, '\n', &line) || !mw_zone_head_cut(&line, &row.node, &row.zone)) {
		*rows = (struct mw_str){};
		return false;
	}
	row.n_types = mw_block_counts(line, MW_PAGE_TYPES, row.count, NULL);
	*ret = row;
	return true;
}
