/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/zoneinfo.h"

#include <errno.h>

#include "helper.h"

static const char kernel_2_6_32[] =
	"Node 0, zone      DMA\n  pages free     3935\n        min      32\n        low      40\n"
	"        high     48\n        scanned  0\n        spanned  4095\n        present  3834\n"
	"    nr_free_pages 3935\n    nr_inactive_anon 0\n    nr_active_file 3\n        protection: "
	"(0, 3254, 8052, "
	"8052)\n"
	"  pagesets\n    cpu: 0\n              count: 0\n              high:  0\n"
	"              batch: 1\n  vm stats threshold: 6\n  all_unreclaimable: 1\n"
	"  prev_priority:     12\n  start_pfn:         1\n  inactive_ratio:    1\n"
	"Node 0, zone    DMA32\n  pages free     25610\n        min      6848\n"
	"        low      8560\n        high     10272\n        scanned  0\n"
	"        spanned  1044480\n        present  833240\n    nr_free_pages 25610\n"
	"        protection: (0, 0, 4797, 4797)\n  pagesets\n    cpu: 0\n"
	"              count: 151\n              high:  186\n              batch: 31\n"
	"    cpu: 1\n              count: 20\n              high:  186\n"
	"              batch: 31\n  start_pfn:         4096\n";

static const char kernel_6_18[] =
	"Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 1125\n"
	"      nr_inactive_file 81\n      nr_active_file 92\n"
	"      nr_slab_reclaimable 13\n"
	"      nr_free_cma  7\n      nr_balloon_pages 0\n  pages free     3840\n"
	"        boost    0\n        min      25\n        low      31\n        high     37\n"
	"        promo    43\n        spanned  4095\n        present  3997\n"
	"        managed  3840\n        cma      0\n"
	"        protection: (0, 3072, 23960, 23960, 23960)\n      nr_free_pages 3840\n"
	"      nr_free_cma  0\n  pagesets\n    cpu: 0\n              count:    0\n"
	"              high:     0\n              batch:    1\n              high_min: 0\n"
	"              high_max: 0\n  vm stats threshold: 4\n  node_unreclaimable:  0\n"
	"  start_pfn:           1\n"
	"Node 0, zone   Normal\n  pages free     4000000\n        boost    512\n"
	"        min      10000\n        low      12500\n        high     15000\n"
	"        promo    17500\n        spanned  5505024\n        present  5505024\n"
	"        managed  5300000\n        cma      16384\n        protection: (0, 0, 0, 0, 0)\n"
	"  pagesets\n    cpu: 0\n              count:    1500\n              high:     20000\n"
	"    cpu: 1\n              count:    2500\n              high:     20000\n"
	"  start_pfn:           1048576\n"
	"Node 0, zone  Movable\n  pages free     0\n        boost    0\n        min      32\n"
	"        low      32\n        high     32\n        promo    32\n        spanned  0\n"
	"        present  0\n        managed  0\n        cma      0\n"
	"        protection: (0, 0, 0, 0, 0)\n";

static struct mw_zoneinfo parse(const char *text, struct mw_arena *a)
{
	struct mw_zoneinfo zi;

	assert_int_equal(mw_zoneinfo_parse(mw_str_of(text), a, &zi), 0);
	return zi;
}

static void of_2_6_32(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse(kernel_2_6_32, &a);

	(void)state;
	assert_int_equal(zi.n_zones, 2);
	expect_str(zi.zone[0].name, "DMA");
	expect_str(zi.zone[1].name, "DMA32");
	expect_val(zi.zone[1].free_pages, 25610);
	expect_val(zi.zone[1].min_pages, 6848);
	expect_val(zi.zone[1].low_pages, 8560);
	expect_val(zi.zone[1].high_pages, 10272);
	expect_val(zi.zone[1].spanned_pages, 1044480);
	expect_val(zi.zone[1].present_pages, 833240);
	expect_val(zi.zone[1].percpu_list_pages, 171);
	expect_why(zi.zone[1].managed_pages, MW_ABSENT);
	expect_why(zi.zone[1].boost_pages, MW_ABSENT);
	expect_why(zi.zone[1].cma_pages, MW_ABSENT);
	expect_why(zi.zone[1].free_cma_pages, MW_ABSENT);
	expect_why(zi.zone[1].promo_pages, MW_ABSENT);
	expect_why(zi.zone[1].free_highatomic_pages, MW_ABSENT);
	expect_val(zi.zone[0].active_file_pages, 3);
	expect_why(zi.zone[1].active_file_pages, MW_ABSENT);
	expect_val(zi.zone[0].unreclaimable, 1);
	expect_why(zi.zone[1].unreclaimable, MW_ABSENT);
	expect_val(zi.zone[1].start_pfn, 4096);
	assert_int_equal(zi.zone[0].n_lowmem_reserve, 4);
	assert_int_equal(zi.zone[0].lowmem_reserve_pages[1], 3254);
	assert_int_equal(zi.zone[0].lowmem_reserve_pages[3], 8052);
}

static void sums_of_2_6_32(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse(kernel_2_6_32, &a);

	(void)state;
	expect_why(mw_zoneinfo_managed_pages(&zi), MW_ABSENT);
	expect_val(mw_zoneinfo_free_pages(&zi), 3935 + 25610);
	expect_val(mw_zoneinfo_percpu_list_pages(&zi), 171);
}

static void of_6_18(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse(kernel_6_18, &a);

	(void)state;
	assert_int_equal(zi.n_zones, 3);
	expect_val(zi.zone[1].free_pages, 4000000);
	expect_val(zi.zone[1].boost_pages, 512);
	expect_val(zi.zone[1].high_pages, 15000);
	expect_val(zi.zone[1].promo_pages, 17500);
	expect_val(zi.zone[0].free_cma_pages, 0);
	expect_val(zi.zone[0].inactive_file_pages, 81);
	expect_val(zi.zone[0].active_file_pages, 92);
	expect_val(zi.zone[0].slab_reclaimable_pages, 13);
	expect_why(zi.zone[1].slab_reclaimable_pages, MW_ABSENT);
	expect_val(zi.zone[0].unreclaimable, 0);
	expect_val(zi.zone[1].start_pfn, 1048576);
	expect_why(zi.zone[2].start_pfn, MW_ABSENT);
	expect_why(zi.zone[1].reserved_highatomic_pages, MW_ABSENT);
	expect_val(zi.zone[1].managed_pages, 5300000);
	expect_val(zi.zone[1].cma_pages, 16384);
	expect_val(zi.zone[1].percpu_list_pages, 4000);
	assert_int_equal(zi.zone[0].n_lowmem_reserve, 5);
	assert_int_equal(zi.zone[0].lowmem_reserve_pages[4], 23960);
	expect_why(zi.zone[2].percpu_list_pages, MW_ABSENT);
	expect_val(zi.zone[2].managed_pages, 0);
	expect_val(mw_zoneinfo_managed_pages(&zi), 3840 + 5300000);
	expect_val(mw_zoneinfo_free_pages(&zi), 3840 + 4000000);
	expect_val(mw_zoneinfo_percpu_list_pages(&zi), 4000);
}

static void tail_of_7_2(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse("Node 0, zone    DMA32\n  pages free     45102\n"
				      "  node_unreclaimable:  1\n  start_pfn:           4096\n"
				      "  reserved_highatomic: 1024\n  free_highatomic:     700\n",
				      &a);

	(void)state;
	expect_val(zi.zone[0].unreclaimable, 1);
	expect_val(zi.zone[0].start_pfn, 4096);
	expect_val(zi.zone[0].reserved_highatomic_pages, 1024);
	expect_val(zi.zone[0].free_highatomic_pages, 700);
}

static void several_nodes(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse("Node 0, zone Normal\n  pages free 1\n  managed 10\n"
				      "Node 1, zone Normal\n  pages free 2\n  managed 20\n"
				      "Node 130, zone Movable\n  pages free 4\n  managed 40\n",
				      &a);

	(void)state;
	assert_int_equal(zi.n_zones, 3);
	assert_int_equal(zi.zone[0].node, 0);
	assert_int_equal(zi.zone[2].node, 130);
	expect_val(mw_zoneinfo_free_pages(&zi), 7);
	expect_val(mw_zoneinfo_managed_pages(&zi), 70);
}

static void no_zone(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = { .n_zones = 7 }, none = {};

	(void)state;
	assert_int_equal(mw_zoneinfo_parse(LIT(""), &a, &zi), -ENODATA);
	assert_int_equal(mw_zoneinfo_parse(LIT("  pages free 5\n"), &a, &zi), -ENODATA);
	assert_int_equal(zi.n_zones, 7);
	expect_why(mw_zoneinfo_free_pages(&none), MW_ABSENT);
	expect_why(mw_zoneinfo_managed_pages(&none), MW_ABSENT);
	expect_why(mw_zoneinfo_percpu_list_pages(&none), MW_ABSENT);
}

static void malformed_heads(void **state)
{
	static const char *const bad[] = {
		"Node 0 zone DMA\n",
		"Node x, zone DMA\n",
		"Node , zone DMA\n",
		"Node 0, zone\n",
		"Node 0, zon DMA\n",
		"Node -1, zone DMA\n",
		"node 0, zone DMA\n",
		"Node\n",
		"Node 18446744073709551616, zone DMA\n",
		"Node 0,, zone DMA\n",
	};
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (mw_zoneinfo_parse(mw_str_of(bad[i]), &a, &zi) != -ENODATA)
			fail_msg("%s is accepted", bad[i]);
}

static void malformed_figures(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse("Node 0, zone DMA\n  pages free x\n  min -1\n"
				      "  low 18446744073709551616\n  high 5\n  high 5\n"
				      "  managed\n  present 4\n  protection: (1, x, 3)\n",
				      &a);

	(void)state;
	expect_why(zi.zone[0].free_pages, MW_BAD);
	expect_why(zi.zone[0].min_pages, MW_BAD);
	expect_why(zi.zone[0].low_pages, MW_BAD);
	expect_why(zi.zone[0].high_pages, MW_BAD);
	assert_false(mw_known(zi.zone[0].managed_pages));
	expect_val(zi.zone[0].present_pages, 4);
	assert_int_equal(zi.zone[0].n_lowmem_reserve, 1);
	expect_why(mw_zoneinfo_free_pages(&zi), MW_BAD);
}

static void sums_overflow(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse("Node 0, zone DMA\n  pages free 18446744073709551615\n"
				      "  pagesets\n    count: 18446744073709551615\n"
				      "    count: 1\nNode 0, zone Normal\n  pages free 1\n",
				      &a);

	(void)state;
	expect_why(mw_zoneinfo_free_pages(&zi), MW_BAD);
	expect_why(zi.zone[0].percpu_list_pages, MW_BAD);
	expect_why(mw_zoneinfo_percpu_list_pages(&zi), MW_BAD);
}

static void a_bad_pageset_spoils_the_sum(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse("Node 0, zone DMA\n    count: 5\n    count: x\n"
				      "    count: 7\n",
				      &a);

	(void)state;
	expect_why(zi.zone[0].percpu_list_pages, MW_BAD);
	expect_why(mw_zoneinfo_percpu_list_pages(&zi), MW_BAD);
}

static void more_reserves_than_known(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi = parse("Node 0, zone DMA\n"
				      "  protection: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)\n",
				      &a);

	(void)state;
	assert_int_equal(zi.zone[0].n_lowmem_reserve, MW_ZONE_CLASSES);
	assert_int_equal(zi.zone[0].lowmem_reserve_pages[MW_ZONE_CLASSES - 1], 8);
}

static void many_zones(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	char text[100 * 64] = "";
	struct mw_zoneinfo zi;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		strcat(text, "Node 3, zone X\n pages free 2\n");
	zi = parse(text, &a);
	assert_int_equal(zi.n_zones, 100);
	expect_val(mw_zoneinfo_free_pages(&zi), 200);
}

static void out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };
	struct mw_zoneinfo zi;

	(void)state;
	assert_int_equal(mw_zoneinfo_parse(mw_str_of(kernel_6_18), &a, &zi), -ENOMEM);
}

static void any(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zoneinfo zi;

	if (mw_zoneinfo_parse(text, &a, &zi) < 0)
		return;
	assert_true(zi.n_zones);
	for (size_t i = 0; i < zi.n_zones; i++)
		assert_true(zi.zone[i].n_lowmem_reserve <= MW_ZONE_CLASSES);
	mw_zoneinfo_managed_pages(&zi);
	mw_zoneinfo_free_pages(&zi);
	mw_zoneinfo_percpu_list_pages(&zi);
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
		cmocka_unit_test(of_2_6_32),
		cmocka_unit_test(sums_of_2_6_32),
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(tail_of_7_2),
		cmocka_unit_test(several_nodes),
		cmocka_unit_test(no_zone),
		cmocka_unit_test(malformed_heads),
		cmocka_unit_test(malformed_figures),
		cmocka_unit_test(sums_overflow),
		cmocka_unit_test(a_bad_pageset_spoils_the_sum),
		cmocka_unit_test(more_reserves_than_known),
		cmocka_unit_test(many_zones),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
