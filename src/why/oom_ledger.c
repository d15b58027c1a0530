/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_ledger - where the memory was when it ran out: the block of counters, or the statistics of
 * the memory cgroup, as classes that sum to the whole.
 */
#include "why/oom.h"

struct mw_val mw_oom_class_bytes(const struct mw_oom_case *c, const char *id)
{
	for (size_t i = 0; i < c->n_classes; i++)
		if (mw_str_eq(mw_str_of(c->class[i].id), id))
			return c->class[i].bytes;
	return mw_no(MW_UNREAD);
}

/* What this kernel does not print is left out, and so shows in unaccounted.  A part larger than the
 * whole is of another report. */
static void add(struct mw_oom_case *c, const char *id, const char *label, struct mw_val bytes)
{
	if (mw_known(bytes) && mw_known(c->total_bytes) && bytes.v > c->total_bytes.v)
		bytes = mw_no(MW_BAD);
	if (bytes.why != MW_UNREAD && bytes.why != MW_ABSENT && c->n_classes < MW_OOM_CLASSES)
		c->class[c->n_classes++] = (struct mw_oom_class){ id, label, bytes };
}

static void add_rest(struct mw_oom_case *c)
{
	struct mw_val rest = c->total_bytes;

	for (size_t i = 0; i < c->n_classes; i++)
		rest = mw_sub(rest, c->class[i].bytes);
	add(c, "unaccounted", "in no counter of the report", rest);
}

static struct mw_val bytes_of(const struct mw_oom_case *c, struct mw_val pages)
{
	return mw_mul(pages, c->page_bytes);
}

static struct mw_val node_sum(const struct mw_oom_event *e, size_t offset)
{
	struct mw_val sum = e->n_nodes ? mw_ok(0) : mw_no(MW_UNREAD);

	for (size_t i = 0; i < e->n_nodes; i++)
		sum = mw_add(sum, *(const struct mw_val *)((const char *)&e->node[i] + offset));
	return sum;
}

static struct mw_val zone_sum(const struct mw_oom_event *e, size_t offset)
{
	struct mw_val sum = mw_no(MW_UNREAD);

	for (size_t i = 0; i < e->n_zones; i++) {
		if (!e->zone[i].has_line)
			continue;
		if (sum.why == MW_UNREAD)
			sum = mw_ok(0);
		sum = mw_add(sum, *(const struct mw_val *)((const char *)&e->zone[i] + offset));
	}
	return sum;
}

/* Kernel stacks are printed by zone up to 5.8, by node from 5.9 on; only of the nodes shown. */
static struct mw_val stack_bytes(const struct mw_oom_event *e)
{
	struct mw_val v = node_sum(e, offsetof(struct mw_oom_node, kernel_stack_bytes));

	return mw_known(v) ? v : zone_sum(e, offsetof(struct mw_oom_zone, kernel_stack_bytes));
}

static struct mw_val hugetlb_bytes(const struct mw_oom_event *e)
{
	struct mw_val sum = e->n_hugetlb ? mw_ok(0) : mw_no(MW_UNREAD), size;

	for (size_t i = 0; i < e->n_hugetlb; i++) {
		size = e->hugetlb[i].size_bytes;
		if (mw_known(size) && mw_known(e->hugetlb[i].total_count))
			sum = mw_add(sum, mw_mul(e->hugetlb[i].total_count, size.v));
	}
	return sum;
}

/* All pages on the LRU lists, file and anonymous. */
static struct mw_val lru_pages(const struct mw_oom_counters *n)
{
	struct mw_val sum = mw_add(n->active_anon_pages, n->inactive_anon_pages);

	sum = mw_add(sum, mw_add(n->active_file_pages, n->inactive_file_pages));
	sum = mw_add(sum, n->unevictable_pages);
	return mw_add(sum, mw_add(mw_ok(mw_or(n->isolated_anon_pages, 0)),
				  mw_ok(mw_or(n->isolated_file_pages, 0))));
}

/* A page is counted as page cache before it is on a list: up to 31 wait in a batch of each CPU
 * (folio_batch, include/linux/pagevec.h).  So where nothing anonymous is on the lists, the page
 * cache may be some pages larger than they are. */
static struct mw_val anon_pages(const struct mw_oom_counters *n, struct mw_val file)
{
	struct mw_val lru = lru_pages(n), anon = mw_sub(lru, file);
	bool small = anon.why == MW_RACED && file.v - lru.v <= 31 * 256;

	return small && mw_or(n->active_anon_pages, 1) + mw_or(n->inactive_anon_pages, 0) <=
				       mw_or(n->shmem_pages, 0)
		       ? mw_ok(0)
		       : anon;
}

/* "total pagecache pages" holds shmem and the swap cache, whose pages are anonymous: so what the
 * LRU lists hold beyond the page cache is anonymous memory. */
static void add_lru(struct mw_oom_case *c, const struct mw_oom_counters *n)
{
	struct mw_val file = mw_sub(n->pagecache_pages, mw_ok(mw_or(n->swapcache_pages, 0)));
	struct mw_val anon = anon_pages(n, file);

	if (file.why == MW_UNREAD) {
		add(c, "lru_anon", "anonymous memory and shmem (LRU lists)",
		    bytes_of(c, mw_add(n->active_anon_pages, n->inactive_anon_pages)));
		add(c, "lru_file", "page cache (LRU lists)",
		    bytes_of(c, mw_add(n->active_file_pages, n->inactive_file_pages)));
		add(c, "lru_unevictable", "locked and unevictable",
		    bytes_of(c, n->unevictable_pages));
		return;
	}
	add(c, "anon", "anonymous memory", bytes_of(c, anon));
	add(c, "shmem", "shared memory and tmpfs", bytes_of(c, n->shmem_pages));
	add(c, "page_cache", "page cache and buffers", bytes_of(c, mw_sub(file, n->shmem_pages)));
}

/* 3.11 to 4.3 print as reserved what the last zone has (lib/show_mem.c, read in 3.16): there it is
 * what no zone manages. */
static struct mw_val reserved_pages(const struct mw_oom_case *c)
{
	const struct mw_oom_counters *n = &c->event->count;
	bool broken =
		mw_release_at_least(c->release, 3, 11) && !mw_release_at_least(c->release, 4, 4);
	struct mw_val managed = zone_sum(c->event, offsetof(struct mw_oom_zone, managed_bytes));

	if (!broken)
		return n->reserved_pages;
	if (c->nodes_not_shown || !mw_known(managed))
		return mw_no(MW_UNREAD);
	return mw_sub(n->ram_pages, mw_ok(managed.v / c->page_bytes));
}

/* Every kernel prints these: where one is missing its line was lost, and what is left after the
 * others says nothing.  All 0: so early in boot nothing is counted yet. */
bool mw_oom_counters_whole(const struct mw_oom_counters *n)
{
	const struct mw_val all[] = { n->active_anon_pages,
				      n->inactive_anon_pages,
				      n->active_file_pages,
				      n->inactive_file_pages,
				      n->unevictable_pages,
				      n->slab_reclaimable_pages,
				      n->slab_unreclaimable_pages,
				      n->pagetables_pages,
				      n->free_pages,
				      n->shmem_pages };
	uint64_t any = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!mw_known(all[i]))
			return false;
		any |= all[i].v;
	}
	return any;
}

static void global_ledger(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	const struct mw_oom_counters *n = &e->count;

	c->total_bytes = bytes_of(c, n->ram_pages);
	add(c, "not_handed_out", "reserved at boot", bytes_of(c, reserved_pages(c)));
	add(c, "hwpoisoned", "taken out for memory errors", bytes_of(c, n->hwpoisoned_pages));
	add(c, "free", "free", bytes_of(c, n->free_pages));
	add(c, "percpu_lists", "per-CPU lists", bytes_of(c, n->free_pcp_pages));
	add_lru(c, n);
	add(c, "slab_reclaimable", "reclaimable slab", bytes_of(c, n->slab_reclaimable_pages));
	add(c, "slab_unreclaimable", "unreclaimable slab",
	    bytes_of(c, n->slab_unreclaimable_pages));
	add(c, "kernel_misc_reclaimable", "other reclaimable kernel memory",
	    bytes_of(c, n->kernel_misc_reclaimable_pages));
	add(c, "kernel_stack", "kernel stacks", stack_bytes(e));
	add(c, "page_tables", "page tables", bytes_of(c, n->pagetables_pages));
	add(c, "sec_page_tables", "page tables of guests", bytes_of(c, n->sec_pagetables_pages));
	add(c, "bounce", "bounce buffers", bytes_of(c, n->bounce_pages));
	add(c, "hugetlb", "huge pages set aside", hugetlb_bytes(e));
	add(c, "zsmalloc", "compressed swap",
	    zone_sum(e, offsetof(struct mw_oom_zone, zspages_bytes)));
	add(c, "gpu", "graphics memory",
	    mw_add(node_sum(e, offsetof(struct mw_oom_node, gpu_active_bytes)),
		   node_sum(e, offsetof(struct mw_oom_node, gpu_reclaim_bytes))));
	add(c, "balloon", "given back to the hypervisor",
	    node_sum(e, offsetof(struct mw_oom_node, balloon_bytes)));
	if (mw_oom_counters_whole(n))
		add_rest(c);
}

static struct mw_val stat(const struct mw_oom_event *e, const char *name)
{
	for (size_t i = 0; i < e->n_stats; i++)
		if (mw_str_eq(e->stat[i].name, name))
			return e->stat[i].bytes;
	return mw_no(MW_UNREAD);
}

/* v1 has the group's own figures as "cache", and with its children as "total_cache" (6.5 on). */
static struct mw_val stat_v1(const struct mw_oom_event *e, const char *total, const char *own)
{
	struct mw_val v = stat(e, total);

	return mw_known(v) ? v : stat(e, own);
}

static void memcg_v1_ledger(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_val cache = stat_v1(e, "total_cache", "cache");
	struct mw_val shmem = stat_v1(e, "total_shmem", "shmem");
	struct mw_val kernel = e->kmem.usage_bytes;

	add(c, "anon", "anonymous memory", stat_v1(e, "total_rss", "rss"));
	add(c, "shmem", "shared memory and tmpfs", shmem);
	add(c, "page_cache", mw_known(shmem) ? "page cache" : "page cache, shared memory and tmpfs",
	    mw_known(shmem) ? mw_sub(cache, shmem) : cache);
	add(c, "kernel", "kernel memory", kernel);
	if (mw_known(stat_v1(e, "total_rss", "rss")) && mw_known(cache))
		add_rest(c);
}

/* All of the kernel's pages that the group is charged: "kernel" (5.18 on), on v1 the counter kmem.
 * What no row names of it are pages that a driver or a subsystem asked for by itself. */
static struct mw_val other_kernel_bytes(const struct mw_oom_case *c)
{
	static const char *const named[] = {
		"kernel_stack", "page_tables",	    "sec_page_tables",	  "percpu", "vmalloc",
		"zswap",	"slab_reclaimable", "slab_unreclaimable", "slab"
	};
	struct mw_val all = stat(c->event, "kernel");

	if (!mw_known(all))
		all = c->event->kmem.usage_bytes;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		all = mw_sub(all, mw_ok(mw_or(mw_oom_class_bytes(c, named[i]), 0)));
	return all;
}

/* The counter is read at another moment than the rows: so no more of it than there is. */
static void add_other_kernel(struct mw_oom_case *c)
{
	struct mw_val other = other_kernel_bytes(c), rest = c->total_bytes;

	for (size_t i = 0; i < c->n_classes; i++)
		rest = mw_sub(rest, c->class[i].bytes);
	if (mw_known(other) && mw_known(rest) && other.v > rest.v)
		other = rest;
	if (mw_known(other))
		add(c, "kernel_other", "other kernel memory", other);
}

static void memcg_ledger(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_val shmem = stat(e, "shmem"), slab = stat(e, "slab");

	c->total_bytes = e->memory.usage_bytes;
	if (mw_known(stat(e, "cache")) || !mw_known(stat(e, "anon"))) {
		memcg_v1_ledger(c);
		return;
	}
	add(c, "anon", "anonymous memory", stat(e, "anon"));
	add(c, "shmem", "shared memory and tmpfs", shmem);
	add(c, "page_cache", "page cache", mw_sub(stat(e, "file"), shmem));
	add(c, "kernel_stack", "kernel stacks", stat(e, "kernel_stack"));
	add(c, "page_tables", "page tables", stat(e, "pagetables"));
	add(c, "sec_page_tables", "page tables of guests", stat(e, "sec_pagetables"));
	add(c, "percpu", "per-CPU memory", stat(e, "percpu"));
	add(c, "sock", "socket buffers", stat(e, "sock"));
	add(c, "vmalloc", "vmalloc", stat(e, "vmalloc"));
	add(c, "zswap", "compressed swap", stat(e, "zswap"));
	if (mw_known(stat(e, "slab_unreclaimable"))) {
		add(c, "slab_reclaimable", "reclaimable slab", stat(e, "slab_reclaimable"));
		add(c, "slab_unreclaimable", "unreclaimable slab", stat(e, "slab_unreclaimable"));
	} else {
		add(c, "slab", "slab", slab);
	}
	add_other_kernel(c);
	if (mw_known(stat(e, "file")))
		add_rest(c);
}

/* Page cache that has still to be written, or is being: it cannot be given back yet. */
static struct mw_val unwritten_bytes(const struct mw_oom_case *c)
{
	static const char *const names[][2] = { { "file_dirty", "file_writeback" },
						{ "total_dirty", "total_writeback" },
						{ "dirty", "writeback" } };
	const struct mw_oom_counters *n = &c->event->count;

	if (c->event->kind != MW_OOM_MEMCG)
		return bytes_of(c, mw_add(n->dirty_pages, n->writeback_pages));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mw_known(stat(c->event, names[i][0])))
			return mw_add(stat(c->event, names[i][0]),
				      mw_ok(mw_or(stat(c->event, names[i][1]), 0)));
	return mw_no(MW_UNREAD);
}

void mw_oom_ledger(struct mw_oom_case *c)
{
	bool memcg = c->event->kind == MW_OOM_MEMCG && c->event->seen & MW_SEEN_MEMCG;

	if (memcg)
		memcg_ledger(c);
	else if (mw_known(c->event->count.active_anon_pages) || mw_known(c->event->count.ram_pages))
		global_ledger(c);
	c->unwritten_bytes = unwritten_bytes(c);
}
