/* SPDX-License-Identifier: Apache-2.0 */
/*
 * textbuf - text written into memory that the caller has, for where nothing may be allocated.
 *
 * Invariants: what does not fit is left out whole, with all that comes after it, and .full is set;
 * there is no NUL at the end.
 */
#pragma once

#include "base/str.h"

struct mw_textbuf {
	char *p;
	size_t size, n; /* bytes there are, bytes used */
	bool full;
};

void mw_textbuf_put(struct mw_textbuf *t, struct mw_str s);
void mw_textbuf_say(struct mw_textbuf *t, const char *cstr);
void mw_textbuf_u64(struct mw_textbuf *t, uint64_t v);

/* "1.50 GiB"; "0.3 s", "12.3 s"; "2.5 %" */
void mw_textbuf_bytes(struct mw_textbuf *t, uint64_t bytes);
void mw_textbuf_seconds(struct mw_textbuf *t, uint64_t ms);
void mw_textbuf_permille(struct mw_textbuf *t, uint64_t permille);

/* A name within a sentence: what is no plain ASCII as \xNN. */
void mw_textbuf_name(struct mw_textbuf *t, struct mw_str s);

/* Bytes that are blanks, controls, no ASCII or '\' as \xNN: one word on one line, whatever it was;
 * an empty one as \e. */
void mw_textbuf_word(struct mw_textbuf *t, struct mw_str s);

/* The bytes of such a word, into `to`, which has `size`; false where it is none or too long. */
bool mw_textbuf_unword(struct mw_str word, char *to, size_t size, size_t *ret_n);

struct mw_str mw_textbuf_str(const struct mw_textbuf *t);
