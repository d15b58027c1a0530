/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "pages/names.h"

#define DEPTH_MAX 64
#define SEARCHED_MAX 20
#define VECTOR 1 /* of a word about the cgroup: it is one for the objects of a slab */
#define OBJCG 2	 /* struct obj_cgroup */
#define FLAGS 7
#define CSS_ONLINE 2 /* include/linux/cgroup-defs.h */

struct groups {
	struct mw_naming *n;
	struct mw_index by_word, by_memcg; /* index of a group */
	struct mw_census_group *group;
	size_t count;
};

static bool is_pointer(uint64_t a)
{
	return mw_kmem_is_address(a) && !(a & 7);
}

static uint64_t at(struct mw_naming *n, uint64_t address, int32_t member)
{
	return is_pointer(address) && member >= 0 ? mw_kmem_u64(n->k, address + (uint64_t)member)
						  : 0;
}

/* The struct mem_cgroup that a word leads to, if it is one. */
static uint64_t memcg_of(struct mw_naming *n, uint64_t word)
{
	uint64_t pointer = word & ~(uint64_t)FLAGS;

	if (word & VECTOR)
		return 0;
	if (n->l->page.memcg_form == MW_MEMCG_OBJCG ||
	    (n->l->page.memcg_form == MW_MEMCG_DATA && word & OBJCG))
		return at(n, pointer, n->l->memcg.of_objcg);
	return pointer;
}

static uint64_t node_of(struct mw_naming *n, uint64_t memcg)
{
	return at(n, at(n, memcg, n->l->memcg.cgroup), n->l->memcg.node);
}

/* The names of the folders from the top on, whose own name is empty; empty where a piece is not
 * known. */
static struct mw_str path_of(struct mw_naming *n, uint64_t node)
{
	const char *path = "";
	char name[MW_NAME_ROOM];

	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		uint64_t text = at(n, node, n->l->memcg.node_name);
		uint64_t parent = at(n, node, n->l->memcg.node_parent);

		if (!mw_kmem_is_address(text))
			break;
		mw_kmem_text(n->k, text, sizeof(name), name);
		if (!*name || !parent)
			return *name || parent ? (struct mw_str){} : mw_str_of(*path ? path : "/");
		path = mw_fmt(n->arena, "/%s%s", name, path);
		node = parent;
	}
	return (struct mw_str){};
}

static size_t add(struct groups *g, uint64_t memcg)
{
	struct mw_naming *n = g->n;
	struct mw_census_group *list = mw_arena_grow(n->arena, g->group, g->count, sizeof(*list));
	uint64_t node;

	if (!list)
		return 0;
	g->group = list;
	node = node_of(n, memcg);
	list[g->count] = (struct mw_census_group){
		.ino = at(n, node, n->l->memcg.node_id),
		.dying = memcg && n->l->memcg.css_flags >= 0 &&
			 !(at(n, memcg, n->l->memcg.css_flags) & CSS_ONLINE),
		.path = path_of(n, node),
	};
	mw_index_put(&g->by_memcg, n->arena, memcg, g->count);
	return g->count++;
}

/* The group of a word; SIZE_MAX: none.  All that lead nowhere are one, without a name. */
static size_t group_of(struct groups *g, uint64_t word)
{
	uint64_t memcg;
	size_t i;

	if (!word)
		return SIZE_MAX;
	if (mw_index_get(&g->by_word, word, &i))
		return i;
	memcg = memcg_of(g->n, word);
	if (!is_pointer(memcg) || !is_pointer(node_of(g->n, memcg)))
		memcg = 0;
	if (!mw_index_get(&g->by_memcg, memcg, &i))
		i = add(g, memcg);
	mw_index_put(&g->by_word, g->n->arena, word, i);
	return i;
}

static void count(struct mw_naming *n, struct mw_census_group *g, const struct mw_page_owner *w)
{
	uint64_t bytes = w->frames * n->frame_bytes;
	size_t one;

	g->bytes += bytes;
	if (w->class == MW_PAGE_ANON || w->class == MW_PAGE_KSM)
		g->anon_bytes += bytes;
	else if (w->class == MW_PAGE_SWAPCACHE ||
		 (w->class == MW_PAGE_FILE && mw_index_get(&n->shmem, w->pointer, &one)))
		g->shmem_bytes += bytes;
	else if (w->class == MW_PAGE_FILE)
		g->file_bytes += bytes;
	else
		g->kernel_bytes += bytes;
}

static int by_bytes(const void *x, const void *y)
{
	const struct mw_census_group *a = x, *b = y;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

int mw_names_groups(struct mw_naming *n, struct mw_census *c)
{
	struct groups g = { .n = n };
	size_t ino;

	for (size_t i = 0; i < n->owners->n && !n->arena->failed; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(n->owners, i);
		size_t group = group_of(&g, w->memcg);

		if (group >= g.count)
			continue;
		count(n, &g.group[group], w);
		if (!mw_index_get(&n->ino_of_word, w->memcg, &ino))
			mw_index_put(&n->ino_of_word, n->arena, w->memcg, g.group[group].ino);
	}
	for (size_t i = 0; i < g.count; i++)
		g.group[i].low_bytes = g.group[i].high_bytes = g.group[i].bytes;
	if (g.count)
		qsort(g.group, g.count, sizeof(*g.group), by_bytes);
	c->group = g.group;
	c->n_groups = g.count;
	return n->arena->failed ? -ENOMEM : 0;
}

/* Where the memory controller is mounted, of cgroup v1 or v2; NULL: not where it should. */
static const char *mount_of(struct mw_root *root, struct mw_arena *arena)
{
	struct mw_str text;

	if (!mw_root_read(root, "sys/fs/cgroup/memory/memory.stat", arena, &text))
		return "sys/fs/cgroup/memory";
	return mw_root_read(root, "sys/fs/cgroup/cgroup.controllers", arena, &text) < 0
		       ? NULL
		       : "sys/fs/cgroup";
}

void mw_names_search_groups(struct mw_root *root, struct mw_arena *arena, struct mw_census *c)
{
	const char *mount = mount_of(root, arena);
	struct mw_str text;

	for (size_t i = 0; mount && i < c->n_groups && i < SEARCHED_MAX; i++)
		if (!mw_root_read(root,
				  mw_fmt(arena, "%s/meta/inode/%llu", mount,
					 (unsigned long long)c->group[i].ino),
				  arena, &text))
			c->group[i].path = mw_fmt_unoctal(arena, mw_str_trim(text));
}
