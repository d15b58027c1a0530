/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/rows.h"

#include <stdlib.h>

#include "base/index.h"

static int by_class_and_node(const void *x, const void *y)
{
	const struct mw_census_class *a = x, *b = y;
	int c = mw_str_cmp(a->name, b->name);

	return c ? c : (a->node > b->node) - (a->node < b->node);
}

void mw_rows_classes(const struct mw_rows *t)
{
	uint64_t nodes = 1, *sum;

	for (size_t i = 0; i < t->frames->n; i++)
		if (t->frames->range[i].node >= nodes)
			nodes = (uint64_t)t->frames->range[i].node + 1;
	sum = mw_arena_alloc(t->arena, nodes * MW_PAGE_CLASSES * sizeof(*sum));
	t->c->class = mw_arena_alloc(t->arena, nodes * MW_PAGE_CLASSES * sizeof(*t->c->class));
	if (!sum || !t->c->class)
		return;
	for (size_t i = 0; i < t->owners->n; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(t->owners, i);

		sum[w->node * MW_PAGE_CLASSES + w->class] += w->frames * t->frame_bytes;
	}
	for (size_t i = 0; i < nodes * MW_PAGE_CLASSES; i++)
		if (sum[i])
			t->c->class[t->c->n_classes++] = (struct mw_census_class){
				mw_str_of(mw_page_class_name(i % MW_PAGE_CLASSES)),
				i / MW_PAGE_CLASSES, sum[i], sum[i], sum[i]
			};
	qsort(t->c->class, t->c->n_classes, sizeof(*t->c->class), by_class_and_node);
}

static int area_by_bytes(const void *x, const void *y)
{
	const struct mw_census_area *a = x, *b = y;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return mw_str_cmp(a->caller, b->caller);
}

void mw_rows_areas(const struct mw_rows *t, const struct mw_areas *areas)
{
	struct mw_index at = {}, by_name = {};
	size_t i;

	t->c->area = mw_arena_alloc(t->arena, (areas->n_callers + 1) * sizeof(*t->c->area));
	if (!t->c->area)
		return;
	/* Of a function that asked at several places one row. */
	for (size_t n = 0; n < areas->n_callers; n++) {
		struct mw_str name = areas->caller[n].name;
		uint64_t key = mw_index_key(name);

		if (!mw_index_get(&by_name, key, &i)) {
			i = n;
			mw_index_put(&by_name, t->arena, key, i);
			t->c->area[i].caller = name;
		}
		mw_index_put(&at, t->arena, areas->caller[n].address, i);
	}
	for (size_t n = 0; n < t->owners->n; n++) {
		const struct mw_page_owner *w = mw_page_owner_at(t->owners, n);

		if (w->class == MW_PAGE_VMALLOC && mw_index_get(&at, w->pointer, &i))
			t->c->area[i].bytes += w->frames * t->frame_bytes;
	}
	qsort(t->c->area, areas->n_callers, sizeof(*t->c->area), area_by_bytes);
	for (i = 0; i < areas->n_callers && t->c->area[i].bytes; i++)
		t->c->n_areas++;
}

static int stack_by_pid(const void *x, const void *y)
{
	const struct mw_census_stack *a = x, *b = y;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

void mw_rows_stacks(const struct mw_rows *t, const struct mw_task_stacks *stacks)
{
	t->c->stack = mw_arena_alloc(t->arena, (stacks->n + 1) * sizeof(*t->c->stack));
	if (!t->c->stack)
		return;
	for (size_t i = 0; i < stacks->n; i++) {
		const struct mw_task_stack *s = &stacks->stack[i];

		if (s->frames)
			t->c->stack[t->c->n_stacks++] =
				(struct mw_census_stack){ s->pid, s->frames * t->frame_bytes,
							  mw_str_of(s->comm) };
	}
	qsort(t->c->stack, t->c->n_stacks, sizeof(*t->c->stack), stack_by_pid);
}
