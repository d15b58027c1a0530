/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena - memory that is freed all at once.
 *
 * A snapshot, its analysis and its report live in one arena and die with it, so nothing inside
 * them is ever freed on its own.
 *
 * Invariants:
 *  - A zeroed struct mw_arena is a valid empty arena.
 *  - Memory is zeroed and aligned for any type.
 *  - A failure sticks: .failed stays true, so that a whole analysis may be built without a check
 *    a line, and is checked once, before anything is said.
 *  - With .fixed set, no block is ever requested from malloc: allocation fails instead.  The
 *    guard uses this so that it never allocates while the machine has no memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct mw_arena_block;

struct mw_arena {
	struct mw_arena_block *head;
	size_t used_bytes; /* in head */
	bool fixed;
	bool failed;
};

struct mw_arena_mark {
	struct mw_arena_block *head;
	size_t used_bytes;
};

/* NULL when out of memory. */
void *mw_arena_alloc(struct mw_arena *a, size_t size);

/* Copies; a NUL follows the bytes.  The empty string when out of memory. */
struct mw_str mw_arena_copy(struct mw_arena *a, struct mw_str s);
const char *mw_arena_cstr(struct mw_arena *a, struct mw_str s);

/* Room for item number n of an array that grows one by one: returns the array, moved when it was
 * full, or NULL when out of memory (the old one stays valid). */
void *mw_arena_grow(struct mw_arena *a, void *items, size_t n, size_t item_bytes);

/* Everything allocated after the mark is freed by the reset. */
struct mw_arena_mark mw_arena_mark(const struct mw_arena *a);
void mw_arena_reset(struct mw_arena *a, struct mw_arena_mark mark);

void mw_arena_done(struct mw_arena *a);

/* For tests: the n-th allocation from now fails, once; 0 means never.  Gives what was left of
 * the number set before: 0 when that failure has happened. */
size_t mw_arena_fail_in(size_t n);

#define _mw_arena_ __attribute__((cleanup(mw_arena_done)))
