/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/vmstat.h"

#include "helper.h"

static struct mw_vmstat parse(struct mw_str text)
{
	struct mw_vmstat vs;

	memset(&vs, 0xa5, sizeof(vs));
	mw_vmstat_parse(text, &vs);
	return vs;
}

static void of_2_6_32(void **state)
{
	struct mw_vmstat vs = parse(LIT("nr_free_pages 28166\nnr_inactive_anon 115441\n"
					"nr_isolated_anon 12\nnr_isolated_file 0\nnr_shmem 965\n"
					"numa_hit 5181913472\npgpgin 112837765\n"));

	(void)state;
	expect_val(vs.isolated_anon_pages, 12);
	expect_val(vs.isolated_file_pages, 0);
	expect_why(vs.zspages_pages, MW_ABSENT);
	expect_why(vs.memmap_pages, MW_ABSENT);
	expect_why(vs.memmap_boot_pages, MW_ABSENT);
}

static void of_6_18(void **state)
{
	struct mw_vmstat vs = parse(LIT("nr_free_pages 5000000\nnr_zspages 77\n"
					"nr_free_cma 0\nnr_isolated_anon 0\nnr_isolated_file 32\n"
					"nr_memmap_pages 5\nnr_memmap_boot_pages 98304\n"));

	(void)state;
	expect_val(vs.zspages_pages, 77);
	expect_val(vs.isolated_file_pages, 32);
	expect_val(vs.memmap_pages, 5);
	expect_val(vs.memmap_boot_pages, 98304);
}

static void nothing_is_absent(void **state)
{
	struct mw_vmstat vs = parse((struct mw_str){});

	(void)state;
	expect_why(vs.zspages_pages, MW_ABSENT);
	expect_why(vs.isolated_anon_pages, MW_ABSENT);
}

static void malformed_and_doubled(void **state)
{
	struct mw_vmstat vs = parse(LIT("nr_zspages -1\nnr_isolated_anon 1\nnr_isolated_anon 1\n"
					"nr_isolated_file 18446744073709551616\n"
					"nr_memmap_pages 3 4\nnr_memmap_boot_pages\n"));

	(void)state;
	expect_why(vs.zspages_pages, MW_BAD);
	expect_why(vs.isolated_anon_pages, MW_BAD);
	expect_why(vs.isolated_file_pages, MW_BAD);
	expect_why(vs.memmap_pages, MW_BAD);
	assert_false(mw_known(vs.memmap_boot_pages));
}

static void keys_are_whole(void **state)
{
	struct mw_vmstat vs = parse(LIT("xnr_zspages 1\nnr_zspages2 2\nnr_zspages\t3\n"));

	(void)state;
	expect_why(vs.zspages_pages, MW_ABSENT);
}

static void any(struct mw_str text)
{
	parse(text);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("nr_zspages 12\nnr_isolated_anon 3\nnr_memmap_boot_pages \0\xff\n"), any);
	each_mangled(LIT("nr_zspages 12\nnr_isolated_anon 3\nnr_memmap_pages 4\n"), any);
}

static void stalls_of_all_classes(void **state)
{
	struct mw_vmstat vs = parse(LIT("allocstall_dma 1\nallocstall_normal 20\n"
					"allocstall_movable 300\nkswapd_low_wmark_hit_quickly 4\n"
					"kswapd_high_wmark_hit_quickly 5\npageoutrun 6\n"));

	(void)state;
	expect_val(mw_vmstat_allocstall(&vs), 321);
	expect_val(vs.low_hit_quickly_count, 4);
	expect_val(vs.high_hit_quickly_count, 5);
	expect_val(vs.pageoutrun_count, 6);
	vs = parse(LIT("allocstall 77\n"));
	expect_val(mw_vmstat_allocstall(&vs), 77);
	vs = parse(LIT("allocstall_dma x\nallocstall_normal 2\n"));
	expect_why(mw_vmstat_allocstall(&vs), MW_BAD);
	vs = parse(LIT("nr_free_pages 1\n"));
	expect_why(mw_vmstat_allocstall(&vs), MW_ABSENT);
}

static void refaults_and_swap(void **state)
{
	struct mw_vmstat vs = parse(LIT("workingset_nodes 9\nworkingset_refault_anon 3\n"
					"workingset_refault_file 40\npswpin 5\npswpout 6\n"));

	(void)state;
	expect_val(mw_vmstat_refault(&vs), 43);
	expect_val(vs.swap_in_pages, 5);
	expect_val(vs.swap_out_pages, 6);
	vs = parse(LIT("workingset_refault 8\n"));
	expect_val(mw_vmstat_refault(&vs), 8);
	vs = parse(LIT("workingset_refault_anon 8\n"));
	expect_why(mw_vmstat_refault(&vs), MW_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_2_6_32),
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(nothing_is_absent),
		cmocka_unit_test(malformed_and_doubled),
		cmocka_unit_test(keys_are_whole),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(stalls_of_all_classes),
		cmocka_unit_test(refaults_and_swap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
