/* SPDX-License-Identifier: Apache-2.0 */
/*
 * areas_give - whose pages the areas of vmalloc() are.
 */
#include <errno.h>
#include <stdlib.h>

#include "kernel/kallsyms.h"
#include "pages/areas.h"
#include "pages/translate.h"

#define PAGE 4096
#define PERCPU_PIECE 512 /* pages that are translated at once */

static int by_address(const void *x, const void *y)
{
	const struct mw_symbol *a = x, *b = y;

	return (a->address > b->address) - (a->address < b->address);
}

/* The callers, each once. */
static struct mw_symbol *collect(const struct mw_areas *areas, struct mw_arena *arena,
				 size_t *ret_n)
{
	struct mw_symbol *s = mw_arena_alloc(arena, (areas->n + 1) * sizeof(*s));
	size_t n = 0;

	*ret_n = 0;
	if (!s)
		return NULL;
	for (size_t i = 0; i < areas->n; i++)
		s[i].address = areas->area[i].caller;
	if (areas->n)
		qsort(s, areas->n, sizeof(*s), by_address);
	for (size_t i = 0; i < areas->n; i++)
		if (!n || s[n - 1].address != s[i].address)
			s[n++] = s[i];
	*ret_n = n;
	return s;
}

static enum mw_area_kind kind_of(const struct mw_area *a, const struct mw_task_stacks *stacks,
				 const struct mw_symbol *caller)
{
	if (mw_task_stack_at(stacks, a->start) || mw_str_eq(caller->name, "fork_idle"))
		return MW_AREA_STACK;
	return mw_str_eq(caller->name, "pcpu_get_vm_areas") ? MW_AREA_PERCPU : MW_AREA_PLAIN;
}

void mw_areas_name(struct mw_areas *areas, const struct mw_task_stacks *stacks,
		   struct mw_str kallsyms, struct mw_arena *arena)
{
	size_t n;
	struct mw_symbol *s = collect(areas, arena, &n);

	areas->caller = mw_arena_alloc(arena, (n + 1) * sizeof(*areas->caller));
	if (!s || !areas->caller)
		return;
	mw_kallsyms_find(kallsyms, s, n);
	for (size_t i = 0; i < areas->n; i++) {
		struct mw_symbol key = { .address = areas->area[i].caller };
		const struct mw_symbol *caller = bsearch(&key, s, n, sizeof(key), by_address);

		areas->area[i].kind = kind_of(&areas->area[i], stacks, caller);
	}
	for (size_t i = 0; i < n; i++)
		areas->caller[i] =
			(struct mw_area_caller){ s[i].address, mw_arena_copy(arena, s[i].name) };
	areas->n_callers = n;
}

/* A frame that an area has. */
struct part {
	uint64_t frame;
	size_t area;
};

struct parts {
	struct part *part;
	size_t n;
	struct mw_arena *arena;
};

static int by_frame(const void *x, const void *y)
{
	const struct part *a = x, *b = y;

	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return (a->area > b->area) - (a->area < b->area);
}

static int add(struct parts *p, uint64_t frame, size_t area)
{
	struct part *list = mw_arena_grow(p->arena, p->part, p->n, sizeof(*list));

	if (!list)
		return -ENOMEM;
	p->part = list;
	list[p->n++] = (struct part){ frame, area };
	return 0;
}

/* By the list of its pages. */
static int add_listed(struct mw_kmem *k, const struct mw_layout *l, const struct mw_area *a,
		      size_t number, struct parts *ret)
{
	uint64_t page[MW_ASK_BYTES / 8];
	int r = 0;

	for (uint64_t i = 0; i < a->frames && !r; i += MW_ASK_BYTES / 8) {
		uint64_t n = a->frames - i < MW_ASK_BYTES / 8 ? a->frames - i : MW_ASK_BYTES / 8;

		r = mw_kmem_read(k, a->pages + i * 8, n * 8, page);
		for (uint64_t p = 0; p < n && !r; p++) {
			uint64_t at = page[p] - k->frames;

			if (page[p] >= k->frames && at % (uint64_t)l->page.bytes == 0)
				r = add(ret, at / (uint64_t)l->page.bytes, number);
		}
	}
	return r;
}

/* By the page tables. */
static int add_mapped(struct mw_kmem *k, const struct mw_layout *l, const struct mw_area *a,
		      size_t number, struct parts *ret)
{
	uint64_t frame[PERCPU_PIECE], pages = (a->end - a->start) / PAGE;
	int r = 0;

	for (uint64_t i = 0; i < pages && !r; i += PERCPU_PIECE) {
		size_t n = pages - i < PERCPU_PIECE ? pages - i : PERCPU_PIECE;

		mw_translate(k, l, a->start + i * PAGE, n, frame);
		for (size_t p = 0; p < n && !r; p++)
			if (frame[p] != UINT64_MAX)
				r = add(ret, frame[p], number);
	}
	return r;
}

static bool has_no_mark(const struct mw_page_owner *o)
{
	return o->class == MW_PAGE_OTHER || o->class == MW_PAGE_KMEM || o->class == MW_PAGE_IDLE ||
	       o->class == MW_PAGE_POOL;
}

static void give(const struct mw_area *a, struct mw_task_stacks *stacks, uint32_t owner,
		 struct mw_page_owners *o)
{
	struct mw_task_stack *stack = mw_task_stack_at(stacks, a->start);

	if (stack)
		stack->frames++;
	switch (a->kind) {
	case MW_AREA_STACK:
		mw_page_owners_move(o, owner, MW_PAGE_STACK, a->start, 1);
		break;
	case MW_AREA_PERCPU:
		mw_page_owners_move(o, owner, MW_PAGE_PERCPU, 0, 1);
		break;
	case MW_AREA_PLAIN:
		mw_page_owners_move(o, owner, MW_PAGE_VMALLOC, a->caller, 1);
		break;
	}
}

int mw_areas_give(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		  const struct mw_areas *areas, struct mw_task_stacks *stacks,
		  struct mw_arena *arena, struct mw_walk_of_pages *w)
{
	struct parts parts = { .arena = arena };
	struct mw_run_place place = {};
	uint32_t owner;
	int r = 0;

	for (size_t i = 0; i < areas->n && !r; i++)
		r = areas->area[i].kind == MW_AREA_PERCPU
			    ? add_mapped(k, l, &areas->area[i], i, &parts)
			    : add_listed(k, l, &areas->area[i], i, &parts);
	if (parts.n)
		qsort(parts.part, parts.n, sizeof(*parts.part), by_frame);
	for (size_t i = 0; i < parts.n && !r; i++)
		if ((!i || parts.part[i].frame != parts.part[i - 1].frame) &&
		    mw_runs_find(w, frames, &place, parts.part[i].frame, &owner) &&
		    has_no_mark(mw_page_owner_at(&w->owners, owner)))
			give(&areas->area[parts.part[i].area], stacks, owner, &w->owners);
	return r ? r : arena->failed || w->owners.items.failed ? -ENOMEM : 0;
}
