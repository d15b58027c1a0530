/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "pages/names.h"

#define BATCH 128
#define PAGE 4096

int mw_names_numbers(struct mw_kmem *k, const struct mw_kmem_place *place, size_t n, uint64_t *ret)
{
	struct mw_kmem_ask ask[BATCH];
	int r = 0;

	for (size_t from = 0; from < n && !r; from += BATCH) {
		size_t m = 0;

		for (size_t i = from; i < n && i < from + BATCH; i++) {
			ret[i] = 0;
			if (mw_kmem_is_address(place[i].address) && place[i].member >= 0)
				ask[m++] = (struct mw_kmem_ask){
					place[i].address + (uint64_t)place[i].member, 8, &ret[i]
				};
		}
		r = k->gather(k, ask, m);
	}
	return r;
}

/* What lies behind the end of a page is asked for only where the text goes on there. */
int mw_names_texts(struct mw_kmem *k, const uint64_t *address, size_t n, char (*ret)[MW_NAME_ROOM])
{
	struct mw_kmem_ask ask[BATCH];
	int r = 0;

	for (size_t from = 0; from < n && !r; from += BATCH) {
		size_t m = 0, end = n < from + BATCH ? n : from + BATCH;

		for (size_t i = from; i < end; i++) {
			uint32_t bytes = PAGE - (uint32_t)(address[i] & (PAGE - 1));

			memset(ret[i], 0, MW_NAME_ROOM);
			if (mw_kmem_is_address(address[i]))
				ask[m++] = (struct mw_kmem_ask){
					address[i], bytes < MW_NAME_ROOM ? bytes : MW_NAME_ROOM,
					ret[i]
				};
		}
		r = k->gather(k, ask, m);
		for (size_t i = 0; i < m && !r; i++) {
			char *text = ask[i].to;

			if (ask[i].bytes < MW_NAME_ROOM && !memchr(text, 0, ask[i].bytes))
				mw_kmem_text(k, ask[i].address, MW_NAME_ROOM, text);
			text[MW_NAME_ROOM - 1] = 0;
		}
	}
	return r;
}

static int by_bytes(const void *x, const void *y)
{
	const struct mw_census_cache *a = x, *b = y;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return mw_str_cmp(a->name, b->name);
}

/* The distinct caches, and how much each has. */
static size_t collect(struct mw_naming *n, uint64_t **ret_pointer, struct mw_census_cache **ret)
{
	struct mw_index index = {};
	size_t count = 0, at;

	for (size_t i = 0; i < n->owners->n; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(n->owners, i);
		uint64_t *pointer;
		struct mw_census_cache *cache;

		if (w->class != MW_PAGE_SLAB)
			continue;
		if (!mw_index_get(&index, w->pointer, &at)) {
			pointer = mw_arena_grow(n->arena, *ret_pointer, count, sizeof(*pointer));
			cache = mw_arena_grow(n->arena, *ret, count, sizeof(*cache));
			if (!pointer || !cache)
				return 0;
			*ret_pointer = pointer;
			*ret = cache;
			at = count++;
			pointer[at] = w->pointer;
			cache[at] = (struct mw_census_cache){};
			mw_index_put(&index, n->arena, w->pointer, at);
		}
		(*ret)[at].bytes += w->frames * n->frame_bytes;
	}
	return count;
}

int mw_names_caches(struct mw_naming *n, struct mw_census *c)
{
	struct mw_census_cache *cache = NULL;
	uint64_t *pointer = NULL, *number;
	struct mw_kmem_place *place;
	size_t count = collect(n, &pointer, &cache);
	char(*text)[MW_NAME_ROOM];
	int r;

	place = mw_arena_alloc(n->arena, (count + 1) * sizeof(*place));
	number = mw_arena_alloc(n->arena, (count + 1) * sizeof(*number));
	text = mw_arena_alloc(n->arena, (count + 1) * sizeof(*text));
	if (!place || !number || !text)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ pointer[i], n->l->cache.size };
	r = mw_names_numbers(n->k, place, count, number);
	for (size_t i = 0; i < count; i++) {
		cache[i].object_bytes = (uint32_t)number[i];
		place[i].member = n->l->cache.name;
	}
	if (!r)
		r = mw_names_numbers(n->k, place, count, number);
	if (!r)
		r = mw_names_texts(n->k, number, count, text);
	for (size_t i = 0; i < count; i++)
		cache[i].name = mw_str_of(text[i]);
	if (count)
		qsort(cache, count, sizeof(*cache), by_bytes);
	c->cache = cache;
	c->n_caches = count;
	return r ? r : n->arena->failed ? -ENOMEM : 0;
}
