/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/used_files.h"

#include <errno.h>

#include "base/fmt.h"
#include "base/glob.h"
#include "kernel/pid_maps.h"
#include "kernel/smaps_block.h"
#include "snap/snap_private.h"

/* f_type, include/uapi/linux/magic.h */
#define TMPFS "0x1021994"
#define HUGETLBFS "0x958458f6"
#define PATTERN_DEPTH_MAX 64

struct take {
	struct mw_root *root;
	struct mw_arena *arena, *temp;
	struct mw_snap *s;
	const struct mw_used_ask *ask;
	struct mw_used_files *all;
	struct mw_index by_inode, by_map;
	struct mw_str own_ns; /* mount namespace and root of ourselves */
	/* The process that is looked at. */
	struct mw_at at;
	size_t proc;
	bool same_ns;
};

/* A mapping of a file, of maps or smaps. */
struct mapping {
	struct mw_map map;
	struct mw_val rss_bytes;
	bool locked;
};

static uint64_t key_of(uint64_t dev, uint64_t ino)
{
	return dev * 0x9e3779b97f4a7c15u ^ ino;
}

static uint64_t map_key(const struct mw_map *map)
{
	uint64_t ino = 0;

	mw_str_u64(map->inode, &ino);
	return key_of(mw_dev_parse(map->dev, true), ino);
}

/* ---- one file */

static enum mw_why ask_file(struct mw_root *root, const char *question,
			    const struct mw_used_file *f, struct mw_arena *arena, struct mw_snap *s,
			    struct mw_str *ret)
{
	return mw_take_text(root,
			    f->pid ? mw_fmt(arena, "proc/%llu/meta/%s/%s",
					    (unsigned long long)f->pid, question, f->name)
				   : mw_fmt(arena, "meta/%s/%s", question, f->name),
			    arena, s, ret);
}

static void take_kind(struct take *t, struct mw_used_file *f)
{
	struct mw_str text = {}, word;

	/* What lies on no tmpfs is not asked everywhere. */
	if (f->pid)
		mw_root_read(t->root,
			     mw_fmt(t->temp, "proc/%llu/meta/statfs/%s", (unsigned long long)f->pid,
				    f->name),
			     t->temp, &text);
	else
		mw_root_read(t->root, mw_fmt(t->temp, "meta/statfs/%s", f->name), t->temp, &text);
	while (mw_str_word(&text, &word)) {
		f->shmem |= mw_str_eq(word, TMPFS);
		f->hugetlb |= mw_str_eq(word, HUGETLBFS);
	}
}

static void take_cached(struct take *t, struct mw_used_file *f)
{
	struct mw_cached cached;
	struct mw_str text;
	enum mw_why why = ask_file(t->root, "cached", f, t->temp, t->s, &text);

	f->dirty_bytes = f->cached_bytes = mw_no(why == MW_OK ? MW_BAD : why);
	if (why == MW_OK && !mw_meta_cached_parse(text, &cached)) {
		f->cached_bytes = mw_ok(cached.bytes);
		f->dirty_bytes = cached.dirty_bytes;
	}
}

/* Where it is in the list; SIZE_MAX: it could not be added. */
static size_t add_file(struct take *t, struct mw_used_file f, const struct mw_file_stat *st)
{
	struct mw_used_files *all = t->all;
	struct mw_used_file *list;
	size_t at;

	f.dev = mw_dev_parse(st->dev, false);
	f.ino = st->ino;
	f.size_bytes = st->size_bytes;
	if (mw_index_get(&t->by_inode, key_of(f.dev, f.ino), &at))
		return at;
	if (all->n == MW_USED_FILES_MAX) {
		all->cut = true;
		return SIZE_MAX;
	}
	take_kind(t, &f);
	if (!f.hugetlb)
		take_cached(t, &f);
	else
		f.cached_bytes = f.dirty_bytes = mw_no(MW_ABSENT);
	list = mw_arena_grow(t->arena, all->item, all->n, sizeof(*list));
	if (!list)
		return SIZE_MAX;
	all->item = list;
	f.path = mw_arena_copy(t->arena, f.path);
	f.name = mw_arena_cstr(t->arena, mw_str_of(f.name));
	mw_index_put(&t->by_inode, t->arena, key_of(f.dev, f.ino), all->n);
	list[all->n] = f;
	return all->n++;
}

static void add_map_key(struct take *t, uint64_t key, size_t at)
{
	size_t other;

	if (!mw_index_get(&t->by_map, key, &other))
		mw_index_put(&t->by_map, t->arena, key, at);
}

/* ---- of a process */

static bool stat_of(struct take *t, const char *name, struct mw_file_stat *ret)
{
	struct mw_str text;

	return !mw_at_read(&t->at, mw_fmt(t->temp, "meta/stat/%s", name), t->temp, &text) &&
	       !mw_meta_stat_parse(text, ret);
}

static bool cut_deleted(struct mw_str *path)
{
	bool deleted = mw_map_is_deleted(*path);

	if (deleted)
		path->n -= sizeof(" (deleted)") - 1;
	return deleted;
}

/* By its name where that leads to it, else by the door the process has to it. */
static size_t resolve(struct take *t, struct mw_str escaped, uint64_t ino, const char *door)
{
	struct mw_str path = mw_fmt_unoctal(t->temp, escaped);
	bool deleted = cut_deleted(&path);
	struct mw_used_file f = { .path = path, .pid = t->s->proc[t->proc].pid };
	struct mw_file_stat st;

	f.name = mw_fmt(t->temp, "root%.*s", (int)path.n, path.p);
	if (!deleted && stat_of(t, f.name, &st) && st.ino == ino && st.nlink) {
		f.named = true;
		if (t->same_ns) {
			f.pid = 0;
			f.name += sizeof("root/") - 1;
		}
		return add_file(t, f, &st);
	}
	f.name = door;
	if (stat_of(t, door, &st))
		return add_file(t, f, &st);
	t->all->unread_count++;
	mw_sources_note(&t->s->sources,
			mw_str_of(mw_fmt(t->temp, "proc/%llu/meta/stat/%s",
					 (unsigned long long)f.pid, door)),
			-EACCES);
	return SIZE_MAX;
}

static struct mw_file_user *user_of(struct take *t, struct mw_used_file *f, bool asked)
{
	struct mw_file_user *list;

	if (f->n_users && f->user[f->n_users - 1].proc == t->proc)
		return &f->user[f->n_users - 1];
	list = mw_arena_grow(t->arena, f->user, f->n_users, sizeof(*list));
	if (!list)
		return NULL;
	f->user = list;
	list[f->n_users] =
		(struct mw_file_user){ .proc = t->proc, .asked = asked, .mapped_bytes = mw_ok(0) };
	return &list[f->n_users++];
}

static bool is_of_a_file(const struct mw_map *map)
{
	return mw_str_starts(map->path, "/") && !mw_str_eq(map->inode, "0");
}

static void use_mapping(struct take *t, const struct mapping *m, bool asked)
{
	uint64_t key = map_key(&m->map), ino = 0;
	struct mw_used_file *f;
	struct mw_file_user *u;
	size_t at;

	if (!mw_index_get(&t->by_map, key, &at)) {
		if (!asked || t->ask->n_patterns ||
		    m->map.end - m->map.start < MW_USED_FILE_LEAST_BYTES)
			return;
		mw_str_u64(m->map.inode, &ino);
		at = resolve(
			t, m->map.path, ino,
			mw_fmt(t->temp, "map_files/%.*s", (int)m->map.range.n, m->map.range.p));
		add_map_key(t, key, at);
	}
	if (at >= t->all->n)
		return;
	f = &t->all->item[at];
	u = user_of(t, f, asked);
	if (!u)
		return;
	u->mapped = true;
	u->locked |= m->locked;
	u->mapped_bytes = mw_add(u->mapped_bytes, m->rss_bytes);
	f->program |= m->map.perms.n > 2 && m->map.perms.p[2] == 'x';
}

/* Up to the head of the next mapping. */
static struct mw_str block_of(struct mw_str *rest)
{
	struct mw_str block = { rest->p, 0 }, ahead = *rest, line;
	struct mw_map next;

	while (mw_str_cut(&ahead, '\n', &line) && !mw_map_parse(line, &next)) {
		*rest = ahead;
		block.n = (size_t)(line.p + line.n - block.p);
	}
	return block;
}

static void take_mappings(struct take *t, bool asked)
{
	struct mapping m = { .rss_bytes = mw_no(MW_UNREAD) };
	struct mw_smaps_block b;
	struct mw_str text;

	if (mw_take_at(&t->at, asked ? "smaps" : "maps", t->temp, t->s, &text) != MW_OK)
		return;
	while (mw_maps_next(&text, &m.map)) {
		if (asked && !mw_smaps_block_parse(block_of(&text), &b)) {
			m.rss_bytes = b.rss_bytes;
			m.locked = mw_vm_flags_have(b.flags, "lo") || mw_or(b.locked_bytes, 0) > 0;
		}
		if (is_of_a_file(&m.map))
			use_mapping(t, &m, asked);
	}
}

static void take_open(struct take *t)
{
	struct mw_open_file f;
	struct mw_str text;

	if (mw_take_at(&t->at, "meta/open_files", t->temp, t->s, &text) != MW_OK)
		return;
	while (mw_meta_fds_next(&text, &f)) {
		uint64_t key = key_of(mw_dev_parse(f.dev, false), f.ino);
		size_t at;

		if (f.used_bytes < MW_USED_FILE_LEAST_BYTES || mw_str_starts(f.path, "/dev/dri/"))
			continue;
		if (!mw_index_get(&t->by_inode, key, &at))
			at = t->ask->n_patterns
				     ? SIZE_MAX
				     : resolve(t, f.path, f.ino,
					       mw_fmt(t->temp, "fd/%.*s", (int)f.fd.n, f.fd.p));
		if (at >= t->all->n)
			continue;
		add_map_key(t, key, at);
		user_of(t, &t->all->item[at], true);
	}
}

/* "mnt:[4026531832] /" */
static struct mw_str ns_of(struct take *t, struct mw_arena *arena, struct mw_at *at)
{
	struct mw_str text;
	struct mw_ns ns;

	if (mw_take_at(at, "meta/ns", t->temp, t->s, &text) != MW_OK ||
	    mw_meta_ns_parse(text, &ns) < 0)
		return (struct mw_str){};
	return mw_str_of(
		mw_fmt(arena, "%.*s %.*s", (int)ns.mnt.n, ns.mnt.p, (int)ns.root.n, ns.root.p));
}

static void take_proc(struct take *t, size_t i, bool asked)
{
	struct mw_arena_mark mark = mw_arena_mark(t->temp);
	struct mw_str ns;

	t->proc = i;
	if (!mw_root_at(t->root,
			mw_fmt(t->temp, "proc/%llu", (unsigned long long)t->s->proc[i].pid),
			&t->at)) {
		if (asked) {
			ns = ns_of(t, t->temp, &t->at);
			t->same_ns = ns.n && mw_str_same(ns, t->own_ns) && mw_str_ends(ns, " /");
			take_open(t);
		}
		take_mappings(t, asked);
	}
	mw_at_close(&t->at);
	mw_arena_reset(t->temp, mark);
}

/* ---- by pattern */

static void add_named(struct take *t, struct mw_str path)
{
	struct mw_used_file f = { .path = mw_str_of(mw_fmt(t->temp, "/%.*s", (int)path.n, path.p)),
				  .named = true };
	struct mw_file_stat st;
	struct mw_str text;
	size_t at;

	if (t->temp->failed)
		return;
	f.name = f.path.p + 1;
	if (mw_take_text(t->root, mw_fmt(t->temp, "meta/stat/%s", f.name), t->temp, t->s, &text) !=
		    MW_OK ||
	    mw_meta_stat_parse(text, &st) < 0)
		return;
	/* A folder has no cache of this kind. */
	if (mw_root_read(t->root, mw_fmt(t->temp, "meta/cached/%s", f.name), t->temp, &text) ==
	    -EISDIR)
		return;
	at = add_file(t, f, &st);
	if (at < t->all->n)
		add_map_key(t, key_of(t->all->item[at].dev, t->all->item[at].ino), at);
}

/* folder: what was matched, without the "/" before it. */
static void expand(struct take *t, struct mw_str folder, struct mw_str rest, size_t depth)
{
	struct mw_names names = {};
	struct mw_str part = {};

	while (rest.n && !part.n)
		mw_str_cut(&rest, '/', &part);
	if (!part.n || depth > PATTERN_DEPTH_MAX || t->temp->failed)
		return;
	if (mw_glob_is_pattern(part))
		mw_root_list(t->root, folder.n ? mw_arena_cstr(t->temp, folder) : ".", t->temp,
			     &names);
	else if ((names.item = mw_arena_alloc(t->temp, sizeof(*names.item))))
		names.item[names.n++] = mw_glob_plain(t->temp, part);
	for (size_t i = 0; i < names.n; i++) {
		struct mw_str name = names.item[i], path;

		if (mw_glob_is_pattern(part) && !mw_glob_match(part, name))
			continue;
		path = mw_str_of(mw_fmt(t->temp, "%.*s%s%.*s", (int)folder.n,
					folder.n ? folder.p : "", folder.n ? "/" : "", (int)name.n,
					name.p));
		if (rest.n)
			expand(t, path, rest, depth + 1);
		else
			add_named(t, path);
	}
}

void mw_take_used_files(struct mw_root *root, const struct mw_used_ask *ask, struct mw_arena *arena,
			struct mw_snap *s, struct mw_used_files *ret)
{
	_mw_arena_ struct mw_arena temp = {};
	struct take t = {
		.root = root, .arena = arena, .temp = &temp, .s = s, .ask = ask, .all = ret
	};

	*ret = (struct mw_used_files){};
	for (size_t i = 0; i < ask->n_patterns; i++)
		expand(&t, (struct mw_str){}, mw_str_of(ask->pattern[i]), 0);
	if (!mw_root_at(root, "proc/self", &t.at))
		t.own_ns = ns_of(&t, arena, &t.at);
	mw_at_close(&t.at);
	for (size_t i = 0; ask->proc && i < s->n_procs; i++)
		if (ask->proc[i])
			take_proc(&t, i, true);
	for (size_t i = 0; ask->proc && ret->n && i < s->n_procs; i++)
		if (!ask->proc[i])
			take_proc(&t, i, false);
	if (temp.failed)
		arena->failed = true;
}

struct mw_val *mw_take_cached_again(struct mw_root *root, const struct mw_used_files *files,
				    struct mw_arena *arena, struct mw_snap *s)
{
	struct take t = { .root = root, .arena = arena, .temp = arena, .s = s };
	struct mw_val *v = mw_arena_alloc(arena, (files->n + 1) * sizeof(*v));

	for (size_t i = 0; v && i < files->n; i++) {
		struct mw_used_file f = files->item[i];

		if (mw_known(f.cached_bytes))
			take_cached(&t, &f);
		v[i] = f.cached_bytes;
	}
	return v;
}

struct mw_val mw_take_disk_speed(struct mw_root *root, const struct mw_used_file *f,
				 struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_str text;
	enum mw_why why = ask_file(root, "disk_speed", f, arena, s, &text);

	return why == MW_OK ? mw_meta_disk_speed(text) : mw_no(why);
}
