/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker_groups - limits that a process shares: of its cgroups, and of the pools of huge pages.
 */
#include <errno.h>

#include "base/fmt.h"
#include "kernel/cgroup_memory.h"
#include "kernel/fields.h"
#include "kernel/pid_cgroup.h"
#include "snap/asker_private.h"

#define POOLS "sys/kernel/mm/hugepages"
#define GROUPS_MAX 64 /* one in another; deeper ones are not asked */

/* The files of one limit, by the hierarchy. */
struct files {
	const char *controller;
	const char *used[2], *limit[2]; /* v1, v2; NULL: v1 alone has it */
};

static const struct files pids = { "pids",
				   { "pids.current", "pids.current" },
				   { "pids.max", "pids.max" } };
static const struct files memory = { "memory",
				     { "memory.usage_in_bytes", "memory.current" },
				     { "memory.limit_in_bytes", "memory.max" } };
static const struct files kernel = { "memory",
				     { "memory.kmem.usage_in_bytes", NULL },
				     { "memory.kmem.limit_in_bytes", NULL } };

/* A file that a group may lack: the root of a hierarchy, or where the controller is off. */
static struct mw_val maybe(struct mw_asker_take *t, const char *folder, const char *name,
			   struct mw_val (*parse)(struct mw_str))
{
	struct mw_str text;
	const char *path = mw_fmt(t->temp, "%s/%s", folder, name);
	enum mw_why why = mw_take_text(t->root, path, t->temp, t->s, &text);

	return why == MW_OK ? parse(text) : mw_no(why);
}

static struct mw_val limit_parse(struct mw_str text)
{
	struct mw_val v = mw_cgroup_limit_parse(text);

	return v.why == MW_ABSENT ? mw_ok(MW_UNLIMITED) : v;
}

static void add(struct mw_asker_take *t, struct mw_asker_groups *g, struct mw_str path,
		const char *folder, const char *used, const char *limit)
{
	struct mw_asker_group one = { .used = maybe(t, folder, used, mw_number_parse),
				      .limit = maybe(t, folder, limit, limit_parse) };
	struct mw_asker_group *list;

	if (one.limit.why == MW_ABSENT)
		return;
	list = mw_arena_grow(t->arena, g->item, g->n, sizeof(*list));
	if (!list)
		return;
	one.file = mw_fmt(t->arena, "%s/%s", folder, limit);
	one.path = mw_arena_copy(t->arena, path);
	g->item = list;
	list[g->n++] = one;
}

/* The group, and all above it. */
static void take_groups(struct mw_asker_take *t, const struct files *f, struct mw_asker_groups *g)
{
	struct mw_str mounts, text, path;
	struct mw_cgroup_mount mount;
	bool v2;

	*g = (struct mw_asker_groups){ .why = MW_ABSENT };
	if (mw_take_text(t->root, "proc/self/mountinfo", t->temp, t->s, &mounts) != MW_OK ||
	    !mw_cgroup_mount_of(mounts, f->controller, t->temp, &mount))
		return;
	g->why = mw_take_at(&t->at, "cgroup", t->temp, t->s, &text);
	path = mw_pid_cgroup_of(text, f->controller, &v2);
	if (g->why != MW_OK || !path.n || v2 != mount.v2 || !f->limit[v2]) {
		g->why = g->why == MW_OK ? MW_ABSENT : g->why;
		return;
	}
	for (size_t i = 0; i < GROUPS_MAX && path.n; i++) {
		struct mw_str folder = mw_cgroup_folder(&mount, path, t->temp);
		size_t slash = mw_str_rfind(path, '/');

		if (!folder.n)
			return;
		add(t, g, path, mw_arena_cstr(t->temp, folder), f->used[v2], f->limit[v2]);
		if (path.n <= 1 || slash >= path.n)
			return;
		path.n = slash ? slash : 1;
	}
}

/* "2MB", "1GB", "64KB": how the files of the controller name a size (mem_fmt(),
 * mm/hugetlb_cgroup.c). */
static const char *size_name(struct mw_arena *a, uint64_t bytes)
{
	static const char *const unit[] = { "KB", "MB", "GB" };
	size_t u = bytes >> 30 ? 2 : bytes >> 20 ? 1 : 0;

	return mw_fmt(a, "%llu%s", (unsigned long long)(bytes >> (10 * (u + 1))), unit[u]);
}

static void take_reservations(struct mw_asker_take *t, struct mw_asker_pool *p)
{
	const char *size = size_name(t->temp, p->page_bytes);
	const struct files f = {
		"hugetlb",
		{ mw_fmt(t->temp, "hugetlb.%s.rsvd.usage_in_bytes", size),
		  mw_fmt(t->temp, "hugetlb.%s.rsvd.current", size) },
		{ mw_fmt(t->temp, "hugetlb.%s.rsvd.limit_in_bytes", size),
		  mw_fmt(t->temp, "hugetlb.%s.rsvd.max", size) },
	};

	take_groups(t, &f, &p->reservations);
}

static struct mw_val pool_number(struct mw_asker_take *t, struct mw_str name, const char *file)
{
	const char *folder = mw_fmt(t->temp, POOLS "/%.*s", (int)name.n, name.p);

	return maybe(t, folder, file, mw_number_parse);
}

/* "hugepages-2048kB"; 0: no such name */
static uint64_t page_bytes_of(struct mw_str name)
{
	uint64_t kib;

	if (!mw_str_starts(name, "hugepages-") || !mw_str_ends(name, "kB") || name.n < 13 ||
	    mw_str_u64((struct mw_str){ name.p + 10, name.n - 12 }, &kib) < 0 || kib > 1 << 30)
		return 0;
	return kib * 1024;
}

static void take_pool(struct mw_asker_take *t, struct mw_str name)
{
	struct mw_asker *a = t->asker;
	struct mw_asker_pool p = { .page_bytes = page_bytes_of(name) }, *list;

	if (!p.page_bytes)
		return;
	p.total_count = pool_number(t, name, "nr_hugepages");
	p.free_count = pool_number(t, name, "free_hugepages");
	p.reserved_count = pool_number(t, name, "resv_hugepages");
	p.surplus_count = pool_number(t, name, "surplus_hugepages");
	p.surplus_limit_count = pool_number(t, name, "nr_overcommit_hugepages");
	take_reservations(t, &p);
	list = mw_arena_grow(t->arena, a->pool, a->n_pools, sizeof(*list));
	if (!list)
		return;
	a->pool = list;
	list[a->n_pools++] = p;
}

static void take_pools(struct mw_asker_take *t)
{
	struct mw_asker *a = t->asker;
	struct mw_val usual = t->s->meminfo.huge_page_bytes;
	struct mw_names names = {};

	if (mw_root_list(t->root, POOLS, t->temp, &names) >= 0)
		for (size_t i = 0; i < names.n; i++)
			take_pool(t, names.item[i]);
	a->default_pool = a->n_pools;
	for (size_t i = 0; i < a->n_pools; i++)
		if (mw_known(usual) && usual.v == a->pool[i].page_bytes)
			a->default_pool = i;
}

void mw_take_asker_groups(struct mw_asker_take *t)
{
	take_groups(t, &pids, &t->asker->pids);
	take_groups(t, &memory, &t->asker->memory);
	take_groups(t, &kernel, &t->asker->kernel);
	take_pools(t);
}
