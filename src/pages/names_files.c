/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "pages/names.h"

#define BATCH 128
#define INODE_ROOM 1024 /* of a struct inode, from its start: all that is asked lies there */
#define DEPTH_MAX 64
#define MAGIC_TMPFS 0x01021994 /* include/uapi/linux/magic.h */
#define MAGIC_RAMFS 0x858458f6
#define MAGIC_HUGETLBFS 0x958458f6
#define MAGIC_BDEV 0x62646576
#define MINOR_BITS 20 /* of a dev_t within the kernel */

/* An address_space of which pages are cached. */
struct file {
	uint64_t mapping, host, ino, frames;
	uint32_t fs; /* index; UINT32_MAX: gone */
	bool deleted;
};

struct files {
	struct mw_naming *n;
	struct file *file;
	size_t count;
	struct mw_census_fs *fs;
	size_t n_fs;
	struct mw_index fs_by_superblock;
	uint32_t inode_bytes; /* that hold all that is asked */
};

static bool has_file(const struct mw_page_owner *w)
{
	return (w->class == MW_PAGE_FILE || w->class == MW_PAGE_HUGETLB) && w->pointer;
}

static int by_mapping(const void *x, const void *y)
{
	const struct file *a = x, *b = y;

	return (a->mapping > b->mapping) - (a->mapping < b->mapping);
}

static int by_frames(const void *x, const void *y)
{
	const struct file *a = x, *b = y;

	if (a->frames != b->frames)
		return a->frames < b->frames ? 1 : -1;
	return by_mapping(x, y);
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
			f->file[all++] =
				(struct file){ .mapping = w->pointer, .frames = w->frames };
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

static bool is_pointer(uint64_t a)
{
	return mw_kmem_is_address(a) && !(a & 7);
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
	if (!is_pointer(at))
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

static uint64_t in_inode(const char *inode, int32_t member, size_t bytes)
{
	uint64_t v = 0;

	memcpy(&v, inode + member, bytes);
	return v;
}

/* What is known of an inode that was read twice. */
static void settle(struct files *f, struct file *file, const char *inode, uint64_t host_again,
		   uint64_t ino_again)
{
	const struct mw_layout *l = f->n->l;
	uint64_t superblock = in_inode(inode, l->inode.superblock, 8);
	struct mw_census_fs *fs;
	size_t at;

	file->fs = UINT32_MAX;
	if (host_again != file->host || ino_again != in_inode(inode, l->inode.ino, 8) ||
	    !is_pointer(superblock))
		return;
	if (!mw_index_get(&f->fs_by_superblock, superblock, &at))
		at = add_fs(f, superblock);
	file->fs = (uint32_t)at;
	if (at == UINT32_MAX)
		return;
	file->ino = ino_again;
	file->deleted = !in_inode(inode, l->inode.nlink, 4);
	fs = &f->fs[at];
	fs->files++;
	fs->bytes += file->frames * f->n->frame_bytes;
	fs->deleted_files += file->deleted;
	fs->deleted_bytes += file->deleted ? file->frames * f->n->frame_bytes : 0;
	if (mw_str_eq(fs->kind, "shmem"))
		mw_index_put(&f->n->shmem, f->n->arena, file->mapping, 1);
}

static int read_hosts(struct files *f, const struct file *file, size_t count, uint64_t *ret)
{
	struct mw_kmem_place place[BATCH];

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ file[i].mapping, f->n->l->mapping.host };
	return mw_names_numbers(f->n->k, place, count, ret);
}

static int read_inodes(struct files *f, const struct file *file, size_t count,
		       char (*ret)[INODE_ROOM])
{
	struct mw_kmem_ask ask[BATCH];
	size_t m = 0;

	for (size_t i = 0; i < count; i++) {
		memset(ret[i], 0, f->inode_bytes);
		if (is_pointer(file[i].host))
			ask[m++] = (struct mw_kmem_ask){ file[i].host, f->inode_bytes, ret[i] };
	}
	return f->n->k->gather(f->n->k, ask, m);
}

/* Who they are now: asked after all else that is read of them. */
static int read_again(struct files *f, const struct file *file, size_t count, uint64_t *ret_host,
		      uint64_t *ret_ino)
{
	struct mw_kmem_place place[BATCH];
	int r = read_hosts(f, file, count, ret_host);

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ file[i].host, f->n->l->inode.ino };
	return r ? r : mw_names_numbers(f->n->k, place, count, ret_ino);
}

/* The inodes of some files, and after that once more who they are. */
static int look_up(struct files *f, struct file *file, size_t count)
{
	uint64_t host[BATCH], ino[BATCH];
	char inode[BATCH][INODE_ROOM];
	int r = read_hosts(f, file, count, host);

	for (size_t i = 0; i < count && !r; i++)
		file[i].host = is_pointer(host[i]) ? host[i] : 0;
	if (!r)
		r = read_inodes(f, file, count, inode);
	if (!r)
		r = read_again(f, file, count, host, ino);
	for (size_t i = 0; i < count && !r; i++)
		settle(f, &file[i], inode[i], host[i], ino[i]);
	return r;
}

/* The dentries on the way up from a file, and the path that is known so far. */
struct climb {
	uint64_t dentry;  /* 0: it has ended */
	const char *path; /* NULL: it ended in nowhere */
};

static int start_climb(struct files *f, const struct file *file, size_t count, struct climb *climb)
{
	const struct mw_layout *l = f->n->l;
	struct mw_kmem_place place[BATCH];
	uint64_t first[BATCH];
	int r;

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ file[i].host, l->inode.dentries };
	r = mw_names_numbers(f->n->k, place, count, first);
	for (size_t i = 0; i < count; i++)
		climb[i] = (struct climb){
			is_pointer(first[i]) ? first[i] - (uint64_t)l->dentry.alias : 0, ""
		};
	return r;
}

/* A name before the path; the parent of a root is itself. */
static void step(struct files *f, struct climb *climb, uint64_t parent, const char *name)
{
	bool root = parent == climb->dentry;

	if (!is_pointer(parent) || !*name)
		climb->path = NULL; /* a piece of a path would be a wrong one */
	else if (!root)
		climb->path = mw_fmt(f->n->arena, "/%s%s", name, climb->path);
	else if (!*climb->path)
		climb->path = mw_fmt(f->n->arena, "%s", name);
	climb->dentry = root || !climb->path ? 0 : parent;
}

/* One step for all that are not at their root.  How many go on. */
static int climb_once(struct files *f, struct climb *climb, size_t count, size_t *ret_left)
{
	const struct mw_layout *l = f->n->l;
	struct mw_kmem_place place[BATCH];
	uint64_t parent[BATCH], name[BATCH];
	char text[BATCH][MW_NAME_ROOM];
	int r;

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ climb[i].dentry, l->dentry.parent };
	r = mw_names_numbers(f->n->k, place, count, parent);
	for (size_t i = 0; i < count; i++)
		place[i].member = l->dentry.name;
	if (!r)
		r = mw_names_numbers(f->n->k, place, count, name);
	if (!r)
		r = mw_names_texts(f->n->k, name, count, text);
	*ret_left = 0;
	for (size_t i = 0; i < count && !r; i++) {
		if (climb[i].dentry)
			step(f, &climb[i], parent[i], text[i]);
		*ret_left += climb[i].dentry != 0;
	}
	return r;
}

static int name_files(struct files *f, const struct file *file, size_t count,
		      struct mw_census_file *ret)
{
	struct climb climb[BATCH];
	size_t left = count;
	int r = start_climb(f, file, count, climb);

	for (int depth = 0; depth < DEPTH_MAX && left && !r; depth++)
		r = climb_once(f, climb, count, &left);
	for (size_t i = 0; i < count && !r; i++)
		if (!climb[i].dentry && climb[i].path) /* else there was no end */
			ret[i].path = mw_str_of(climb[i].path);
	return r;
}

static int describe(struct files *f, const struct file *file, size_t count,
		    struct mw_census_file *ret)
{
	const struct mw_layout *l = f->n->l;
	char inode[BATCH][INODE_ROOM];
	int r = read_inodes(f, file, count, inode);

	for (size_t i = 0; i < count; i++)
		ret[i] = (struct mw_census_file){
			.dev = f->fs[file[i].fs].dev,
			.ino = file[i].ino,
			.nlink = in_inode(inode[i], l->inode.nlink, 4),
			.size_bytes = in_inode(inode[i], l->inode.size, 8),
			.bytes = file[i].frames * f->n->frame_bytes,
		};
	return r;
}

/* Rows of some files; those that are another's by the end are left out. */
static int add_rows(struct files *f, const struct file *file, size_t count, struct mw_census *c)
{
	struct mw_census_file *row = &c->file[c->n_files];
	uint64_t host[BATCH], ino[BATCH];
	int r = describe(f, file, count, row);

	if (!r)
		r = name_files(f, file, count, row);
	if (!r)
		r = read_again(f, file, count, host, ino);
	for (size_t i = 0; i < count && !r; i++)
		if (host[i] == file[i].host && ino[i] == file[i].ino)
			c->file[c->n_files++] = row[i];
	return r;
}

static int take_largest(struct files *f, struct mw_census *c)
{
	size_t most = f->count < f->n->files_max ? f->count : f->n->files_max;
	struct file *known = mw_arena_alloc(f->n->arena, (most + 1) * sizeof(*known));
	size_t n = 0;
	int r = 0;

	c->file = mw_arena_alloc(f->n->arena, (most + 1) * sizeof(*c->file));
	if (!c->file || !known)
		return -ENOMEM;
	if (f->count)
		qsort(f->file, f->count, sizeof(*f->file), by_frames);
	for (size_t i = 0; i < f->count && n < most; i++)
		if (f->file[i].fs != UINT32_MAX)
			known[n++] = f->file[i];
	for (size_t i = 0; i < n && !r; i += BATCH)
		r = add_rows(f, &known[i], n - i < BATCH ? n - i : BATCH, c);
	return r;
}

static int fs_by_bytes(const void *x, const void *y)
{
	const struct mw_census_fs *a = x, *b = y;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return (a->dev > b->dev) - (a->dev < b->dev);
}

/* What lies behind the largest member that is asked of an inode. */
static uint32_t inode_bytes(const struct mw_layout *l)
{
	const int32_t member[] = { l->inode.ino, l->inode.superblock, l->inode.size,
				   l->inode.nlink };
	int32_t end = 0;

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
		end = member[i] + 8 > end ? member[i] + 8 : end;
	return (uint32_t)end;
}

/* Files whose inode was gone when it was looked up are one file system without a name. */
static void sum_gone(struct files *f)
{
	struct mw_census_fs gone = { .kind = mw_str_of("gone") }, *list;

	for (size_t i = 0; i < f->count; i++)
		if (f->file[i].fs == UINT32_MAX) {
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
	struct files f = { .n = n, .inode_bytes = inode_bytes(n->l) };
	int r = 0;

	if (f.inode_bytes > INODE_ROOM)
		return -EIO; /* no kernel has such an inode */
	collect(&f);
	for (size_t i = 0; i < f.count && !r; i += BATCH)
		r = look_up(&f, &f.file[i], f.count - i < BATCH ? f.count - i : BATCH);
	if (!r)
		r = take_largest(&f, c);
	sum_gone(&f);
	if (f.n_fs)
		qsort(f.fs, f.n_fs, sizeof(*f.fs), fs_by_bytes);
	c->fs = f.fs;
	c->n_fs = f.n_fs;
	return r ? r : n->arena->failed ? -ENOMEM : 0;
}
