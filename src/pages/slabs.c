/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/slabs.h"

#include <errno.h>

#include "pages/names.h"

/* The distinct caches. */
static size_t collect(const struct mw_walked *w, struct mw_arena *arena, struct mw_kmem_place **ret)
{
	struct mw_index index = {};
	size_t n = 0, at;

	for (size_t i = 0; i < w->walk->owners.n; i++) {
		const struct mw_page_owner *owner = mw_page_owner_at(&w->walk->owners, i);
		struct mw_kmem_place *list;

		if (owner->class != MW_PAGE_SLAB || mw_index_get(&index, owner->pointer, &at))
			continue;
		list = mw_arena_grow(arena, *ret, n, sizeof(*list));
		if (!list)
			return 0;
		*ret = list;
		list[n] = (struct mw_kmem_place){ owner->pointer, w->l->cache.name };
		mw_index_put(&index, arena, owner->pointer, n++);
	}
	return n;
}

/* Puts into found the caches that are of this name, or else of this size. */
static int choose(const struct mw_walked *w, const char *name, uint64_t bytes,
		  struct mw_arena *arena, struct mw_index *found)
{
	struct mw_kmem_place *place = NULL;
	size_t n = collect(w, arena, &place);
	uint64_t *number = mw_arena_alloc(arena, (n + 1) * sizeof(*number));
	char(*text)[MW_NAME_ROOM] = mw_arena_alloc(arena, (n + 1) * sizeof(*text));
	int r;

	if (!number || !text || arena->failed)
		return -ENOMEM;
	r = mw_names_numbers(w->k, place, n, number);
	if (!r)
		r = mw_names_texts(w->k, number, n, text);
	for (size_t i = 0; i < n && !r; i++)
		if (mw_str_eq(mw_str_of(text[i]), name))
			mw_index_put(found, arena, place[i].address, 0);
	for (size_t i = 0; i < n; i++)
		place[i].member = w->l->cache.size;
	if (r || found->n || !bytes)
		return r;
	r = mw_names_numbers(w->k, place, n, number);
	for (size_t i = 0; i < n && !r; i++)
		if ((uint32_t)number[i] == ((bytes + 7) & ~(uint64_t)7))
			mw_index_put(found, arena, place[i].address, 0);
	return r;
}

int mw_slabs_of(const struct mw_walked *w, const char *name, uint64_t bytes, struct mw_slabs *ret)
{
	_mw_arena_ struct mw_arena scratch = {};
	struct mw_runs_at run = {};
	struct mw_index found = {};
	int r = choose(w, name, bytes, &scratch, &found);
	size_t at;

	*ret = (struct mw_slabs){};
	while (!r && found.n && mw_runs_next(&w->walk->runs, w->frames, &run)) {
		const struct mw_page_owner *owner;
		struct mw_slab_run *list;

		if (run.class != MW_PAGE_SLAB)
			continue;
		owner = mw_page_owner_at(&w->walk->owners, run.owner);
		if (!mw_index_get(&found, owner->pointer, &at))
			continue;
		list = mw_arena_grow(w->arena, ret->run, ret->n, sizeof(*list));
		if (!list)
			return -ENOMEM;
		ret->run = list;
		list[ret->n++] = (struct mw_slab_run){ run.frame, run.frames, owner->pointer };
	}
	return scratch.failed ? -ENOMEM : r;
}

struct objects {
	const struct mw_walked *w;
	uint64_t bytes, pad; /* of each object; before it */
	uint64_t *address;
	size_t n;
};

static void add_slab(struct objects *o, uint64_t frame, uint64_t frames)
{
	uint64_t start = o->w->k->direct + frame * o->w->frame_bytes;
	uint64_t room = frames * o->w->frame_bytes;

	for (uint64_t at = 0; at + o->bytes <= room; at += o->bytes) {
		uint64_t *list = mw_arena_grow(o->w->arena, o->address, o->n, sizeof(*list));

		if (!list)
			return;
		o->address = list;
		list[o->n++] = start + at + o->pad;
	}
}

/* Slab after slab: how long one is, its first struct page says. */
static int add_run(struct objects *o, const struct mw_slab_run *run)
{
	size_t each = (size_t)o->w->l->page.bytes;

	for (uint64_t frame = run->frame, end = frame + run->frames; frame < end;) {
		uint64_t left = end - frame, piece = MW_BULK_BYTES / each;
		uint64_t n = left < piece ? left : piece, at = 0;
		const char *p = mw_kmem_bulk(o->w->k, mw_walked_page(o->w, frame), n * each);

		if (!p)
			return -EIO;
		while (at < n && (at + 1 < n || n == left || !at)) {
			struct mw_page page;

			mw_page_classify(o->w->l, 0, frame + at, p + at * each, (n - at) * each,
					 &page);
			if (page.class == MW_PAGE_SLAB && page.frames <= left - at)
				add_slab(o, frame + at, page.frames);
			at += page.frames <= left - at ? page.frames : left - at;
		}
		frame += at;
	}
	return 0;
}

int mw_slabs_objects(const struct mw_walked *w, const struct mw_slabs *slabs, uint64_t bytes_min,
		     uint64_t **ret, size_t *ret_n)
{
	struct objects o = { .w = w };
	uint64_t last = 0;
	int r = 0;

	for (size_t i = 0; i < slabs->n && !r; i++) {
		const struct mw_slab_run *run = &slabs->run[i];

		if (run->cache != last) {
			struct mw_kmem_place at[] = { { run->cache, w->l->cache.size },
						      { run->cache, w->l->cache.pad } };
			uint64_t number[2];

			r = mw_names_numbers(w->k, at, 2, number);
			o.bytes = (uint32_t)number[0];
			o.pad = (uint32_t)number[1];
			last = run->cache;
		}
		if (!r && o.bytes >= bytes_min && o.pad < o.bytes)
			r = add_run(&o, run);
	}
	*ret = o.address;
	*ret_n = o.n;
	return w->arena->failed ? -ENOMEM : r;
}
