/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - what stands behind the pointers of the owners: files and their file systems, slab caches,
 * memory cgroups, the removed ones too.
 *
 * The kernel goes on meanwhile: what a pointer led to may be gone, and used again.  So each inode
 * is looked up twice, and what changed counts as gone; chains are followed for a bounded number of
 * steps; no text is trusted to end.
 *
 * What may be missing:
 *  - A file that changed while its path was read has no row; its file system still counts it.
 *  - A path of which a piece cannot be read is empty: the rest would be a wrong one.
 *  - What is gone, or leads nowhere, is one file system of kind "gone", and one group with neither
 *    path nor ino: sums of frames are kept.
 *
 * Each returns 0, -EIO where the reader failed, or -ENOMEM.  Lists come largest first.
 */
#pragma once

#include "kernel/census.h"
#include "kernel/root.h"
#include "pages/kmem.h"
#include "pages/owners.h"

/* An address_space of which pages are cached. */
struct mw_named_file {
	uint64_t mapping, host, ino, dev, frames;
	bool known;  /* else it is gone */
	bool wanted; /* it gets a row, however small it is */
};

struct mw_naming {
	struct mw_kmem *k;
	const struct mw_layout *l;
	const struct mw_page_owners *owners;
	uint64_t frame_bytes;
	size_t files_max; /* largest files that get a row, and a path */
	size_t paid_max;  /* rows of who pays for which file */
	struct mw_arena *arena;
	/* By mw_names_files(): those that are known, by .mapping, of very many (131072, or as many
	 * as rows are wanted) the largest; which are shared memory. */
	struct mw_named_file *file;
	size_t n_files;
	struct mw_index shmem;
	struct mw_index ino_of_word; /* of the groups, by mw_names_groups() */
};

/* names_files.c: c->fs, of all files, and the files for those below. */
int mw_names_files(struct mw_naming *n, struct mw_census *c);

/* names_groups.c: c->group; after the files, for shared memory is told apart by them. */
int mw_names_groups(struct mw_naming *n, struct mw_census *c);

/* Of the largest of c->group, for a reader that knows no more than their inodes: the path, by a
 * search through the folders that are mounted. */
void mw_names_search_groups(struct mw_root *root, struct mw_arena *arena, struct mw_census *c);

/* names_paid.c: c->paid; after the groups.  The largest files of removed groups are wanted. */
int mw_names_paid(struct mw_naming *n, struct mw_census *c);

/* names_rows.c: c->file; at last, for it puts the files in another order. */
int mw_names_rows(struct mw_naming *n, struct mw_census *c);

/* names_caches.c: c->cache. */
int mw_names_caches(struct mw_naming *n, struct mw_census *c);

/* A number, or a short text, of each of n structures; addresses that are none give 0 and "". */
struct mw_kmem_place {
	uint64_t address;
	int32_t member;
};
int mw_names_numbers(struct mw_kmem *k, const struct mw_kmem_place *place, size_t n, uint64_t *ret);

#define MW_NAME_ROOM 256
int mw_names_texts(struct mw_kmem *k, const uint64_t *address, size_t n, char (*ret)[MW_NAME_ROOM]);
