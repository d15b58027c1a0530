/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/sums.h"

#include <errno.h>

#include "helper.h"

#define MEMINFO                                                                                   \
	"MemTotal: 1000 kB\nMemFree: 400 kB\nBuffers: 10 kB\nCached: 200 kB\nAnonPages: 100 kB\n" \
	"Shmem: 50 kB\nSlab: 40 kB\nKernelStack: 8 kB\nPageTables: 12 kB\nVmallocUsed: 20 kB\n"

static uint64_t kib(const struct mw_census *c, const char *name)
{
	return mw_census_class_bytes(c, name) / 1024;
}

static void all_of_it(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_census c = {};
	uint64_t sum = 0;

	(void)state;
	assert_int_equal(mw_sums_of(LIT(MEMINFO),
				    LIT("Node 0, zone Normal\n  pages free 100\n  pagesets\n"
					"    cpu: 0\n              count: 5\n"),
				    LIT("nr_zspages 3\n"), 4096, &arena, &c),
			 0);
	assert_int_equal(kib(&c, "cache"), 150);
	assert_int_equal(kib(&c, "shmem"), 50);
	assert_int_equal(kib(&c, "idle"), 20);
	assert_int_equal(kib(&c, "vmalloc"), 12);
	assert_int_equal(kib(&c, "zsmalloc"), 12);
	for (size_t i = 0; i < c.n_classes; i++)
		sum += c.class[i].bytes;
	assert_int_equal(sum, c.ram_bytes);
}

static void what_is_missing(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_census c = {};
	struct mw_census_class none;

	(void)state;
	assert_int_equal(mw_sums_of(LIT("MemFree: 1 kB\n"), LIT(""), LIT(""), 4096, &arena, &c),
			 -ENODATA);
	/* More is said to be used than there is: no rest. */
	assert_int_equal(mw_sums_of(LIT("MemTotal: 10 kB\nMemFree: 11 kB\nKernelStack: 8 kB\n"
					"VmallocUsed: 2 kB\n"),
				    LIT(""), LIT(""), 4096, &arena, &c),
			 0);
	assert_int_equal(kib(&c, "free"), 11);
	assert_int_equal(kib(&c, "vmalloc"), 2); /* stacks are not in it then */
	assert_false(mw_census_class_sum(&c, "other", &none));
	assert_false(mw_census_class_sum(&c, "idle", &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
