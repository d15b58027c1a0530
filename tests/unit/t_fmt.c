/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fmt.h"

#include "helper.h"

struct pair {
	struct mw_str plain;
	const char *want;
};

static void formatted(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	char wide[2001];

	(void)state;
	assert_string_equal(mw_fmt(&a, "%s %d", "a", 5), "a 5");
	assert_string_equal(mw_fmt(&a, "%s", ""), "");
	memset(wide, 'x', 2000);
	wide[2000] = '\0';
	assert_string_equal(mw_fmt(&a, "%s", wide), wide);
	assert_string_equal(mw_fmt(&a, "%.*s", 2, "abc"), "ab");
}

static void bytes_for_people(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *want;
	} cases[] = {
		{ 0, "0 B" },
		{ 1, "1 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.00 KiB" },
		{ 1536, "1.50 KiB" },
		{ 10240, "10.0 KiB" },
		{ 102400, "100 KiB" },
		{ 1003520, "980 KiB" },
		{ 1048576, "1.00 MiB" },
		{ 1610612736, "1.50 GiB" },
		{ 25232932864, "23.5 GiB" },
		{ (uint64_t)1 << 40, "1.00 TiB" },
		{ (uint64_t)1 << 50, "1.00 PiB" },
		{ (uint64_t)1 << 60, "1.00 EiB" },
		{ UINT64_MAX, "15.9 EiB" },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(mw_fmt_bytes(&a, cases[i].bytes), cases[i].want);
}

/* Rounding up must not end in a number that the next unit would show. */
static void bytes_never_show_1024(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t shift = 20; shift <= 60; shift += 10)
		assert_true(strncmp(mw_fmt_bytes(&a, ((uint64_t)1 << shift) - 1), "1024 ", 5));
}

static void bytes_or_the_reason(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	assert_string_equal(mw_fmt_val_bytes(&a, mw_ok(2048)), "2.00 KiB");
	assert_string_equal(mw_fmt_val_bytes(&a, mw_ok(0)), "0 B");
	assert_string_equal(mw_fmt_val_bytes(&a, mw_no(MW_DENIED)), "denied");
	assert_string_equal(mw_fmt_val_bytes(&a, (struct mw_val){}), "unread");
}

static void quoted_for_a_shell(void **state)
{
	static const struct pair cases[] = {
		{ LIT("/dev/shm"), "/dev/shm" },
		{ LIT("a-b_c.d:e,f+g@h%i=j0"), "a-b_c.d:e,f+g@h%i=j0" },
		{ LIT(""), "''" },
		{ LIT("a b"), "'a b'" },
		{ LIT("it's"), "'it'\\''s'" },
		{ LIT("'"), "''\\'''" },
		{ LIT("$HOME"), "'$HOME'" },
		{ LIT("`id`"), "'`id`'" },
		{ LIT("a;rm -rf /"), "'a;rm -rf /'" },
		{ LIT("a&b|c>d<e"), "'a&b|c>d<e'" },
		{ LIT("*?[x]{y}~!#()\""), "'*?[x]{y}~!#()\"'" },
		{ LIT("a\\b"), "'a\\b'" },
		{ LIT("-rf"), "'-rf'" },
		{ LIT("a\nb"), "$'a\\x0ab'" },
		{ LIT("a\tb"), "$'a\\x09b'" },
		{ LIT("\x1b[2J"), "$'\\x1b\\x5b2J'" },
		{ LIT("\x7f"), "$'\\x7f'" },
		{ LIT("\xc3\xa9"), "$'\\xc3\\xa9'" },
		{ LIT("'\n"), "$'\\x27\\x0a'" },
		{ LIT("\\\n"), "$'\\x5c\\x0a'" },
		{ LIT("\x01"
		      "f"),
		  "$'\\x01f'" },
		{ LIT("\xff\xfe$(id)"), "$'\\xff\\xfe\\x24\\x28id\\x29'" },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(mw_fmt_shell(&a, cases[i].plain), cases[i].want);
}

static unsigned hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* What a shell makes of one quoted word: plain, '...' with '\'' in it, or $'...'. */
static struct mw_str unquote(struct mw_arena *arena, const char *q)
{
	char *out = mw_arena_alloc(arena, strlen(q) + 1);
	bool inside = false, ansi = q[0] == '$';
	size_t n = 0;

	for (q += ansi; *q; q++) {
		if (*q == '\'') {
			inside = !inside;
		} else if (*q != '\\' || (inside && !ansi)) {
			out[n++] = *q;
		} else if (q[1] == 'x' && ansi) {
			out[n++] = (char)(hex_digit(q[2]) << 4 | hex_digit(q[3]));
			q += 3;
		} else {
			out[n++] = *++q;
		}
	}
	assert_false(inside);
	return (struct mw_str){ out, n };
}

static void quoting_round_trip(void **state)
{
	static const char bytes[] = "ab'\"\\$`\n\t\x1b\x7f\xff -/x0f!";
	_mw_arena_ struct mw_arena a = {};
	uint64_t seed = 42;
	char name[12];

	(void)state;
	for (size_t round = 0; round < 5000; round++) {
		struct mw_str s = { name, random_below(&seed, sizeof(name) + 1) };

		for (size_t i = 0; i < s.n; i++)
			name[i] = bytes[random_below(&seed, sizeof(bytes) - 1)];
		expect_same(unquote(&a, mw_fmt_shell(&a, s)), s);
	}
}

/* No byte that a terminal obeys comes out, whatever goes in. */
static void quoted_is_plain_ascii(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (int c = 1; c < 256; c++) {
		const char *q = mw_fmt_shell(&a, (struct mw_str){ (char[]){ (char)c }, 1 });

		for (; *q; q++)
			assert_in_range((unsigned char)*q, 0x20, 0x7e);
	}
}

static void permille(void **state)
{
	(void)state;
	assert_int_equal(mw_permille(1, 0), 0);
	assert_int_equal(mw_permille(0, 100), 0);
	assert_int_equal(mw_permille(1, 3), 333);
	assert_int_equal(mw_permille(50, 100), 500);
	assert_int_equal(mw_permille(300, 100), 3000);
	assert_int_equal(mw_permille(UINT64_MAX, UINT64_MAX), 1000);
	assert_int_equal(mw_permille(UINT64_MAX / 2, UINT64_MAX), 500);
	assert_int_equal(mw_permille(UINT64_MAX, 1), UINT64_MAX);
}

static void share(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	assert_string_equal(mw_fmt_share(&a, 1, 3), "33.3 %");
	assert_string_equal(mw_fmt_share(&a, 1, 0), "0.0 %");
	assert_string_equal(mw_fmt_share(&a, UINT64_MAX, UINT64_MAX), "100.0 %");
}

static void octal(void **state)
{
	static const struct pair cases[] = {
		{ LIT("/run/a b"), "/run/a\\040b" },
		{ LIT("a\nb"), "a\\012b" },
		{ LIT("a\tb"), "a\\011b" },
		{ LIT("a\\b"), "a\\134b" },
		{ LIT("\x1b[0m"), "\\033[0m" },
		{ LIT("\x7f"), "\\177" },
		{ LIT("a\0b"), "a\\000b" },
		{ LIT("\xc3\xa9"), "\xc3\xa9" },
		{ LIT(""), "" },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_str escaped = mw_fmt_octal(&a, cases[i].plain);

		expect_same(escaped, mw_str_of(cases[i].want));
		expect_same(mw_fmt_unoctal(&a, escaped), cases[i].plain);
	}
}

/* What is no escape of the kernel's stays as it is. */
static void no_octal(void **state)
{
	static const char *const same[] = { "\\",    "\\0", "\\04", "\\048",  "\\400",
					    "\\x41", "\\n", "a\\",  "\\\\\\", "abc" };
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(same); i++)
		expect_same(mw_fmt_unoctal(&a, mw_str_of(same[i])), mw_str_of(same[i]));
	expect_str(mw_fmt_unoctal(&a, LIT("\\377\\000\\0401")), "\xff\0 1");
	expect_str(mw_fmt_unoctal(&a, LIT("\\\\040")), "\\ ");
	expect_str(mw_fmt_unoctal(&a, (struct mw_str){}), "");
}

static void octal_round_trip(struct mw_str s)
{
	_mw_arena_ struct mw_arena a = {};

	expect_same(mw_fmt_unoctal(&a, mw_fmt_octal(&a, s)), s);
	assert_true(mw_fmt_unoctal(&a, s).n <= s.n);
}

static void octal_of_hostile_names(void **state)
{
	(void)state;
	each_cut(LIT("\\0\\04\\040 \\\\\n\t\0\x1b\xff (deleted)\\"), octal_round_trip);
	each_mangled(LIT("/run/\\040a\\134\\012"), octal_round_trip);
}

static void empty_when_out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };

	(void)state;
	assert_string_equal(mw_fmt(&a, "%d", 5), "");
	assert_string_equal(mw_fmt_bytes(&a, 5), "");
	assert_string_equal(mw_fmt_shell(&a, LIT("a")), "");
	assert_string_equal(mw_fmt_shell(&a, LIT("a b")), "");
	assert_int_equal(mw_fmt_octal(&a, LIT("a")).n, 0);
	assert_int_equal(mw_fmt_unoctal(&a, LIT("a")).n, 0);
	assert_int_equal(mw_fmt_unoctal(&a, LIT("\\040")).n, 0);
	assert_true(a.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formatted),
		cmocka_unit_test(bytes_for_people),
		cmocka_unit_test(bytes_never_show_1024),
		cmocka_unit_test(bytes_or_the_reason),
		cmocka_unit_test(quoted_for_a_shell),
		cmocka_unit_test(quoting_round_trip),
		cmocka_unit_test(quoted_is_plain_ascii),
		cmocka_unit_test(permille),
		cmocka_unit_test(share),
		cmocka_unit_test(octal),
		cmocka_unit_test(no_octal),
		cmocka_unit_test(octal_of_hostile_names),
		cmocka_unit_test(empty_when_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
