/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "pages/names_private.h"

#define MAGIC_TMPFS 0x01021994 /* include/uapi/linux/magic.h */
#define MAGIC_RAMFS 0x858458f6
#define MAGIC_HUGETLBFS 0x958458f6
#define MAGIC_BDEV 0x62646576
#define MINOR_BITS 20 /* of a dev_t within the kernel */

#define KEPT_MAX ((size_t)1 << 17) /* files, unless more rows are wanted */
#define SIZES 1024		   /* in frames, that are told apart: the rest is as good */

struct files {
	struct mw_naming *n;
	uint32_t *number; /* of the owners that are files, those of one file side by side */
	size_t n_numbers, at;
	struct mw_named_file *kept; /* by .mapping */
	size_t n_kept;
	size_t edge, of_edge; /* larger ones are all kept, and so many of this size */
	struct mw_census_fs *fs;
	size_t n_fs;
	struct mw_census_fs gone;
	struct mw_index fs_by_superblock;
};

static bool has_file(const struct mw_page_owner *w)
{
	return (w->class == MW_PAGE_FILE || w->class == MW_PAGE_HUGETLB) && w->pointer;
}

static int by_pointer(const void *x, const void *y, void *owners)
{
	uint64_t a = mw_page_owner_at(owners, *(const uint32_t *)x)->pointer;
	uint64_t b = mw_page_owner_at(owners, *(const uint32_t *)y)->pointer;

	return (a > b) - (a < b);
}

/* Numbers alone: there may be ten million of them. */
static void collect(struct files *f, struct mw_arena *temp)
{
	const struct mw_page_owners *o = f->n->owners;
	size_t all = 0;

	for (size_t i = 0; i < o->n; i++)
		all += has_file(mw_page_owner_at(o, i));
	f->number = mw_arena_alloc(temp, (all + 1) * sizeof(*f->number));
	if (!f->number)
		return;
	for (size_t i = 0; i < o->n; i++)
		if (has_file(mw_page_owner_at(o, i)))
			f->number[f->n_numbers++] = (uint32_t)i;
	if (all)
		qsort_r(f->number, all, sizeof(*f->number), by_pointer, (void *)o);
}

/* The owners (a cgroup, a node each) that are one file. */
static bool next(struct files *f, struct mw_named_file *ret)
{
	const struct mw_page_owner *w;

	*ret = (struct mw_named_file){};
	for (; f->at < f->n_numbers; f->at++) {
		w = mw_page_owner_at(f->n->owners, f->number[f->at]);
		if (ret->mapping && ret->mapping != w->pointer)
			break;
		ret->mapping = w->pointer;
		ret->frames += w->frames;
	}
	return ret->mapping;
}

static size_t size_of(const struct mw_named_file *file)
{
	return file->frames < SIZES ? file->frames : SIZES;
}

/* The largest are kept that there is room for. */
static void make_room(struct files *f)
{
	size_t of_size[SIZES + 1] = {}, count = 0, larger = 0, room = f->n->files_max;
	struct mw_named_file file;

	for (f->at = 0; next(f, &file); count++)
		of_size[size_of(&file)]++;
	f->at = 0;
	room = room > KEPT_MAX ? room : KEPT_MAX;
	room = room < count ? room : count;
	for (f->edge = SIZES; f->edge && larger + of_size[f->edge] <= room; f->edge--)
		larger += of_size[f->edge];
	f->of_edge = room - larger;
	f->kept = mw_arena_alloc(f->n->arena, (room + 1) * sizeof(*f->kept));
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
static void keep(struct files *f, const struct mw_named_file *file)
{
	bool fits = size_of(file) > f->edge || (size_of(file) == f->edge && f->of_edge);

	f->of_edge -= fits && size_of(file) == f->edge;
	if (!file->known) {
		f->gone.files++;
		f->gone.bytes += file->frames * f->n->frame_bytes;
	} else if (fits) {
		f->kept[f->n_kept++] = *file;
	}
}

static int look_up_all(struct files *f)
{
	struct mw_named_file batch[MW_NAMES_BATCH];
	size_t n;
	int r = 0;

	do {
		for (n = 0; n < MW_NAMES_BATCH && next(f, &batch[n]); n++)
			;
		if (n)
			r = look_up(f, batch, n);
		for (size_t i = 0; i < n && !r; i++)
			keep(f, &batch[i]);
	} while (n == MW_NAMES_BATCH && !r);
	return r;
}

static void list_file_systems(struct files *f, struct mw_census *c)
{
	struct mw_census_fs *list = f->fs;

	if (f->gone.files) {
		list = mw_arena_grow(f->n->arena, f->fs, f->n_fs, sizeof(*list));
		if (!list)
			return;
		list[f->n_fs++] = f->gone;
	}
	if (f->n_fs)
		qsort(list, f->n_fs, sizeof(*list), fs_by_bytes);
	c->fs = list;
	c->n_fs = f->n_fs;
}

int mw_names_files(struct mw_naming *n, struct mw_census *c)
{
	struct files f = { .n = n, .gone.kind = mw_str_of("gone") };
	_mw_arena_ struct mw_arena temp = {};
	int r;

	if (mw_names_inode_bytes(n->l) > MW_INODE_ROOM)
		return -EIO; /* no kernel has such an inode */
	collect(&f, &temp);
	make_room(&f);
	if (temp.failed || n->arena->failed)
		return -ENOMEM;
	r = look_up_all(&f);
	list_file_systems(&f, c);
	n->file = f.kept;
	n->n_files = f.n_kept;
	return r ? r : n->arena->failed ? -ENOMEM : 0;
}
