/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pagetypeinfo.h"

#include "fuzz.h"

static void check_pageblocks(struct mw_str text)
{
	struct mw_pagetype_head h;
	struct mw_pageblock_row row;
	struct mw_str rows;

	mw_pagetypeinfo_head(text, &h);
	must_be_read(&h.pageblock_order, sizeof(h.pageblock_order));
	must_be_read(&h.pageblock_pages, sizeof(h.pageblock_pages));
	must(h.n_types <= MW_PAGE_TYPES);
	for (size_t i = 0; i < h.n_types; i++)
		must_lie_in(text, h.type[i]);
	rows = h.pageblock_rows;
	must_lie_in(text, rows);
	while (mw_pageblocks_next(&rows, &row)) {
		must_lie_in(text, row.zone);
		must(row.zone.n && row.n_types <= MW_PAGE_TYPES);
		must_be_read(row.count, sizeof(row.count));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_pagetype_row row;

	while (mw_pagetypeinfo_next(&rest, &row)) {
		must_lie_in(text, row.zone);
		must_lie_in(text, row.type);
		must(row.zone.n && row.type.n && row.n_orders && row.n_orders <= MW_ORDERS);
		must_be_read(row.blocks, sizeof(row.blocks));
		for (size_t o = 0; o < MW_ORDERS; o++)
			must(!row.capped[o] || mw_known(row.blocks[o]));
	}
	must(!rest.n);
	check_pageblocks(text);
	return 0;
}
