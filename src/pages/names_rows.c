/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_rows - a row each for the largest files, and for those that are wanted: with their paths.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "pages/names_private.h"

#define DEPTH_MAX 64

/* The dentries on the way up from a file, and the path that is known so far. */
struct climb {
	uint64_t dentry;  /* 0: it has ended */
	const char *path; /* NULL: it ended in nowhere */
};

static int start_climb(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		       struct climb *climb)
{
	const struct mw_layout *l = n->l;
	struct mw_kmem_place place[MW_NAMES_BATCH];
	uint64_t first[MW_NAMES_BATCH];
	int r;

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ file[i].host, l->inode.dentries };
	r = mw_names_numbers(n->k, place, count, first);
	for (size_t i = 0; i < count; i++)
		climb[i] = (struct climb){
			mw_names_is_pointer(first[i]) ? first[i] - (uint64_t)l->dentry.alias : 0, ""
		};
	return r;
}

/* A name before the path; the parent of a root is itself. */
static void step(struct mw_naming *n, struct climb *climb, uint64_t parent, const char *name)
{
	bool root = parent == climb->dentry;

	if (!mw_names_is_pointer(parent) || !*name)
		climb->path = NULL; /* a piece of a path would be a wrong one */
	else if (!root)
		climb->path = mw_fmt(n->arena, "/%s%s", name, climb->path);
	else if (!*climb->path)
		climb->path = mw_fmt(n->arena, "%s", name);
	climb->dentry = root || !climb->path ? 0 : parent;
}

/* One step for all that are not at their root.  How many go on. */
static int climb_once(struct mw_naming *n, struct climb *climb, size_t count, size_t *ret_left)
{
	const struct mw_layout *l = n->l;
	struct mw_kmem_place place[MW_NAMES_BATCH];
	uint64_t parent[MW_NAMES_BATCH], name[MW_NAMES_BATCH];
	char text[MW_NAMES_BATCH][MW_NAME_ROOM];
	int r;

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ climb[i].dentry, l->dentry.parent };
	r = mw_names_numbers(n->k, place, count, parent);
	for (size_t i = 0; i < count; i++)
		place[i].member = l->dentry.name;
	if (!r)
		r = mw_names_numbers(n->k, place, count, name);
	if (!r)
		r = mw_names_texts(n->k, name, count, text);
	*ret_left = 0;
	for (size_t i = 0; i < count && !r; i++) {
		if (climb[i].dentry)
			step(n, &climb[i], parent[i], text[i]);
		*ret_left += climb[i].dentry != 0;
	}
	return r;
}

static int name_files(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		      struct mw_census_file *ret)
{
	struct climb climb[MW_NAMES_BATCH];
	size_t left = count;
	int r = start_climb(n, file, count, climb);

	for (int depth = 0; depth < DEPTH_MAX && left && !r; depth++)
		r = climb_once(n, climb, count, &left);
	for (size_t i = 0; i < count && !r; i++)
		if (!climb[i].dentry && climb[i].path) /* else there was no end */
			ret[i].path = mw_str_of(climb[i].path);
	return r;
}

static int describe(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		    struct mw_census_file *ret)
{
	const struct mw_layout *l = n->l;
	char inode[MW_NAMES_BATCH][MW_INODE_ROOM];
	int r = mw_names_inodes(n, file, count, inode);

	for (size_t i = 0; i < count; i++)
		ret[i] = (struct mw_census_file){
			.dev = file[i].dev,
			.ino = file[i].ino,
			.nlink = mw_names_in_inode(inode[i], l->inode.nlink, 4),
			.size_bytes = mw_names_in_inode(inode[i], l->inode.size, 8),
			.bytes = file[i].frames * n->frame_bytes,
		};
	return r;
}

/* Rows of some files; those that are another's by the end are left out. */
static int add_rows(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		    struct mw_census *c)
{
	struct mw_census_file *row = &c->file[c->n_files];
	uint64_t host[MW_NAMES_BATCH], ino[MW_NAMES_BATCH];
	int r = describe(n, file, count, row);

	if (!r)
		r = name_files(n, file, count, row);
	if (!r)
		r = mw_names_again(n, file, count, host, ino);
	for (size_t i = 0; i < count && !r; i++)
		if (host[i] == file[i].host && ino[i] == file[i].ino)
			c->file[c->n_files++] = row[i];
	return r;
}

static int by_frames(const void *x, const void *y)
{
	const struct mw_named_file *a = x, *b = y;

	if (a->frames != b->frames)
		return a->frames < b->frames ? 1 : -1;
	return (a->mapping > b->mapping) - (a->mapping < b->mapping);
}

int mw_names_rows(struct mw_naming *n, struct mw_census *c)
{
	struct mw_named_file *list = mw_arena_alloc(n->arena, (n->n_files + 1) * sizeof(*list));
	size_t count = 0, largest = 0;
	int r = 0;

	if (!list)
		return -ENOMEM;
	if (n->n_files)
		qsort(n->file, n->n_files, sizeof(*n->file), by_frames);
	for (size_t i = 0; i < n->n_files; i++)
		if (n->file[i].known && (largest++ < n->files_max || n->file[i].wanted))
			list[count++] = n->file[i];
	c->file = mw_arena_alloc(n->arena, (count + 1) * sizeof(*c->file));
	if (!c->file)
		return -ENOMEM;
	for (size_t i = 0; i < count && !r; i += MW_NAMES_BATCH) {
		size_t left = count - i;

		r = add_rows(n, &list[i], left < MW_NAMES_BATCH ? left : MW_NAMES_BATCH, c);
	}
	return r ? r : n->arena->failed ? -ENOMEM : 0;
}
