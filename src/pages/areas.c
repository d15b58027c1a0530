/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/areas.h"

#include <errno.h>
#include <stdlib.h>

#include "base/index.h"
#include "pages/names.h"

#define PAGE 4096
#define AREA_MAX ((uint64_t)1 << 40) /* bytes */
#define SLAB_PIECE ((uint64_t)64 << 10)
#define BATCH 64
#define VM_ROOM 256 /* of a struct vm_struct */

struct search {
	struct mw_kmem *k;
	const struct mw_layout *l;
	struct mw_arena *arena;
	struct mw_areas *ret;
	struct mw_index cache; /* those with objects of the right size: 1, others: 0 */
	struct mw_index start; /* of an area that is known already */
	struct mw_area candidate[BATCH];
	size_t n;
};

static uint64_t word(const char *p, int32_t member)
{
	uint64_t v;

	memcpy(&v, p + member, sizeof(v));
	return v;
}

/* Do the vm_structs say what the candidates do? */
static int check(struct search *s)
{
	const struct mw_layout *l = s->l;
	struct mw_kmem_ask ask[BATCH];
	char vm[BATCH][VM_ROOM];
	int r;

	for (size_t i = 0; i < s->n; i++)
		ask[i] = (struct mw_kmem_ask){ s->candidate[i].vm, (uint32_t)l->vmalloc.vm_bytes,
					       vm[i] };
	r = s->k->gather(s->k, ask, s->n);
	for (size_t i = 0; i < s->n && !r; i++) {
		struct mw_area *a = &s->candidate[i], *list;
		size_t known;

		if (word(vm[i], l->vmalloc.address) != a->start ||
		    word(vm[i], l->vmalloc.size) != a->end - a->start ||
		    mw_index_get(&s->start, a->start, &known))
			continue;
		a->caller = word(vm[i], l->vmalloc.caller);
		a->pages = word(vm[i], l->vmalloc.pages);
		a->frames = word(vm[i], l->vmalloc.count) & UINT32_MAX;
		if (!mw_kmem_is_address(a->pages) || a->frames > (a->end - a->start) / PAGE)
			a->pages = a->frames = 0;
		list = mw_arena_grow(s->arena, s->ret->area, s->ret->n, sizeof(*list));
		if (!list)
			return -ENOMEM;
		s->ret->area = list;
		list[s->ret->n++] = *a;
		mw_index_put(&s->start, s->arena, a->start, 1);
	}
	s->n = 0;
	return r;
}

/* Objects may stand at any multiple of 8; those that lie across the end of a piece are not seen by
 * it, but slabs of so small objects are no longer than one. */
static int search_piece(struct search *s, const char *p, size_t bytes)
{
	const struct mw_layout *l = s->l;
	int r = 0;

	for (size_t at = 0; at + (size_t)l->vmalloc.bytes <= bytes && !r; at += 8) {
		struct mw_area a = { .start = word(p + at, l->vmalloc.start),
				     .end = word(p + at, l->vmalloc.end),
				     .vm = word(p + at, l->vmalloc.area) };

		if (a.start & (PAGE - 1) || a.end & (PAGE - 1) || a.end <= a.start ||
		    a.end - a.start > AREA_MAX || !mw_kmem_is_address(a.start) ||
		    !mw_kmem_is_address(a.vm) || a.vm & 7)
			continue;
		s->candidate[s->n++] = a;
		if (s->n == BATCH)
			r = check(s);
	}
	return r;
}

static int search_run(struct search *s, uint64_t address, uint64_t bytes)
{
	char piece[SLAB_PIECE];
	int r = 0;

	for (; bytes && !r; address += SLAB_PIECE) {
		size_t n = bytes < SLAB_PIECE ? bytes : SLAB_PIECE;

		r = mw_kmem_read(s->k, address, n, piece);
		if (!r)
			r = search_piece(s, piece, n);
		bytes -= n;
	}
	return r;
}

/* Is it a cache of objects as large as a struct vmap_area? */
static bool is_cache(struct search *s, uint64_t pointer)
{
	size_t known;
	uint32_t size;

	if (!mw_index_get(&s->cache, pointer, &known)) {
		size = (uint32_t)mw_kmem_u64(s->k, pointer + (uint64_t)s->l->cache.size);
		known = size >= (uint32_t)s->l->vmalloc.bytes &&
			size < (uint32_t)s->l->vmalloc.bytes + 8;
		mw_index_put(&s->cache, s->arena, pointer, known);
	}
	return known;
}

static int by_start(const void *x, const void *y)
{
	const struct mw_area *a = x, *b = y;

	return (a->start > b->start) - (a->start < b->start);
}

int mw_areas_find(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		  const struct mw_walk_of_pages *w, uint64_t frame_bytes, struct mw_arena *arena,
		  struct mw_areas *ret)
{
	struct search s = { .k = k, .l = l, .arena = arena, .ret = ret };
	struct mw_runs_at at = {};
	int r = 0;

	*ret = (struct mw_areas){};
	if (!k->direct || l->vmalloc.vm_bytes > VM_ROOM)
		return 0;
	while (!r && mw_runs_next(w, frames, &at)) {
		const struct mw_page_owner *o = mw_page_owner_at(&w->owners, at.owner);

		if (o->class == MW_PAGE_SLAB && is_cache(&s, o->pointer))
			r = search_run(&s, k->direct + at.frame * frame_bytes,
				       at.frames * frame_bytes);
	}
	if (!r)
		r = check(&s);
	if (ret->n)
		qsort(ret->area, ret->n, sizeof(*ret->area), by_start);
	return r ? r : arena->failed ? -ENOMEM : 0;
}
