/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/allocinfo.h"

#include "helper.h"

static void expect_site(struct mw_str *rest, uint64_t bytes, uint64_t calls, const char *site)
{
	struct mw_alloc_site s;

	assert_true(mw_allocinfo_next(rest, &s));
	assert_int_equal(s.bytes, bytes);
	assert_int_equal(s.calls, calls);
	expect_same(s.site, mw_str_of(site));
}

static void of_6_12(void **state)
{
	struct mw_str rest = LIT("allocinfo - version: 1.0\n#     <size>  <calls> <tag info>\n"
				 "           0        0 init/main.c:1283 func:do_initcalls \n"
				 "  1073741824   262144 mm/shmem.c:1234 func:shmem_alloc_folio \n"
				 "        4096        1 drivers/a.c:5 [mod] func:f \n");
	struct mw_alloc_site s;

	(void)state;
	expect_site(&rest, 0, 0, "init/main.c:1283 func:do_initcalls");
	expect_site(&rest, 1073741824, 262144, "mm/shmem.c:1234 func:shmem_alloc_folio");
	expect_site(&rest, 4096, 1, "drivers/a.c:5 [mod] func:f");
	assert_false(mw_allocinfo_next(&rest, &s));
}

static void of_6_18(void **state)
{
	struct mw_str rest = LIT("allocinfo - version: 2.0\n"
				 "  8192  2 mm/a.c:1 func:f accurate:no\n");

	(void)state;
	expect_site(&rest, 8192, 2, "mm/a.c:1 func:f accurate:no");
}

static void malformed_lines_are_skipped(void **state)
{
	struct mw_str rest = LIT("\n1\n1 2\n1 2 \nx 2 a\n1 x a\n-1 2 a\n"
				 "18446744073709551616 2 a\n18446744073709551615 0 last");
	struct mw_alloc_site s;

	(void)state;
	expect_site(&rest, UINT64_MAX, 0, "last");
	assert_false(mw_allocinfo_next(&rest, &s));
	assert_false(mw_allocinfo_next(&(struct mw_str){}, &s));
}

static void any(struct mw_str text)
{
	struct mw_alloc_site s;

	while (mw_allocinfo_next(&text, &s))
		assert_true(s.site.n);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("#  <size>\n 4096 1 a.c:5 func:\0\xff\x1b[2J\n 1 2 \n"), any);
	each_mangled(LIT("4096 1 a.c:5 func:f\n8192 2 b.c:6 func:g\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_6_12),
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(malformed_lines_are_skipped),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
