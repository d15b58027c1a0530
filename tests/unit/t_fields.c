/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/fields.h"

#include "helper.h"

struct figures {
	struct mw_val size, count, other;
};

static const struct mw_field table[] = {
	{ "Size", offsetof(struct figures, size), MW_FIELD_KIB },
	{ "Count", offsetof(struct figures, count), MW_FIELD_COUNT },
	{ "Other", offsetof(struct figures, other), MW_FIELD_KIB },
};

static struct figures parse(struct mw_str text, char sep)
{
	struct figures f;

	memset(&f, 0xa5, sizeof(f));
	mw_fields_parse(text, sep, table, COUNT(table), &f);
	return f;
}

static void empty_text(void **state)
{
	struct figures f = parse((struct mw_str){}, ':');

	(void)state;
	expect_why(f.size, MW_ABSENT);
	expect_why(f.count, MW_ABSENT);
	expect_why(f.other, MW_ABSENT);
}

static void empty_table(void **state)
{
	struct figures f = { .size = mw_ok(7) };

	(void)state;
	mw_fields_parse(LIT("Size: 1 kB\n"), ':', table, 0, &f);
	expect_val(f.size, 7);
}

static void with_colons(void **state)
{
	struct figures f = parse(LIT("Size:\t   12 kB\nnothing\nCount:5\nMore:\t1 kB\n"), ':');

	(void)state;
	expect_val(f.size, 12 * 1024);
	expect_val(f.count, 5);
	expect_why(f.other, MW_ABSENT);
}

static void with_blanks(void **state)
{
	struct figures f = parse(LIT("Count 5\nSize 12 kB\n  Other 3 kB\n"), ' ');

	(void)state;
	expect_val(f.count, 5);
	expect_val(f.size, 12 * 1024);
	expect_why(f.other, MW_ABSENT);
}

/* In any order, also one that begins in the middle of the table. */
static void any_order(void **state)
{
	static const char *const texts[] = {
		"Size: 1 kB\nCount: 2\nOther: 3 kB\n",
		"Other: 3 kB\nCount: 2\nSize: 1 kB\n",
		"Count: 2\nx: 9\nOther: 3 kB\ny: 9\nSize: 1 kB\n",
		"Other: 3 kB\nSize: 1 kB\nCount: 2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct figures f = parse(mw_str_of(texts[i]), ':');

		expect_val(f.size, 1024);
		expect_val(f.count, 2);
		expect_val(f.other, 3072);
	}
}

static void doubled_is_bad(void **state)
{
	struct figures f = parse(LIT("Size: 1 kB\nSize: 1 kB\nCount: x\nCount: 1\n"
				     "Other: 1 kB\nOther: y\n"),
				 ':');

	(void)state;
	expect_why(f.size, MW_BAD);
	expect_why(f.count, MW_BAD);
	expect_why(f.other, MW_BAD);
}

static void units(void **state)
{
	struct figures f = parse(LIT("Size: 1\nCount: 1 kB\nOther: 1 MB\n"), ':');

	(void)state;
	expect_why(f.size, MW_BAD);
	expect_why(f.count, MW_BAD);
	expect_why(f.other, MW_BAD);
}

static void overflow(void **state)
{
	struct figures f = parse(LIT("Size: 18014398509481984 kB\nOther: 18014398509481983 kB\n"
				     "Count: 18446744073709551616\n"),
				 ':');

	(void)state;
	expect_why(f.size, MW_BAD);
	expect_val(f.other, UINT64_MAX - 1023);
	expect_why(f.count, MW_BAD);
}

static void a_nul_is_a_byte(void **state)
{
	struct figures f =
		parse(LIT("Si\0ze: 1 kB\nSize: 1\0 kB\nCount: 1\0\nOther: 1 kB\0\n"), ':');

	(void)state;
	expect_why(f.size, MW_BAD);
	expect_why(f.count, MW_BAD);
	expect_why(f.other, MW_BAD);
}

static void one_number(void **state)
{
	(void)state;
	expect_val(mw_number_parse(LIT("12\n")), 12);
	expect_val(mw_number_parse(LIT("12")), 12);
	expect_val(mw_number_parse(LIT(" 0 ")), 0);
	expect_val(mw_number_parse(LIT("18446744073709551615\n")), UINT64_MAX);
	expect_why(mw_number_parse(LIT("18446744073709551616\n")), MW_BAD);
	expect_why(mw_number_parse(LIT("")), MW_BAD);
	expect_why(mw_number_parse(LIT("\n")), MW_BAD);
	expect_why(mw_number_parse(LIT("1 2\n")), MW_BAD);
	expect_why(mw_number_parse(LIT("-1\n")), MW_BAD);
	expect_why(mw_number_parse(LIT("1\0")), MW_BAD);
	expect_why(mw_number_parse(LIT("max\n")), MW_BAD);
}

static void any(struct mw_str text)
{
	parse(text, ':');
	parse(text, ' ');
	mw_number_parse(text);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("Size: 1 kB\nCount 18446744073709551616\nOther\0: \xff kB\n\n:\n: :"), any);
	each_mangled(LIT("Size: 1 kB\nCount: 5\nOther 7 kB\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_text),	   cmocka_unit_test(empty_table),
		cmocka_unit_test(with_colons),	   cmocka_unit_test(with_blanks),
		cmocka_unit_test(any_order),	   cmocka_unit_test(doubled_is_bad),
		cmocka_unit_test(units),	   cmocka_unit_test(overflow),
		cmocka_unit_test(a_nul_is_a_byte), cmocka_unit_test(one_number),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
