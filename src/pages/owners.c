/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/owners.h"

#define CHUNK 4096 /* owners */
#define FIRST_SLOTS 8192

struct mw_page_owner *mw_page_owner_at(const struct mw_page_owners *o, size_t number)
{
	return &o->chunk[number / CHUNK][number % CHUNK];
}

static size_t hash(uint64_t pointer, uint64_t memcg, uint32_t kind)
{
	uint64_t h = (pointer ^ memcg * 0x9e3779b97f4a7c15 ^ kind) * 0xd6e8feb86659fd93;

	return h ^ h >> 32;
}

static bool is(const struct mw_page_owner *w, enum mw_page_class class, uint64_t pointer,
	       uint64_t memcg, uint32_t node)
{
	return w->pointer == pointer && w->memcg == memcg && w->class == class && w->node == node;
}

static bool grow_index(struct mw_page_owners *o)
{
	struct mw_arena fresh = {};
	size_t n = o->n_slots ? o->n_slots * 2 : FIRST_SLOTS;
	uint32_t *slot = mw_arena_alloc(&fresh, n * sizeof(*slot));

	if (!slot) {
		o->items.failed = true;
		return false;
	}
	for (size_t i = 0; i < o->n; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(o, i);
		size_t at = hash(w->pointer, w->memcg, w->class | (uint32_t)w->node << 8);

		for (at &= n - 1; slot[at]; at = (at + 1) & (n - 1))
			;
		slot[at] = (uint32_t)i + 1;
	}
	mw_arena_done(&o->index);
	o->index = fresh;
	o->slot = slot;
	o->n_slots = n;
	return true;
}

static bool append(struct mw_page_owners *o, struct mw_page_owner w)
{
	if (o->n % CHUNK == 0) {
		struct mw_page_owner **list = mw_arena_grow(&o->items, o->chunk, o->n / CHUNK,
							    sizeof(struct mw_page_owner *));

		if (!list)
			return false;
		o->chunk = list;
		list[o->n / CHUNK] =
			mw_arena_alloc(&o->items, CHUNK * sizeof(struct mw_page_owner));
		if (!list[o->n / CHUNK])
			return false;
	}
	*mw_page_owner_at(o, o->n++) = w;
	return true;
}

uint32_t mw_page_owners_find(struct mw_page_owners *o, enum mw_page_class class, uint64_t pointer,
			     uint64_t memcg, uint32_t node)
{
	size_t at;

	if ((o->n + 1) * 2 > o->n_slots && (o->n >= UINT32_MAX / 2 || !grow_index(o))) {
		o->items.failed = true;
		return 0;
	}
	at = hash(pointer, memcg, class | node << 8) & (o->n_slots - 1);
	for (; o->slot[at]; at = (at + 1) & (o->n_slots - 1))
		if (is(mw_page_owner_at(o, o->slot[at] - 1), class, pointer, memcg, node))
			return o->slot[at] - 1;
	if (!append(o, (struct mw_page_owner){ .pointer = pointer,
					       .memcg = memcg,
					       .class = (uint8_t) class,
					       .node = (uint16_t)node }))
		return 0;
	o->slot[at] = (uint32_t)o->n;
	return (uint32_t)o->n - 1;
}

/* All that is needed is on its way from memory when it is looked at. */
static void prefetch(const struct mw_page_owners *o, const struct mw_page_owner *add, size_t n)
{
	size_t at[MW_OWNERS_BATCH];

	if (!o->n_slots)
		return;
	for (size_t i = 0; i < n; i++) {
		at[i] = hash(add[i].pointer, add[i].memcg, add[i].class | add[i].node << 8) &
			(o->n_slots - 1);
		__builtin_prefetch(&o->slot[at[i]]);
	}
	for (size_t i = 0; i < n; i++)
		if (o->slot[at[i]])
			__builtin_prefetch(mw_page_owner_at(o, o->slot[at[i]] - 1));
}

void mw_page_owners_add(struct mw_page_owners *o, const struct mw_page_owner *add, size_t n,
			uint32_t *ret)
{
	prefetch(o, add, n);
	for (size_t i = 0; i < n; i++) {
		struct mw_page_owner *w;

		ret[i] = mw_page_owners_find(o, add[i].class, add[i].pointer, add[i].memcg,
					     add[i].node);
		if (o->items.failed)
			return;
		w = mw_page_owner_at(o, ret[i]);
		w->frames += add[i].frames;
		w->blocks = add[i].blocks < UINT32_MAX - w->blocks ? w->blocks + add[i].blocks
								   : UINT32_MAX;
	}
}

void mw_page_owners_move(struct mw_page_owners *o, uint32_t from, enum mw_page_class class,
			 uint64_t pointer, uint64_t frames)
{
	struct mw_page_owner *w = mw_page_owner_at(o, from);
	uint32_t to = mw_page_owners_find(o, class, pointer, w->memcg, w->node);

	if (o->items.failed || w->frames < frames)
		return;
	w->frames -= frames;
	mw_page_owner_at(o, to)->frames += frames;
}

void mw_page_owners_done(struct mw_page_owners *o)
{
	mw_arena_done(&o->items);
	mw_arena_done(&o->index);
	*o = (struct mw_page_owners){};
}
