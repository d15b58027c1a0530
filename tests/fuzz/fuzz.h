/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz - what the fuzz targets share.  A target is one function that libFuzzer or replay.c calls;
 * it aborts where a promise of the headers is broken.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/val.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says which promise was broken. */
#define must(ok) must_at(ok, __FILE__, __LINE__)

static inline void must_at(bool ok, const char *file, int line)
{
	if (ok)
		return;
	fprintf(stderr, "%s:%d: a promise is broken\n", file, line);
	abort();
}

static inline struct mw_str fuzz_text(const uint8_t *data, size_t size)
{
	return (struct mw_str){ (const char *)data, size };
}

/* A slice that a parser gave must lie in the text it was given. */
static inline void must_lie_in(struct mw_str text, struct mw_str slice)
{
	must(!slice.n || (slice.p >= text.p && slice.n <= text.n &&
			  (size_t)(slice.p - text.p) <= text.n - slice.n));
}

/* Where a number is not known there is a reason, one of those there are. */
static inline void must_be_val(struct mw_val v)
{
	must((unsigned)v.why <= MW_RACED);
}

/* A struct that holds nothing but figures: none of them was forgotten. */
static inline void must_be_read(const void *figures, size_t bytes)
{
	const struct mw_val *v = figures;

	for (size_t i = 0; i < bytes / sizeof(*v); i++) {
		must_be_val(v[i]);
		must(v[i].why != MW_UNREAD);
	}
}
