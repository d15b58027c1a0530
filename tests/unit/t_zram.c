/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/zram.h"

#include <errno.h>

#include "helper.h"

/* Seven columns in 4.1, nine since 5.12: the first three stay. */
static void versions(void **state)
{
	static const char *const texts[] = {
		"  104857600  20971520 22020096        0 23068672        0        0\n",
		"104857600 20971520 22020096 0 23068672 0 0 12 12\n",
		"104857600 20971520 22020096",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct mw_zram z;

		assert_int_equal(mw_zram_parse(mw_str_of(texts[i]), &z), 0);
		assert_int_equal(z.stored_bytes, 104857600);
		assert_int_equal(z.compressed_bytes, 20971520);
		assert_int_equal(z.used_bytes, 22020096);
	}
}

static void malformed(void **state)
{
	static const char *const bad[] = { "",	    "\n",    "1",      "1 2",
					   "1 2 x", "x 2 3", "1 -2 3", "1 2 18446744073709551616",
					   "1,2,3" };
	struct mw_zram z = { .used_bytes = 77 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_zram_parse(mw_str_of(bad[i]), &z), -EINVAL);
	assert_int_equal(mw_zram_parse(LIT("1 2 3\0 4"), &z), -EINVAL);
	assert_int_equal(z.used_bytes, 77);
}

static void largest(void **state)
{
	struct mw_zram z;

	(void)state;
	assert_int_equal(mw_zram_parse(LIT("0 0 18446744073709551615\n"), &z), 0);
	assert_int_equal(z.used_bytes, UINT64_MAX);
}

static void any(struct mw_str text)
{
	struct mw_zram z;

	mw_zram_parse(text, &z);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("  104857600  20971520 22020096 0 \0\xff\n"), any);
	each_mangled(LIT("104857600 20971520 22020096 0\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(malformed),
		cmocka_unit_test(largest),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
