/* SPDX-License-Identifier: Apache-2.0 */
#include "base/textbuf.h"

#include "helper.h"

static struct mw_textbuf empty(char *room, size_t size)
{
	return (struct mw_textbuf){ .p = room, .size = size };
}

#define expect_bytes(bytes, want)                                 \
	do {                                                      \
		struct mw_textbuf t_ = empty(room, sizeof(room)); \
		mw_textbuf_bytes(&t_, bytes);                     \
		expect_str(mw_textbuf_str(&t_), want);            \
	} while (0)

static void numbers(void **state)
{
	char room[64];
	struct mw_textbuf t = empty(room, sizeof(room));

	(void)state;
	mw_textbuf_u64(&t, 0);
	mw_textbuf_say(&t, " ");
	mw_textbuf_u64(&t, UINT64_MAX);
	expect_str(mw_textbuf_str(&t), "0 18446744073709551615");
	expect_bytes(0, "0 B");
	expect_bytes(999, "999 B");
	expect_bytes(1023, "1023 B");
	expect_bytes(1048575, "1.00 MiB");
	expect_bytes(327ULL * 1048576 + 700000, "328 MiB");
	expect_bytes(3 << 29, "1.50 GiB");
	expect_bytes(23ULL << 30, "23.0 GiB");
	expect_bytes(UINT64_MAX, "15.9 EiB");
	t.n = 0;
	mw_textbuf_seconds(&t, 12399);
	mw_textbuf_say(&t, ", ");
	mw_textbuf_permille(&t, 25);
	expect_str(mw_textbuf_str(&t), "12.3 s, 2.5 %");
}

static void is_full(void **state)
{
	char room[8];
	struct mw_textbuf t = empty(room, sizeof(room));

	(void)state;
	mw_textbuf_say(&t, "12345");
	mw_textbuf_say(&t, "6789");
	assert_true(t.full);
	/* What would fit comes after what did not. */
	mw_textbuf_say(&t, "1");
	expect_str(mw_textbuf_str(&t), "12345");
	t = empty(room, sizeof(room));
	mw_textbuf_word(&t, LIT("ab\n"));
	assert_false(t.full);
	mw_textbuf_word(&t, LIT("ab\n"));
	expect_str(mw_textbuf_str(&t), "ab\\x0a");
	assert_true(t.full);
}

static void words(void **state)
{
	char room[2048], back[256];
	struct mw_textbuf t = empty(room, sizeof(room));
	char all[256];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	mw_textbuf_word(&t, (struct mw_str){ all, sizeof(all) });
	assert_false(t.full);
	assert_true(mw_textbuf_unword(mw_textbuf_str(&t), back, sizeof(back), &n));
	assert_int_equal(n, sizeof(all));
	assert_memory_equal(all, back, n);
	assert_false(mw_textbuf_unword(mw_textbuf_str(&t), back, sizeof(back) - 1, &n));
	assert_true(mw_textbuf_unword(LIT("\\e"), back, sizeof(back), &n));
	assert_int_equal(n, 0);
	/* One way to write each: so that what was read is written as it was. */
	assert_false(mw_textbuf_unword(LIT("\\x41"), back, sizeof(back), &n));
	assert_false(mw_textbuf_unword(LIT("\\x0"), back, sizeof(back), &n));
	assert_false(mw_textbuf_unword(LIT("a b"), back, sizeof(back), &n));
	assert_false(mw_textbuf_unword(LIT(""), back, sizeof(back), &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(is_full),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
