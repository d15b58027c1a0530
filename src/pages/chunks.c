/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/chunks.h"

#include <errno.h>
#include <stdlib.h>

#include "pages/names.h"

#define WORDS 2 /* of a page that may lead to its chunk */

struct take {
	const struct mw_walked *w;
	struct mw_arena scratch;
	uint64_t *frame, (*word)[WORDS]; /* of class other */
	size_t n;
	struct mw_index chunks; /* addresses that are one */
};

/* The words of all frames that have no mark. */
static int read_words(struct take *t)
{
	const struct mw_layout *l = t->w->l;
	struct mw_kmem_batch batch = { .k = t->w->k };
	struct mw_runs_at run = {};
	size_t room = 0;

	for (size_t i = 0; i < t->w->walk->owners.n; i++) {
		const struct mw_page_owner *o = mw_page_owner_at(&t->w->walk->owners, i);

		room += o->class == MW_PAGE_OTHER ? o->frames : 0;
	}
	t->frame = mw_arena_alloc(&t->scratch, (room + 1) * sizeof(*t->frame));
	t->word = mw_arena_alloc(&t->scratch, (room + 1) * sizeof(*t->word));
	if (!t->frame || !t->word)
		return -ENOMEM;
	while (mw_runs_next(&t->w->walk->runs, t->w->frames, &run)) {
		if (run.class != MW_PAGE_OTHER)
			continue;
		for (uint64_t i = 0; i < run.frames && t->n < room; i++) {
			uint64_t page = mw_walked_page(t->w, run.frame + i);

			t->frame[t->n] = run.frame + i;
			mw_kmem_batch_add(&batch, page + (uint64_t)l->page.private, 8,
					  &t->word[t->n][0]);
			if (l->page.index >= 0)
				mw_kmem_batch_add(&batch, page + (uint64_t)l->page.index, 8,
						  &t->word[t->n][1]);
			t->n++;
		}
	}
	return mw_kmem_batch_end(&batch);
}

static int by_number(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static size_t sort_once(uint64_t *v, size_t n)
{
	size_t once = 0;

	if (n)
		qsort(v, n, sizeof(*v), by_number);
	for (size_t i = 0; i < n; i++)
		if (!once || v[once - 1] != v[i])
			v[once++] = v[i];
	return once;
}

/* The distinct addresses among the words. */
static size_t candidates(struct take *t, uint64_t **ret)
{
	uint64_t *v = mw_arena_alloc(&t->scratch, (t->n * WORDS + 1) * sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; v && i < t->n; i++)
		for (size_t k = 0; k < WORDS; k++)
			if (mw_kmem_is_address(t->word[i][k]) && !(t->word[i][k] & 7))
				v[n++] = t->word[i][k];
	*ret = v;
	return v ? sort_once(v, n) : 0;
}

/* A chunk leads to a vector of areas, of which the first is one that has no pages of its own. */
static int find_chunks(struct take *t, const struct mw_vmap_areas *areas)
{
	struct mw_index bare = {};
	uint64_t *v, *to;
	size_t n = candidates(t, &v), at;
	struct mw_kmem_place *place = mw_arena_alloc(&t->scratch, (n + 1) * sizeof(*place));
	int r;

	to = mw_arena_alloc(&t->scratch, (n + 1) * sizeof(*to));
	for (size_t i = 0; i < areas->n; i++)
		if (!areas->area[i].pages && !mw_index_get(&bare, areas->area[i].area, &at))
			mw_index_put(&bare, &t->scratch, areas->area[i].area, i);
	if (!place || !to || t->scratch.failed)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		place[i] = (struct mw_kmem_place){ v[i], t->w->l->chunk.areas };
	r = mw_names_numbers(t->w->k, place, n, to);
	for (size_t i = 0; i < n; i++)
		place[i] = (struct mw_kmem_place){ to[i], 0 };
	if (!r)
		r = mw_names_numbers(t->w->k, place, n, to);
	for (size_t i = 0; i < n && !r; i++)
		if (mw_index_get(&bare, to[i], &at))
			mw_index_put(&t->chunks, &t->scratch, v[i], i);
	return r;
}

static int take(struct take *t, const struct mw_vmap_areas *areas, uint64_t **ret, size_t *ret_n)
{
	int r = read_words(t);
	size_t at;

	if (!r)
		r = find_chunks(t, areas);
	if (r)
		return r;
	*ret = mw_arena_alloc(t->w->arena, (t->n + 1) * sizeof(**ret));
	if (!*ret || t->scratch.failed)
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		if (mw_index_get(&t->chunks, t->word[i][0], &at) ||
		    mw_index_get(&t->chunks, t->word[i][1], &at))
			(*ret)[(*ret_n)++] = t->frame[i];
	return 0;
}

int mw_chunks_frames(const struct mw_walked *w, const struct mw_vmap_areas *areas, uint64_t **ret,
		     size_t *ret_n)
{
	struct take t = { .w = w };
	int r;

	*ret = NULL;
	*ret_n = 0;
	if (w->l->chunk.areas < 0)
		return 0;
	r = take(&t, areas, ret, ret_n);
	mw_arena_done(&t.scratch);
	return r;
}
