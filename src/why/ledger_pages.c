/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_pages - the owners that only the census knows: of the page cache by file system and file,
 * and of what no counter names.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/ledger_private.h"

/* The inode of a block device has its number as its own, as the kernel packs it (MKDEV()). */
static const char *device_name(uint64_t ino, struct mw_arena *arena)
{
	return mw_fmt(arena, "block device %" PRIu64 ":%" PRIu64, ino >> 20, ino & 0xfffff);
}

static struct mw_owner file_owner(const struct mw_census_fs *fs, const struct mw_census_file *f,
				  struct mw_arena *arena)
{
	const char *name = mw_str_eq(fs->kind, "buffers") ? device_name(f->ino, arena)
							  : mw_fmt(arena, "inode %" PRIu64, f->ino);
	struct mw_owner o =
		mw_owner("file", f->path.n ? f->path : mw_str_of(name), mw_ok(f->bytes));

	o.inode = mw_ok(f->ino);
	o.note = mw_fmt(arena, "%sof %s", f->nlink ? "" : "deleted, ",
			mw_fmt_bytes(arena, f->size_bytes));
	return o;
}

/* One file system, and the largest of its files. */
static struct mw_owner fs_owner(const struct mw_census *c, const struct mw_census_fs *fs,
				struct mw_arena *arena)
{
	struct mw_owner o = mw_owner("filesystem",
				     mw_str_of(mw_fmt(arena, "%.*s %.*s", (int)fs->type.n,
						      fs->type.p, (int)fs->id.n, fs->id.p)),
				     mw_ok(fs->bytes));
	struct mw_owners parts = {};

	for (size_t i = 0; i < c->n_files; i++)
		if (c->file[i].dev == fs->dev)
			mw_owners_add(&parts, arena, file_owner(fs, &c->file[i], arena));
	mw_owners_finish(&parts, arena, o.bytes, "other files");
	o.part = parts.item;
	o.n_parts = parts.n;
	o.note = fs->deleted_bytes ? mw_fmt(arena, "%" PRIu64 " files, %s of deleted ones",
					    fs->files, mw_fmt_bytes(arena, fs->deleted_bytes))
				   : mw_fmt(arena, "%" PRIu64 " files", fs->files);
	return o;
}

static void own_by_fs(const struct mw_census *c, struct mw_arena *arena, struct mw_class *class,
		      const char *kind, const char *other_kind)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < c->n_fs; i++)
		if (mw_str_eq(c->fs[i].kind, kind) || mw_str_eq(c->fs[i].kind, other_kind))
			mw_owners_add(&list, arena, fs_owner(c, &c->fs[i], arena));
	mw_class_own(class, &list, arena, "moved meanwhile");
}

/* Classes of pages that are in no counter. */
static const struct {
	const char *class, *name;
} uncounted[] = {
	{ "page_pool", "network receive pools" },
	{ "kmem", "of the kernel, charged to cgroups" },
	{ "static", "tables that variables of the kernel hold" },
	{ "offline", "offline, or in a balloon" },
	{ "guard", "guard pages" },
	{ "unaccepted", "not accepted by this guest yet" },
	{ "other", "nobody known" },
};

static void own_unaccounted(const struct mw_census *c, struct mw_arena *arena,
			    struct mw_class *class)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < sizeof(uncounted) / sizeof(uncounted[0]); i++) {
		uint64_t bytes = mw_census_class_bytes(c, uncounted[i].class);

		if (bytes)
			mw_owners_add(
				&list, arena,
				mw_owner("pages", mw_str_of(uncounted[i].name), mw_ok(bytes)));
	}
	mw_class_own(class, &list, arena, "moved meanwhile");
}

void mw_ledger_pages(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l)
{
	if (!s->census.reader.n || !s->census.n_fs)
		return;
	own_by_fs(&s->census, arena, &l->class[MW_PAGE_CACHE], "cache", "ramfs");
	own_by_fs(&s->census, arena, &l->class[MW_BUFFERS], "buffers", "buffers");
	own_unaccounted(&s->census, arena, &l->class[MW_UNACCOUNTED]);
}
