/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/buddyinfo.h"

#include "helper.h"

static const char two_zones[] = "Node 0, zone      DMA      0      0      0      0      0      0   "
				"   0      0      1      1"
				"      3 \n"
				"Node 12, zone   Normal   6383   3519   3498   4635   4570   2507  "
				" 1542    747    273    281"
				"    325 \n";

static void of_6_18(void **state)
{
	struct mw_str text = mw_str_of(two_zones);
	struct mw_buddy_zone z;

	(void)state;
	assert_true(mw_buddyinfo_next(&text, &z));
	assert_int_equal(z.node, 0);
	expect_str(z.zone, "DMA");
	assert_int_equal(z.n_orders, 11);
	expect_val(z.blocks[0], 0);
	expect_val(z.blocks[10], 3);
	expect_why(z.blocks[11], MW_ABSENT);
	assert_true(mw_buddyinfo_next(&text, &z));
	assert_int_equal(z.node, 12);
	expect_str(z.zone, "Normal");
	expect_val(z.blocks[0], 6383);
	expect_val(z.blocks[10], 325);
	assert_false(mw_buddyinfo_next(&text, &z));
}

/* 64 kB pages: 14 orders; more columns than there is room for are left. */
static void other_orders(void **state)
{
	struct mw_str text = LIT("Node 0, zone Normal 1 2 3 4 5 6 7 8 9 10 11 12 13 14\n"
				 "Node 0, zone Movable 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n"
				 "Node 1, zone HighMem 7");
	struct mw_buddy_zone z;

	(void)state;
	assert_true(mw_buddyinfo_next(&text, &z));
	assert_int_equal(z.n_orders, 14);
	expect_val(z.blocks[13], 14);
	assert_true(mw_buddyinfo_next(&text, &z));
	assert_int_equal(z.n_orders, MW_ORDERS);
	expect_val(z.blocks[MW_ORDERS - 1], 16);
	assert_true(mw_buddyinfo_next(&text, &z));
	assert_int_equal(z.n_orders, 1);
}

static void malformed(void **state)
{
	struct mw_str text = LIT("\nNode 0, zone\nNode x, zone DMA 1\nNode 1 zone DMA 1\n"
				 "Node 2, zone DMA\nNode 3, zone , 1\nnode 4, zone DMA 1\n"
				 "Node 5, zone DMA 1 x -1 >2 18446744073709551616 4\n");
	struct mw_buddy_zone z;

	(void)state;
	assert_true(mw_buddyinfo_next(&text, &z));
	assert_int_equal(z.node, 5);
	assert_int_equal(z.n_orders, 6);
	expect_val(z.blocks[0], 1);
	for (size_t o = 1; o < 5; o++)
		expect_why(z.blocks[o], MW_BAD);
	expect_val(z.blocks[5], 4);
	assert_false(mw_buddyinfo_next(&text, &z));
}

static void any(struct mw_str text)
{
	struct mw_buddy_zone z;

	while (mw_buddyinfo_next(&text, &z))
		assert_in_range(z.n_orders, 1, MW_ORDERS);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(mw_str_of(two_zones), any);
	each_mangled(mw_str_of(two_zones), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(other_orders),
		cmocka_unit_test(malformed),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
