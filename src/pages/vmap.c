/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/vmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pages/slabs.h"

#define AREA_MAX ((uint64_t)1 << 46) /* bytes */

struct take {
	const struct mw_walked *w;
	struct mw_arena scratch;
	struct mw_vmap_areas *ret;
};

static uint64_t word(const char *p, int32_t at)
{
	uint64_t v;

	memcpy(&v, p + at, sizeof(v));
	return v;
}

/* What could be a struct vmap_area. */
static bool is_candidate(const struct take *t, const char *p, struct mw_vmap_area *ret)
{
	uint64_t each = t->w->frame_bytes;
	uint64_t start = word(p, t->w->l->vmalloc.start), end = word(p, t->w->l->vmalloc.end);
	uint64_t area = word(p, t->w->l->vmalloc.area);

	*ret = (struct mw_vmap_area){ .start = start, .bytes = end - start, .area = area };
	return !(start % each) && !(end % each) && end > start && end - start <= AREA_MAX &&
	       mw_kmem_is_address(start) && mw_kmem_is_address(area) && !(area & 7);
}

static void scan(struct take *t, const char *p, size_t bytes)
{
	struct mw_vmap_areas *a = t->ret;
	struct mw_vmap_area found, *list;

	for (size_t at = 0; at + (size_t)t->w->l->vmalloc.bytes <= bytes; at += 8) {
		if (!is_candidate(t, p + at, &found))
			continue;
		list = mw_arena_grow(t->w->arena, a->area, a->n, sizeof(*list));
		if (!list)
			return;
		a->area = list;
		list[a->n++] = found;
	}
}

/* No slab lies across the pieces: they are of a power of two, and begin at a multiple of it. */
static int scan_slabs(struct take *t)
{
	uint64_t piece = MW_BULK_BYTES / t->w->frame_bytes;
	struct mw_slabs slabs;
	int r = mw_slabs_of(t->w, "vmap_area", (uint64_t)t->w->l->vmalloc.bytes, &slabs);

	for (size_t i = 0; i < slabs.n && !r; i++) {
		uint64_t frame = slabs.run[i].frame, end = frame + slabs.run[i].frames;

		while (frame < end && !r) {
			uint64_t to = (frame / piece + 1) * piece;
			const char *p;

			to = to < end ? to : end;
			p = mw_kmem_bulk(t->w->k, t->w->k->direct + frame * t->w->frame_bytes,
					 (to - frame) * t->w->frame_bytes);
			if (p)
				scan(t, p, (to - frame) * t->w->frame_bytes);
			else
				r = -EIO;
			frame = to;
		}
	}
	return r;
}

static int by_area(const void *x, const void *y)
{
	const struct mw_vmap_area *a = x, *b = y;

	return (a->area > b->area) - (a->area < b->area);
}

static int by_start(const void *x, const void *y)
{
	const struct mw_vmap_area *a = x, *b = y;

	return (a->start > b->start) - (a->start < b->start);
}

/* Fills in what the struct vm_struct says, where it is of this area. */
static bool accept(const struct take *t, const char *vm, struct mw_vmap_area *a)
{
	const struct mw_layout *l = t->w->l;
	uint32_t count;

	memcpy(&count, vm + l->vmalloc.count, sizeof(count));
	a->caller = word(vm, l->vmalloc.caller);
	a->pages = word(vm, l->vmalloc.pages);
	a->count = a->pages ? count : 0;
	return word(vm, l->vmalloc.address) == a->start && word(vm, l->vmalloc.size) == a->bytes &&
	       (!a->count ||
		(mw_kmem_is_address(a->pages) && a->count <= a->bytes / t->w->frame_bytes));
}

/* Of the candidates those whose struct vm_struct agrees, each of these once. */
static int validate(struct take *t)
{
	struct mw_vmap_areas *a = t->ret;
	size_t room = (size_t)t->w->l->vmalloc.vm_bytes, n = 0;
	char *vm = mw_arena_alloc(&t->scratch, (a->n + 1) * room);
	struct mw_kmem_batch batch = { .k = t->w->k };
	int r;

	if (!vm || room > MW_ASK_BYTES)
		return -ENOMEM;
	for (size_t i = 0; i < a->n; i++)
		mw_kmem_batch_add(&batch, a->area[i].area, (uint32_t)room, vm + i * room);
	r = mw_kmem_batch_end(&batch);
	for (size_t i = 0; i < a->n && !r; i++)
		if (accept(t, vm + i * room, &a->area[i]))
			a->area[n++] = a->area[i];
	if (n)
		qsort(a->area, n, sizeof(*a->area), by_area);
	a->n = 0;
	for (size_t i = 0; i < n; i++)
		if (!a->n || a->area[a->n - 1].area != a->area[i].area)
			a->area[a->n++] = a->area[i];
	if (a->n)
		qsort(a->area, a->n, sizeof(*a->area), by_start);
	return r;
}

static void add_pages(struct mw_kmem_batch *batch, const struct mw_vmap_area *a, uint64_t *to)
{
	uint32_t most = MW_ASK_BYTES / sizeof(*to);

	for (uint32_t i = 0; i < a->count; i += most) {
		uint32_t n = a->count - i < most ? a->count - i : most;

		mw_kmem_batch_add(batch, a->pages + i * sizeof(*to), n * (uint32_t)sizeof(*to),
				  to + i);
	}
}

static bool to_frames(const struct take *t, uint64_t *page, size_t n)
{
	const struct mw_frames *f = t->w->frames;
	uint64_t each = (uint64_t)t->w->l->page.bytes, end = f->n ? f->range[f->n - 1].to : 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t at = page[i] - t->w->k->frames;

		if (at % each || at / each >= end)
			return false;
		page[i] = at / each;
	}
	return true;
}

/* More pages than there are frames: the rest is not believed. */
static int read_pages(struct take *t)
{
	struct mw_kmem_batch batch = { .k = t->w->k };
	struct mw_vmap_areas *a = t->ret;
	size_t total = 0;
	int r;

	for (size_t i = 0; i < a->n; i++) {
		struct mw_vmap_area *area = &a->area[i];

		area->stale = area->count > t->w->frames->total - total;
		area->first = total;
		total += area->stale ? 0 : area->count;
	}
	a->frame = mw_arena_alloc(t->w->arena, (total + 1) * sizeof(*a->frame));
	if (!a->frame)
		return -ENOMEM;
	for (size_t i = 0; i < a->n; i++)
		if (!a->area[i].stale)
			add_pages(&batch, &a->area[i], a->frame + a->area[i].first);
	r = mw_kmem_batch_end(&batch);
	for (size_t i = 0; i < a->n && !r; i++) {
		struct mw_vmap_area *area = &a->area[i];

		area->stale = area->stale || !to_frames(t, a->frame + area->first, area->count);
	}
	return r;
}

static bool can_be_of_area(const struct take *t, uint64_t frame, const char *page)
{
	struct mw_page p;

	mw_page_classify(t->w->l, 0, frame, page, (size_t)t->w->l->page.bytes, &p);
	return p.class == MW_PAGE_OTHER || p.class == MW_PAGE_KMEM || p.class == MW_PAGE_POOL ||
	       p.class == MW_PAGE_TAIL;
}

/* The first and the last page of each area, as they are now. */
static int check_pages(struct take *t)
{
	size_t each = (size_t)t->w->l->page.bytes;
	struct mw_kmem_batch batch = { .k = t->w->k };
	struct mw_vmap_areas *a = t->ret;
	char *page = mw_arena_alloc(&t->scratch, (a->n + 1) * 2 * each);
	int r;

	if (!page)
		return -ENOMEM;
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < 2 && a->area[i].count && !a->area[i].stale; k++) {
			size_t at = a->area[i].first + (k ? a->area[i].count - 1 : 0);

			mw_kmem_batch_add(&batch, mw_walked_page(t->w, a->frame[at]),
					  (uint32_t)each, page + (2 * i + k) * each);
		}
	r = mw_kmem_batch_end(&batch);
	for (size_t i = 0; i < a->n && !r; i++) {
		struct mw_vmap_area *area = &a->area[i];
		const char *p = page + 2 * i * each;

		if (area->count && !area->stale)
			area->stale = !can_be_of_area(t, a->frame[area->first], p) ||
				      !can_be_of_area(t, a->frame[area->first + area->count - 1],
						      p + each);
		area->count = area->stale ? 0 : area->count;
		a->n_stale += area->stale;
	}
	return r;
}

int mw_vmap_areas_take(const struct mw_walked *w, struct mw_vmap_areas *ret)
{
	struct take t = { .w = w, .ret = ret };
	int r;

	*ret = (struct mw_vmap_areas){};
	r = scan_slabs(&t);
	if (!r)
		r = validate(&t);
	if (!r)
		r = read_pages(&t);
	if (!r)
		r = check_pages(&t);
	mw_arena_done(&t.scratch);
	return w->arena->failed ? -ENOMEM : r;
}

struct mw_vmap_area *mw_vmap_area_at(const struct mw_vmap_areas *a, uint64_t start)
{
	size_t from = 0, to = a->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (a->area[middle].start < start)
			from = middle + 1;
		else
			to = middle;
	}
	for (; from < a->n && a->area[from].start == start; from++)
		if (!a->area[from].stale)
			return &a->area[from];
	return NULL;
}
