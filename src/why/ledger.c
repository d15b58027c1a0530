/* SPDX-License-Identifier: Apache-2.0 */
#include "why/ledger.h"

#include <stdlib.h>

#include "base/fmt.h"
#include "kernel/vmallocinfo.h"
#include "why/ledger_private.h"

static const struct {
	const char *id, *label;
} names[MW_CLASS_COUNT] = {
	[MW_NOT_HANDED_OUT] = { "not_handed_out", "not handed out yet" },
	[MW_FREE] = { "free", "free" },
	[MW_PERCPU_LISTS] = { "percpu_lists", "free on per-CPU lists" },
	[MW_ANON] = { "anon", "anonymous" },
	[MW_SWAP_CACHE] = { "swap_cache", "swap cache" },
	[MW_PAGE_CACHE] = { "page_cache", "page cache" },
	[MW_BUFFERS] = { "buffers", "buffers" },
	[MW_SHMEM] = { "shmem", "shmem" },
	[MW_SLAB_RECLAIMABLE] = { "slab_reclaimable", "reclaimable slab" },
	[MW_SLAB_UNRECLAIMABLE] = { "slab_unreclaimable", "unreclaimable slab" },
	[MW_KERNEL_MISC_RECLAIMABLE] = { "kernel_misc_reclaimable",
					 "misc reclaimable kernel memory" },
	[MW_VMALLOC] = { "vmalloc", "vmalloc" },
	[MW_KERNEL_STACK] = { "kernel_stack", "kernel stacks" },
	[MW_PAGE_TABLES] = { "page_tables", "page tables" },
	[MW_SEC_PAGE_TABLES] = { "sec_page_tables", "secondary page tables" },
	[MW_PERCPU] = { "percpu", "per-CPU data" },
	[MW_HUGETLB] = { "hugetlb", "hugetlb" },
	[MW_ZSMALLOC] = { "zsmalloc", "zsmalloc (zram, zswap)" },
	[MW_ZSWAP] = { "zswap", "zswap" },
	[MW_GPU] = { "gpu", "graphics (TTM)" },
	[MW_ZFS_ARC] = { "zfs_arc", "ZFS ARC buffers" },
	[MW_BOUNCE] = { "bounce", "bounce buffers" },
	[MW_WRITEBACK_TMP] = { "writeback_tmp", "FUSE writeback buffers" },
	[MW_HARDWARE_CORRUPTED] = { "hardware_corrupted", "hardware corrupted" },
	[MW_UNACCOUNTED] = { "unaccounted", "unaccounted" },
};

static void set(struct mw_ledger *l, enum mw_class_id id, struct mw_val bytes, const char *source)
{
	l->class[id].bytes = bytes;
	l->class[id].source = source;
}

static struct mw_val pages(const struct mw_snap *s, struct mw_val count)
{
	return mw_mul(count, s->host.page_bytes);
}

/* Memory that the zones do not manage yet (deferred initialisation), and what is free.
 *
 * On some kernels MemFree counts the former too: known by its distance from the zones' sums. */
static void split_free(const struct mw_snap *s, struct mw_ledger *l)
{
	const struct mw_meminfo *mi = &s->meminfo;
	struct mw_val managed = pages(s, mw_zoneinfo_managed_pages(&s->zoneinfo));
	struct mw_val in_zones = pages(s, mw_zoneinfo_free_pages(&s->zoneinfo));
	struct mw_val deferred = mw_sub(mi->total_bytes, managed);
	struct mw_val beyond = mw_sub(mi->free_bytes, in_zones);

	if (deferred.why == MW_RACED)
		deferred = mw_ok(0); /* more managed than MemTotal: memory was just added */
	set(l, MW_NOT_HANDED_OUT, deferred, "proc/zoneinfo");
	set(l, MW_FREE, mi->free_bytes, "proc/meminfo");
	if (mw_known(deferred) && mw_known(beyond) && deferred.v && beyond.v >= deferred.v / 2)
		set(l, MW_FREE, mw_sub(mi->free_bytes, deferred), "proc/meminfo");
}

/* A page in the swap cache may also be mapped, and then AnonPages counts it too.  How many are,
 * follows from the LRU lists, which hold each page once; their counters lag by some pages per
 * CPU, so that the difference is taken only within what is possible: none to all. */
static struct mw_val swap_cache_only(const struct mw_meminfo *mi)
{
	struct mw_val lists =
		mw_add(mw_add(mi->active_bytes, mi->inactive_bytes), mi->unevictable_bytes);
	struct mw_val others = mw_add(mw_add(mi->cached_bytes, mi->buffers_bytes), mi->anon_bytes);
	struct mw_val only = mw_sub(lists, others);

	if (!mw_known(mi->swap_cached_bytes) || !mi->swap_cached_bytes.v)
		return mi->swap_cached_bytes;
	if (only.why == MW_RACED)
		return mw_ok(0);
	if (mw_known(only) && only.v > mi->swap_cached_bytes.v)
		return mi->swap_cached_bytes;
	return only;
}

static void user_classes(const struct mw_snap *s, struct mw_ledger *l)
{
	const struct mw_meminfo *mi = &s->meminfo;

	set(l, MW_ANON, mi->anon_bytes, "proc/meminfo");
	set(l, MW_SWAP_CACHE, swap_cache_only(mi), "proc/meminfo");
	/* Shmem stands inside Cached, except on kernels too old to print it. */
	set(l, MW_PAGE_CACHE,
	    mi->shmem_bytes.why == MW_ABSENT ? mi->cached_bytes
					     : mw_sub(mi->cached_bytes, mi->shmem_bytes),
	    "proc/meminfo");
	set(l, MW_BUFFERS, mi->buffers_bytes, "proc/meminfo");
	set(l, MW_SHMEM, mi->shmem_bytes, "proc/meminfo");
}

static struct mw_val vmallocinfo_pages(const struct mw_snap *s, bool stacks_only)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < s->n_vmalloc; i++)
		if (!stacks_only || mw_vmalloc_is_stack(s->vmalloc[i].name))
			sum = mw_add(sum, mw_ok(s->vmalloc[i].pages));
	return sum;
}

bool mw_stacks_in_vmalloc(const struct mw_snap *s)
{
	static const char *const without[] = { "armv7l", "armv6l",  "i686",	"i586",	 "mips",
					       "mips64", "sparc64", "parisc64", "alpha", "m68k" };
	struct mw_val stacks = pages(s, vmallocinfo_pages(s, true));

	if (s->vmalloc_why == MW_OK)
		return mw_or(stacks, 0) >= mw_or(s->meminfo.kernel_stack_bytes, 0) / 2;
	/* By default since 4.9 on x86_64, 4.14 on arm64, later on the others of 64 bits. */
	if (mw_release_is_known(s->host.release) && !mw_release_at_least(s->host.release, 4, 14))
		return false;
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (mw_str_eq(s->host.machine, without[i]))
			return false;
	return true;
}

/* VmallocUsed counts address space before 4.4, is 0 from 4.4 to 5.2, and counts pages since 5.3:
 * the sum over vmallocinfo stands in for it. */
static struct mw_val vmalloc_bytes(const struct mw_snap *s)
{
	struct mw_val used = s->meminfo.vmalloc_used_bytes;
	bool trusted = mw_release_at_least(s->host.release, 5, 3) && mw_or(used, 0);

	if (!trusted && s->vmalloc_why == MW_OK)
		used = pages(s, vmallocinfo_pages(s, false));
	else if (!trusted && mw_release_is_known(s->host.release))
		used = mw_no(MW_ABSENT);
	if (!mw_known(used) || !mw_known(s->meminfo.kernel_stack_bytes) || !mw_stacks_in_vmalloc(s))
		return used;
	return mw_sub(used, s->meminfo.kernel_stack_bytes);
}

static struct mw_val hugetlb_bytes(const struct mw_snap *s)
{
	struct mw_val sum = mw_ok(0);
	bool any = false;

	if (s->meminfo.hugetlb_bytes.why != MW_ABSENT)
		return s->meminfo.hugetlb_bytes;
	for (size_t i = 0; i < s->n_hugetlb; i++) {
		if (s->hugetlb[i].node.n)
			continue;
		any = true;
		sum = mw_add(sum, mw_mul(s->hugetlb[i].total_count, s->hugetlb[i].page_bytes));
	}
	if (any)
		return sum;
	return mw_mul(s->meminfo.huge_total_count, mw_or(s->meminfo.huge_page_bytes, 0));
}

static struct mw_val zsmalloc_bytes(const struct mw_snap *s)
{
	struct mw_val sum = mw_ok(0);

	if (s->vmstat.zspages_pages.why != MW_ABSENT)
		return pages(s, s->vmstat.zspages_pages);
	for (size_t i = 0; i < s->n_zram; i++)
		sum = mw_add(sum, mw_ok(s->zram[i].zram.used_bytes));
	return s->n_zram ? sum : mw_no(MW_ABSENT);
}

static void kernel_classes(const struct mw_snap *s, struct mw_ledger *l)
{
	const struct mw_meminfo *mi = &s->meminfo;
	/* Without the parameter zsmalloc is the only pool there is (since 6.18). */
	bool own_pool = s->zswap_pool.n && !mw_str_eq(s->zswap_pool, "zsmalloc");

	set(l, MW_SLAB_RECLAIMABLE, mi->slab_reclaimable_bytes, "proc/meminfo");
	set(l, MW_SLAB_UNRECLAIMABLE, mi->slab_unreclaimable_bytes, "proc/meminfo");
	set(l, MW_KERNEL_MISC_RECLAIMABLE,
	    mw_sub(mi->kreclaimable_bytes, mi->slab_reclaimable_bytes), "proc/meminfo");
	set(l, MW_VMALLOC, vmalloc_bytes(s), "proc/meminfo");
	set(l, MW_KERNEL_STACK, mi->kernel_stack_bytes, "proc/meminfo");
	set(l, MW_PAGE_TABLES, mi->page_tables_bytes, "proc/meminfo");
	set(l, MW_SEC_PAGE_TABLES, mi->sec_page_tables_bytes, "proc/meminfo");
	set(l, MW_PERCPU, mi->percpu_bytes, "proc/meminfo");
	set(l, MW_HUGETLB, hugetlb_bytes(s), "proc/meminfo");
	set(l, MW_ZSMALLOC, zsmalloc_bytes(s), "proc/vmstat");
	set(l, MW_ZSWAP, own_pool ? mi->zswap_bytes : mw_no(MW_ABSENT), "proc/meminfo");
	set(l, MW_GPU, mw_add(mi->gpu_active_bytes, mi->gpu_reclaim_bytes), "proc/meminfo");
	set(l, MW_BOUNCE, mi->bounce_bytes, "proc/meminfo");
	set(l, MW_WRITEBACK_TMP, mi->writeback_tmp_bytes, "proc/meminfo");
	set(l, MW_HARDWARE_CORRUPTED, mi->hardware_corrupted_bytes, "proc/meminfo");
}

static struct mw_val rest(const struct mw_ledger *l)
{
	struct mw_val left = l->total_bytes;

	for (size_t i = 0; i < MW_UNACCOUNTED; i++)
		if (mw_known(l->class[i].bytes))
			left = mw_sub(left, l->class[i].bytes);
	return left;
}

/* These may lie outside MemTotal or inside other classes: taken only where there is room. */
static void class_if_it_fits(struct mw_ledger *l, enum mw_class_id id, struct mw_val bytes,
			     const char *source)
{
	struct mw_val left = rest(l);
	bool fits = mw_known(bytes) && mw_known(left) && bytes.v <= left.v;

	set(l, id, fits || bytes.why != MW_OK ? bytes : mw_ok(0), source);
}

static int by_bytes(const void *x, const void *y)
{
	const struct mw_owner *a = x, *b = y;
	uint64_t m = mw_or(a->bytes, 0), n = mw_or(b->bytes, 0);

	if (m != n)
		return m < n ? 1 : -1;
	if (mw_or(a->pid, 0) != mw_or(b->pid, 0))
		return mw_or(a->pid, 0) < mw_or(b->pid, 0) ? -1 : 1;
	return mw_str_cmp(a->name, b->name);
}

struct mw_owner mw_owner(const char *kind, struct mw_str name, struct mw_val bytes)
{
	return (struct mw_owner){ .kind = kind,
				  .name = name,
				  .bytes = bytes,
				  .pid = mw_no(MW_ABSENT),
				  .inode = mw_no(MW_ABSENT),
				  .limit_bytes = mw_no(MW_ABSENT),
				  .holder_count = mw_no(MW_ABSENT),
				  .excess_bytes = mw_no(MW_ABSENT) };
}

void mw_owners_add(struct mw_owners *list, struct mw_arena *arena, struct mw_owner owner)
{
	struct mw_owner *item = mw_arena_grow(arena, list->item, list->n, sizeof(*item));

	if (!item)
		return;
	list->item = item;
	list->item[list->n++] = owner;
}

/* Where the owners exceed the whole it says by how much. */
static struct mw_owner what_is_left(const struct mw_owners *list, struct mw_arena *arena,
				    struct mw_val whole, struct mw_val left, const char *name)
{
	struct mw_owner owner = mw_owner("remainder", mw_str_of(name), left);
	struct mw_val sum = mw_ok(0);

	if (left.why != MW_RACED)
		return owner;
	for (size_t i = 0; i < list->n; i++)
		sum = mw_add(sum, mw_ok(mw_or(list->item[i].bytes, 0)));
	owner.excess_bytes = mw_sub(sum, whole);
	owner.note =
		mw_fmt(arena, "the owners exceed their class by %s: read later, or counted twice",
		       mw_fmt_val_bytes(arena, owner.excess_bytes));
	return owner;
}

void mw_owners_finish(struct mw_owners *list, struct mw_arena *arena, struct mw_val whole,
		      const char *name)
{
	struct mw_val left = whole;

	if (list->n)
		qsort(list->item, list->n, sizeof(*list->item), by_bytes);
	for (size_t i = 0; i < list->n; i++)
		if (mw_known(list->item[i].bytes))
			left = mw_sub(left, list->item[i].bytes);
	if (list->n && (!mw_known(left) || left.v))
		mw_owners_add(list, arena, what_is_left(list, arena, whole, left, name));
}

void mw_class_own(struct mw_class *c, struct mw_owners *list, struct mw_arena *arena,
		  const char *name)
{
	if (!mw_known(c->bytes))
		return;
	mw_owners_finish(list, arena, c->bytes, name);
	c->owner = list->item;
	c->n_owners = list->n;
	c->owners_why = MW_OK;
}

void mw_ledger_build(const struct mw_snap *snap, struct mw_arena *arena, struct mw_ledger *ret)
{
	struct mw_ledger l = { .total_bytes = snap->meminfo.total_bytes };

	for (size_t i = 0; i < MW_CLASS_COUNT; i++) {
		l.class[i].id = names[i].id;
		l.class[i].label = names[i].label;
	}
	split_free(snap, &l);
	set(&l, MW_PERCPU_LISTS, pages(snap, mw_zoneinfo_percpu_list_pages(&snap->zoneinfo)),
	    "proc/zoneinfo");
	user_classes(snap, &l);
	kernel_classes(snap, &l);
	class_if_it_fits(&l, MW_ZFS_ARC, mw_add(snap->arc.data_bytes, snap->arc.metadata_bytes),
			 "proc/spl/kstat/zfs/arcstats");
	set(&l, MW_UNACCOUNTED, rest(&l), "MemTotal less all classes");
	mw_ledger_shmem(snap, arena, &l.class[MW_SHMEM]);
	mw_ledger_processes(snap, arena, &l);
	mw_ledger_kernel(snap, arena, &l);
	mw_ledger_pages(snap, arena, &l);
	mw_ledger_facts(snap, arena, &l);
	*ret = l;
}

size_t mw_ledger_largest(const struct mw_ledger *l, const bool taken[])
{
	size_t best = MW_CLASS_COUNT;

	for (size_t i = 0; i < MW_CLASS_COUNT; i++)
		if (!taken[i] && mw_or(l->class[i].bytes, 0) &&
		    (best == MW_CLASS_COUNT || l->class[i].bytes.v > l->class[best].bytes.v))
			best = i;
	return best;
}

struct mw_val mw_ledger_named(const struct mw_ledger *l)
{
	struct mw_val named = mw_sub(l->total_bytes, l->class[MW_UNACCOUNTED].bytes);
	struct mw_val scaled = mw_mul(named, 10000);

	if (!mw_known(scaled))
		return scaled;
	return l->total_bytes.v ? mw_ok(scaled.v / l->total_bytes.v) : mw_no(MW_BAD);
}
