/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_status.h"

#include <errno.h>

#include "helper.h"

static const char kernel_2_6_32[] =
	"Name:\thttpd\nState:\tS (sleeping)\nTgid:\t1234\nPid:\t1234\nPPid:\t1\nTracerPid:\t0\n"
	"Uid:\t48\t49\t50\t51\nGid:\t48\t48\t48\t48\nUtrace:\t0\nFDSize:\t64\nGroups:\t48 \n"
	"VmPeak:\t  175676 kB\nVmSize:\t  175672 kB\nVmLck:\t       8 kB\nVmHWM:\t    3840 kB\n"
	"VmRSS:\t    2340 kB\nVmData:\t     920 kB\nVmStk:\t      88 kB\nVmExe:\t     336 kB\n"
	"VmLib:\t    7760 kB\nVmPTE:\t     296 kB\nVmSwap:\t     124 kB\nThreads:\t1\n";

static const char kernel_6_18[] =
	"Name:\tsystemd\nUmask:\t0000\nState:\tS (sleeping)\nTgid:\t1\nNgid:\t0\nPid:\t1\n"
	"Uid:\t0\t0\t0\t0\nVmPeak:\t  168000 kB\nVmLck:\t       0 kB\nVmPin:\t       0 kB\n"
	"VmHWM:\t   13000 kB\nVmRSS:\t   12000 kB\nRssAnon:\t    3000 kB\nRssFile:\t    8900 kB\n"
	"RssShmem:\t     100 kB\nVmData:\t   19000 kB\nVmPTE:\t      96 kB\nVmSwap:\t       0 kB\n"
	"HugetlbPages:\t    4096 kB\nCoreDumping:\t0\nTHP_enabled:\t1\n";

static int parse(const char *text, struct mw_arena *a, struct mw_pid_status *ret)
{
	return mw_pid_status_parse(mw_str_of(text), a, ret);
}

static void of_2_6_32(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_pid_status s;

	(void)state;
	assert_int_equal(parse(kernel_2_6_32, &a, &s), 0);
	expect_str(s.name, "httpd");
	expect_val(s.tgid, 1234);
	assert_int_equal(s.uid, 48);
	expect_val(s.rss_bytes, 2340 * 1024);
	expect_val(s.locked_bytes, 8 * 1024);
	expect_val(s.page_tables_bytes, 296 * 1024);
	expect_val(s.swap_bytes, 124 * 1024);
	expect_why(s.rss_anon_bytes, MW_ABSENT);
	expect_why(s.rss_shmem_bytes, MW_ABSENT);
	expect_why(s.hugetlb_bytes, MW_ABSENT);
}

static void of_6_18(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_pid_status s;

	(void)state;
	assert_int_equal(parse(kernel_6_18, &a, &s), 0);
	assert_int_equal(s.uid, 0);
	expect_val(s.rss_bytes, 12000 * 1024);
	expect_val(s.rss_anon_bytes, 3000 * 1024);
	expect_val(s.rss_file_bytes, 8900 * 1024);
	expect_val(s.rss_shmem_bytes, 100 * 1024);
	expect_val(s.swap_bytes, 0);
	expect_val(s.hugetlb_bytes, 4096 * 1024);
}

static void kernel_threads_have_no_memory(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_pid_status s;

	(void)state;
	assert_int_equal(
		parse("Name:\tkworker/0:1H-events\nState:\tI (idle)\nUid:\t0\t0\t0\t0\n", &a, &s),
		0);
	expect_str(s.name, "kworker/0:1H-events");
	expect_why(s.rss_bytes, MW_ABSENT);
	expect_why(s.rss_anon_bytes, MW_ABSENT);
	expect_why(s.page_tables_bytes, MW_ABSENT);
	expect_why(s.swap_bytes, MW_ABSENT);
}

static void hostile_names(void **state)
{
	static const struct {
		struct mw_str text, want;
	} cases[] = {
		{ LIT("Name:\tfoo) Z \nUid:\t1\n"), LIT("foo) Z ") },
		{ LIT("Name:\t\nUid:\t1\n"), LIT("") },
		{ LIT("Name:\ta\\nb\nUid:\t1\n"), LIT("a\nb") },
		{ LIT("Name:\ta\\\\nb\nUid:\t1\n"), LIT("a\\nb") },
		{ LIT("Name:\t\\\\\\n\\\\\nUid:\t1\n"), LIT("\\\n\\") },
		{ LIT("Name:\ta\\x\\\nUid:\t1\n"), LIT("a\\x\\") },
		{ LIT("Name:\t\x1b[2J\xff\xfe\nUid:\t1\n"), LIT("\x1b[2J\xff\xfe") },
		{ LIT("Name:\ta\tb\nUid:\t1\n"), LIT("a\tb") },
		{ LIT("Name:\tVmRSS: 5 kB\nUid:\t1\n"), LIT("VmRSS: 5 kB") },
		{ LIT("Name:\tUid:\t7\nUid:\t1\n"), LIT("Uid:\t7") },
		{ LIT("Name:\ta\0b\nUid:\t1\n"), LIT("a\0b") },
		{ LIT("Name:\tx"), LIT("x") },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_pid_status s;

		assert_int_equal(mw_pid_status_parse(cases[i].text, &a, &s), 0);
		expect_same(s.name, cases[i].want);
		assert_int_equal(s.uid, i + 1 < COUNT(cases) ? 1 : UINT64_MAX);
		expect_why(s.rss_bytes, MW_ABSENT);
	}
}

static void no_name_is_no_status(void **state)
{
	static const char *const bad[] = { "",		 "Name:",	 "name:\tx\n",
					   "Name: x\n",	 "\nName:\tx\n", "State:\tS\nName:\tx\n",
					   " Name:\tx\n" };
	_mw_arena_ struct mw_arena a = {};
	struct mw_pid_status s = { .uid = 77 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(parse(bad[i], &a, &s), -ENODATA);
	assert_int_equal(s.uid, 77);
}

static void malformed_uid_is_nobodys(void **state)
{
	static const char *const bad[] = { "Uid:\n", "Uid:\tx\n", "Uid:\t-1\n", "",
					   "Uid:\t18446744073709551616\n" };
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[64] = "Name:\tx\n";
		struct mw_pid_status s;

		assert_int_equal(parse(strcat(text, bad[i]), &a, &s), 0);
		assert_int_equal(s.uid, UINT64_MAX);
	}
}

static void malformed_and_doubled_figures(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_pid_status s;

	(void)state;
	assert_int_equal(parse("Name:\tx\nVmRSS:\t1 kB\nVmRSS:\t1 kB\nRssAnon:\tx kB\n"
			       "RssFile:\t18014398509481984 kB\nVmSwap:\t5\nVmPTE:\t1 kB\n",
			       &a, &s),
			 0);
	expect_why(s.rss_bytes, MW_BAD);
	expect_why(s.rss_anon_bytes, MW_BAD);
	expect_why(s.rss_file_bytes, MW_BAD);
	expect_why(s.swap_bytes, MW_BAD);
	expect_val(s.page_tables_bytes, 1024);
}

/* What the OOM killer and the search for shared address spaces ask for. */
static void of_the_oom_killer(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_pid_status s;

	(void)state;
	assert_int_equal(parse("Name:\tx\nUid:\t0\nVmPeak:\t  168000 kB\nVmHWM:\t   13000 kB\n"
			       "VmPTE:\t      96 kB\nVmPMD:\t      12 kB\nVmSwap:\t       0 kB\n"
			       "CapInh:\t0000000000000000\nCapPrm:\t0000000000000001\n"
			       "CapEff:\t000001ffffffffff\nMems_allowed:\t00000000,00000003\n"
			       "Mems_allowed_list:\t0-1\n",
			       &a, &s),
			 0);
	expect_val(s.peak_bytes, 168000 * 1024);
	expect_val(s.high_bytes, 13000 * 1024);
	expect_val(s.page_tables_bytes, 96 * 1024);
	expect_val(s.page_middle_bytes, 12 * 1024);
	expect_val(s.effective_caps, 0x1ffffffffff);
	assert_true(s.effective_caps.v & MW_CAP_SYS_ADMIN);
	expect_str(s.mems_allowed, "0-1");
	assert_int_equal(parse(kernel_6_18, &a, &s), 0);
	expect_why(s.page_middle_bytes, MW_ABSENT);
	expect_why(s.effective_caps, MW_ABSENT);
	expect_str(s.mems_allowed, "");
}

static void malformed_capabilities(void **state)
{
	static const struct {
		const char *line;
		enum mw_why why;
	} cases[] = {
		{ "CapEff:\t0\n", MW_OK },
		{ "CapEff:\tffffffffffffffff\n", MW_OK },
		{ "CapEff:\t10000000000000000\n", MW_BAD },
		{ "CapEff:\t0x1\n", MW_BAD },
		{ "CapEff:\t-1\n", MW_BAD },
		{ "CapEff:\t1 1\n", MW_BAD },
		{ "CapEff:\t\n", MW_ABSENT },
		{ "CapEffx:\t1\n", MW_ABSENT },
		{ " CapEff:\t1\n", MW_ABSENT },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[64] = "Name:\tCapEff:\t1\n";
		struct mw_pid_status s;

		assert_int_equal(parse(strcat(text, cases[i].line), &a, &s), 0);
		if (s.effective_caps.why != cases[i].why)
			fail_msg("%s", cases[i].line);
	}
}

static void anonymous_of_statm(void **state)
{
	(void)state;
	expect_val(mw_pid_statm_anon_pages(LIT("4000 300 200 10 0 90 0\n")), 100);
	expect_why(mw_pid_statm_anon_pages(LIT("4000 200 300 10 0 90 0\n")), MW_RACED);
	expect_why(mw_pid_statm_anon_pages(LIT("4000 300")), MW_BAD);
	expect_why(mw_pid_statm_anon_pages(LIT("4000 300 x")), MW_BAD);
	expect_why(mw_pid_statm_anon_pages(LIT("")), MW_BAD);
}

static void out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };
	struct mw_pid_status s;

	(void)state;
	parse("Name:\ta\\nb\nVmRSS:\t1 kB\n", &a, &s);
	assert_true(a.failed);
}

static void any(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_pid_status s;

	if (!mw_pid_status_parse(text, &a, &s))
		assert_true(s.name.n <= text.n);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("Name:\ta\\nb\\\\\0\xff\\\nUid:\t0\nVmRSS:\t 5 kB\n"), any);
	each_cut(mw_str_of(kernel_6_18), any);
	each_mangled(mw_str_of(kernel_2_6_32), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_2_6_32),
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(kernel_threads_have_no_memory),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(no_name_is_no_status),
		cmocka_unit_test(malformed_uid_is_nobodys),
		cmocka_unit_test(malformed_and_doubled_figures),
		cmocka_unit_test(of_the_oom_killer),
		cmocka_unit_test(malformed_capabilities),
		cmocka_unit_test(anonymous_of_statm),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
