/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tmpfs - every tmpfs and devtmpfs that some process of the machine sees, each once.
 *
 * Mount namespaces are found through /proc/PID/mountinfo and entered through /proc/PID/root.
 * One file system may be mounted in many of them, in many places: it is known by its device.
 */
#include <string.h>

#include "base/fmt.h"
#include "kernel/mountinfo.h"
#include "snap/snap_private.h"

static size_t dev_slot(const struct mw_shm_search *search, uint64_t dev)
{
	size_t lo = 0, hi = search->n_devs;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (search->dev[mid].dev < dev)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct mw_known_dev *mw_known_dev_find(const struct mw_shm_search *search, uint64_t dev)
{
	size_t i = dev_slot(search, dev);

	return i < search->n_devs && search->dev[i].dev == dev ? &search->dev[i] : NULL;
}

void mw_known_dev_add(struct mw_shm_search *search, struct mw_known_dev known)
{
	size_t i = dev_slot(search, known.dev);
	struct mw_known_dev *list;

	if (i < search->n_devs && search->dev[i].dev == known.dev) {
		search->dev[i].mounted |= known.mounted;
		return;
	}
	list = mw_arena_grow(search->arena, search->dev, search->n_devs, sizeof(*list));
	if (!list)
		return;
	memmove(list + i + 1, list + i, (search->n_devs - i) * sizeof(*list));
	list[i] = known;
	search->dev = list;
	search->n_devs++;
}

/* The way to a mount, in one process's view. */
struct way {
	struct mw_at *at;
	struct mw_arena *temp;
	const char *point;
	bool wait; /* nothing on it is a server or a program: it may be waited for */
	uint64_t pid;
	struct mw_str comm;
};

static const char *question(const struct way *way, const char *what)
{
	return mw_fmt(way->temp, "meta/%s%s/root%s", what, way->wait ? "_wait" : "", way->point);
}

static void take_tree(struct mw_shm_search *search, const struct way *way, struct mw_tmpfs *fs)
{
	struct mw_arena *arena = search->arena;
	struct mw_tree_item one, *item;
	struct mw_str text;

	if (mw_known(fs->used_bytes) && fs->used_bytes.v < search->options->tree_min_bytes)
		return;
	fs->tree_why = mw_take_at(way->at, question(way, "tree"), arena, search->s, &text);
	if (fs->tree_why != MW_OK)
		return;
	fs->tree_cut = mw_meta_tree_was_cut(text);
	if (!mw_known(fs->used_bytes) && !fs->tree_cut)
		fs->used_bytes = mw_meta_tree_bytes(text);
	while (mw_meta_tree_next(&text, &one)) {
		item = mw_arena_grow(arena, fs->item, fs->n_items, sizeof(*item));
		if (!item)
			return;
		one.path = mw_fmt_unoctal(arena, one.path);
		fs->item = item;
		fs->item[fs->n_items++] = one;
	}
}

/* Blocks used and the limit; false when the mount lies under another one, or was not reached. */
static bool take_usage(struct mw_shm_search *search, const struct way *way, struct mw_tmpfs *fs)
{
	struct mw_fs_stat st;
	struct mw_str text;
	enum mw_why why = mw_take_at(way->at, question(way, "statfs"), way->temp, search->s, &text);

	if (why != MW_OK) {
		fs->used_bytes = mw_no(why);
		return false;
	}
	if (mw_meta_statfs_parse(text, &st) < 0) {
		fs->used_bytes = mw_no(MW_BAD);
		return false;
	}
	if (mw_dev_parse(st.dev, false) != fs->dev)
		return false;
	fs->limit_bytes = st.blocks ? mw_mul(mw_ok(st.blocks), st.block_bytes) : mw_no(MW_ABSENT);
	/* Without a limit the kernel does not say how much is used (shmem_statfs()); the sum over
	 * the files stands in for it. */
	fs->used_bytes =
		st.blocks ? mw_mul(mw_sub(mw_ok(st.blocks), mw_ok(st.free_blocks)), st.block_bytes)
			  : mw_no(MW_ABSENT);
	return true;
}

static struct mw_tmpfs *find_fs(struct mw_shm_search *search, uint64_t dev)
{
	size_t i;

	return mw_index_get(&search->fs_by_dev, dev, &i) ? &search->s->tmpfs[i] : NULL;
}

static struct mw_tmpfs *add_fs(struct mw_shm_search *search, uint64_t dev)
{
	struct mw_snap *s = search->s;
	struct mw_tmpfs *list = mw_arena_grow(search->arena, s->tmpfs, s->n_tmpfs, sizeof(*list));

	if (!list)
		return NULL;
	s->tmpfs = list;
	list[s->n_tmpfs] = (struct mw_tmpfs){ .dev = dev, .limit_bytes = mw_no(MW_ABSENT) };
	mw_index_put(&search->fs_by_dev, search->arena, dev, s->n_tmpfs);
	return &list[s->n_tmpfs++];
}

static void visit_mount(struct mw_shm_search *search, struct way *way, const struct mw_mount *m)
{
	uint64_t dev = mw_dev_parse(m->dev, false);
	bool shmem = mw_mount_is_shmem(m);
	struct mw_arena *arena = search->arena;
	struct mw_tmpfs *fs, seen;

	mw_known_dev_add(search, (struct mw_known_dev){ dev, shmem, true });
	if (!shmem)
		return;
	fs = find_fs(search, dev);
	if (fs && mw_known(fs->used_bytes))
		return; /* seen through another mount of it */
	if (!fs)
		fs = add_fs(search, dev);
	if (!fs)
		return;
	seen = (struct mw_tmpfs){
		.dev = dev,
		.pid = way->pid,
		.own = !way->pid,
		.comm = mw_arena_copy(arena, way->comm),
		.point = mw_fmt_unoctal(arena, m->point),
		.type = mw_arena_copy(arena, m->type),
		.source = mw_fmt_unoctal(arena, m->source),
		.limit_bytes = mw_no(MW_ABSENT),
	};
	way->point = mw_arena_cstr(way->temp, seen.point);
	if (take_usage(search, way, &seen))
		take_tree(search, way, &seen);
	if (mw_known(seen.used_bytes) || !fs->point.n)
		*fs = seen;
}

void mw_tmpfs_visit(struct mw_shm_search *search, struct mw_at *at, struct mw_arena *temp,
		    const struct mw_ns *ns, uint64_t pid, struct mw_str comm)
{
	struct mw_str key = mw_str_of(
		mw_fmt(temp, "%.*s %.*s", (int)ns->mnt.n, ns->mnt.p, (int)ns->root.n, ns->root.p));
	struct way way = { .at = at, .temp = temp, .pid = pid, .comm = comm };
	struct mw_mount *mount = NULL, m;
	struct mw_str text;
	size_t n = 0;

	if (mw_set_has(&search->mnt_seen, key))
		return;
	if (mw_take_at(at, "mountinfo", temp, search->s, &text) != MW_OK)
		return;
	mw_set_add(&search->mnt_seen, search->arena, key);
	while (mw_mountinfo_next(&text, &m)) {
		mount = mw_arena_grow(temp, mount, n, sizeof(*mount));
		if (!mount)
			return;
		mount[n++] = m;
	}
	mw_mount_sort(mount, n);
	for (size_t i = 0; i < n; i++) {
		way.wait =
			mw_mount_is_shmem(&mount[i]) && mw_mount_never_waits(mount, n, &mount[i]);
		visit_mount(search, &way, &mount[i]);
	}
}
