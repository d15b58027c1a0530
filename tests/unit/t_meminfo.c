/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/meminfo.h"

#include <errno.h>

#include "helper.h"

static const char kernel_2_6_32[] =
	"MemTotal:        8061404 kB\nMemFree:          112664 kB\nBuffers:          149284 kB\n"
	"Cached:          4937868 kB\nSwapCached:         3140 kB\nActive:          5211232 kB\n"
	"Inactive:        1861788 kB\nActive(anon):    1528048 kB\nInactive(anon):   461764 kB\n"
	"Active(file):    3683184 kB\nInactive(file):  1400024 kB\nUnevictable:           0 kB\n"
	"Mlocked:               0 kB\nSwapTotal:       2097144 kB\nSwapFree:        2067784 kB\n"
	"Dirty:               124 kB\nWriteback:             0 kB\nAnonPages:       1983400 kB\n"
	"Mapped:            56212 kB\nShmem:              3860 kB\nSlab:             583508 kB\n"
	"SReclaimable:     517640 kB\nSUnreclaim:        65868 kB\nKernelStack:        3216 kB\n"
	"PageTables:        29412 kB\nNFS_Unstable:          0 kB\nBounce:                0 kB\n"
	"WritebackTmp:          0 kB\nCommitLimit:     6127844 kB\nCommitted_AS:    3275456 kB\n"
	"VmallocTotal:   34359738367 kB\nVmallocUsed:      290484 kB\n"
	"VmallocChunk:   34359439816 kB\nHardwareCorrupted:     0 kB\nAnonHugePages:   1556480 kB\n"
	"HugePages_Total:       4\nHugePages_Free:        3\nHugePages_Rsvd:        2\n"
	"HugePages_Surp:        1\nHugepagesize:       2048 kB\nDirectMap4k:       10240 kB\n"
	"DirectMap2M:     8378368 kB\n";

static const char kernel_4_18[] =
	"MemTotal:       16265932 kB\nMemFree:         1174800 kB\nMemAvailable:   11820448 kB\n"
	"Buffers:            2104 kB\nCached:         10416456 kB\nSwapCached:            0 kB\n"
	"Shmem:            139528 kB\nKReclaimable:    1021576 kB\nSlab:            1532760 kB\n"
	"SReclaimable:    1021076 kB\nSUnreclaim:       511684 kB\nVmallocUsed:           0 kB\n"
	"VmallocChunk:          0 kB\nPercpu:            38400 kB\nHardwareCorrupted:     0 kB\n"
	"ShmemHugePages:        0 kB\nShmemPmdMapped:        0 kB\nHugePages_Total:       0\n"
	"Hugepagesize:       2048 kB\nHugetlb:         1048576 kB\n";

static const char kernel_6_18[] =
	"MemTotal:       24684080 kB\nMemFree:        20000000 kB\nMemAvailable:   22000000 kB\n"
	"Cached:          2200000 kB\nZswap:               128 kB\nZswapped:            512 kB\n"
	"SecPageTables:      2336 kB\nPercpu:              688 kB\nFileHugePages:      4096 kB\n"
	"FilePmdMapped:      2048 kB\nCmaTotal:          65536 kB\nCmaFree:           65000 kB\n"
	"Unaccepted:         1024 kB\nBalloon:            8192 kB\nGPUActive:            64 kB\n"
	"GPUReclaim:           32 kB\nHugetlb:               0 kB\n";

static struct mw_meminfo parse(const char *text)
{
	struct mw_meminfo mi;

	assert_int_equal(mw_meminfo_parse(mw_str_of(text), &mi), 0);
	return mi;
}

static void of_2_6_32(void **state)
{
	struct mw_meminfo mi = parse(kernel_2_6_32);

	(void)state;
	expect_val(mi.total_bytes, 8061404ULL * 1024);
	expect_val(mi.free_bytes, 112664ULL * 1024);
	expect_val(mi.cached_bytes, 4937868ULL * 1024);
	expect_val(mi.swap_cached_bytes, 3140ULL * 1024);
	expect_val(mi.active_bytes, 5211232ULL * 1024);
	expect_val(mi.inactive_bytes, 1861788ULL * 1024);
	expect_val(mi.vmalloc_total_bytes, 34359738367ULL * 1024);
	expect_val(mi.committed_bytes, 3275456ULL * 1024);
	expect_val(mi.huge_total_count, 4);
	expect_val(mi.huge_free_count, 3);
	expect_val(mi.huge_reserved_count, 2);
	expect_val(mi.huge_surplus_count, 1);
	expect_val(mi.huge_page_bytes, 2 << 20);
	expect_why(mi.available_bytes, MW_ABSENT);
	expect_why(mi.kreclaimable_bytes, MW_ABSENT);
	expect_why(mi.percpu_bytes, MW_ABSENT);
	expect_why(mi.hugetlb_bytes, MW_ABSENT);
}

static void of_4_18(void **state)
{
	struct mw_meminfo mi = parse(kernel_4_18);

	(void)state;
	expect_val(mi.available_bytes, 11820448ULL * 1024);
	expect_val(mi.shmem_bytes, 139528ULL * 1024);
	expect_val(mi.kreclaimable_bytes, 1021576ULL * 1024);
	expect_val(mi.percpu_bytes, 38400ULL * 1024);
	expect_val(mi.vmalloc_used_bytes, 0);
	expect_val(mi.shmem_huge_bytes, 0);
	expect_val(mi.hugetlb_bytes, 1048576ULL * 1024);
	expect_why(mi.zswap_bytes, MW_ABSENT);
	expect_why(mi.sec_page_tables_bytes, MW_ABSENT);
}

static void of_6_18(void **state)
{
	struct mw_meminfo mi = parse(kernel_6_18);

	(void)state;
	expect_val(mi.zswap_bytes, 128 * 1024);
	expect_val(mi.zswapped_bytes, 512 * 1024);
	expect_val(mi.sec_page_tables_bytes, 2336 * 1024);
	expect_val(mi.file_huge_bytes, 4096 * 1024);
	expect_val(mi.file_pmd_mapped_bytes, 2048 * 1024);
	expect_val(mi.cma_total_bytes, 65536 * 1024);
	expect_val(mi.cma_free_bytes, 65000 * 1024);
	expect_val(mi.unaccepted_bytes, 1024 * 1024);
	expect_val(mi.balloon_bytes, 8192 * 1024);
	expect_val(mi.gpu_active_bytes, 64 * 1024);
	expect_val(mi.gpu_reclaim_bytes, 32 * 1024);
	expect_why(mi.buffers_bytes, MW_ABSENT);
}

/* "Cached" is not "SwapCached", nor "Active" one of "Active(anon)". */
static void keys_are_whole(void **state)
{
	struct mw_meminfo mi = parse("SwapCached: 7 kB\nActive(anon): 5 kB\nXMemTotal: 9 kB\n"
				     "MemTotal: 1 kB\nMemTotals: 3 kB\nMemFreed: 2 kB\n");

	(void)state;
	expect_val(mi.total_bytes, 1024);
	expect_val(mi.swap_cached_bytes, 7 * 1024);
	expect_why(mi.cached_bytes, MW_ABSENT);
	expect_why(mi.active_bytes, MW_ABSENT);
	expect_why(mi.free_bytes, MW_ABSENT);
}

static void order_does_not_matter(void **state)
{
	struct mw_meminfo mi = parse("HugePages_Total: 4\nShmem: 3 kB\nMemFree: 2 kB\n"
				     "MemTotal: 1 kB");

	(void)state;
	expect_val(mi.total_bytes, 1024);
	expect_val(mi.free_bytes, 2048);
	expect_val(mi.shmem_bytes, 3072);
	expect_val(mi.huge_total_count, 4);
}

static void no_total_is_no_meminfo(void **state)
{
	struct mw_meminfo mi = { .free_bytes = mw_ok(5) };

	(void)state;
	assert_int_equal(mw_meminfo_parse(LIT(""), &mi), -ENODATA);
	assert_int_equal(mw_meminfo_parse(LIT("MemFree: 5 kB\n"), &mi), -ENODATA);
	assert_int_equal(mw_meminfo_parse(LIT("memtotal: 5 kB\n"), &mi), -ENODATA);
	assert_int_equal(mw_meminfo_parse(LIT("MemTotal 5 kB\n"), &mi), -ENODATA);
	expect_val(mi.free_bytes, 5);
}

static void malformed_figures(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		" kB",
		" x kB",
		" -1 kB",
		" 1",
		" 1 KB",
		" 1 kb",
		" 1 MB",
		" 1 kB kB",
		" 1 kB x",
		" 0x10 kB",
		" 1.5 kB",
		" 1kB",
		" 18446744073709551616 kB",
		" 18446744073709551615 kB",
		" 18014398509481984 kB",
		" 1 2 kB",
		" \x1b[0m kB",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[80] = "MemTotal: 1 kB\nMemFree:";
		struct mw_meminfo mi;

		mi = parse(strcat(strcat(text, bad[i]), "\nCached: 2 kB\n"));
		if (mi.free_bytes.why != MW_BAD)
			fail_msg("MemFree:%s is accepted", bad[i]);
		expect_val(mi.cached_bytes, 2048);
	}
}

static void largest_figure(void **state)
{
	struct mw_meminfo mi = parse("MemTotal: 18014398509481983 kB\nMemFree: 0 kB\n"
				     "HugePages_Total: 18446744073709551615\n");

	(void)state;
	expect_val(mi.total_bytes, UINT64_MAX - 1023);
	expect_val(mi.free_bytes, 0);
	expect_val(mi.huge_total_count, UINT64_MAX);
}

static void counts_have_no_unit(void **state)
{
	struct mw_meminfo mi = parse("MemTotal: 1 kB\nHugePages_Total: 4 kB\n"
				     "HugePages_Free: 4 4\nHugePages_Rsvd:\t2 \n");

	(void)state;
	expect_why(mi.huge_total_count, MW_BAD);
	expect_why(mi.huge_free_count, MW_BAD);
	expect_val(mi.huge_reserved_count, 2);
}

static void doubled_fields_are_bad(void **state)
{
	struct mw_meminfo mi = parse("MemTotal: 1 kB\nMemFree: 2 kB\nMemFree: 2 kB\n"
				     "Cached: x\nCached: 2 kB\nShmem: 3 kB\nShmem: 4 kB\n"
				     "Shmem: 4 kB\nMemTotal: 1 kB\n");

	(void)state;
	expect_why(mi.total_bytes, MW_BAD);
	expect_why(mi.free_bytes, MW_BAD);
	expect_why(mi.cached_bytes, MW_BAD);
	expect_why(mi.shmem_bytes, MW_BAD);
}

static void a_line_by_name(void **state)
{
	struct mw_str text = mw_str_of(kernel_2_6_32);
	bool kib = false;

	(void)state;
	expect_val(mw_meminfo_line(text, LIT("Active(anon)"), &kib), 1528048);
	assert_true(kib);
	expect_val(mw_meminfo_line(text, LIT("HugePages_Free"), &kib), 3);
	assert_false(kib);
	expect_val(mw_meminfo_line(text, LIT("DirectMap2M"), &kib), 8378368);
	assert_true(kib);
	expect_why(mw_meminfo_line(text, LIT("Active("), &kib), MW_ABSENT);
	expect_why(mw_meminfo_line(text, LIT(""), &kib), MW_ABSENT);
	assert_false(kib);
	expect_why(mw_meminfo_line(LIT("A: x kB\n"), LIT("A"), &kib), MW_BAD);
	assert_false(kib);
	expect_why(mw_meminfo_line(LIT("A: 18446744073709551616 kB"), LIT("A"), &kib), MW_BAD);
}

static void any(struct mw_str text)
{
	struct mw_meminfo mi;
	bool kib;

	if (!mw_meminfo_parse(text, &mi))
		assert_true(mi.total_bytes.why == MW_OK || mi.total_bytes.why == MW_BAD);
	mw_meminfo_line(text, LIT("Hugetlb"), &kib);
}

/* Cut inside its last line, a figure may be bad or absent, but never another number. */
static void never_another_number(struct mw_str text)
{
	struct mw_meminfo mi;

	if (mw_meminfo_parse(text, &mi) < 0)
		return;
	if (mw_known(mi.total_bytes))
		expect_val(mi.total_bytes, 24684080ULL * 1024);
	if (mw_known(mi.free_bytes))
		expect_val(mi.free_bytes, 20000000ULL * 1024);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(mw_str_of(kernel_6_18), any);
	each_cut(mw_str_of(kernel_6_18), never_another_number);
	each_mangled(mw_str_of(kernel_2_6_32), any);
	each_mangled(mw_str_of(kernel_6_18), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_2_6_32),
		cmocka_unit_test(of_4_18),
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(keys_are_whole),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(no_total_is_no_meminfo),
		cmocka_unit_test(malformed_figures),
		cmocka_unit_test(largest_figure),
		cmocka_unit_test(counts_have_no_unit),
		cmocka_unit_test(doubled_fields_are_bad),
		cmocka_unit_test(a_line_by_name),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
