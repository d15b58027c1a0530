/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_MIN ((size_t)64 << 10)
#define GROW_MIN ((size_t)8)

struct mw_arena_block {
	struct mw_arena_block *next;
	size_t size;
	alignas(max_align_t) char data[];
};

static size_t fail_in; /* set by tests only */

size_t mw_arena_fail_in(size_t n)
{
	size_t left = fail_in;

	fail_in = n;
	return left;
}

static bool add_block(struct mw_arena *a, size_t size)
{
	size_t want = size > BLOCK_MIN ? size : BLOCK_MIN;
	struct mw_arena_block *b;

	if (a->fixed)
		return false;
	b = malloc(sizeof(*b) + want);
	if (!b)
		return false;
	b->next = a->head;
	b->size = want;
	a->head = b;
	a->used_bytes = 0;
	return true;
}

void *mw_arena_alloc(struct mw_arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);
	void *p;

	if (size > SIZE_MAX / 2 || (fail_in && !--fail_in)) {
		a->failed = true;
		return NULL;
	}
	size = (size + align - 1) & ~(align - 1);
	if (!a->head || a->head->size - a->used_bytes < size)
		if (!add_block(a, size)) {
			a->failed = true;
			return NULL;
		}
	p = a->head->data + a->used_bytes;
	a->used_bytes += size;
	return memset(p, 0, size);
}

const char *mw_arena_cstr(struct mw_arena *a, struct mw_str s)
{
	char *p = mw_arena_alloc(a, s.n + 1);

	if (!p)
		return "";
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct mw_str mw_arena_copy(struct mw_arena *a, struct mw_str s)
{
	const char *p = mw_arena_cstr(a, s);

	return (struct mw_str){ p, a->failed ? strlen(p) : s.n };
}

void *mw_arena_grow(struct mw_arena *a, void *items, size_t n, size_t item_bytes)
{
	size_t room = n < GROW_MIN ? GROW_MIN : n * 2, bytes;
	void *bigger;

	/* Full exactly at 0, 8, 16, 32 ...: the room need not be stored. */
	if (n && (n < GROW_MIN || (n & (n - 1))))
		return items;
	if (__builtin_mul_overflow(room, item_bytes, &bytes)) {
		a->failed = true;
		return NULL;
	}
	bigger = mw_arena_alloc(a, bytes);
	if (bigger && n)
		memcpy(bigger, items, n * item_bytes);
	return bigger;
}

struct mw_arena_mark mw_arena_mark(const struct mw_arena *a)
{
	return (struct mw_arena_mark){ .head = a->head, .used_bytes = a->used_bytes };
}

void mw_arena_reset(struct mw_arena *a, struct mw_arena_mark mark)
{
	while (a->head != mark.head) {
		struct mw_arena_block *next = a->head->next;

		/* Keep one plain block for the next round (a loop over processes would else ask
		 * malloc each time), and always the one that a fixed arena was given. */
		if (!mark.head && !next && (a->fixed || a->head->size == BLOCK_MIN))
			break;
		free(a->head);
		a->head = next;
	}
	a->used_bytes = a->head == mark.head ? mark.used_bytes : 0;
}

void mw_arena_done(struct mw_arena *a)
{
	while (a->head) {
		struct mw_arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	*a = (struct mw_arena){ .fixed = a->fixed };
}
