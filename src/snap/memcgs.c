/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memcgs - the memory cgroups that have processes, and those above them.
 */
#include "base/fmt.h"
#include "snap/snap_private.h"

struct take {
	struct mw_root *root;
	struct mw_arena *arena, *temp;
	struct mw_snap *s;
	struct mw_cgroup_mount mount;
	struct mw_index by_path, by_pid;
};

bool mw_take_cgroup_mount(struct mw_root *root, struct mw_arena *arena, struct mw_arena *temp,
			  struct mw_cgroup_mount *ret)
{
	static const struct mw_cgroup_mount usual[] = {
		{ { "sys/fs/cgroup/memory", 20 }, { "/", 1 }, false },
		{ { "sys/fs/cgroup", 13 }, { "/", 1 }, true },
	};
	static const char *const tables[] = { "proc/self/mountinfo", "proc/1/mountinfo" };
	struct mw_names names = {};
	struct mw_str text;

	for (size_t i = 0; i < 2; i++)
		if (!mw_root_read(root, tables[i], temp, &text) &&
		    mw_cgroup_mount_find(text, arena, ret))
			return true;
	/* A sosreport has no table of ours: v1 has its folder, where it is not empty. */
	for (size_t i = 0; i < 2; i++)
		if (mw_root_list(root, usual[i].point.p, temp, &names) >= 0 && names.n) {
			*ret = usual[i];
			return true;
		}
	return false;
}

static enum mw_why take_text(struct take *t, const char *folder, const char *name,
			     struct mw_str *ret)
{
	return mw_take_text(t->root, mw_fmt(t->temp, "%s/%s", folder, name), t->temp, t->s, ret);
}

static struct mw_val take_limit(struct take *t, const char *folder, const char *name)
{
	struct mw_str text;
	enum mw_why why = take_text(t, folder, name, &text);

	return why == MW_OK ? mw_cgroup_limit_parse(text) : mw_no(why);
}

static struct mw_val take_count(struct take *t, const char *folder, const char *name)
{
	return mw_take_number(t->root, mw_fmt(t->temp, "%s/%s", folder, name), t->temp, t->s);
}

/* In v2 the list is in the order of the kernel's own walk (css_task_iter_next(),
 * kernel/cgroup/cgroup.c); v1 sorts it. */
static void take_members(struct take *t, const char *folder)
{
	struct mw_str text, line;
	uint64_t pid;
	size_t at, place = 0;

	if (take_text(t, folder, "cgroup.procs", &text) != MW_OK)
		return;
	while (mw_str_cut(&text, '\n', &line))
		if (!mw_str_u64(line, &pid) && mw_index_get(&t->by_pid, pid, &at))
			t->s->proc[at].oom.place = place++;
}

/* memory.stat: what v2 calls shmem, and v1 total_shmem, is of the groups below too. */
static struct mw_val take_shmem(struct take *t, const char *folder)
{
	struct mw_str text;
	enum mw_why why = take_text(t, folder, "memory.stat", &text);

	if (why != MW_OK)
		return mw_no(why);
	return mw_cgroup_key(text, t->mount.v2 ? "shmem" : "total_shmem");
}

static void take_v2(struct take *t, const char *folder, struct mw_memcg *g)
{
	g->limit_bytes = take_limit(t, folder, "memory.max");
	g->swap_limit_bytes = take_limit(t, folder, "memory.swap.max");
	g->used_bytes = take_count(t, folder, "memory.current");
	g->shmem_bytes = take_shmem(t, folder);
	g->oom_group = take_count(t, folder, "memory.oom.group");
	g->charged = mw_known(g->used_bytes) || g->parent == MW_NO_MEMCG;
	take_members(t, folder);
}

static void take_v1(struct take *t, const char *folder, struct mw_memcg *g)
{
	struct mw_str text;

	g->limit_bytes = take_limit(t, folder, "memory.limit_in_bytes");
	g->swap_limit_bytes = take_limit(t, folder, "memory.memsw.limit_in_bytes");
	g->used_bytes = take_count(t, folder, "memory.usage_in_bytes");
	g->shmem_bytes = take_shmem(t, folder);
	g->swappiness = take_count(t, folder, "memory.swappiness");
	g->hierarchy = take_count(t, folder, "memory.use_hierarchy");
	g->kill_off = mw_no(take_text(t, folder, "memory.oom_control", &text));
	if (g->kill_off.why == MW_OK)
		g->kill_off = mw_cgroup_key(text, "oom_kill_disable");
	g->charged = mw_known(g->used_bytes) || g->parent == MW_NO_MEMCG;
}

/* Groups made later have larger numbers (cgroup_idr_alloc(), cyclic: 2^31 groups until it begins
 * anew). */
static uint64_t take_ino(struct take *t, struct mw_str folder)
{
	size_t slash = mw_str_rfind(folder, '/');
	struct mw_file_stat st;
	struct mw_str text;

	if (slash >= folder.n ||
	    mw_root_read(t->root,
			 mw_fmt(t->temp, "%.*s/meta/stat/%.*s", (int)slash, folder.p,
				(int)(folder.n - slash - 1), folder.p + slash + 1),
			 t->temp, &text) < 0 ||
	    mw_meta_stat_parse(text, &st) < 0)
		return 0;
	return st.ino;
}

static void take_files(struct take *t, struct mw_memcg *g)
{
	struct mw_str folder = mw_cgroup_folder(&t->mount, g->path, t->temp);

	if (!folder.n)
		return;
	if (t->mount.v2)
		take_v2(t, mw_arena_cstr(t->temp, folder), g);
	else
		take_v1(t, mw_arena_cstr(t->temp, folder), g);
	g->ino = take_ino(t, folder);
}

static struct mw_str above(struct mw_str path)
{
	size_t slash = mw_str_rfind(path, '/');

	/* What is above the cgroup namespace of who reads is no part of its root. */
	if (path.n <= 1 || slash >= path.n || mw_str_ends(path, "/.."))
		return (struct mw_str){};
	return (struct mw_str){ path.p, slash ? slash : 1 };
}

/* The group of that path, made when it is new; those above it first. */
static size_t add(struct take *t, struct mw_arena *index, struct mw_str path)
{
	struct mw_str up = above(path);
	struct mw_memcgs *all = &t->s->memcgs;
	struct mw_arena_mark mark;
	struct mw_memcg *list, *g;
	size_t at, parent;

	if (mw_index_get(&t->by_path, mw_index_key(path), &at))
		return mw_str_same(all->item[at].path, path) ? at : MW_NO_MEMCG;
	parent = up.n ? add(t, index, up) : MW_NO_MEMCG;
	list = mw_arena_grow(t->arena, all->item, all->n, sizeof(*list));
	if (!list)
		return MW_NO_MEMCG;
	all->item = list;
	g = &list[all->n];
	*g = (struct mw_memcg){ .path = mw_arena_copy(t->arena, path), .parent = parent };
	mark = mw_arena_mark(t->temp);
	take_files(t, g);
	mw_arena_reset(t->temp, mark);
	mw_index_put(&t->by_path, index, mw_index_key(path), all->n);
	return all->n++;
}

/* The group that is charged: the next above that has the controller. */
static size_t charged(const struct mw_memcgs *all, size_t g)
{
	while (g < all->n && !all->item[g].charged)
		g = all->item[g].parent;
	return g;
}

void mw_take_memcgs(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	_mw_arena_ struct mw_arena temp = {}, index = {};
	struct take t = { .root = root, .arena = arena, .temp = &temp, .s = s };

	for (size_t i = 0; i < s->n_procs; i++) {
		s->proc[i].memcg = MW_NO_MEMCG;
		s->proc[i].oom.place = MW_NO_PLACE;
		mw_index_put(&t.by_pid, &index, s->proc[i].pid, i);
	}
	s->memcgs.why = mw_take_cgroup_mount(root, arena, &temp, &t.mount) ? MW_OK : MW_ABSENT;
	s->memcgs.v2 = t.mount.v2;
	for (size_t i = 0; s->memcgs.why == MW_OK && i < s->n_procs; i++)
		if (mw_str_starts(s->proc[i].cgroup, "/"))
			s->proc[i].memcg = charged(&s->memcgs, add(&t, &index, s->proc[i].cgroup));
	if (temp.failed || index.failed)
		arena->failed = true;
}
