/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_kernel - the owners of free memory (zones) and of the kernel's own memory.
 */
#include "base/fmt.h"
#include "kernel/vmallocinfo.h"
#include "why/ledger_private.h"

static void zone_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c,
			bool percpu)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < s->zoneinfo.n_zones; i++) {
		const struct mw_zone *z = &s->zoneinfo.zone[i];
		struct mw_val count = percpu ? z->percpu_list_pages : z->free_pages;

		if (!mw_or(count, 0))
			continue;
		mw_owners_add(&list, arena,
			      mw_owner("zone",
				       mw_str_of(mw_fmt(arena, "node %llu, zone %.*s",
							(unsigned long long)z->node, (int)z->name.n,
							z->name.p)),
				       mw_mul(count, s->host.page_bytes)));
	}
	mw_class_own(c, &list, arena, "moved while the files were read");
}

static void slab_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c,
			bool reclaimable)
{
	struct mw_owners list = {};

	c->owners_why = s->slab_why;
	for (size_t i = 0; i < s->n_slabs; i++) {
		const struct mw_slab *slab = &s->slab[i];
		struct mw_owner owner = mw_owner("slab", slab->cache.name, mw_ok(slab->bytes));

		if (slab->reclaimable != reclaimable || !slab->bytes)
			continue;
		owner.note = mw_fmt(arena, "%llu of %llu objects of %llu bytes in use",
				    (unsigned long long)slab->cache.active_count,
				    (unsigned long long)slab->cache.object_count,
				    (unsigned long long)slab->cache.object_bytes);
		mw_owners_add(&list, arena, owner);
	}
	if (s->slab_why == MW_OK)
		mw_class_own(c, &list, arena,
			     reclaimable ? "other caches" : "large kmalloc and other caches");
}

static void vmalloc_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c)
{
	bool stacks = mw_stacks_in_vmalloc(s);
	struct mw_owners list = {};

	c->owners_why = s->vmalloc_why;
	for (size_t i = 0; i < s->n_vmalloc; i++) {
		const struct mw_vmalloc_caller *v = &s->vmalloc[i];
		struct mw_owner owner =
			mw_owner("vmalloc", v->name.n ? v->name : mw_str_of("caller not shown"),
				 mw_mul(mw_ok(v->pages), s->host.page_bytes));

		if (stacks && mw_vmalloc_is_stack(v->name))
			continue; /* a class of its own */
		if (v->module.n)
			owner.name = mw_str_of(mw_fmt(arena, "%.*s %.*s", (int)v->name.n, v->name.p,
						      (int)v->module.n, v->module.p));
		owner.note = mw_fmt(arena, "%llu area%s", (unsigned long long)v->areas,
				    v->areas == 1 ? "" : "s");
		mw_owners_add(&list, arena, owner);
	}
	if (s->vmalloc_why == MW_OK)
		mw_class_own(c, &list, arena, "not in vmallocinfo");
}

static struct mw_owner pool_owner(const struct mw_hugetlb_pool *p, struct mw_arena *arena)
{
	struct mw_val whole = mw_mul(p->total_count, p->page_bytes);
	struct mw_val idle = mw_mul(p->free_count, p->page_bytes);
	const char *size = mw_fmt_bytes(arena, p->page_bytes);
	struct mw_owner owner =
		mw_owner("pool",
			 mw_str_of(p->node.n ? mw_fmt(arena, "node %.*s, pages of %s",
						      (int)p->node.n, p->node.p, size)
					     : mw_fmt(arena, "pages of %s", size)),
			 whole);
	struct mw_owners parts = {};

	mw_owners_add(&parts, arena, mw_owner("in_use", mw_str_of("in use"), mw_sub(whole, idle)));
	mw_owners_add(&parts, arena, mw_owner("free", mw_str_of("free"), idle));
	mw_owners_finish(&parts, arena, whole, "raced");
	owner.part = parts.item;
	owner.n_parts = parts.n;
	if (mw_or(p->reserved_count, 0) || mw_or(p->surplus_count, 0))
		owner.note = mw_fmt(arena, "%llu of the free ones reserved, %llu pages surplus",
				    (unsigned long long)mw_or(p->reserved_count, 0),
				    (unsigned long long)mw_or(p->surplus_count, 0));
	return owner;
}

/* By node where the nodes tell, else as a whole. */
static void hugetlb_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c)
{
	struct mw_owners list = {};
	bool nodes = false;

	for (size_t i = 0; i < s->n_hugetlb; i++)
		nodes |= s->hugetlb[i].node.n && mw_known(s->hugetlb[i].total_count);
	for (size_t i = 0; i < s->n_hugetlb; i++)
		if (!!s->hugetlb[i].node.n == nodes && mw_or(s->hugetlb[i].total_count, 0))
			mw_owners_add(&list, arena, pool_owner(&s->hugetlb[i], arena));
	mw_class_own(c, &list, arena, "not in a pool");
}

static void zsmalloc_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < s->n_zram; i++) {
		const struct mw_zram_device *d = &s->zram[i];
		struct mw_owner owner = mw_owner("zram", d->name, mw_ok(d->zram.used_bytes));

		owner.note = mw_fmt(arena, "holds %s", mw_fmt_bytes(arena, d->zram.stored_bytes));
		if (d->zram.used_bytes)
			mw_owners_add(&list, arena, owner);
	}
	if (mw_or(s->meminfo.zswap_bytes, 0) &&
	    (!s->zswap_pool.n || mw_str_eq(s->zswap_pool, "zsmalloc"))) {
		struct mw_owner owner =
			mw_owner("zswap", mw_str_of("zswap"), s->meminfo.zswap_bytes);

		owner.note = mw_fmt(arena, "holds %s",
				    mw_fmt_val_bytes(arena, s->meminfo.zswapped_bytes));
		mw_owners_add(&list, arena, owner);
	}
	mw_class_own(c, &list, arena, "pool overhead");
}

/* Graphics memory that is no shmem. */
static void gpu_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < s->n_drm; i++) {
		const struct mw_drm *d = &s->drm[i];
		struct mw_owner owner = mw_owner("drm", d->client.driver, d->client.system_bytes);

		if (mw_drm_uses_shmem(d->client.driver))
			continue;
		owner.pid = mw_ok(d->pid);
		owner.comm = d->comm;
		mw_owners_add(&list, arena, owner);
	}
	mw_class_own(c, &list, arena, "shared buffers and the driver's own");
}

void mw_ledger_kernel(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l)
{
	zone_owners(s, arena, &l->class[MW_FREE], false);
	zone_owners(s, arena, &l->class[MW_PERCPU_LISTS], true);
	slab_owners(s, arena, &l->class[MW_SLAB_RECLAIMABLE], true);
	slab_owners(s, arena, &l->class[MW_SLAB_UNRECLAIMABLE], false);
	vmalloc_owners(s, arena, &l->class[MW_VMALLOC]);
	hugetlb_owners(s, arena, &l->class[MW_HUGETLB]);
	zsmalloc_owners(s, arena, &l->class[MW_ZSMALLOC]);
	gpu_owners(s, arena, &l->class[MW_GPU]);
}
