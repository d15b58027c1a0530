/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_memory - what the kernel itself holds: slab caches, vmalloc areas, huge page pools,
 * compressed memory, and the caches that keep their own books.
 */
#include <stdlib.h>

#include "base/fmt.h"
#include "kernel/fields.h"
#include "kernel/vmallocinfo.h"
#include "snap/snap_private.h"

/* For so many of the largest caches the kernel is asked whether reclaim can take them. */
#define SLABS_ASKED 48
#define ALLOC_SITES_KEPT 64

struct take {
	struct mw_root *root;
	struct mw_arena *arena;
	struct mw_snap *s;
};

static int by_slab_bytes(const void *x, const void *y)
{
	const struct mw_slab *a = x, *b = y;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return mw_str_cmp(a->cache.name, b->cache.name);
}

static void ask_reclaimable(struct take *t, struct mw_slab *slab)
{
	struct mw_str name = slab->cache.name;
	struct mw_val v = mw_take_number(
		t->root,
		mw_fmt(t->arena, "sys/kernel/slab/%.*s/reclaim_account", (int)name.n, name.p),
		t->arena, t->s);

	slab->reclaimable = mw_known(v) ? v.v : mw_slab_is_reclaimable_name(name);
}

static void take_slabs(struct take *t)
{
	struct mw_snap *s = t->s;
	struct mw_slab_cache cache;
	struct mw_str text;

	s->slab_why = mw_take_text(t->root, "proc/slabinfo", t->arena, s, &text);
	while (mw_slabinfo_next(&text, &cache)) {
		struct mw_slab *list = mw_arena_grow(t->arena, s->slab, s->n_slabs, sizeof(*list));
		struct mw_val bytes = mw_mul(mw_mul(mw_ok(cache.slab_count), cache.pages_per_slab),
					     s->host.page_bytes);

		if (!list)
			return;
		s->slab = list;
		list[s->n_slabs++] =
			(struct mw_slab){ .cache = cache,
					  .bytes = mw_or(bytes, 0),
					  .reclaimable = mw_slab_is_reclaimable_name(cache.name) };
	}
	if (s->n_slabs)
		qsort(s->slab, s->n_slabs, sizeof(*s->slab), by_slab_bytes);
	for (size_t i = 0; i < s->n_slabs && i < SLABS_ASKED; i++)
		ask_reclaimable(t, &s->slab[i]);
}

static struct mw_vmalloc_caller *find_caller(struct mw_snap *s, const struct mw_vmalloc_area *area)
{
	for (size_t i = 0; i < s->n_vmalloc; i++)
		if (mw_str_same(s->vmalloc[i].name, area->caller) &&
		    mw_str_same(s->vmalloc[i].module, area->module))
			return &s->vmalloc[i];
	return NULL;
}

static int by_caller_pages(const void *x, const void *y)
{
	const struct mw_vmalloc_caller *a = x, *b = y;

	if (a->pages != b->pages)
		return a->pages < b->pages ? 1 : -1;
	return mw_str_cmp(a->name, b->name);
}

static void take_vmalloc(struct take *t)
{
	struct mw_snap *s = t->s;
	struct mw_vmalloc_area area;
	struct mw_str text;

	s->vmalloc_why = mw_take_text(t->root, "proc/vmallocinfo", t->arena, s, &text);
	while (mw_vmallocinfo_next(&text, &area)) {
		struct mw_vmalloc_caller *c = find_caller(s, &area);

		if (!area.pages)
			continue;
		if (!c) {
			c = mw_arena_grow(t->arena, s->vmalloc, s->n_vmalloc, sizeof(*c));
			if (!c)
				return;
			s->vmalloc = c;
			c += s->n_vmalloc++;
			*c = (struct mw_vmalloc_caller){ .name = area.caller,
							 .module = area.module };
		}
		if (__builtin_add_overflow(c->pages, area.pages, &c->pages))
			c->pages = UINT64_MAX; /* as bytes it is none any more */
		c->areas++;
	}
	if (s->n_vmalloc)
		qsort(s->vmalloc, s->n_vmalloc, sizeof(*s->vmalloc), by_caller_pages);
}

static struct mw_val pool_number(struct take *t, const char *folder, struct mw_str pool,
				 const char *file)
{
	return mw_take_number(t->root,
			      mw_fmt(t->arena, "%s/%.*s/%s", folder, (int)pool.n, pool.p, file),
			      t->arena, t->s);
}

/* "hugepages-2048kB" -> bytes of one page; 0: no such name */
static uint64_t pool_page_bytes(struct mw_str name)
{
	uint64_t kib;

	if (!mw_str_starts(name, "hugepages-") || !mw_str_ends(name, "kB") ||
	    mw_str_u64((struct mw_str){ name.p + 10, name.n - 12 }, &kib) < 0 || kib > 1 << 30)
		return 0;
	return kib * 1024;
}

static void take_pools(struct take *t, const char *folder, struct mw_str node)
{
	struct mw_snap *s = t->s;
	struct mw_names names = {};

	if (mw_root_list(t->root, folder, t->arena, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct mw_str name = names.item[i];
		struct mw_hugetlb_pool p = { .node = node, .page_bytes = pool_page_bytes(name) };
		struct mw_hugetlb_pool *list;

		if (!p.page_bytes)
			continue;
		p.total_count = pool_number(t, folder, name, "nr_hugepages");
		p.free_count = pool_number(t, folder, name, "free_hugepages");
		p.surplus_count = pool_number(t, folder, name, "surplus_hugepages");
		p.reserved_count =
			node.n ? mw_no(MW_ABSENT) : pool_number(t, folder, name, "resv_hugepages");
		list = mw_arena_grow(t->arena, s->hugetlb, s->n_hugetlb, sizeof(*list));
		if (!list)
			return;
		s->hugetlb = list;
		s->hugetlb[s->n_hugetlb++] = p;
	}
}

void mw_take_hugetlb(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	static const char nodes[] = "sys/devices/system/node";
	struct take take = { root, arena, s }, *t = &take;
	struct mw_names names = {};

	take_pools(t, "sys/kernel/mm/hugepages", (struct mw_str){});
	if (mw_root_list(t->root, nodes, t->arena, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct mw_str node = mw_str_from(names.item[i], 4);
		uint64_t number;

		if (mw_str_starts(names.item[i], "node") && !mw_str_u64(node, &number))
			take_pools(t,
				   mw_fmt(t->arena, "%s/node%llu/hugepages", nodes,
					  (unsigned long long)number),
				   node);
	}
}

static void take_zram(struct take *t)
{
	struct mw_snap *s = t->s;
	struct mw_names names = {};

	if (mw_root_list(t->root, "sys/block", t->arena, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct mw_zram_device d = { .name = names.item[i] }, *list;
		struct mw_str text;

		if (!mw_str_starts(d.name, "zram") ||
		    mw_take_text(
			    t->root,
			    mw_fmt(t->arena, "sys/block/%.*s/mm_stat", (int)d.name.n, d.name.p),
			    t->arena, s, &text) != MW_OK ||
		    mw_zram_parse(text, &d.zram) < 0)
			continue;
		list = mw_arena_grow(t->arena, s->zram, s->n_zram, sizeof(*list));
		if (!list)
			return;
		s->zram = list;
		s->zram[s->n_zram++] = d;
	}
}

static void take_protocols(struct take *t)
{
	struct mw_snap *s = t->s;
	struct mw_protocol p;
	struct mw_str text;

	mw_take_text(t->root, "proc/net/protocols", t->arena, s, &text);
	while (mw_protocols_next(&text, &p)) {
		struct mw_protocol *list =
			mw_arena_grow(t->arena, s->protocol, s->n_protocols, sizeof(*list));

		if (!list)
			return;
		s->protocol = list;
		s->protocol[s->n_protocols++] = p;
	}
}

/* Insertion into a short list in descending order: the file has thousands of lines. */
static void keep_site(struct mw_snap *s, const struct mw_alloc_site *site)
{
	size_t i = s->n_alloc_sites;

	if (i == ALLOC_SITES_KEPT && s->alloc_site[i - 1].bytes >= site->bytes)
		return;
	if (i < ALLOC_SITES_KEPT)
		s->n_alloc_sites++;
	else
		i--;
	for (; i && s->alloc_site[i - 1].bytes < site->bytes; i--)
		s->alloc_site[i] = s->alloc_site[i - 1];
	s->alloc_site[i] = *site;
}

static void take_alloc_sites(struct take *t)
{
	struct mw_alloc_site site;
	struct mw_str text;

	if (mw_take_text(t->root, "proc/allocinfo", t->arena, t->s, &text) != MW_OK)
		return;
	t->s->alloc_site = mw_arena_alloc(t->arena, ALLOC_SITES_KEPT * sizeof(site));
	while (t->s->alloc_site && mw_allocinfo_next(&text, &site))
		keep_site(t->s, &site);
}

void mw_take_kernel(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct take t = { root, arena, s };
	struct mw_str text;

	take_slabs(&t);
	take_vmalloc(&t);
	take_zram(&t);
	take_protocols(&t);
	take_alloc_sites(&t);
	mw_take_text(root, "sys/module/zswap/parameters/zpool", arena, s, &text);
	s->zswap_pool = mw_str_trim(text);
	mw_take_text(root, "proc/spl/kstat/zfs/arcstats", arena, s, &text);
	mw_arcstats_parse(text, &s->arc);
	s->ksm_sharing_pages = mw_take_number(root, "sys/kernel/mm/ksm/pages_sharing", arena, s);
}
