/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/release.h"

#include "helper.h"

static void releases(void **state)
{
	static const struct {
		const char *text;
		struct mw_release r;
	} cases[] = {
		{ "2.6.32-754.el6.x86_64", { 2, 6, 32, MW_EL6 } },
		{ "2.6.38-8-generic", { 2, 6, 38, MW_UPSTREAM } },
		{ "3.10.0-1160.el7.x86_64", { 3, 10, 0, MW_EL7 } },
		{ "3.10.108", { 3, 10, 108, MW_UPSTREAM } },
		{ "4.18.0-553.el8_10.x86_64", { 4, 18, 0, MW_EL8 } },
		{ "5.4.17-2136.307.3.4.el8uek.x86_64", { 5, 4, 17, MW_UPSTREAM } },
		{ "6.1.10-1.el7.elrepo.x86_64", { 6, 1, 10, MW_UPSTREAM } },
		{ "5.10.0-46-amd64", { 5, 10, 0, MW_UPSTREAM } },
		{ "5.14.0-162.6.1.el9_1.0.1.x86_64", { 5, 14, 0, MW_EL9 } },
		{ "6.12.0-211.el10.ppc64le", { 6, 12, 0, MW_EL10 } },
		{ "6.1.0-56-amd64\n", { 6, 1, 0, MW_UPSTREAM } },
		{ "6.18.44", { 6, 18, 44, MW_UPSTREAM } },
		{ "6.18", { 6, 18, 0, MW_UPSTREAM } },
		{ "7.2-rc1", { 7, 2, 0, MW_UPSTREAM } },
		{ "5.13.x", { 5, 13, 0, MW_UPSTREAM } },
		{ "6.1.18446744073709551616", { 6, 1, 0, MW_UPSTREAM } },
		{ "6.12.117+deb13", { 6, 12, 117, MW_UPSTREAM } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_release r = mw_release_parse(mw_str_of(cases[i].text));

		assert_true(mw_release_is_known(r));
		assert_int_equal(r.major, cases[i].r.major);
		assert_int_equal(r.minor, cases[i].r.minor);
		assert_int_equal(r.patch, cases[i].r.patch);
		assert_int_equal(r.vendor, cases[i].r.vendor);
	}
}

static void not_known(void **state)
{
	static const char *const bad[] = {
		"",
		"6",
		"6.",
		".18",
		"x",
		"v6.18",
		"6.x",
		"6,18",
		"-6.18",
		" 6.18",
		"18446744073709551616.1",
		"6.18446744073709551616",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct mw_release r = mw_release_parse(mw_str_of(bad[i]));

		assert_false(mw_release_is_known(r));
		assert_int_equal(r.minor, 0);
	}
	assert_false(mw_release_is_known(mw_release_parse((struct mw_str){})));
}

static void compared(void **state)
{
	struct mw_release r = { 5, 10 };

	(void)state;
	assert_true(mw_release_at_least(r, 5, 10));
	assert_true(mw_release_at_least(r, 5, 3));
	assert_true(mw_release_at_least(r, 4, 18));
	assert_false(mw_release_at_least(r, 5, 11));
	assert_false(mw_release_at_least(r, 6, 1));
	assert_false(mw_release_at_least((struct mw_release){}, 2, 6));
}

static void of_proc_version(void **state)
{
	(void)state;
	expect_str(mw_release_of_version(LIT("Linux version 6.1.0-56-amd64 (debian@x) #1 SMP\n")),
		   "6.1.0-56-amd64");
	expect_str(mw_release_of_version(LIT("Linux version 6.1")), "6.1");
	expect_str(mw_release_of_version(LIT("Linux version ")), "");
	expect_str(mw_release_of_version(LIT("Linux version")), "");
	expect_str(mw_release_of_version(LIT("FreeBSD version 6.1")), "");
	expect_str(mw_release_of_version(LIT("")), "");
}

static void any(struct mw_str text)
{
	struct mw_release r = mw_release_parse(text);

	mw_release_at_least(r, 5, 3);
	assert_true(mw_release_of_version(text).n <= text.n);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("6.18.44-\0\xff\n"), any);
	each_cut(LIT("Linux version 6.1.0\0 (x)\n"), any);
	each_mangled(LIT("18446744073709551615.10.0-46"), any);
	each_mangled(LIT("Linux version 6.1.0 (x)\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases),	 cmocka_unit_test(not_known),
		cmocka_unit_test(compared),	 cmocka_unit_test(of_proc_version),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
