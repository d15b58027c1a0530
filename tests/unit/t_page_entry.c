/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/page_entry.h"

#include <errno.h>

#include "helper.h"

static const struct mw_release v6_18 = { .major = 6, .minor = 18 };

static void all_lines(void **state)
{
	static const char text[] = "pagemap 0x8180000000123456\nscan 0x8\ncount 2\nflags 0x5868\n"
				   "cgroup 62627\nhead 0x123400\nhead_flags 0x418000\n"
				   "block_pages 0x200\nagain 0x8180000000123456\nlater 5\n";
	struct mw_page_entry e;

	(void)state;
	assert_int_equal(mw_page_entry_parse(mw_str_of(text), &e), 0);
	expect_val(e.pagemap, 0x8180000000123456);
	expect_val(e.scan, MW_SCAN_PRESENT);
	expect_val(e.count, 2);
	expect_val(e.flags, 0x5868);
	expect_val(e.cgroup_ino, 62627);
	expect_val(e.head, 0x123400);
	expect_val(e.head_flags, 0x418000);
	expect_val(e.block_pages, 512);
	expect_val(e.again, e.pagemap.v);
}

static void reasons(void **state)
{
	struct mw_page_entry e;

	(void)state;
	assert_int_equal(mw_page_entry_parse(mw_str_of("pagemap 0x1\ncount EACCES\nflags ENOENT\n"
						       "cgroup 1 2\nhead x\nagain\n"),
					     &e),
			 0);
	expect_why(e.count, MW_DENIED);
	expect_why(e.flags, MW_ABSENT);
	expect_why(e.cgroup_ino, MW_BAD);
	expect_why(e.head, MW_BAD);
	expect_why(e.again, MW_BAD);
	expect_why(e.scan, MW_ABSENT);
	assert_int_equal(mw_page_entry_parse(mw_str_of("count 2\n"), &e), -EINVAL);
	assert_int_equal(mw_page_entry_parse(mw_str_of(""), &e), -EINVAL);
}

static void present(void **state)
{
	struct mw_page_bits b = mw_page_bits(0xa180000000001234, v6_18);

	(void)state;
	assert_true(b.present && !b.swap);
	expect_val(b.frame, 0x1234);
	expect_val(b.file, 1);
	expect_val(b.exclusive, 1);
	expect_val(b.soft_dirty, 1);
	expect_val(b.guard, 0);
	expect_why(b.swap_type, MW_ABSENT);
	b = mw_page_bits((uint64_t)1 << 63, v6_18);
	expect_why(b.frame, MW_DENIED);
	expect_val(b.exclusive, 0);
}

static void swapped(void **state)
{
	struct mw_page_bits b = mw_page_bits((uint64_t)1 << 62 | 77 << 5 | 3, v6_18);

	(void)state;
	assert_true(!b.present && b.swap);
	expect_val(b.swap_type, 3);
	expect_val(b.swap_offset, 77);
	expect_why(b.frame, MW_ABSENT);
	b = mw_page_bits((uint64_t)1 << 62, v6_18);
	expect_why(b.swap_type, MW_DENIED);
	expect_why(b.swap_offset, MW_DENIED);
	b = mw_page_bits(0, v6_18);
	expect_why(b.frame, MW_ABSENT);
	expect_why(b.swap_type, MW_ABSENT);
}

/* Before 4.2 the bits 55 to 60 were the size of a page: 12 << 55. */
static void older(void **state)
{
	static const struct {
		uint64_t major, minor;
		enum mw_why file, exclusive, guard;
	} want[] = {
		{ 3, 4, MW_ABSENT, MW_ABSENT, MW_ABSENT },
		{ 3, 10, MW_OK, MW_ABSENT, MW_ABSENT },
		{ 4, 2, MW_OK, MW_OK, MW_ABSENT },
		{ 6, 14, MW_OK, MW_OK, MW_ABSENT },
		{ 6, 15, MW_OK, MW_OK, MW_OK },
		{ 0, 0, MW_OK, MW_OK, MW_OK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		struct mw_release r = { .major = want[i].major, .minor = want[i].minor };
		struct mw_page_bits b = mw_page_bits(0x8600000000001234, r);

		expect_val(b.frame, 0x1234);
		expect_why(b.file, want[i].file);
		expect_why(b.exclusive, want[i].exclusive);
		expect_why(b.soft_dirty, want[i].exclusive);
		expect_why(b.guard, want[i].guard);
	}
}

static void flag_names(void **state)
{
	(void)state;
	assert_string_equal(mw_page_flag_name(0), "LOCKED");
	assert_string_equal(mw_page_flag_name(12), "ANON");
	assert_string_equal(mw_page_flag_name(24), "ZERO_PAGE");
	assert_string_equal(mw_page_flag_name(26), "PGTABLE");
	assert_null(mw_page_flag_name(27));
	assert_null(mw_page_flag_name(31));
	assert_string_equal(mw_page_flag_name(32), "RESERVED");
	assert_string_equal(mw_page_flag_name(42), "ARCH_3");
	assert_null(mw_page_flag_name(43));
	assert_null(mw_page_flag_name(63));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_lines), cmocka_unit_test(reasons),
		cmocka_unit_test(present),   cmocka_unit_test(swapped),
		cmocka_unit_test(older),     cmocka_unit_test(flag_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
