/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include <errno.h>

static const struct mw_str none;

static void equal(void **state)
{
	(void)state;
	assert_true(mw_str_eq(LIT("abc"), "abc"));
	assert_false(mw_str_eq(LIT("abc"), "ab"));
	assert_false(mw_str_eq(LIT("ab"), "abc"));
	assert_true(mw_str_eq(LIT(""), ""));
	assert_false(mw_str_eq(LIT("a\0b"), "a"));
	assert_true(mw_str_same(LIT("a\0b"), LIT("a\0b")));
	assert_false(mw_str_same(LIT("a\0b"), LIT("a\0c")));
	assert_true(mw_str_same(none, LIT("")));
	assert_false(mw_str_same(none, LIT("x")));
}

static void order_is_bytes_then_length(void **state)
{
	(void)state;
	assert_true(mw_str_cmp(LIT("a"), LIT("b")) < 0);
	assert_true(mw_str_cmp(LIT("b"), LIT("a")) > 0);
	assert_true(mw_str_cmp(LIT("a"), LIT("ab")) < 0);
	assert_true(mw_str_cmp(LIT("ab"), LIT("a")) > 0);
	assert_true(mw_str_cmp(LIT("a\0"), LIT("a")) > 0);
	assert_true(mw_str_cmp(LIT("\xff"), LIT("a")) > 0);
	assert_int_equal(mw_str_cmp(none, none), 0);
	assert_true(mw_str_cmp(none, LIT("a")) < 0);
}

static void starts_and_ends(void **state)
{
	(void)state;
	assert_true(mw_str_starts(LIT("proc/1"), "proc/"));
	assert_true(mw_str_starts(LIT("proc/"), "proc/"));
	assert_false(mw_str_starts(LIT("proc"), "proc/"));
	assert_true(mw_str_starts(LIT("x"), ""));
	assert_true(mw_str_ends(LIT("a (deleted)"), " (deleted)"));
	assert_false(mw_str_ends(LIT("d)"), " (deleted)"));
	assert_true(mw_str_ends(LIT("x"), ""));
}

static void find_gives_length_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(mw_str_find(LIT("a:b:c"), ':'), 1);
	assert_int_equal(mw_str_rfind(LIT("a:b:c"), ':'), 3);
	assert_int_equal(mw_str_find(LIT("abc"), ':'), 3);
	assert_int_equal(mw_str_rfind(LIT("abc"), ':'), 3);
	assert_int_equal(mw_str_find(none, ':'), 0);
	assert_int_equal(mw_str_rfind(none, ':'), 0);
	assert_int_equal(mw_str_find(LIT("a\0b"), '\0'), 1);
}

static void from_never_leaves_the_slice(void **state)
{
	(void)state;
	expect_str(mw_str_from(LIT("abc"), 0), "abc");
	expect_str(mw_str_from(LIT("abc"), 2), "c");
	expect_str(mw_str_from(LIT("abc"), 3), "");
	expect_str(mw_str_from(LIT("abc"), SIZE_MAX), "");
	expect_str(mw_str_from(none, 0), "");
}

static void cut_pieces(void **state)
{
	struct mw_str rest = LIT("a,,b"), piece;

	(void)state;
	assert_true(mw_str_cut(&rest, ',', &piece));
	expect_str(piece, "a");
	assert_true(mw_str_cut(&rest, ',', &piece));
	expect_str(piece, "");
	assert_true(mw_str_cut(&rest, ',', &piece));
	expect_str(piece, "b");
	assert_false(mw_str_cut(&rest, ',', &piece));
	expect_str(piece, "b");
	assert_false(mw_str_cut(&(struct mw_str){}, ',', &piece));
}

/* A separator at the end ends the last piece; it begins no empty one. */
static void cut_ends_with_separator(void **state)
{
	struct mw_str rest = LIT("a\n\n"), piece;

	(void)state;
	assert_true(mw_str_cut(&rest, '\n', &piece));
	expect_str(piece, "a");
	assert_true(mw_str_cut(&rest, '\n', &piece));
	expect_str(piece, "");
	assert_false(mw_str_cut(&rest, '\n', &piece));
}

static void words(void **state)
{
	struct mw_str rest = LIT(" \t one\n\ttwo  "), word;

	(void)state;
	assert_true(mw_str_word(&rest, &word));
	expect_str(word, "one");
	assert_true(mw_str_word(&rest, &word));
	expect_str(word, "two");
	assert_false(mw_str_word(&rest, &word));
	expect_str(word, "two");
	assert_false(mw_str_word(&(struct mw_str){}, &word));
}

/* Only blank, tab and newline separate: other controls, NUL included, are bytes of a word. */
static void words_may_hold_any_byte(void **state)
{
	struct mw_str rest = LIT("a\0b\r\x1b[0m \xff"), word;

	(void)state;
	assert_true(mw_str_word(&rest, &word));
	expect_str(word, "a\0b\r\x1b[0m");
	assert_true(mw_str_word(&rest, &word));
	expect_str(word, "\xff");
}

static void trimmed(void **state)
{
	(void)state;
	expect_str(mw_str_trim(LIT(" \t a b \n")), "a b");
	expect_str(mw_str_trim(LIT(" \n\t")), "");
	expect_str(mw_str_trim(none), "");
	expect_str(mw_str_trim(LIT("\0 ")), "\0");
}

static void decimal(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t v;
	} cases[] = {
		{ "0", 0, 0 },
		{ "00012", 0, 12 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "000018446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "18446744073709551620", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 },
		{ "100000000000000000000000", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1\n", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "1.5", -EINVAL, 0 },
		{ "12kB", -EINVAL, 0 },
		{ "\xd9\xa1", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t v = 77;

		assert_int_equal(mw_str_u64(mw_str_of(cases[i].text), &v), cases[i].r);
		assert_int_equal(v, cases[i].r ? 77 : cases[i].v);
	}
	assert_int_equal(mw_str_u64(LIT("1\0"), &(uint64_t){ 0 }), -EINVAL);
}

static void hexadecimal(void **state)
{
	static const struct {
		const char *text;
		int r;
		uint64_t v;
	} cases[] = {
		{ "0", 0, 0 },
		{ "7fFf", 0, 0x7fff },
		{ "ffffffffffffffff", 0, UINT64_MAX },
		{ "0000ffffffffffffffff", 0, UINT64_MAX },
		{ "10000000000000000", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "0x1", -EINVAL, 0 },
		{ "g", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t v = 77;

		assert_int_equal(mw_str_hex64(mw_str_of(cases[i].text), &v), cases[i].r);
		assert_int_equal(v, cases[i].r ? 77 : cases[i].v);
	}
}

/* What is given stays as it is where nothing is found. */
static void outputs_untouched_on_failure(void **state)
{
	struct mw_str word = LIT("before"), rest = LIT("  ");

	(void)state;
	assert_false(mw_str_word(&rest, &word));
	expect_str(word, "before");
	rest.n = 0;
	assert_false(mw_str_cut(&rest, ':', &word));
	expect_str(word, "before");
}

static void all_of_it(struct mw_str text)
{
	struct mw_str rest = text, piece;
	size_t n = 0;
	uint64_t v;

	while (mw_str_cut(&rest, '\n', &piece))
		n += piece.n;
	assert_true(n <= text.n);
	for (rest = text, n = 0; mw_str_word(&rest, &piece); n += piece.n)
		assert_true(piece.n);
	assert_true(n <= text.n);
	mw_str_u64(text, &v);
	mw_str_hex64(text, &v);
	assert_true(mw_str_trim(text).n <= text.n);
	assert_true(mw_str_find(text, ':') <= text.n && mw_str_rfind(text, ':') <= text.n);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("Name:\t\0\n foo) Z \x1b[2J\xff\xfe 18446744073709551616\n"), all_of_it);
	each_mangled(LIT("a: 1 kB\n b: 0x20\n"), all_of_it);
}

static void signed_numbers(void **state)
{
	static const struct {
		const char *text;
		int r;
		int64_t v;
	} cases[] = {
		{ "0", 0, 0 },
		{ "-0", 0, 0 },
		{ "-998", 0, -998 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "-9223372036854775807", 0, -INT64_MAX },
		{ "9223372036854775808", -ERANGE, 7 },
		{ "", -EINVAL, 7 },
		{ "-", -EINVAL, 7 },
		{ "--1", -EINVAL, 7 },
		{ "+1", -EINVAL, 7 },
		{ "- 1", -EINVAL, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t v = 7;

		assert_int_equal(mw_str_i64(mw_str_of(cases[i].text), &v), cases[i].r);
		assert_true(v == cases[i].v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_numbers),
		cmocka_unit_test(equal),
		cmocka_unit_test(order_is_bytes_then_length),
		cmocka_unit_test(starts_and_ends),
		cmocka_unit_test(find_gives_length_for_nothing),
		cmocka_unit_test(from_never_leaves_the_slice),
		cmocka_unit_test(cut_pieces),
		cmocka_unit_test(cut_ends_with_separator),
		cmocka_unit_test(words),
		cmocka_unit_test(words_may_hold_any_byte),
		cmocka_unit_test(trimmed),
		cmocka_unit_test(decimal),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(outputs_untouched_on_failure),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
