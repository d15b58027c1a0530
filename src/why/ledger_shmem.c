/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_shmem - the owners of Shmem: each page once.
 *
 * A file without a name still counts in the blocks of its tmpfs, so it is taken off there and
 * stands as a part of it.  Sizes of files hold swapped pages too: with swap in use the owners
 * may exceed their class.
 */
#include "base/fmt.h"
#include "why/ledger_private.h"
#include "why/shm_name.h"

static struct mw_owner object_owner(const struct mw_shm_object *o)
{
	struct mw_owner owner =
		mw_owner(mw_shm_kind_name(o->kind), mw_shm_plain_name(o), o->used_bytes);

	owner.pid = mw_ok(o->pid);
	owner.comm = o->comm;
	owner.inode = mw_ok(o->ino);
	owner.holder_count = mw_ok(o->holder_count);
	owner.note = o->fd.n ? NULL : "only mapped, no descriptor is open";
	return owner;
}

static void add_files(const struct mw_tmpfs *fs, struct mw_arena *arena, struct mw_owners *parts)
{
	for (size_t i = 0; i < fs->n_items; i++) {
		struct mw_owner file;

		if (fs->item[i].is_dir)
			continue;
		file = mw_owner("file", fs->item[i].path, mw_ok(fs->item[i].bytes));
		file.inode = mw_ok(fs->item[i].ino);
		file.mount = fs->point;
		mw_owners_add(parts, arena, file);
	}
}

/* The largest folder below the mount, as a hint where to look. */
static const char *largest_folder(const struct mw_tmpfs *fs, struct mw_arena *arena)
{
	for (size_t i = 0; i < fs->n_items; i++)
		if (fs->item[i].is_dir && fs->item[i].bytes)
			return mw_fmt(arena, "largest folder %.*s: %s", (int)fs->item[i].path.n,
				      fs->item[i].path.p, mw_fmt_bytes(arena, fs->item[i].bytes));
	return NULL;
}

static struct mw_owner fs_owner(const struct mw_snap *s, const struct mw_tmpfs *fs,
				struct mw_arena *arena)
{
	struct mw_owner owner = mw_owner(mw_str_eq(fs->type, "devtmpfs") ? "devtmpfs" : "tmpfs",
					 fs->point, fs->used_bytes);
	struct mw_owners parts = {};

	owner.limit_bytes = fs->limit_bytes;
	owner.mount = fs->point;
	owner.note = largest_folder(fs, arena);
	if (!fs->own) {
		owner.pid = mw_ok(fs->pid);
		owner.comm = fs->comm;
	}
	if (fs->used_bytes.why == MW_UNREAD)
		owner.note = "lies under another mount: its size cannot be read";
	add_files(fs, arena, &parts);
	for (size_t i = 0; i < s->n_objects; i++) {
		struct mw_owner part;

		if (s->object[i].dev != fs->dev || s->object[i].kind != MW_SHM_UNLINKED)
			continue;
		part = object_owner(&s->object[i]);
		part.mount = fs->point;
		mw_owners_add(&parts, arena, part);
	}
	if (mw_known(fs->used_bytes))
		mw_owners_finish(&parts, arena, fs->used_bytes, "other files and folders");
	owner.part = parts.item;
	owner.n_parts = parts.n;
	return owner;
}

static const char *segment_note(const struct mw_ipc_segment *seg, struct mw_arena *arena)
{
	const struct mw_shm_segment *m = &seg->segment;

	return mw_fmt(arena, "key 0x%08x, created by pid %llu, last used by pid %llu%s%s",
		      (unsigned)m->key, (unsigned long long)m->creator_pid,
		      (unsigned long long)m->last_pid,
		      m->attached_count ? "" : ", attached by nobody",
		      seg->own ? "" : ", in another IPC namespace");
}

static void add_segments(const struct mw_snap *s, struct mw_arena *arena, struct mw_owners *list)
{
	for (size_t i = 0; i < s->n_segments; i++) {
		const struct mw_ipc_segment *seg = &s->segment[i];
		struct mw_owner owner =
			mw_owner("sysv",
				 mw_str_of(mw_fmt(arena, "shmid %llu",
						  (unsigned long long)seg->segment.shmid)),
				 seg->segment.rss_bytes);

		owner.inode = mw_ok(seg->segment.shmid);
		owner.holder_count = mw_ok(seg->segment.attached_count);
		owner.limit_bytes = seg->segment.size_bytes;
		owner.note = segment_note(seg, arena);
		if (!seg->own) {
			owner.pid = mw_ok(seg->pid);
			owner.comm = seg->comm;
		}
		mw_owners_add(list, arena, owner);
	}
}

static void add_drm(const struct mw_snap *s, struct mw_arena *arena, struct mw_owners *list)
{
	for (size_t i = 0; i < s->n_drm; i++) {
		const struct mw_drm *d = &s->drm[i];
		struct mw_owner owner = mw_owner("drm", d->client.driver, d->client.system_bytes);

		if (!mw_drm_uses_shmem(d->client.driver))
			continue;
		owner.pid = mw_ok(d->pid);
		owner.comm = d->comm;
		mw_owners_add(list, arena, owner);
	}
}

/* Is an unlinked file's file system one of those that stand as owners? */
static bool is_part(const struct mw_snap *s, const struct mw_shm_object *o)
{
	if (o->kind != MW_SHM_UNLINKED)
		return false;
	for (size_t i = 0; i < s->n_tmpfs; i++)
		if (s->tmpfs[i].dev == o->dev && mw_known(s->tmpfs[i].used_bytes))
			return true;
	return false;
}

void mw_ledger_shmem(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < s->n_tmpfs; i++)
		if (!mw_known(s->tmpfs[i].used_bytes) || s->tmpfs[i].used_bytes.v)
			mw_owners_add(&list, arena, fs_owner(s, &s->tmpfs[i], arena));
	for (size_t i = 0; i < s->n_objects; i++)
		if (!is_part(s, &s->object[i]) && mw_or(s->object[i].used_bytes, 1))
			mw_owners_add(&list, arena, object_owner(&s->object[i]));
	add_segments(s, arena, &list);
	add_drm(s, arena, &list);
	mw_class_own(c, &list, arena,
		     mw_or(s->host.euid, 0) ? "not found: run as root to look into all processes"
					    : "not found: a hidden mount, a namespace without a "
					      "process, or the kernel");
	if (mw_or(s->meminfo.swap_total_bytes, 0) != mw_or(s->meminfo.swap_free_bytes, 0))
		c->note = "sizes of files hold swapped pages too";
}
