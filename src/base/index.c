/* SPDX-License-Identifier: Apache-2.0 */
#include "base/index.h"

#define ROOM_LEAST 64

struct mw_index_slot {
	uint64_t key;
	size_t value;
	bool used;
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93;
	return x ^ x >> 32;
}

/* The slot that holds the key, or the gap where it belongs.  room is a power of two. */
static struct mw_index_slot *find(const struct mw_index *map, uint64_t key)
{
	size_t i = mix(key) & (map->room - 1);

	while (map->slot[i].used && map->slot[i].key != key)
		i = (i + 1) & (map->room - 1);
	return &map->slot[i];
}

bool mw_index_get(const struct mw_index *map, uint64_t key, size_t *ret)
{
	const struct mw_index_slot *slot = map->room ? find(map, key) : NULL;

	if (!slot || !slot->used)
		return false;
	*ret = slot->value;
	return true;
}

static bool grow(struct mw_index *map, struct mw_arena *arena)
{
	struct mw_index bigger = { .room = map->room ? map->room * 2 : ROOM_LEAST };

	bigger.slot = mw_arena_alloc(arena, bigger.room * sizeof(*bigger.slot));
	if (!bigger.slot)
		return false;
	for (size_t i = 0; i < map->room; i++)
		if (map->slot[i].used)
			*find(&bigger, map->slot[i].key) = map->slot[i];
	bigger.n = map->n;
	*map = bigger;
	return true;
}

void mw_index_put(struct mw_index *map, struct mw_arena *arena, uint64_t key, size_t value)
{
	if (map->n >= map->room / 2 && !grow(map, arena))
		return;
	*find(map, key) = (struct mw_index_slot){ .key = key, .value = value, .used = true };
	map->n++;
}

uint64_t mw_index_key(struct mw_str text)
{
	uint64_t h = text.n;

	for (size_t i = 0; i < text.n; i++)
		h = mix(h ^ (unsigned char)text.p[i]) + i;
	return h;
}
