/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/smaps_block.h"

#include <errno.h>

#include "helper.h"

static const char text[] = "7f9cbeed9000-7f9cbeedc000 rw-p 00000000 00:00 0 \n"
			   "Size:                 12 kB\nKernelPageSize:        4 kB\n"
			   "MMUPageSize:           4 kB\nRss:                   8 kB\n"
			   "AnonHugePages:         0 kB\nSwap:                  4 kB\n"
			   "Locked:                0 kB\nTHPeligible:           0\n"
			   "VmFlags: rd wr mr mw me ac sd \n";

static void a_block(void **state)
{
	struct mw_smaps_block b;

	(void)state;
	assert_int_equal(mw_smaps_block_parse(mw_str_of(text), &b), 0);
	expect_val(b.size_bytes, 12288);
	expect_val(b.page_bytes, 4096);
	expect_val(b.rss_bytes, 8192);
	expect_val(b.swap_bytes, 4096);
	expect_why(b.shmem_huge_bytes, MW_ABSENT);
	expect_str(b.flags, "rd wr mr mw me ac sd");
	assert_true(mw_vm_flags_have(b.flags, "ac"));
	assert_true(mw_vm_flags_have(b.flags, "sd"));
	assert_false(mw_vm_flags_have(b.flags, "nr"));
	assert_false(mw_vm_flags_have(b.flags, "a"));
}

static void older_or_cut(void **state)
{
	struct mw_smaps_block b = { .rss_bytes = mw_ok(7) };

	(void)state;
	assert_int_equal(mw_smaps_block_parse(mw_str_of("Size: 4 kB\n"), &b), -ENODATA);
	expect_val(b.rss_bytes, 7);
	assert_int_equal(mw_smaps_block_parse(mw_str_of("Rss: 4 kB\n"), &b), 0);
	assert_int_equal(b.flags.n, 0);
	assert_false(mw_vm_flags_have(b.flags, "ac"));
}

static void words(void **state)
{
	(void)state;
	assert_string_equal(mw_vm_flag_words(mw_str_of("ac")), "counted in Committed_AS");
	assert_non_null(mw_vm_flag_words(mw_str_of("nr")));
	assert_null(mw_vm_flag_words(mw_str_of("??")));
	assert_null(mw_vm_flag_words(mw_str_of("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block),
		cmocka_unit_test(older_or_cut),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
