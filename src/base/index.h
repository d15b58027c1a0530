/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index - numbers found by a number: which item of a list has this key?  Grows in an arena.
 *
 * Invariants: a zeroed struct is an empty index; a key is put once.
 */
#pragma once

#include "base/arena.h"

struct mw_index {
	struct mw_index_slot *slot;
	size_t n, room;
};

/* False: the key is not in it. */
bool mw_index_get(const struct mw_index *map, uint64_t key, size_t *ret);

/* Out of memory sticks in the arena. */
void mw_index_put(struct mw_index *map, struct mw_arena *arena, uint64_t key, size_t value);

/* A key for a text; equal texts have equal keys, others nearly always different ones. */
uint64_t mw_index_key(struct mw_str text);
