/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/path.h"

#include "helper.h"

static void joined(void **state)
{
	static const struct {
		const char *base, *target, *rest, *want;
	} cases[] = {
		{ "", "proc/1", "", "proc/1" },
		{ "proc", "self/net", "/dev", "proc/self/net/dev" },
		{ "", "./a/./b//c/", "", "a/b/c" },
		{ "a/b", "..", "", "a" },
		{ "a/b", "../c", "/d", "a/c/d" },
		{ "a", "../../../etc", "/passwd", "etc/passwd" },
		{ "", "..", "", "" },
		{ "", "../..", "/x", "x" },
		{ "", "/etc/passwd", "", "etc/passwd" },
		{ "a", "b/../../..", "/c", "c" },
		{ "", "", "", "" },
		{ "", ".", "", "" },
		{ "a", "...", "", "a/..." },
		{ "a", "..b", "", "a/..b" },
		{ "abc", "..", "/d", "d" },
		{ "a/bcd", "..", "/e", "a/e" },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_same(mw_path_join(&a, mw_str_of(cases[i].base), mw_str_of(cases[i].target),
					 mw_str_of(cases[i].rest)),
			    mw_str_of(cases[i].want));
}

static void any_byte_but_the_slash(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	expect_str(mw_path_join(&a, LIT("a\0b"), LIT("\n \xff"), LIT("\x1b")), "a\0b/\n \xff/\x1b");
}

static void joined_without_memory(void **state)
{
	struct mw_arena a = { .fixed = true };

	(void)state;
	assert_int_equal(mw_path_join(&a, LIT("a"), LIT("b"), LIT("c")).n, 0);
	assert_true(a.failed);
}

static void climbing(void **state)
{
	static const char *const yes[] = { "..", "../a", "a/..", "a/../b", "/..", "a//../b" };
	static const char *const no[] = { "", "a", ".", "...", "a/..b", "a../b", "..a", "a/./b" };

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(mw_path_climbs(mw_str_of(yes[i])));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(mw_path_climbs(mw_str_of(no[i])));
}

static void sorted_without_doubles(void **state)
{
	struct mw_str item[] = { LIT("b"), LIT("a"), LIT("10"),	 LIT("9"), LIT("a"),
				 LIT(""),  LIT("b"), LIT("a\0"), LIT("b") };
	static const struct mw_str want[] = { LIT(""),	LIT("10"),  LIT("9"),
					      LIT("a"), LIT("a\0"), LIT("b") };
	struct mw_names names = { item, COUNT(item) };

	(void)state;
	mw_names_sort(&names);
	assert_int_equal(names.n, COUNT(want));
	for (size_t i = 0; i < names.n; i++)
		expect_same(names.item[i], want[i]);
	mw_names_sort(&(struct mw_names){});
}

/* Whatever is joined: no empty part, no "." and no ".." stands in it, nor a slash at its ends. */
static void clean(struct mw_str s)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_str out = mw_path_join(&a, mw_str_from(s, s.n / 3), s, s), part;

	assert_false(mw_path_climbs(out));
	assert_false(mw_str_starts(out, "/") || mw_str_ends(out, "/"));
	while (mw_str_cut(&out, '/', &part))
		assert_true(part.n && !mw_str_eq(part, "."));
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("../a/./b//..\0/\xff/.../../..//c"), clean);
	each_mangled(LIT("a/b/../c/./d/e"), clean);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joined),
		cmocka_unit_test(any_byte_but_the_slash),
		cmocka_unit_test(joined_without_memory),
		cmocka_unit_test(climbing),
		cmocka_unit_test(sorted_without_doubles),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
