/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str - a slice of bytes that somebody else owns, and the strict numbers read from it.
 *
 * Invariants: not NUL-terminated; may hold NUL bytes; .p is NULL only if .n is 0.
 * Every parser walks slices, so no parser can run past its input.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mw_str {
	const char *p;
	size_t n;
};

struct mw_str mw_str_of(const char *cstr);
bool mw_str_eq(struct mw_str a, const char *cstr);
bool mw_str_same(struct mw_str a, struct mw_str b);
int mw_str_cmp(struct mw_str a, struct mw_str b); /* bytes, then length: <0, 0, >0 */
bool mw_str_starts(struct mw_str a, const char *prefix);
bool mw_str_ends(struct mw_str a, const char *suffix);

/* Offset of the first/last `c`; a.n where there is none. */
size_t mw_str_find(struct mw_str a, char c);
size_t mw_str_rfind(struct mw_str a, char c);

/* Offset of the first place where `what` stands; a.n where there is none. */
size_t mw_str_search(struct mw_str a, const char *what);

/* The bytes from offset `from` on; empty when from >= a.n. */
struct mw_str mw_str_from(struct mw_str a, size_t from);

/* Cut the next piece up to `sep` off the front of *rest; false when *rest is empty. */
bool mw_str_cut(struct mw_str *rest, char sep, struct mw_str *ret_piece);

/* Cut the next run of bytes that are no blanks; false when only blanks are left. */
bool mw_str_word(struct mw_str *rest, struct mw_str *ret_word);

/* Drop leading and trailing blanks (space, tab, newline). */
struct mw_str mw_str_trim(struct mw_str s);

/* The whole slice as a number, no sign, no blanks: 0, -EINVAL or -ERANGE. */
int mw_str_u64(struct mw_str s, uint64_t *ret);	  /* decimal */
int mw_str_i64(struct mw_str s, int64_t *ret);	  /* decimal, perhaps a minus before it */
int mw_str_hex64(struct mw_str s, uint64_t *ret); /* hexadecimal, no 0x */
