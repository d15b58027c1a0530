/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pagetypeinfo.h"

#include "helper.h"

static const char kernel_2_6_32[] =
	"Page block order: 9\nPages per block:  512\n\n"
	"Free pages count per migrate type at order       0      1      2 \n"
	"Node    0, zone      DMA, type    Unmovable      1      1      1 \n"
	"Node    0, zone      DMA, type  Reclaimable      0      0      0 \n"
	"Node    0, zone      DMA, type      Reserve      0      0      1 \n\n"
	"Number of blocks type     Unmovable  Reclaimable      Reserve \n"
	"Node 0, zone      DMA            1            0            1 \n";

static const char kernel_6_18[] =
	"Page block order: 9\nPages per block:  512\n\n"
	"Free pages count per migrate type at order       0      1      2 \n"
	"Node    1, zone   Normal, type    Unmovable      1    986   1404 \n"
	"Node    1, zone   Normal, type      Movable >100000 >100000      7 \n"
	"Node    1, zone   Normal, type   HighAtomic      0      0      0 \n\n"
	"Number of blocks type     Unmovable      Movable   HighAtomic \n"
	"Node 1, zone   Normal          497         1924            0 \n"
	"Node 1, zone  Movable            0            8            0 \n\n"
	"Number of mixed blocks    Unmovable      Movable   HighAtomic \n"
	"Node 1, zone   Normal           11           12           13 \n";

static void free_blocks_of_6_18(void **state)
{
	struct mw_str text = mw_str_of(kernel_6_18);
	struct mw_pagetype_row row;

	(void)state;
	assert_true(mw_pagetypeinfo_next(&text, &row));
	assert_int_equal(row.node, 1);
	expect_str(row.zone, "Normal");
	expect_str(row.type, "Unmovable");
	assert_int_equal(row.n_orders, 3);
	expect_val(row.blocks[2], 1404);
	expect_why(row.blocks[3], MW_ABSENT);
	assert_false(row.capped[2]);
	assert_true(mw_pagetypeinfo_next(&text, &row));
	expect_str(row.type, "Movable");
	expect_val(row.blocks[0], 100000);
	assert_true(row.capped[0] && row.capped[1] && !row.capped[2]);
	expect_val(row.blocks[2], 7);
	assert_true(mw_pagetypeinfo_next(&text, &row));
	expect_str(row.type, "HighAtomic");
	assert_false(row.capped[0]);
	assert_false(mw_pagetypeinfo_next(&text, &row));
}

static void free_blocks_of_2_6_32(void **state)
{
	struct mw_str text = mw_str_of(kernel_2_6_32);
	struct mw_pagetype_row row;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_true(mw_pagetypeinfo_next(&text, &row));
	expect_str(row.type, "Reserve");
	expect_val(row.blocks[2], 1);
	assert_false(mw_pagetypeinfo_next(&text, &row));
}

static void pageblocks(void **state)
{
	struct mw_pagetype_head h;
	struct mw_pageblock_row row;

	(void)state;
	mw_pagetypeinfo_head(mw_str_of(kernel_6_18), &h);
	expect_val(h.pageblock_order, 9);
	expect_val(h.pageblock_pages, 512);
	assert_int_equal(h.n_types, 3);
	expect_str(h.type[2], "HighAtomic");
	assert_true(mw_pageblocks_next(&h.pageblock_rows, &row));
	assert_int_equal(row.node, 1);
	expect_str(row.zone, "Normal");
	assert_int_equal(row.n_types, 3);
	expect_val(row.count[1], 1924);
	expect_why(row.count[3], MW_ABSENT);
	assert_true(mw_pageblocks_next(&h.pageblock_rows, &row));
	expect_str(row.zone, "Movable");
	/* The mixed blocks are another table. */
	assert_false(mw_pageblocks_next(&h.pageblock_rows, &row));
	assert_false(mw_pageblocks_next(&h.pageblock_rows, &row));
}

static void malformed(void **state)
{
	struct mw_str text = LIT("Page block order: 9\nPage block order: 9\nPages per block: x\n"
				 "Node 0, zone Normal 1 2 3\nNode 0, zone Normal, type\n"
				 "Node 0, zone Normal, type Movable\n"
				 "Node 0, zone Normal, typ Movable 1\n"
				 "Node 0, zone Normal, type Movable > >x >>1 -1 1\n");
	struct mw_pagetype_head h;
	struct mw_pagetype_row row;

	(void)state;
	mw_pagetypeinfo_head(text, &h);
	expect_why(h.pageblock_order, MW_BAD);
	expect_why(h.pageblock_pages, MW_BAD);
	assert_int_equal(h.n_types, 0);
	assert_true(mw_pagetypeinfo_next(&text, &row));
	assert_int_equal(row.n_orders, 5);
	for (size_t o = 0; o < 4; o++) {
		expect_why(row.blocks[o], MW_BAD);
		assert_false(row.capped[o]);
	}
	expect_val(row.blocks[4], 1);
	assert_false(mw_pagetypeinfo_next(&text, &row));
	mw_pagetypeinfo_head(LIT(""), &h);
	expect_why(h.pageblock_order, MW_ABSENT);
}

static void any(struct mw_str text)
{
	struct mw_pagetype_head h;
	struct mw_pageblock_row blocks;
	struct mw_pagetype_row row;

	mw_pagetypeinfo_head(text, &h);
	assert_in_range(h.n_types, 0, MW_PAGE_TYPES);
	while (mw_pageblocks_next(&h.pageblock_rows, &blocks))
		assert_in_range(blocks.n_types, 0, MW_PAGE_TYPES);
	while (mw_pagetypeinfo_next(&text, &row))
		assert_in_range(row.n_orders, 1, MW_ORDERS);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(mw_str_of(kernel_6_18), any);
	each_mangled(mw_str_of(kernel_6_18), any);
	each_mangled(mw_str_of(kernel_2_6_32), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_blocks_of_6_18), cmocka_unit_test(free_blocks_of_2_6_32),
		cmocka_unit_test(pageblocks),	       cmocka_unit_test(malformed),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
