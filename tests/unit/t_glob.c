/* SPDX-License-Identifier: Apache-2.0 */
#include "base/glob.h"

#include "helper.h"

static const struct {
	const char *pattern, *name;
	bool match;
} cases[] = {
	{ "a", "a", true },
	{ "a", "b", false },
	{ "", "", true },
	{ "", "a", false },
	{ "*", "", true },
	{ "*", "index.1", true },
	{ "*", ".hidden", false },
	{ ".*", ".hidden", true },
	{ "\\.h*", ".hidden", true },
	{ "?", ".", false },
	{ "*", "a/b", false },
	{ "?", "/", false },
	{ "*.idx", "a.b.idx", true },
	{ "*.idx", "a.idx.old", false },
	{ "a*b*c", "aXbYbZc", true },
	{ "a*b*c", "aXcYb", false },
	{ "**", "ab", true },
	{ "a?c", "abc", true },
	{ "a?c", "ac", false },
	{ "[0-9]*", "7x", true },
	{ "[0-9]*", "x7", false },
	{ "[!0-9]", "x", true },
	{ "[^0-9]", "7", false },
	{ "[]]", "]", true },
	{ "[a-]", "-", true },
	{ "[", "[", true },
	{ "[a", "[a", true },
	{ "\\*", "*", true },
	{ "\\*", "a", false },
	{ "a\\", "a\\", true },
	{ "*aaaaaaaaaaaaaaaab", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

static void matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (mw_glob_match(mw_str_of(cases[i].pattern), mw_str_of(cases[i].name)) !=
		    cases[i].match)
			fail_msg("\"%s\" and \"%s\"", cases[i].pattern, cases[i].name);
}

static void a_quoted_name_matches_itself(void **state)
{
	static const char *const names[] = { "a", "a*b", "[x]", "\\", "a\\*", "?", "a b" };
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct mw_str name = mw_str_of(names[i]), p = mw_glob_quote(&a, name);

		assert_true(mw_glob_match(p, name));
		assert_false(mw_glob_is_pattern(p));
		assert_true(mw_str_same(mw_glob_plain(&a, p), name));
	}
	assert_true(mw_glob_is_pattern(LIT("a\\*[")));
	assert_false(mw_glob_is_pattern(LIT("a\\*")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(a_quoted_name_matches_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
