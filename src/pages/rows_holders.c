/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "kernel/kallsyms.h"
#include "pages/names.h"
#include "pages/rows.h"

static int by_address(const void *x, const void *y)
{
	const struct mw_kallsym *a = x, *b = y;

	return (a->address > b->address) - (a->address < b->address);
}

/* Where a section begins or ends, which says nothing of what stands there: kernels that do not list
 * their variables have these. */
static bool is_marker(struct mw_str name)
{
	return mw_str_starts(name, "__start_") || mw_str_starts(name, "__stop_") ||
	       mw_str_starts(name, "__end_") || mw_str_starts(name, "__bss_") ||
	       mw_str_starts(name, "_s") || mw_str_starts(name, "_e");
}

/* Of all holders of a kind, by what the kernel calls the place. */
static void name_by_symbol(const struct mw_rows *t, const struct mw_holders *h,
			   enum mw_holder_kind kind, struct mw_str kallsyms, struct mw_str *name)
{
	struct mw_kallsym *sym = mw_arena_alloc(t->arena, (h->n + 1) * sizeof(*sym));
	size_t n = 0;

	for (size_t i = 0; sym && i < h->n; i++)
		if (h->item[i].kind == kind && h->item[i].pointer)
			sym[n++].address = h->item[i].pointer;
	if (!n)
		return;
	qsort(sym, n, sizeof(*sym), by_address);
	if (kind == MW_HOLDER_STATIC)
		mw_kallsyms_find_data(kallsyms, sym, n);
	else
		mw_kallsyms_find(kallsyms, sym, n);
	for (size_t i = 0; i < h->n; i++) {
		const struct mw_kallsym key = { .address = h->item[i].pointer }, *s;

		if (h->item[i].kind != kind)
			continue;
		s = bsearch(&key, sym, n, sizeof(*sym), by_address);
		if (s && s->module.n)
			name[i] = mw_str_of(mw_fmt(t->arena, "%.*s %.*s", (int)s->name.n, s->name.p,
						   (int)s->module.n, s->module.p));
		else if (s && !is_marker(s->name))
			name[i] = mw_arena_copy(t->arena, s->name);
	}
}

static int name_slabs(const struct mw_rows *t, struct mw_kmem *k, const struct mw_layout *l,
		      const struct mw_holders *h, struct mw_str *name)
{
	struct mw_kmem_place *place = mw_arena_alloc(t->arena, (h->n + 1) * sizeof(*place));
	uint64_t *number = mw_arena_alloc(t->arena, (h->n + 1) * sizeof(*number));
	char(*text)[MW_NAME_ROOM] = mw_arena_alloc(t->arena, (h->n + 1) * sizeof(*text));
	int r;

	if (!place || !number || !text)
		return -ENOMEM;
	for (size_t i = 0; i < h->n; i++)
		if (h->item[i].kind == MW_HOLDER_SLAB)
			place[i] = (struct mw_kmem_place){ h->item[i].pointer, l->cache.name };
	r = mw_names_numbers(k, place, h->n, number);
	if (!r)
		r = mw_names_texts(k, number, h->n, text);
	for (size_t i = 0; i < h->n && !r; i++)
		if (h->item[i].kind == MW_HOLDER_SLAB)
			name[i] = mw_str_of(text[i]);
	return r;
}

static void name_stacks(const struct mw_holders *h, const struct mw_areas *areas,
			struct mw_str *name)
{
	for (size_t i = 0; i < h->n; i++)
		for (size_t k = 0; h->item[i].kind == MW_HOLDER_STACK && k < areas->n_stacks; k++)
			if (areas->stack[k].task == h->item[i].pointer)
				name[i] = mw_str_of(areas->stack[k].comm);
}

static bool same(const struct mw_census_holder *a, const struct mw_census_holder *b)
{
	return !mw_str_cmp(a->kind, b->kind) && !mw_str_cmp(a->name, b->name) &&
	       !mw_str_cmp(a->form, b->form) && !mw_str_cmp(a->class, b->class) &&
	       a->chained == b->chained && a->object_bytes == b->object_bytes;
}

static uint64_t key_of(const struct mw_census_holder *h)
{
	return mw_index_key(h->name) ^ mw_index_key(h->kind) * 3 ^ mw_index_key(h->form) * 5 ^
	       mw_index_key(h->class) * 7 ^ h->chained << 40 ^ h->object_bytes;
}

static void merge(struct mw_census_holder *to, const struct mw_census_holder *h)
{
	to->bytes += h->bytes;
	to->blocks += h->blocks;
	to->first_byte = h->first_byte < to->first_byte ? h->first_byte : to->first_byte;
	to->last_byte = h->last_byte > to->last_byte ? h->last_byte : to->last_byte;
}

static struct mw_census_holder row_of(const struct mw_rows *t, const struct mw_holder *h,
				      struct mw_str name)
{
	bool told = h->first_byte <= h->last_byte;

	return (struct mw_census_holder){
		.kind = mw_str_of(mw_holder_kind_name(h->kind)),
		.name = name,
		.form = mw_str_of(mw_form_name(h->form)),
		.class = mw_str_of(mw_page_class_name(h->class)),
		.chained = h->chained,
		.bytes = h->frames * t->frame_bytes,
		.blocks = h->blocks,
		.object_bytes = told ? h->object_bytes : 0,
		.first_byte = told ? h->first_byte : 0,
		.last_byte = told ? h->last_byte : 0,
	};
}

static int by_bytes(const void *x, const void *y)
{
	const struct mw_census_holder *a = x, *b = y;
	int r;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	if (a->blocks != b->blocks)
		return a->blocks < b->blocks ? 1 : -1;
	r = mw_str_cmp(a->kind, b->kind);
	return r ? r : mw_str_cmp(a->name, b->name);
}

static void add_rows(const struct mw_rows *t, const struct mw_holders *h, const struct mw_str *name)
{
	struct mw_census_holder *list = mw_arena_alloc(t->arena, (h->n + 1) * sizeof(*list));
	struct mw_index index = {};
	size_t n = 0, at;

	for (size_t i = 0; list && i < h->n; i++) {
		struct mw_census_holder row = row_of(t, &h->item[i], name[i]);

		if (mw_index_get(&index, key_of(&row), &at) && same(&list[at], &row)) {
			merge(&list[at], &row);
			continue;
		}
		if (!mw_index_get(&index, key_of(&row), &at))
			mw_index_put(&index, t->arena, key_of(&row), n);
		list[n++] = row;
	}
	if (n)
		qsort(list, n, sizeof(*list), by_bytes);
	t->c->holder = list;
	t->c->n_holders = n;
}

int mw_rows_holders(const struct mw_rows *t, struct mw_kmem *k, const struct mw_layout *l,
		    const struct mw_areas *areas, struct mw_str kallsyms,
		    const struct mw_holders *holders)
{
	struct mw_str *name = mw_arena_alloc(t->arena, (holders->n + 1) * sizeof(*name));
	int r;

	if (!name)
		return -ENOMEM;
	r = name_slabs(t, k, l, holders, name);
	name_by_symbol(t, holders, MW_HOLDER_VMALLOC, kallsyms, name);
	name_by_symbol(t, holders, MW_HOLDER_STATIC, kallsyms, name);
	name_stacks(holders, areas, name);
	add_rows(t, holders, name);
	return t->arena->failed ? -ENOMEM : r;
}
