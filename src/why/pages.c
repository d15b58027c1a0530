/* SPDX-License-Identifier: Apache-2.0 */
#include "why/pages.h"

#include <string.h>

#define TERMS 4
#define FILES "files" /* the row in place of page_cache and buffers */

/* A row is a sum of what is cached of file systems of some kinds, or where these were not asked, of
 * classes; where not all classes were told apart, of none if the first is not there. */
static const struct {
	const char *id, *label, *counter;
	const char *class[TERMS], *fs[TERMS];
	const char *note;
	const char *plus; /* a second counter */
} rows[] = {
	{ "free", "free", "MemFree", { "free", "uninit" }, {}, NULL },
	{ "percpu_lists", "free, in lists of CPUs", NULL, { "idle" }, {}, NULL },
	{ "anon", "anonymous", "AnonPages", { "anon", "ksm" }, {}, NULL },
	{ "page_cache",
	  "page cache, with shared memory",
	  "Cached",
	  { "cache", "shmem" },
	  { "cache", "shmem", "ramfs" },
	  NULL },
	{ "shmem", "shared memory and tmpfs", "Shmem", { "shmem" }, { "shmem" }, NULL },
	{ "buffers", "cache of block devices", "Buffers", { "buffers" }, { "buffers" }, NULL },
	{ FILES,
	  "both of these, with shared memory",
	  "Cached",
	  { "file", "shmem" },
	  {},
	  "which page is of a file and which of a block device was not asked",
	  "Buffers" },
	{ "swap_cache", "shared memory in the swap cache", NULL, { "swapcache" }, {}, NULL },
	{ "slab",
	  "slab",
	  "Slab",
	  { "slab", "kmalloc" },
	  {},
	  "pages of large kmalloc() have no mark before 6.14, and for kpage none: then they are "
	  "under other" },
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
	{ "static",
	  "tables of the kernel",
	  NULL,
	  { "static" },
	  {},
	  "a variable of the kernel has their address: hash tables and such, made at boot" },
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

/* Was each page looked at, and told apart from all others? */
static bool tells_all(const struct mw_census *c)
{
	return mw_str_eq(c->how, "exact") && !mw_str_eq(c->reader, "kpage");
}

static void sum_classes(const struct mw_census *c, const char *const class[TERMS],
			struct mw_pages_row *row)
{
	struct mw_census_class one;

	row->pages_bytes = row->low_bytes = row->high_bytes = mw_ok(0);
	for (size_t i = 0; i < TERMS && class[i]; i++) {
		if (!mw_census_class_sum(c, class[i], &one) && !i && !tells_all(c)) {
			row->pages_bytes = row->low_bytes = row->high_bytes = mw_no(MW_UNREAD);
			return;
		}
		row->pages_bytes = mw_add(row->pages_bytes, mw_ok(one.bytes));
		row->low_bytes = mw_add(row->low_bytes, mw_ok(one.low_bytes));
		row->high_bytes = mw_add(row->high_bytes, mw_ok(one.high_bytes));
	}
}

static struct mw_val sum_fs(const struct mw_census *c, const char *const kind[TERMS])
{
	struct mw_val sum = mw_ok(0);

	for (size_t f = 0; f < c->n_fs; f++)
		for (size_t i = 0; i < TERMS && kind[i]; i++)
			if (mw_str_eq(c->fs[f].kind, kind[i]))
				sum = mw_add(sum, mw_ok(c->fs[f].bytes));
	return sum;
}

static void add_counter(const struct mw_census *c, const char *name, struct mw_val *before,
			struct mw_val *after)
{
	for (size_t i = 0; name && i < c->n_counters; i++) {
		if (!mw_str_eq(c->counter[i].name, name))
			continue;
		*before = mw_add(mw_ok(mw_or(*before, 0)), mw_ok(c->counter[i].before_bytes));
		*after = mw_add(mw_ok(mw_or(*after, 0)), mw_ok(c->counter[i].after_bytes));
		return;
	}
}

static void bracket(const struct mw_census *c, const char *plus, struct mw_pages_row *row)
{
	uint64_t low, high, off;

	row->before_bytes = row->after_bytes = mw_no(MW_ABSENT);
	row->off_why = MW_ABSENT;
	add_counter(c, row->counter, &row->before_bytes, &row->after_bytes);
	if (plus)
		add_counter(c, plus, &row->before_bytes, &row->after_bytes);
	if (!mw_known(row->before_bytes) || !mw_known(row->pages_bytes))
		return;
	low = row->before_bytes.v < row->after_bytes.v ? row->before_bytes.v : row->after_bytes.v;
	high = row->before_bytes.v + row->after_bytes.v - low;
	off = mw_or(row->high_bytes, 0) < low	? low - mw_or(row->high_bytes, 0)
	      : mw_or(row->low_bytes, 0) > high ? mw_or(row->low_bytes, 0) - high
						: 0;
	row->off_why = off > INT64_MAX ? MW_BAD : MW_OK;
	if (row->off_why == MW_OK)
		row->off_bytes = mw_or(row->high_bytes, 0) < low ? -(int64_t)off : (int64_t)off;
}

static void sum_dead(const struct mw_census *c, struct mw_pages *p)
{
	p->deleted_bytes = p->dying_bytes = tells_all(c) ? mw_ok(0) : mw_no(MW_UNREAD);
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
					      .plus = rows[i].plus,
					      .note = rows[i].note };
		if (rows[i].fs[0] && (c->n_fs || tells_all(c)))
			row->pages_bytes = row->low_bytes = row->high_bytes =
				c->n_fs ? sum_fs(c, rows[i].fs) : mw_no(MW_UNREAD);
		else
			sum_classes(c, rows[i].class, row);
		bracket(c, rows[i].plus, row);
		if (!strcmp(row->id, FILES) && (c->n_fs || !mw_known(row->pages_bytes)))
			p.n_rows--;
		if (i == N_ROWS - 1)
			p.unknown_bytes = row->pages_bytes;
	}
	sum_dead(c, &p);
	*ret = p;
}
