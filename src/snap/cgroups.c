/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups - all memory cgroups, also those that nobody is in, and what is charged to them.
 *
 * The live machine and its captures name them in one answer (meta/folders); elsewhere the folders
 * are listed one by one.  A removed group has no folder: what it pins is found by arithmetic.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "kernel/fields.h"
#include "snap/snap_private.h"

#define GROUPS_MAX ((size_t)200000)
#define DEPTH_MAX 64 /* links of a folder may lead in circles */

struct take {
	struct mw_root *root;
	struct mw_arena *arena, *temp;
	struct mw_snap *s;
	struct mw_cgroup_mount mount;
	struct mw_at at;    /* the folder of the group that is read */
	const char *folder; /* its path, where it is too long to be opened by mw_root_at() */
	struct mw_folder *found;
	size_t n_found;
};

/* By path, a folder before what is in it, and that before its later siblings. */
static int compare(struct mw_str a, struct mw_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];

		if (x != y)
			return x == '/' ? -1 : y == '/' ? 1 : x < y ? -1 : 1;
	}
	return (a.n > b.n) - (a.n < b.n);
}

static int by_path(const void *x, const void *y)
{
	const struct mw_folder *a = x, *b = y;

	return compare(a->path, b->path);
}

/* "/" + path below, in the hierarchy that is mounted. */
static void add_found(struct take *t, uint64_t ino, struct mw_str below)
{
	struct mw_str root = t->mount.root;
	struct mw_folder *list = mw_arena_grow(t->arena, t->found, t->n_found, sizeof(*list));

	if (!list || t->n_found == GROUPS_MAX)
		return;
	t->found = list;
	if (root.n > 1)
		below = mw_str_of(mw_fmt(t->arena, "%.*s%.*s", (int)root.n, root.p,
					 below.n > 1 ? (int)below.n : 0, below.p));
	list[t->n_found++] = (struct mw_folder){ ino, below };
}

/* Answered by folders that are no machine: by their lists.  Only a folder can be listed. */
static void list_folders(struct take *t, const char *folder, struct mw_str path, size_t depth)
{
	struct mw_names names = {};

	if (depth > DEPTH_MAX || mw_root_list(t->root, folder, t->temp, &names) < 0)
		return;
	add_found(t, 0, path.n ? path : mw_str_of("/"));
	for (size_t i = 0; i < names.n && t->n_found < GROUPS_MAX && !t->temp->failed; i++) {
		struct mw_str name = names.item[i];

		if (mw_str_eq(name, "meta"))
			continue;
		list_folders(t, mw_fmt(t->temp, "%s/%.*s", folder, (int)name.n, name.p),
			     mw_str_of(mw_fmt(t->arena, "%.*s/%.*s", (int)path.n, path.p,
					      (int)name.n, name.p)),
			     depth + 1);
	}
}

static void find_all(struct take *t)
{
	const char *top = mw_arena_cstr(t->temp, t->mount.point);
	struct mw_folder f;
	struct mw_str text;

	if (mw_take_text(t->root, mw_fmt(t->temp, "%s/meta/folders", top), t->temp, t->s, &text) ==
	    MW_OK)
		while (mw_meta_folders_next(&text, &f))
			add_found(t, f.ino, mw_fmt_unoctal(t->arena, f.path));
	else
		list_folders(t, top, mw_str_of(""), 0);
	if (t->n_found)
		qsort(t->found, t->n_found, sizeof(*t->found), by_path);
}

static enum mw_why text_of(struct take *t, const char *name, struct mw_str *ret)
{
	if (!t->folder)
		return mw_take_at(&t->at, name, t->temp, t->s, ret);
	return mw_take_text(t->root, mw_fmt(t->temp, "%s/%s", t->folder, name), t->temp, t->s, ret);
}

static struct mw_val limit_of(struct take *t, const char *name)
{
	struct mw_str text;
	enum mw_why why = text_of(t, name, &text);

	return why == MW_OK ? mw_cgroup_limit_parse(text) : mw_no(why);
}

static struct mw_val key_of(enum mw_why why, struct mw_str text, const char *key)
{
	return why == MW_OK ? mw_cgroup_key(text, key) : mw_no(why);
}

/* memory.usage_in_bytes and others: a number. */
static struct mw_val number_of(struct take *t, const char *name)
{
	struct mw_str text;
	enum mw_why why = text_of(t, name, &text);

	return why == MW_OK ? mw_number_parse(text) : mw_no(why);
}

/* Where the file cannot be read all figures have its reason. */
static void take_stat(struct take *t, struct mw_cgroup *g)
{
	struct mw_val *own = (struct mw_val *)&g->own, *total = (struct mw_val *)&g->total;
	struct mw_str text;
	enum mw_why why = text_of(t, "memory.stat", &text);

	mw_cgroup_stat_parse(text, t->mount.v2, &g->own, &g->total);
	for (size_t i = 0; why != MW_OK && i < sizeof(g->own) / sizeof(*own); i++)
		own[i] = total[i] = mw_no(why);
}

static void take_v2(struct take *t, struct mw_cgroup *g)
{
	struct mw_str text;
	enum mw_why why;

	g->usage_bytes = number_of(t, "memory.current");
	g->max_bytes = limit_of(t, "memory.max");
	g->high_bytes = limit_of(t, "memory.high");
	g->low_bytes = number_of(t, "memory.low");
	g->min_bytes = number_of(t, "memory.min");
	g->soft_bytes = g->hierarchy = mw_no(MW_ABSENT);
	why = text_of(t, "memory.events", &text);
	g->max_count = key_of(why, text, "max");
	g->high_count = key_of(why, text, "high");
	g->oom_kill_count = key_of(why, text, "oom_kill");
	text_of(t, "memory.pressure", &text);
	mw_pressure_parse(text, &g->pressure);
	why = text_of(t, "cgroup.stat", &text);
	g->dying_count = key_of(why, text, "nr_dying_descendants");
	g->dying_charged_count = key_of(why, text, "nr_dying_subsys_memory");
}

static void take_v1(struct take *t, struct mw_cgroup *g)
{
	struct mw_str text;
	enum mw_why why;

	g->usage_bytes = number_of(t, "memory.usage_in_bytes");
	g->max_bytes = limit_of(t, "memory.limit_in_bytes");
	g->soft_bytes = limit_of(t, "memory.soft_limit_in_bytes");
	g->max_count = number_of(t, "memory.failcnt");
	g->total.kernel_bytes = number_of(t, "memory.kmem.usage_in_bytes");
	g->hierarchy = number_of(t, "memory.use_hierarchy");
	why = text_of(t, "memory.oom_control", &text);
	g->oom_kill_count = key_of(why, text, "oom_kill");
	g->high_bytes = g->low_bytes = g->min_bytes = g->high_count = mw_no(MW_ABSENT);
	g->dying_count = g->dying_charged_count = mw_no(MW_ABSENT);
	mw_pressure_parse((struct mw_str){}, &g->pressure);
}

static bool open_folder(struct take *t, const struct mw_cgroup *g)
{
	struct mw_str folder = mw_cgroup_folder(&t->mount, g->path, t->temp);
	const char *path = mw_arena_cstr(t->temp, folder);

	if (!folder.n)
		return false;
	t->folder = mw_root_at(t->root, path, &t->at) < 0 ? path : NULL;
	return true;
}

static void take_files(struct take *t, struct mw_cgroup *g)
{
	if (!open_folder(t, g))
		return;
	take_stat(t, g);
	if (t->mount.v2)
		take_v2(t, g);
	else
		take_v1(t, g);
	g->charged = mw_known(g->usage_bytes) || g->parent == MW_NO_MEMCG;
	mw_at_close(&t->at);
}

static bool is_above(struct mw_str above, struct mw_str path)
{
	return above.n < path.n && !memcmp(above.p, path.p, above.n) &&
	       (path.p[above.n] == '/' || above.n == 1);
}

/* The list is in the order of a walk: the parent is the last one, or one above that. */
static size_t parent_of(const struct mw_cgroups *all, struct mw_str path)
{
	size_t at = all->n ? all->n - 1 : MW_NO_MEMCG;

	while (at != MW_NO_MEMCG && !is_above(all->item[at].path, path))
		at = all->item[at].parent;
	return at;
}

static void take_all(struct take *t)
{
	struct mw_cgroups *all = &t->s->cgroups;

	all->item = mw_arena_alloc(t->arena, (t->n_found + 1) * sizeof(*all->item));
	for (size_t i = 0; all->item && i < t->n_found; i++) {
		const struct mw_folder *f = &t->found[i];
		struct mw_arena_mark mark = mw_arena_mark(t->temp);
		struct mw_cgroup *g = &all->item[all->n];

		if (i && !compare(f[-1].path, f->path))
			continue;
		*g = (struct mw_cgroup){ .path = f->path,
					 .parent = parent_of(all, f->path),
					 .ino = f->ino };
		take_files(t, g);
		mw_arena_reset(t->temp, mark);
		all->n++;
	}
}

static size_t find(const struct mw_cgroups *all, struct mw_str path)
{
	size_t low = 0, high = all->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = compare(all->item[mid].path, path);

		if (!order)
			return mid;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return MW_NO_MEMCG;
}

static size_t charged_at(const struct mw_cgroups *all, struct mw_str path)
{
	size_t at = path.n ? find(all, path) : MW_NO_MEMCG;

	while (at != MW_NO_MEMCG && !all->item[at].charged)
		at = all->item[at].parent;
	return at;
}

void mw_take_cgroups(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	_mw_arena_ struct mw_arena temp = {};
	struct take t = { .root = root, .arena = arena, .temp = &temp, .s = s, .at.fd = -1 };

	s->cgroups.why = mw_take_cgroup_mount(root, arena, &temp, &t.mount) ? MW_OK : MW_ABSENT;
	s->cgroups.v2 = t.mount.v2;
	s->cgroups.mount = t.mount;
	if (s->cgroups.why == MW_OK) {
		find_all(&t);
		take_all(&t);
	}
	if (temp.failed)
		arena->failed = true;
}

static void take_again(struct take *t, struct mw_cgroup *g)
{
	struct mw_arena_mark mark = mw_arena_mark(t->temp);
	struct mw_cgroup_stat own, total;
	struct mw_str text;

	if (open_folder(t, g) && text_of(t, "meta/again/memory.stat", &text) == MW_OK) {
		mw_cgroup_stat_parse(text, t->mount.v2, &own, &total);
		g->again = t->mount.v2 ? total : own;
	}
	mw_at_close(&t->at);
	mw_arena_reset(t->temp, mark);
}

/* Processes end and begin while they are read: what is charged is read on both sides of them. */
void mw_take_cgroups_again(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	_mw_arena_ struct mw_arena temp = {};
	struct take t = { .root = root,
			  .arena = arena,
			  .temp = &temp,
			  .s = s,
			  .at.fd = -1,
			  .mount = s->cgroups.mount };
	bool *used = mw_arena_alloc(&temp, s->cgroups.n + 1);

	for (size_t i = 0; i < s->n_procs; i++) {
		s->proc[i].charged = charged_at(&s->cgroups, s->proc[i].cgroup);
		if (used && s->proc[i].charged < s->cgroups.n)
			used[s->proc[i].charged] = true;
	}
	for (size_t i = 0; used && i < s->cgroups.n; i++)
		if (used[i])
			take_again(&t, &s->cgroups.item[i]);
	if (temp.failed)
		arena->failed = true;
}
