/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_paid - which group is charged for how much of which file.
 */
#include <errno.h>
#include <stdlib.h>

#include "pages/names_private.h"

#define FILES_OF_REMOVED 5 /* of each removed group the largest files, however small */
#define NAMED_MAX 5000

struct pair {
	uint64_t ino, frames;
	size_t file; /* index */
};

static int by_file(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

static int by_frames(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	if (a->frames != b->frames)
		return a->frames < b->frames ? 1 : -1;
	return by_file(x, y);
}

/* The file with this address_space; n->n_files: it is none, or gone. */
static size_t find(const struct mw_naming *n, uint64_t mapping)
{
	size_t low = 0, high = n->n_files;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (n->file[mid].mapping < mapping)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n->n_files && n->file[low].mapping == mapping && n->file[low].known
		       ? low
		       : n->n_files;
}

static bool is_of_file(const struct mw_page_owner *w)
{
	return w->class == MW_PAGE_FILE && w->pointer && w->memcg;
}

/* One for each group and file, whatever the node. */
static size_t collect(struct mw_naming *n, struct pair **ret)
{
	size_t most = 0, all = 0, once = 0, ino;
	struct pair *pair;

	for (size_t i = 0; i < n->owners->n; i++)
		most += is_of_file(mw_page_owner_at(n->owners, i));
	*ret = pair = mw_arena_alloc(n->arena, (most + 1) * sizeof(*pair));
	for (size_t i = 0; pair && i < n->owners->n; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(n->owners, i);
		size_t file = is_of_file(w) ? find(n, w->pointer) : n->n_files;

		if (file < n->n_files && mw_index_get(&n->ino_of_word, w->memcg, &ino))
			pair[all++] = (struct pair){ ino, w->frames, file };
	}
	if (all)
		qsort(pair, all, sizeof(*pair), by_file);
	for (size_t i = 0; i < all; i++)
		if (once && !by_file(&pair[once - 1], &pair[i]))
			pair[once - 1].frames += pair[i].frames;
		else
			pair[once++] = pair[i];
	return once;
}

/* How many rows each removed group still gets that the others do not, by its inode. */
static size_t *count_removed(struct mw_naming *n, const struct mw_census *c, struct mw_index *map)
{
	size_t *left = mw_arena_alloc(n->arena, (c->n_groups + 1) * sizeof(*left)), at;

	for (size_t i = 0; left && i < c->n_groups; i++) {
		if (!c->group[i].dying || mw_index_get(map, c->group[i].ino, &at))
			continue;
		left[i] = FILES_OF_REMOVED;
		mw_index_put(map, n->arena, c->group[i].ino, i);
	}
	return left;
}

int mw_names_paid(struct mw_naming *n, struct mw_census *c)
{
	struct mw_index removed = {};
	struct pair *pair = NULL;
	size_t count = n->paid_max ? collect(n, &pair) : 0, named = 0, at;
	size_t *left = count_removed(n, c, &removed);

	if (count)
		qsort(pair, count, sizeof(*pair), by_frames);
	c->paid = mw_arena_alloc(n->arena, (count + 1) * sizeof(*c->paid));
	for (size_t i = 0; left && c->paid && i < count; i++) {
		struct mw_named_file *file = &n->file[pair[i].file];
		bool largest = mw_index_get(&removed, pair[i].ino, &at) && left[at];

		if (i >= n->paid_max && !largest)
			continue;
		c->paid[c->n_paid++] = (struct mw_census_paid){ pair[i].ino, file->dev, file->ino,
								pair[i].frames * n->frame_bytes };
		if (!largest)
			continue;
		left[at]--;
		file->wanted |= named++ < NAMED_MAX;
	}
	return n->arena->failed ? -ENOMEM : 0;
}
