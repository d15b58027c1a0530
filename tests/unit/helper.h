/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper - what the unit tests share: short assertions, texts cut and mangled, own random bytes.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "base/val.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A literal that may hold NUL bytes. */
#define LIT(s) ((struct mw_str){ (s), sizeof(s) - 1 })

#define expect_str(s, want) expect_str_at(s, LIT(want), __FILE__, __LINE__)
#define expect_same(s, want) expect_str_at(s, want, __FILE__, __LINE__)
#define expect_val(val, want) expect_val_at(val, want, __FILE__, __LINE__)
#define expect_why(val, want) expect_why_at(val, want, __FILE__, __LINE__)

static inline void expect_str_at(struct mw_str s, struct mw_str want, const char *file, int line)
{
	_assert_int_equal(s.n, want.n, file, line);
	if (want.n)
		_assert_memory_equal(s.p, want.p, want.n, file, line);
}

static inline void expect_val_at(struct mw_val v, uint64_t want, const char *file, int line)
{
	_assert_int_equal(v.why, MW_OK, file, line);
	_assert_int_equal(v.v, want, file, line);
}

static inline void expect_why_at(struct mw_val v, enum mw_why want, const char *file, int line)
{
	_assert_int_equal(v.why, want, file, line);
}

/* Own generator, so that a failure comes again. */
static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline size_t random_below(uint64_t *seed, size_t n)
{
	return (size_t)(random_next(seed) >> 11) % n;
}

/* A copy of exactly these bytes, so that a sanitizer sees the first byte read too far. */
static inline void with_copy(struct mw_str text, void (*fn)(struct mw_str text))
{
	char *p = malloc(text.n ? text.n : 1);

	assert_non_null(p);
	if (text.n)
		memcpy(p, text.p, text.n);
	fn((struct mw_str){ p, text.n });
	free(p);
}

/* fn sees the text cut after each of its bytes. */
static inline void each_cut(struct mw_str text, void (*fn)(struct mw_str text))
{
	for (size_t n = 0; n <= text.n; n++)
		with_copy((struct mw_str){ text.p, n }, fn);
}

/* fn sees the text many times, each with a few bytes replaced by others, hostile ones included. */
static inline void each_mangled(struct mw_str text, void (*fn)(struct mw_str text))
{
	static const char hostile[] = "\0\n\t :,-+\\/\x1b\x7f\x80\xff[]()0189kBx";
	char *p = malloc(text.n);
	uint64_t seed = 88172645463325252ULL;

	assert_non_null(p);
	for (size_t round = 0; round < 2000; round++) {
		memcpy(p, text.p, text.n);
		for (size_t k = 0; k <= round % 8; k++)
			p[random_below(&seed, text.n)] =
				hostile[random_below(&seed, sizeof(hostile) - 1)];
		with_copy((struct mw_str){ p, text.n }, fn);
	}
	free(p);
}
