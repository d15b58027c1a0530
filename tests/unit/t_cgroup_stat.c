/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cgroup_stat.h"

#include "helper.h"

static const char v1[] = "cache 1000\nrss 2000\nrss_huge 0\nshmem 10\nmapped_file 20\n"
			 "inactive_anon 5\ninactive_file 30\nactive_file 40\nunevictable 50\n"
			 "hierarchical_memory_limit 9223372036854771712\ntotal_cache 1001\n"
			 "total_rss 2001\ntotal_shmem 11\ntotal_mapped_file 21\n"
			 "total_inactive_file 31\ntotal_active_file 41\ntotal_unevictable 51\n";
static const char v2[] = "anon 1\nfile 2\nkernel 3\nkernel_stack 100\npagetables 4\nshmem 5\n"
			 "file_mapped 6\nfile_dirty 0\ninactive_file 7\nactive_file 8\n"
			 "unevictable 9\nslab 200\n";

static void of_v1(void **state)
{
	struct mw_cgroup_stat own, total;

	(void)state;
	mw_cgroup_stat_parse(mw_str_of(v1), false, &own, &total);
	expect_val(own.file_bytes, 1000);
	expect_val(own.anon_bytes, 2000);
	expect_val(own.shmem_bytes, 10);
	expect_val(own.mapped_bytes, 20);
	expect_val(own.inactive_file_bytes, 30);
	expect_val(own.active_file_bytes, 40);
	expect_val(own.unevictable_bytes, 50);
	expect_val(total.file_bytes, 1001);
	expect_val(total.anon_bytes, 2001);
	expect_val(total.shmem_bytes, 11);
	expect_val(total.mapped_bytes, 21);
	expect_val(total.inactive_file_bytes, 31);
	expect_val(total.active_file_bytes, 41);
	expect_val(total.unevictable_bytes, 51);
	expect_why(total.kernel_bytes, MW_ABSENT);
}

static void of_v2(void **state)
{
	struct mw_cgroup_stat own, total;

	(void)state;
	mw_cgroup_stat_parse(mw_str_of(v2), true, &own, &total);
	expect_why(own.file_bytes, MW_ABSENT);
	expect_val(total.anon_bytes, 1);
	expect_val(total.file_bytes, 2);
	expect_val(total.kernel_bytes, 3);
	expect_val(total.shmem_bytes, 5);
	expect_val(total.mapped_bytes, 6);
	expect_val(total.inactive_file_bytes, 7);
	expect_val(total.active_file_bytes, 8);
	expect_val(total.unevictable_bytes, 9);
}

/* Before 5.18 there is no "kernel": what is listed is added up. */
static void kernel_of_old_ones(void **state)
{
	struct mw_cgroup_stat own, total;

	(void)state;
	mw_cgroup_stat_parse(LIT("kernel_stack 100\nslab 200\n"), true, &own, &total);
	expect_val(total.kernel_bytes, 300);
	mw_cgroup_stat_parse(LIT("anon 1\n"), true, &own, &total);
	expect_why(total.kernel_bytes, MW_ABSENT);
	mw_cgroup_stat_parse(LIT("slab x\npercpu 1\n"), true, &own, &total);
	expect_why(total.kernel_bytes, MW_BAD);
}

static void nothing(void **state)
{
	struct mw_cgroup_stat own, total;

	(void)state;
	mw_cgroup_stat_parse(LIT(""), false, &own, &total);
	expect_why(own.file_bytes, MW_ABSENT);
	expect_why(total.file_bytes, MW_ABSENT);
	mw_cgroup_stat_parse(LIT("cache 1\ncache 1\ntotal_cache -1\n"), false, &own, &total);
	expect_why(own.file_bytes, MW_BAD);
	expect_why(total.file_bytes, MW_BAD);
}

static void parse_both(struct mw_str text)
{
	struct mw_cgroup_stat own, total;

	mw_cgroup_stat_parse(text, false, &own, &total);
	mw_cgroup_stat_parse(text, true, &own, &total);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT(v1), parse_both);
	each_mangled(LIT(v2), parse_both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_v1),
		cmocka_unit_test(of_v2),
		cmocka_unit_test(kernel_of_old_ones),
		cmocka_unit_test(nothing),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
