/* SPDX-License-Identifier: Apache-2.0 */
#include "why/pages.h"

#define TERMS 4

/* A row is a sum of classes, or of what is cached of file systems of some kinds. */
static const struct {
	const char *id, *label, *counter;
	const char *class[TERMS], *fs[TERMS];
	const char *note;
} rows[] = {
	{ "free", "free", "MemFree", { "free", "uninit" }, {}, NULL },
	{ "percpu_lists", "free, in lists of CPUs", NULL, { "idle" }, {}, NULL },
	{ "anon", "anonymous", "AnonPages", { "anon", "ksm" }, {}, NULL },
	{ "page_cache",
	  "page cache, with shared memory",
	  "Cached",
	  {},
	  { "cache", "shmem", "ramfs" },
	  NULL },
	{ "shmem", "shared memory and tmpfs", "Shmem", {}, { "shmem" }, NULL },
	{ "buffers", "cache of block devices", "Buffers", {}, { "buffers" }, NULL },
	{ "swap_cache", "shared memory in the swap cache", NULL, { "swapcache" }, {}, NULL },
	{ "slab",
	  "slab",
	  "Slab",
	  { "slab", "kmalloc" },
	  {},
	  "before 6.14 pages of large kmalloc() have no mark, and are under other" },
	{ "page_tables", "page tables", "PageTables", { "page_table" }, {}, NULL },
	{ "kernel_stack",
	  "kernel stacks",
	  "KernelStack",
	  { "stack" },
	  {},
	  "the counter holds those of threads that have just ended too, until they are freed" },
	{ "vmalloc",
	  "vmalloc, with kernel stacks",
	  "VmallocUsed",
	  { "vmalloc", "stack" },
	  {},
	  NULL },
	{ "percpu",
	  "per-CPU memory",
	  "Percpu",
	  { "percpu" },
	  {},
	  "the first chunk was reserved at boot and is under reserved" },
	{ "hugetlb", "hugetlb", "Hugetlb", { "hugetlb", "hugetlb_free" }, {}, NULL },
	{ "zsmalloc", "zsmalloc: zram and zswap", NULL, { "zsmalloc" }, {}, NULL },
	{ "page_pool", "network receive pools", NULL, { "page_pool" }, {}, NULL },
	{ "balloon", "offline or in a balloon", NULL, { "offline" }, {}, NULL },
	{ "kmem", "kernel, charged to cgroups", NULL, { "kmem" }, {}, NULL },
	{ "reserved",
	  "reserved since boot",
	  NULL,
	  { "reserved" },
	  {},
	  "for the most part outside MemTotal: the array of struct page, the kernel's image" },
	{ "other", "nobody known", NULL, { "other", "tail", "guard", "unaccepted" }, {}, NULL },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static struct mw_val sum_classes(const struct mw_census *c, const char *const class[TERMS])
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < TERMS && class[i]; i++)
		sum = mw_add(sum, mw_ok(mw_census_class_bytes(c, class[i])));
	return sum;
}

static struct mw_val sum_fs(const struct mw_census *c, const char *const kind[TERMS])
{
	struct mw_val sum = c->n_fs ? mw_ok(0) : mw_no(MW_UNREAD);

	for (size_t f = 0; f < c->n_fs; f++)
		for (size_t i = 0; i < TERMS && kind[i]; i++)
			if (mw_str_eq(c->fs[f].kind, kind[i]))
				sum = mw_add(sum, mw_ok(c->fs[f].bytes));
	return sum;
}

static void bracket(const struct mw_census *c, struct mw_pages_row *row)
{
	uint64_t low, high, off;

	row->before_bytes = row->after_bytes = mw_no(MW_ABSENT);
	row->off_why = MW_ABSENT;
	for (size_t i = 0; row->counter && i < c->n_counters; i++) {
		if (!mw_str_eq(c->counter[i].name, row->counter))
			continue;
		row->before_bytes = mw_ok(c->counter[i].before_bytes);
		row->after_bytes = mw_ok(c->counter[i].after_bytes);
	}
	if (!mw_known(row->before_bytes) || !mw_known(row->pages_bytes))
		return;
	low = row->before_bytes.v < row->after_bytes.v ? row->before_bytes.v : row->after_bytes.v;
	high = row->before_bytes.v + row->after_bytes.v - low;
	off = row->pages_bytes.v < low	  ? low - row->pages_bytes.v
	      : row->pages_bytes.v > high ? row->pages_bytes.v - high
					  : 0;
	row->off_why = off > INT64_MAX ? MW_BAD : MW_OK;
	if (row->off_why == MW_OK)
		row->off_bytes = row->pages_bytes.v < low ? -(int64_t)off : (int64_t)off;
}

static void sum_dead(const struct mw_census *c, struct mw_pages *p)
{
	p->deleted_bytes = p->dying_bytes = mw_ok(0);
	for (size_t i = 0; i < c->n_fs; i++)
		p->deleted_bytes = mw_add(p->deleted_bytes, mw_ok(c->fs[i].deleted_bytes));
	for (size_t i = 0; i < c->n_groups; i++)
		if (c->group[i].dying) {
			p->dying_bytes = mw_add(p->dying_bytes, mw_ok(c->group[i].bytes));
			p->dying_count++;
		}
}

void mw_pages_build(const struct mw_census *c, struct mw_arena *arena, struct mw_pages *ret)
{
	struct mw_pages p = { .row = mw_arena_alloc(arena, N_ROWS * sizeof(*p.row)) };

	for (size_t i = 0; p.row && i < N_ROWS; i++) {
		struct mw_pages_row *row = &p.row[p.n_rows++];

		*row = (struct mw_pages_row){ .id = rows[i].id,
					      .label = rows[i].label,
					      .counter = rows[i].counter,
					      .note = rows[i].note };
		row->pages_bytes =
			rows[i].fs[0] ? sum_fs(c, rows[i].fs) : sum_classes(c, rows[i].class);
		bracket(c, row);
		if (i == N_ROWS - 1)
			p.unknown_bytes = row->pages_bytes;
	}
	sum_dead(c, &p);
	*ret = p;
}
