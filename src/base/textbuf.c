/* SPDX-License-Identifier: Apache-2.0 */
#include "base/textbuf.h"

#include <string.h>

void mw_textbuf_put(struct mw_textbuf *t, struct mw_str s)
{
	if (t->full || s.n > t->size - t->n) {
		t->full = true;
		return;
	}
	if (s.n)
		memcpy(t->p + t->n, s.p, s.n);
	t->n += s.n;
}

void mw_textbuf_say(struct mw_textbuf *t, const char *cstr)
{
	mw_textbuf_put(t, mw_str_of(cstr));
}

void mw_textbuf_u64(struct mw_textbuf *t, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	mw_textbuf_put(t, (struct mw_str){ digits + at, sizeof(digits) - at });
}

static void digit(struct mw_textbuf *t, uint64_t v)
{
	mw_textbuf_put(t, (struct mw_str){ &"0123456789"[v % 10], 1 });
}

/* As mw_fmt_bytes(), which has printf. */
void mw_textbuf_bytes(struct mw_textbuf *t, uint64_t bytes)
{
	static const char *const units[] = { " B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB" };
	uint64_t rest = 0; /* thousandths */
	size_t u = 0;

	for (; bytes >= 1024 && u < 6; u++) {
		rest = bytes % 1024 * 1000 / 1024;
		bytes /= 1024;
	}
	if (u && u < 6 && bytes == 1023 && rest >= 500) {
		bytes = 1;
		rest = 0;
		u++;
	}
	mw_textbuf_u64(t, bytes + (u && bytes >= 100 && rest >= 500));
	if (u && bytes < 100) {
		mw_textbuf_say(t, ".");
		digit(t, rest / 100);
		if (bytes < 10)
			digit(t, rest / 10);
	}
	mw_textbuf_say(t, units[u]);
}

void mw_textbuf_seconds(struct mw_textbuf *t, uint64_t ms)
{
	mw_textbuf_u64(t, ms / 1000);
	mw_textbuf_say(t, ".");
	digit(t, ms / 100);
	mw_textbuf_say(t, " s");
}

void mw_textbuf_permille(struct mw_textbuf *t, uint64_t permille)
{
	mw_textbuf_u64(t, permille / 10);
	mw_textbuf_say(t, ".");
	digit(t, permille);
	mw_textbuf_say(t, " %");
}

static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '\\';
}

static void escaped(struct mw_textbuf *t, struct mw_str s, bool blanks)
{
	static const char hex[] = "0123456789abcdef";
	struct mw_textbuf was = *t;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char code[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

		mw_textbuf_put(t, is_plain(c) || (blanks && c == ' ')
					  ? (struct mw_str){ s.p + i, 1 }
					  : (struct mw_str){ code, 4 });
	}
	if (t->full)
		t->n = was.n;
}

void mw_textbuf_name(struct mw_textbuf *t, struct mw_str s)
{
	escaped(t, s, true);
}

void mw_textbuf_word(struct mw_textbuf *t, struct mw_str s)
{
	if (!s.n)
		mw_textbuf_say(t, "\\e");
	escaped(t, s, false);
}

bool mw_textbuf_unword(struct mw_str word, char *to, size_t size, size_t *ret_n)
{
	size_t n = 0;
	uint64_t code;

	if (mw_str_eq(word, "\\e"))
		return *ret_n = 0, true;
	if (!word.n)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		char c = word.p[i];

		if (c == '\\') {
			if (word.n - i < 4 || word.p[i + 1] != 'x' ||
			    mw_str_hex64((struct mw_str){ word.p + i + 2, 2 }, &code) < 0)
				return false;
			c = (char)code;
			i += 3;
			if (is_plain((unsigned char)c))
				return false;
		} else if (!is_plain((unsigned char)c)) {
			return false;
		}
		if (n == size)
			return false;
		to[n++] = c;
	}
	*ret_n = n;
	return true;
}

struct mw_str mw_textbuf_str(const struct mw_textbuf *t)
{
	return (struct mw_str){ t->p, t->n };
}
