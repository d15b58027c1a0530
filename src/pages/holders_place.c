/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/holders_private.h"
#include "pages/names.h"

#define SLAB_FRAMES_MAX 64
#define PAGE_ROOM 512

/* A slab begins at a multiple of its length, and has a head. */
static int find_slab(struct search *s, uint64_t frame)
{
	size_t each = (size_t)s->w->l->page.bytes;
	struct place *p = &s->place;
	char page[PAGE_ROOM];

	if (frame - p->slab < p->slab_frames)
		return 0;
	p->slab_frames = 0;
	for (uint64_t n = 1; n <= SLAB_FRAMES_MAX && 2 * each <= sizeof(page); n *= 2) {
		uint64_t head = frame & ~(n - 1);
		struct mw_page is;
		int r = mw_kmem_read(s->w->k, mw_walked_page(s->w, head), 2 * each, page);

		if (r < 0)
			return r;
		mw_page_classify(s->w->l, 0, head, page, 2 * each, &is);
		if (is.class == MW_PAGE_SLAB && frame - head < is.frames) {
			p->slab = head;
			p->slab_frames = is.frames;
			return 0;
		}
	}
	return 0;
}

static int find_cache(struct search *s, uint64_t cache)
{
	const struct mw_kmem_place at[] = { { cache, s->w->l->cache.size },
					    { cache, s->w->l->cache.pad } };
	uint64_t number[2];
	int r;

	if (s->place.cache == cache)
		return 0;
	r = mw_names_numbers(s->w->k, at, 2, number);
	s->place.cache = cache;
	s->place.object_bytes = (uint32_t)number[0];
	s->place.pad = (uint32_t)number[1];
	return r;
}

int mw_holders_place(struct search *s, uint64_t physical, struct mw_holder *h)
{
	uint64_t each = s->w->frame_bytes;
	uint32_t byte;
	int r;

	if (h->kind != MW_HOLDER_SLAB)
		return 0;
	r = find_slab(s, physical / each);
	if (!r)
		r = find_cache(s, h->pointer);
	if (r || !s->place.slab_frames || !s->place.object_bytes)
		return r;
	byte = (uint32_t)((physical - s->place.slab * each) % s->place.object_bytes);
	if (byte < s->place.pad)
		return 0;
	byte -= s->place.pad;
	h->object_bytes = s->place.object_bytes;
	h->first_byte = byte < h->first_byte ? byte : h->first_byte;
	h->last_byte = byte > h->last_byte ? byte : h->last_byte;
	return 0;
}
