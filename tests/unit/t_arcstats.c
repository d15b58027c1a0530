/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/arcstats.h"

#include "helper.h"

static const char text[] = "13 1 0x01 123 33456 8137483920 17402398474921\n"
			   "name                            type data\n"
			   "hits                            4    123456\n"
			   "c                               4    8589934592\n"
			   "c_min                           4    524288000\n"
			   "c_max                           4    8589934592\n"
			   "size                            4    4294967296\n"
			   "compressed_size                 4    3221225472\n"
			   "data_size                       4    3000000000\n"
			   "metadata_size                   4    900000000\n"
			   "memory_available_bytes          3    -5\n";

static struct mw_arcstats parse(struct mw_str s)
{
	struct mw_arcstats a;

	memset(&a, 0xa5, sizeof(a));
	mw_arcstats_parse(s, &a);
	return a;
}

static void ordinary(void **state)
{
	struct mw_arcstats a = parse(mw_str_of(text));

	(void)state;
	expect_val(a.size_bytes, 4294967296);
	expect_val(a.min_bytes, 524288000);
	expect_val(a.data_bytes, 3000000000);
	expect_val(a.metadata_bytes, 900000000);
}

static void nothing_is_absent(void **state)
{
	struct mw_arcstats a = parse((struct mw_str){});

	(void)state;
	expect_why(a.size_bytes, MW_ABSENT);
	expect_why(a.min_bytes, MW_ABSENT);
	expect_why(a.data_bytes, MW_ABSENT);
	expect_why(a.metadata_bytes, MW_ABSENT);
}

static void keys_are_whole(void **state)
{
	struct mw_arcstats a = parse(LIT("xsize 4 1\nsize2 4 2\nSIZE 4 3\nc_mi 4 4\n4 size 5\n"));

	(void)state;
	expect_why(a.size_bytes, MW_ABSENT);
	expect_why(a.min_bytes, MW_ABSENT);
}

/* Malformed is known as such: it is not the same as absent. */
static void malformed_figures(void **state)
{
	struct mw_arcstats a = parse(LIT("size 4 x\nc_min 4 -1\n"
					 "data_size 4 18446744073709551616\nmetadata_size 4\n"));

	(void)state;
	expect_why(a.size_bytes, MW_BAD);
	expect_why(a.min_bytes, MW_BAD);
	expect_why(a.data_bytes, MW_BAD);
	assert_false(mw_known(a.metadata_bytes));
}

static void doubled_figures(void **state)
{
	struct mw_arcstats a = parse(LIT("size 4 1\nsize 4 2\n"));

	(void)state;
	expect_why(a.size_bytes, MW_BAD);
}

static void any(struct mw_str s)
{
	parse(s);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(mw_str_of(text), any);
	each_mangled(LIT("size 4 123\nc_min 4 5\ndata_size 4 \0\xff\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary),	   cmocka_unit_test(nothing_is_absent),
		cmocka_unit_test(keys_are_whole),  cmocka_unit_test(malformed_figures),
		cmocka_unit_test(doubled_figures), cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
