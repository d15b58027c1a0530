/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/rows.h"

#include <stdlib.h>

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

void mw_rows_areas(const struct mw_rows *t, const struct mw_areas *areas)
{
	t->c->area = mw_arena_alloc(t->arena, (areas->n_callers + 1) * sizeof(*t->c->area));
	if (!t->c->area)
		return;
	for (size_t i = 0; i < areas->n_callers && areas->caller[i].frames; i++)
		t->c->area[t->c->n_areas++] =
			(struct mw_census_area){ areas->caller[i].name,
						 areas->caller[i].frames * t->frame_bytes };
}

static int stack_by_pid(const void *x, const void *y)
{
	const struct mw_census_stack *a = x, *b = y;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

void mw_rows_stacks(const struct mw_rows *t, const struct mw_areas *areas)
{
	t->c->stack = mw_arena_alloc(t->arena, (areas->n_stacks + 1) * sizeof(*t->c->stack));
	if (!t->c->stack)
		return;
	for (size_t i = 0; i < areas->n_stacks; i++) {
		const struct mw_area_stack *s = &areas->stack[i];

		if (s->frames)
			t->c->stack[t->c->n_stacks++] =
				(struct mw_census_stack){ s->pid, s->frames * t->frame_bytes,
							  mw_str_of(s->comm) };
	}
	if (t->c->n_stacks)
		qsort(t->c->stack, t->c->n_stacks, sizeof(*t->c->stack), stack_by_pid);
}
