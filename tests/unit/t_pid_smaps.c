/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_smaps.h"

#include <errno.h>

#include "helper.h"

static const char kernel_4_18[] =
	"55c0a5a00000-7ffd5a7fe000 ---p 00000000 00:00 0                          [rollup]\n"
	"Rss:                8500 kB\nPss:                3500 kB\nShared_Clean:       5500 kB\n"
	"Shared_Dirty:          0 kB\nPrivate_Clean:      1000 kB\nPrivate_Dirty:      2000 kB\n"
	"Referenced:         8500 kB\nAnonymous:          2000 kB\nLazyFree:              0 kB\n"
	"AnonHugePages:         0 kB\nShmemPmdMapped:        0 kB\nShared_Hugetlb:        0 kB\n"
	"Private_Hugetlb:       0 kB\nSwap:                 16 kB\nSwapPss:              16 kB\n"
	"Locked:                0 kB\n";

static const char kernel_6_18[] =
	"55c0a5a00000-7ffd5a7fe000 ---p 00000000 00:00 0                          [rollup]\n"
	"Rss:                8500 kB\nPss:                3500 kB\nPss_Dirty:          2000 kB\n"
	"Pss_Anon:           2000 kB\nPss_File:           1400 kB\nPss_Shmem:           100 kB\n"
	"Anonymous:          2000 kB\nKSM:                   4 kB\nAnonHugePages:      2048 kB\n"
	"Swap:                 32 kB\nSwapPss:              16 kB\nLocked:               8 kB\n";

static void of_4_18(void **state)
{
	struct mw_pid_smaps s;

	(void)state;
	assert_int_equal(mw_pid_smaps_parse(mw_str_of(kernel_4_18), &s), 0);
	expect_val(s.rss_bytes, 8500 * 1024);
	expect_val(s.pss_bytes, 3500 * 1024);
	expect_val(s.anonymous_bytes, 2000 * 1024);
	expect_val(s.swap_pss_bytes, 16 * 1024);
	expect_val(s.locked_bytes, 0);
	expect_why(s.pss_anon_bytes, MW_ABSENT);
	expect_why(s.pss_file_bytes, MW_ABSENT);
	expect_why(s.pss_shmem_bytes, MW_ABSENT);
	expect_why(s.ksm_bytes, MW_ABSENT);
}

static void of_6_18(void **state)
{
	struct mw_pid_smaps s;

	(void)state;
	assert_int_equal(mw_pid_smaps_parse(mw_str_of(kernel_6_18), &s), 0);
	expect_val(s.pss_bytes, 3500 * 1024);
	expect_val(s.pss_anon_bytes, 2000 * 1024);
	expect_val(s.pss_file_bytes, 1400 * 1024);
	expect_val(s.pss_shmem_bytes, 100 * 1024);
	expect_val(s.ksm_bytes, 4 * 1024);
	expect_val(s.anon_huge_bytes, 2048 * 1024);
	expect_val(s.swap_pss_bytes, 16 * 1024);
	expect_val(s.locked_bytes, 8 * 1024);
}

static void no_rss_is_nothing(void **state)
{
	struct mw_pid_smaps s = { .rss_bytes = mw_ok(7) };

	(void)state;
	assert_int_equal(mw_pid_smaps_parse(LIT(""), &s), -ENODATA);
	assert_int_equal(mw_pid_smaps_parse(LIT("Pss: 1 kB\n"), &s), -ENODATA);
	assert_int_equal(mw_pid_smaps_parse(LIT("0-1 ---p 0 00:00 0 [Rss: 1 kB]\n"), &s), -ENODATA);
	expect_val(s.rss_bytes, 7);
}

static void malformed_and_doubled(void **state)
{
	struct mw_pid_smaps s;

	(void)state;
	assert_int_equal(mw_pid_smaps_parse(LIT("Rss: 18014398509481984 kB\nPss: 1 kB\n"
						"Pss: 1 kB\nLocked: 1 MB\nKSM: 4\nAnonymous:\n"),
					    &s),
			 0);
	expect_why(s.rss_bytes, MW_BAD);
	expect_why(s.pss_bytes, MW_BAD);
	expect_why(s.locked_bytes, MW_BAD);
	expect_why(s.ksm_bytes, MW_BAD);
	expect_why(s.anonymous_bytes, MW_BAD);
}

static void any(struct mw_str text)
{
	struct mw_pid_smaps s;

	if (!mw_pid_smaps_parse(text, &s))
		assert_int_not_equal(s.rss_bytes.why, MW_ABSENT);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(mw_str_of(kernel_6_18), any);
	each_mangled(mw_str_of(kernel_4_18), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_4_18),	     cmocka_unit_test(of_6_18),
		cmocka_unit_test(no_rss_is_nothing), cmocka_unit_test(malformed_and_doubled),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
