/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which mappings can be moved from a node; maps and numa_maps are read one after the other.
 */
#include "helper.h"
#include "why/move_ranges.h"

#define MAPS                                                   \
	"1000-3000 r-xp 00000000 08:01 7 /bin/a\n"             \
	"5000-9000 rw-p 00000000 00:00 0 [heap]\n"             \
	"20000-40000 rw-p 00000000 00:00 0\n"                  \
	"600000-800000 rw-p 00000000 00:0e 9 /anon_hugepage\n" \
	"900000-a00000 rw-p 00000000 00:00 0\n"

#define NUMA_MAPS                                                               \
	"1000 default file=/bin/a mapped=2 mapmax=9 N1=2 kernelpagesize_kB=4\n" \
	"5000 default heap anon=4 dirty=4 N0=1 N1=3 kernelpagesize_kB=4\n"      \
	"10000 default anon=1 N1=1 kernelpagesize_kB=4\n"                       \
	"20000 bind:0-1 anon=5 N0=5 kernelpagesize_kB=4\n"                      \
	"600000 default huge anon=1 N1=1 kernelpagesize_kB=2048\n"              \
	"900000 prefer (many):0-1 anon=7 N1=7 kernelpagesize_kB=4\n"

static void which(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_move_range *r;
	size_t n;

	(void)state;
	mw_move_ranges(LIT(MAPS), LIT(NUMA_MAPS), 1, &a, &r, &n);
	assert_int_equal(n, 2);
	assert_true(r[0].start == 0x5000 && r[0].end == 0x9000 && r[0].bytes == 3 << 12);
	assert_true(r[1].start == 0x900000 && r[1].end == 0xa00000 && r[1].bytes == 7 << 12);
	mw_move_ranges(LIT(MAPS), LIT(NUMA_MAPS), 0, &a, &r, &n);
	assert_int_equal(n, 2);
	assert_true(r[1].start == 0x20000 && r[1].end == 0x40000);
	mw_move_ranges(LIT(MAPS), LIT(NUMA_MAPS), 7, &a, &r, &n);
	assert_int_equal(n, 0);
}

static void any(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_move_range *r;
	size_t n;

	mw_move_ranges(text, LIT(NUMA_MAPS), 1, &a, &r, &n);
	mw_move_ranges(LIT(MAPS), text, 1, &a, &r, &n);
	for (size_t i = 0; i < n; i++)
		assert_true(r[i].bytes > 0);
}

static void hostile(void **state)
{
	(void)state;
	each_cut(LIT(MAPS), any);
	each_mangled(LIT(NUMA_MAPS), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(which), cmocka_unit_test(hostile) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
