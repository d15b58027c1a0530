/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/maps_place.h"

#include "helper.h"

static const char maps[] = "1000-3000 r--p 00002000 08:01 7   /bin/a b\n"
			   "not a line\n"
			   "3000-4000 rw-p 00000000 00:00 0 \n"
			   "7000-8000 ---p 00000000 00:00 0\n";

static void inside(void **state)
{
	struct mw_maps_place p = mw_maps_place(mw_str_of(maps), 0x2fff);

	(void)state;
	assert_true(p.mapped && !p.has_below && p.has_above);
	assert_int_equal(p.map.start, 0x1000);
	expect_str(p.map.offset, "00002000");
	expect_str(p.map.path, "/bin/a b");
	p = mw_maps_place(mw_str_of(maps), 0x3000);
	assert_true(p.mapped);
	assert_int_equal(p.map.start, 0x3000);
	assert_int_equal(p.n_below, 1);
}

static void between(void **state)
{
	struct mw_maps_place p = mw_maps_place(mw_str_of(maps), 0x4000);

	(void)state;
	assert_true(!p.mapped && p.has_below && p.has_above);
	assert_int_equal(p.below.end, 0x4000);
	assert_int_equal(p.above.start, 0x7000);
	p = mw_maps_place(mw_str_of(maps), 0x8000);
	assert_true(!p.mapped && p.has_below && !p.has_above);
	assert_int_equal(p.n_below, 3);
	p = mw_maps_place(mw_str_of(maps), 0);
	assert_true(!p.mapped && !p.has_below && p.has_above);
	p = mw_maps_place(mw_str_of(""), 0x1000);
	assert_true(!p.mapped && !p.has_below && !p.has_above);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(inside), cmocka_unit_test(between) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
