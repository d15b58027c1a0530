/* SPDX-License-Identifier: Apache-2.0 */
#include "guard_helper.h"
#include "why/guard_private.h"

static bool glob(const char *pattern, const char *text)
{
	return mw_guard_glob(mw_str_of(pattern), mw_str_of(text));
}

static void globs(void **state)
{
	(void)state;
	assert_true(glob("abc", "abc"));
	assert_false(glob("abc", "abcd"));
	assert_false(glob("abc", "ab"));
	assert_true(glob("*", ""));
	assert_true(glob("**", "abc"));
	assert_true(glob("a*c", "abbbc"));
	assert_true(glob("*.service", "a.service.service"));
	assert_false(glob("*.service", "a.services"));
	assert_true(glob("a?c", "abc"));
	assert_false(glob("a?c", "ac"));
	assert_true(glob("[a-c]x", "bx"));
	assert_false(glob("[a-c]x", "dx"));
	assert_true(glob("[!a-c]x", "dx"));
	assert_false(glob("[^a-c]x", "ax"));
	assert_true(glob("[]]", "]"));
	assert_true(glob("[a-]", "-"));
	assert_true(glob("*[0-9]*[0-9]", "a1b2"));
	assert_false(glob("*[0-9]*[0-9]", "a1b"));
	assert_true(glob("/opt/*/bin/*", "/opt/x/y/bin/z"));
	assert_false(glob("", "a"));
	assert_true(glob("", ""));
	/* What goes back and forth must not do so for ever. */
	assert_false(
		glob("*a*a*a*a*a*a*a*a*a*b",
		     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void naive(const char *g, const char *t, bool *ret)
{
	if (!*g)
		*ret = *ret || !*t;
	else if (*g == '*')
		for (const char *p = t;; p++) {
			naive(g + 1, p, ret);
			if (*ret || !*p)
				return;
		}
	else if (*t && (*g == '?' || *g == *t))
		naive(g + 1, t + 1, ret);
}

/* Against the plainest of all ways. */
static void random_globs(void **state)
{
	uint64_t seed = 88172645463325252ULL;

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char g[8] = "", t[8] = "";
		bool want = false;

		for (size_t k = random_below(&seed, 7); k; k--)
			g[k - 1] = "ab*?"[random_below(&seed, 4)];
		for (size_t k = random_below(&seed, 7); k; k--)
			t[k - 1] = "ab"[random_below(&seed, 2)];
		naive(g, t, &want);
		assert_int_equal(glob(g, t), want);
	}
}

/* comm fills its 16 bytes without a NUL. */
static void whole_comm(void **state)
{
	struct mw_guard_task t = { .comm = "0123456789abcdef" };
	struct mw_guard_patterns list = { .n = 1 };
	struct mw_guard_view view = {};
	enum mw_why why;

	(void)state;
	list.item[0] = (struct mw_guard_pattern){ MW_GUARD_COMM, LIT("0123456789abcdef"), 0 };
	assert_ptr_equal(mw_guard_match(&list, &view, &t, &why), &list.item[0]);
	assert_int_equal(why, MW_OK);
	list.item[0].glob = LIT("*f?");
	assert_null(mw_guard_match(&list, &view, &t, &why));
	/* Not asked is no "no". */
	list.item[0].field = MW_GUARD_EXE;
	list.item[0].glob = LIT("*");
	assert_null(mw_guard_match(&list, &view, &t, &why));
	assert_int_equal(why, MW_UNREAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs),
		cmocka_unit_test(random_globs),
		cmocka_unit_test(whole_comm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
