/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "pages/names_private.h"

#define MAGIC_TMPFS 0x01021994 /* include/uapi/linux/magic.h */
#define MAGIC_RAMFS 0x858458f6
#define MAGIC_HUGETLBFS 0x958458f6
#define MAGIC_BDEV 0x62646576
#define MINOR_BITS 20 /* of a dev_t within the kernel */

struct files {
	struct mw_naming *n;
	struct mw_named_file *file;
	size_t count;
	struct mw_census_fs *fs;
	size_t n_fs;
	struct mw_index fs_by_superblock;
};

static bool has_file(const struct mw_page_owner *w)
{
	return (w->class == MW_PAGE_FILE || w->class == MW_PAGE_HUGETLB) && w->pointer;
}

static int by_mapping(const void *x, const void *y)
{
	const struct mw_named_file *a = x, *b = y;

	return (a->mapping > b->mapping) - (a->mapping < b->mapping);
}

/* One of several owners (a cgroup, a node each) that are the same file. */
static void collect(struct files *f)
{
	const struct mw_page_owners *o = f->n->owners;
	size_t all = 0;

	for (size_t i = 0; i < o->n; i++)
		all += has_file(mw_page_owner_at(o, i));
	f->file = mw_arena_alloc(f->n->arena, (all + 1) * sizeof(*f->file));
	if (!f->file)
		return;
	all = 0;
	for (size_t i = 0; i < o->n; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(o, i);

		if (has_file(w))
			f->file[all++] = (struct mw_named_file){ .mapping = w->pointer,
								 .frames = w->frames };
	}
	if (all)
		qsort(f->file, all, sizeof(*f->file), by_mapping);
	for (size_t i = 0; i < all; i++)
		if (f->count && f->file[f->count - 1].mapping == f->file[i].mapping)
			f->file[f->count - 1].frames += f->file[i].frames;
		else
			f->file[f->count++] = f->file[i];
}

static const char *kind_of(uint32_t magic)
{
	switch (magic) {
	case MAGIC_TMPFS:
		return "shmem";
	case MAGIC_RAMFS:
		return "ramfs";
	case MAGIC_HUGETLBFS:
		return "hugetlb";
	case MAGIC_BDEV:
		return "buffers";
	default:
		return "cache";
	}
}

/* A struct super_block: which device, which type.  UINT32_MAX: it is none. */
static size_t add_fs(struct files *f, uint64_t superblock)
{
	const struct mw_layout *l = f->n->l;
	struct mw_kmem *k = f->n->k;
	struct mw_census_fs *list;
	char id[33], type[33];
	uint32_t dev = 0, magic = 0;
	uint64_t at;

	at = mw_kmem_u64(k, superblock + (uint64_t)l->superblock.type);
	if (!mw_names_is_pointer(at))
		return UINT32_MAX;
	at = mw_kmem_u64(k, at + (uint64_t)l->superblock.type_name);
	list = mw_arena_grow(f->n->arena, f->fs, f->n_fs, sizeof(*list));
	if (!list || !mw_kmem_is_address(at))
		return UINT32_MAX;
	f->fs = list;
	mw_kmem_read(k, superblock + (uint64_t)l->superblock.dev, 4, &dev);
	mw_kmem_read(k, superblock + (uint64_t)l->superblock.magic, 4, &magic);
	mw_kmem_text(k, superblock + (uint64_t)l->superblock.id, sizeof(id), id);
	mw_kmem_text(k, at, sizeof(type), type);
	list[f->n_fs] = (struct mw_census_fs){
		.dev = (uint64_t)(dev >> MINOR_BITS) << 32 | (dev & ((1u << MINOR_BITS) - 1)),
		.kind = mw_str_of(kind_of(magic)),
		.type = mw_arena_copy(f->n->arena, mw_str_of(type)),
		.id = mw_arena_copy(f->n->arena, mw_str_of(id)),
	};
	mw_index_put(&f->fs_by_superblock, f->n->arena, superblock, f->n_fs);
	return f->n_fs++;
}

/* What is known of an inode that was read twice. */
static void settle(struct files *f, struct mw_named_file *file, const char *inode,
		   uint64_t host_again, uint64_t ino_again)
{
	const struct mw_layout *l = f->n->l;
	uint64_t superblock = mw_names_in_inode(inode, l->inode.superblock, 8);
	struct mw_census_fs *fs;
	bool deleted;
	size_t at;

	if (host_again != file->host || ino_again != mw_names_in_inode(inode, l->inode.ino, 8) ||
	    !mw_names_is_pointer(superblock))
		return;
	if (!mw_index_get(&f->fs_by_superblock, superblock, &at))
		at = add_fs(f, superblock);
	if (at == UINT32_MAX)
		return;
	fs = &f->fs[at];
	file->known = true;
	file->ino = ino_again;
	file->dev = fs->dev;
	deleted = !mw_names_in_inode(inode, l->inode.nlink, 4);
	fs->files++;
	fs->bytes += file->frames * f->n->frame_bytes;
	fs->deleted_files += deleted;
	fs->deleted_bytes += deleted ? file->frames * f->n->frame_bytes : 0;
	if (mw_str_eq(fs->kind, "shmem"))
		mw_index_put(&f->n->shmem, f->n->arena, file->mapping, 1);
}

/* The inodes of some files, and after that once more who they are. */
static int look_up(struct files *f, struct mw_named_file *file, size_t count)
{
	uint64_t host[MW_NAMES_BATCH], ino[MW_NAMES_BATCH];
	char inode[MW_NAMES_BATCH][MW_INODE_ROOM];
	int r = mw_names_hosts(f->n, file, count, host);

	for (size_t i = 0; i < count && !r; i++)
		file[i].host = mw_names_is_pointer(host[i]) ? host[i] : 0;
	if (!r)
		r = mw_names_inodes(f->n, file, count, inode);
	if (!r)
		r = mw_names_again(f->n, file, count, host, ino);
	for (size_t i = 0; i < count && !r; i++)
		settle(f, &file[i], inode[i], host[i], ino[i]);
	return r;
}

static int fs_by_bytes(const void *x, const void *y)
{
	const struct mw_census_fs *a = x, *b = y;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return (a->dev > b->dev) - (a->dev < b->dev);
}

/* Files whose inode was gone when it was looked up are one file system without a name. */
static void sum_gone(struct files *f)
{
	struct mw_census_fs gone = { .kind = mw_str_of("gone") }, *list;

	for (size_t i = 0; i < f->count; i++)
		if (!f->file[i].known) {
			gone.files++;
			gone.bytes += f->file[i].frames * f->n->frame_bytes;
		}
	list = gone.files ? mw_arena_grow(f->n->arena, f->fs, f->n_fs, sizeof(*list)) : NULL;
	if (!list)
		return;
	f->fs = list;
	list[f->n_fs++] = gone;
}

int mw_names_files(struct mw_naming *n, struct mw_census *c)
{
	struct files f = { .n = n };
	int r = 0;

	if (mw_names_inode_bytes(n->l) > MW_INODE_ROOM)
		return -EIO; /* no kernel has such an inode */
	collect(&f);
	for (size_t i = 0; i < f.count && !r; i += MW_NAMES_BATCH) {
		size_t left = f.count - i;

		r = look_up(&f, &f.file[i], left < MW_NAMES_BATCH ? left : MW_NAMES_BATCH);
	}
	sum_gone(&f);
	if (f.n_fs)
		qsort(f.fs, f.n_fs, sizeof(*f.fs), fs_by_bytes);
	c->fs = f.fs;
	c->n_fs = f.n_fs;
	n->file = f.file;
	n->n_files = f.count;
	return r ? r : n->arena->failed ? -ENOMEM : 0;
}
