/* SPDX-License-Identifier: Apache-2.0 */
#include "report/escape.h"

#include "helper.h"

static void escaped(void **state)
{
	static const struct {
		struct mw_str plain;
		const char *want;
	} cases[] = {
		{ LIT("plain name"), "plain name" },
		{ LIT(""), "" },
		{ LIT("a\nb\tc\rd"), "a\\x0ab\\x09c\\x0dd" },
		{ LIT("a\0b"), "a\\x00b" },
		{ LIT("\x1b[2J"), "\\x1b[2J" },
		{ LIT("\x7f"), "\\x7f" },
		{ LIT("foo) Z ]<>&\"'"), "foo) Z ]<>&\"'" },
		{ LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
		  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ LIT("\xff\xfe"), "\\xff\\xfe" },
		{ LIT("\xc3"), "\\xc3" },
		{ LIT("\xc3"
		      "a"),
		  "\\xc3a" },
		{ LIT("\xc2\x9b"
		      "2J"),
		  "\\xc2\\x9b2J" },
		{ LIT("\xe2\x80\xae"
		      "abc"),
		  "\\xe2\\x80\\xaeabc" },
		{ LIT("\xef\xbb\xbf"), "\\xef\\xbb\\xbf" },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(mw_escape(&a, cases[i].plain), cases[i].want);
}

static void valid_lengths(void **state)
{
	static const struct {
		struct mw_str text;
		size_t n;
	} cases[] = {
		{ LIT(""), 0 },
		{ LIT("a"), 1 },
		{ LIT("\0"), 1 },
		{ LIT("\x1b"), 1 },
		{ LIT("\xc2\x80"), 2 },
		{ LIT("\xdf\xbf"), 2 },
		{ LIT("\xe0\xa0\x80"), 3 },
		{ LIT("\xef\xbf\xbf"), 3 },
		{ LIT("\xf0\x90\x80\x80"), 4 },
		{ LIT("\xf4\x8f\xbf\xbf"), 4 },
		/* over-long */
		{ LIT("\xc0\x80"), 0 },
		{ LIT("\xc1\xbf"), 0 },
		{ LIT("\xe0\x9f\xbf"), 0 },
		{ LIT("\xf0\x8f\xbf\xbf"), 0 },
		/* surrogates, and above U+10FFFF */
		{ LIT("\xed\xa0\x80"), 0 },
		{ LIT("\xed\xbf\xbf"), 0 },
		{ LIT("\xf4\x90\x80\x80"), 0 },
		{ LIT("\xf5\x80\x80\x80"), 0 },
		{ LIT("\xf8\x88\x80\x80\x80"), 0 },
		{ LIT("\xff"), 0 },
		/* a lone tail, and a head without its tail */
		{ LIT("\x80"), 0 },
		{ LIT("\xbf"), 0 },
		{ LIT("\xc3"), 0 },
		{ LIT("\xe2\x82"), 0 },
		{ LIT("\xf0\x9f\x98"), 0 },
		{ LIT("\xe2"
		      "ab"),
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(mw_utf8_valid(cases[i].text), cases[i].n);
}

/* The character at the front decides, whatever follows. */
static void only_the_front(void **state)
{
	(void)state;
	assert_int_equal(mw_utf8_valid(LIT("a\xff")), 1);
	assert_int_equal(mw_utf8_shown(LIT("\xc3\xa9\x1b")), 2);
	assert_int_equal(mw_utf8_shown(LIT("\x1b"
					   "a")),
			 0);
}

static size_t encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static void every_character_is_valid(void **state)
{
	char text[4];

	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n = encode(c, text), want = c >= 0xd800 && c <= 0xdfff ? 0 : n;

		if (mw_utf8_valid((struct mw_str){ text, n }) != want)
			fail_msg("U+%04X", c);
		for (size_t k = 0; k < n; k++)
			if (mw_utf8_valid((struct mw_str){ text, k }))
				fail_msg("U+%04X cut at %zu", c, k);
	}
}

static void expect_shown(uint32_t first, uint32_t last, bool shown)
{
	char text[4];

	for (uint32_t c = first; c <= last; c++) {
		size_t n = encode(c, text);

		if (mw_utf8_shown((struct mw_str){ text, n }) != (shown ? n : 0))
			fail_msg("U+%04X is %sshown", c, shown ? "not " : "");
	}
}

static void shown_characters(void **state)
{
	(void)state;
	expect_shown(0x20, 0x7e, true);
	expect_shown(0xa0, 0xac, true);
	expect_shown(0x391, 0x3a1, true);
	expect_shown(0x5d0, 0x5ea, true);
	expect_shown(0x4e00, 0x4e10, true);
	expect_shown(0x1f600, 0x1f610, true);
}

static void controls_are_not_shown(void **state)
{
	(void)state;
	expect_shown(0x00, 0x1f, false);
	expect_shown(0x7f, 0x9f, false);
	expect_shown(0x2028, 0x2029, false);
}

/* All of Unicode's Bidi_Control: they make a name read as another. */
static void direction_marks_are_not_shown(void **state)
{
	(void)state;
	expect_shown(0x200e, 0x200f, false);
	expect_shown(0x202a, 0x202e, false);
	expect_shown(0x2066, 0x2069, false);
	expect_shown(0x061c, 0x061c, false);
}

static void invisible_characters_are_not_shown(void **state)
{
	(void)state;
	expect_shown(0x200b, 0x200d, false);
	expect_shown(0x2060, 0x2060, false);
	expect_shown(0xfeff, 0xfeff, false);
}

/* What comes out holds nothing but characters that may be shown. */
static void harmless(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_str out = mw_str_of(mw_escape(&a, text));

	assert_true(out.n >= text.n && out.n <= text.n * 4);
	while (out.n) {
		size_t n = mw_utf8_shown(out);

		assert_true(n);
		out = mw_str_from(out, n);
	}
}

static void hostile_names(void **state)
{
	(void)state;
	each_cut(LIT("a\n\0\x1b]0;x\a\xc3\xa9\xe2\x80\xae\xf0\x9f\x98\x80\xed\xa0\x80\xc2\x9b"),
		 harmless);
	each_mangled(LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 abc"), harmless);
}

static void empty_when_out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };

	(void)state;
	assert_string_equal(mw_escape(&a, LIT("abc")), "");
	assert_true(a.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaped),
		cmocka_unit_test(valid_lengths),
		cmocka_unit_test(only_the_front),
		cmocka_unit_test(every_character_is_valid),
		cmocka_unit_test(shown_characters),
		cmocka_unit_test(controls_are_not_shown),
		cmocka_unit_test(direction_marks_are_not_shown),
		cmocka_unit_test(invisible_characters_are_not_shown),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(empty_when_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
