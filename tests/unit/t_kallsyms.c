/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kallsyms.h"

#include "helper.h"

static const char text[] = "0000000000000000 A fixed_percpu_data\n"
			   "ffffffff81000000 T _text\n"
			   "ffffffff81000000 T startup_64\n"
			   "ffffffff81000200 t second\n"
			   "ffffffff81000280 D data_between\n"
			   "ffffffff81000300 W weak\n"
			   "ffffffffc0200000 t late\t[mod_b]\n"
			   "ffffffffc0100000 t early\t[mod_a]\n";

static void functions(void **state)
{
	struct mw_kallsym s[] = { { .address = 0xffff },
				  { .address = 0xffffffff81000000 },
				  { .address = 0xffffffff810001ff },
				  { .address = 0xffffffff81000290 },
				  { .address = 0xffffffff81000290 },
				  { .address = 0xffffffffc0100004 },
				  { .address = 0xffffffffc0200004 } };

	(void)state;
	mw_kallsyms_find(LIT(text), s, COUNT(s));
	assert_int_equal(s[0].start, 0);
	expect_str(s[0].name, "");
	expect_str(s[1].name, "_text");
	expect_str(s[2].name, "_text");
	assert_int_equal(s[2].start, 0xffffffff81000000);
	expect_str(s[3].name, "second");
	expect_str(s[4].name, "second");
	expect_str(s[5].name, "early");
	expect_str(s[5].module, "[mod_a]");
	expect_str(s[6].name, "late");
	assert_int_equal(s[6].address, 0xffffffffc0200004);
}

/* To others than root all addresses are 0. */
static void hidden(void **state)
{
	struct mw_kallsym s[] = { { .address = 0xffffffff81000000 } };

	(void)state;
	mw_kallsyms_find(LIT("0000000000000000 T _text\n0000000000000000 t x\t[y]\n"), s, 1);
	assert_int_equal(s[0].start, 0);
	expect_str(s[0].name, "");
	mw_kallsyms_find(LIT(""), s, 1);
	mw_kallsyms_find(LIT(text), s, 0);
	expect_str(s[0].name, "");
}

static void odd_lines(void **state)
{
	struct mw_kallsym s[] = { { .address = 0x2000 } };

	(void)state;
	mw_kallsyms_find(LIT("\n1000\n1000 t\n1000 tt x\n10000000000000000 t far\nzz t x\n"
			     "1000 t  name [half\n1001 t"),
			 s, 1);
	expect_str(s[0].name, "name");
	expect_str(s[0].module, "");
}

static void look(struct mw_str t)
{
	struct mw_kallsym s[] = { { .address = 0x10 },
				  { .address = 0xffffffff81000100 },
				  { .address = UINT64_MAX } };

	mw_kallsyms_find(t, s, COUNT(s));
	for (size_t i = 0; i < COUNT(s); i++)
		assert_true(s[i].start <= s[i].address && !s[i].start == !s[i].name.n);
}

static void damaged(void **state)
{
	(void)state;
	each_cut(LIT(text), look);
	each_mangled(LIT(text), look);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions),
		cmocka_unit_test(hidden),
		cmocka_unit_test(odd_lines),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
