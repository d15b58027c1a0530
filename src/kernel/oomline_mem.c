/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_mem - the block "Mem-Info:": counters, nodes, zones, free blocks.
 */
#include "kernel/oomlog_private.h"

#include <string.h>

struct field {
	const char *key;
	size_t offset; /* of a struct mw_val */
};

/* Takes the pairs of a line whose unit is `unit` ("" pages, "kB" or "KB" to bytes) by a table. */
static void take_pairs(struct mw_str rest, const struct field *table, size_t n, bool kib,
		       void *into)
{
	struct mw_str key, unit;
	struct mw_val v, *slot;

	while (mw_pair_next(&rest, &key, &v, &unit)) {
		bool has_unit = mw_str_eq(unit, "kB") || mw_str_eq(unit, "KB");

		if (has_unit != kib)
			continue;
		for (size_t i = 0; i < n; i++) {
			if (!mw_str_eq(key, table[i].key))
				continue;
			slot = (struct mw_val *)((char *)into + table[i].offset);
			if (slot->why == MW_UNREAD)
				*slot = kib ? mw_mul(v, 1024) : v;
		}
	}
}

#define COUNT(name)                                                   \
	{                                                             \
#name, offsetof(struct mw_oom_counters, name##_pages) \
	}

void mw_oomline_counters(struct mw_oom_event *e, struct mw_str body)
{
	static const struct field table[] = {
		COUNT(active_anon),
		COUNT(inactive_anon),
		COUNT(isolated_anon),
		COUNT(active_file),
		COUNT(inactive_file),
		COUNT(isolated_file),
		COUNT(unevictable),
		COUNT(dirty),
		COUNT(writeback),
		COUNT(unstable),
		COUNT(slab_reclaimable),
		COUNT(slab_unreclaimable),
		COUNT(mapped),
		COUNT(shmem),
		COUNT(pagetables),
		COUNT(sec_pagetables),
		COUNT(bounce),
		COUNT(kernel_misc_reclaimable),
		COUNT(free),
		COUNT(free_pcp),
		COUNT(free_cma),
	};

	e->seen |= MW_SEEN_MEMINFO;
	take_pairs(body, table, sizeof(table) / sizeof(table[0]), false, &e->count);
}

#define NODE(key, member)                                         \
	{                                                         \
		key, offsetof(struct mw_oom_node, member##_bytes) \
	}

static struct mw_val node_of(struct mw_str body)
{
	struct mw_val node = mw_number_after(body, "Node ");

	if (!mw_str_starts(body, "Node "))
		return mw_no(MW_ABSENT);
	return mw_known(node) && node.v > MW_OOM_NODE_MAX ? mw_no(MW_BAD) : node;
}

void mw_oomline_node(struct mw_oom_event *e, struct mw_str body)
{
	static const struct field table[] = {
		NODE("active_anon", active_anon),
		NODE("inactive_anon", inactive_anon),
		NODE("active_file", active_file),
		NODE("inactive_file", inactive_file),
		NODE("unevictable", unevictable),
		NODE("isolated(anon)", isolated_anon),
		NODE("isolated(file)", isolated_file),
		NODE("mapped", mapped),
		NODE("dirty", dirty),
		NODE("writeback", writeback),
		NODE("shmem", shmem),
		NODE("kernel_stack", kernel_stack),
		NODE("shadow_call_stack", shadow_call_stack),
		NODE("pagetables", pagetables),
		NODE("sec_pagetables", sec_pagetables),
		NODE("Balloon", balloon),
		NODE("gpu_active", gpu_active),
		NODE("gpu_reclaim", gpu_reclaim),
		NODE("writeback_tmp", writeback_tmp),
	};
	struct mw_oom_node node = { .node = node_of(body) }, *list;

	for (size_t i = 0; i < e->n_nodes; i++)
		if (e->node[i].node.v == node.node.v)
			return;
	if (!mw_known(node.node) || e->n_nodes == MW_OOM_ROWS_MAX)
		return;
	take_pairs(body, table, sizeof(table) / sizeof(table[0]), true, &node);
	list = mw_arena_grow(&e->arena, e->node, e->n_nodes, sizeof(*list));
	if (!list)
		return;
	e->node = list;
	list[e->n_nodes++] = node;
}

/* The zone a line is about: the name between the node and what follows. */
static struct mw_oom_zone *zone_at(struct mw_oom_event *e, struct mw_val node, struct mw_str name)
{
	struct mw_oom_zone *list;

	for (size_t i = 0; i < e->n_zones; i++)
		if (mw_str_same(e->zone[i].name, name) && e->zone[i].node.v == node.v &&
		    e->zone[i].node.why == node.why)
			return &e->zone[i];
	if (e->n_zones == MW_OOM_ROWS_MAX || node.why == MW_BAD)
		return NULL;
	list = mw_arena_grow(&e->arena, e->zone, e->n_zones, sizeof(*list));
	if (!list)
		return NULL;
	e->zone = list;
	list[e->n_zones] =
		(struct mw_oom_zone){ .node = node, .name = mw_arena_copy(&e->arena, name) };
	return &list[e->n_zones++];
}

static struct mw_str skip_node(struct mw_str body)
{
	return mw_str_starts(body, "Node ")
		       ? mw_str_from(body, 6 + mw_str_find(mw_str_from(body, 5), ' '))
		       : body;
}

#define ZONE(key, member)                                         \
	{                                                         \
		key, offsetof(struct mw_oom_zone, member##_bytes) \
	}

void mw_oomline_zone(struct mw_oom_event *e, struct mw_str body)
{
	static const struct field table[] = {
		ZONE("free", free),
		ZONE("boost", boost),
		ZONE("min", min),
		ZONE("low", low),
		ZONE("high", high),
		ZONE("reserved_highatomic", reserved_highatomic),
		ZONE("free_highatomic", free_highatomic),
		ZONE("managed", managed),
		ZONE("present", present),
		ZONE("free_cma", free_cma),
		ZONE("free_pcp", free_pcp),
		ZONE("active_anon", active_anon),
		ZONE("inactive_anon", inactive_anon),
		ZONE("active_file", active_file),
		ZONE("inactive_file", inactive_file),
		ZONE("unevictable", unevictable),
		ZONE("isolated(anon)", isolated_anon),
		ZONE("isolated(file)", isolated_file),
		ZONE("mlocked", mlocked),
		ZONE("shmem", shmem),
		ZONE("slab_reclaimable", slab_reclaimable),
		ZONE("slab_unreclaimable", slab_unreclaimable),
		ZONE("kernel_stack", kernel_stack),
		ZONE("pagetables", pagetables),
		ZONE("bounce", bounce),
		ZONE("zspages", zspages),
		ZONE("dirty", dirty),
		ZONE("writeback", writeback),
	};
	struct mw_str rest = skip_node(body);
	struct mw_str name = { rest.p, mw_str_find(rest, ' ') };
	struct mw_oom_zone *z = zone_at(e, node_of(body), name);
	size_t at = mw_str_search(body, "all_unreclaimable? ");

	e->last_was_zone = false;
	if (!z || z->has_line)
		return;
	z->has_line = true;
	e->seen |= MW_SEEN_MEMINFO | MW_SEEN_ZONES;
	take_pairs(mw_str_from(rest, name.n), table, sizeof(table) / sizeof(table[0]), true, z);
	if (at < body.n) {
		z->all_unreclaimable_known = true;
		z->all_unreclaimable = mw_str_starts(mw_str_from(body, at + 19), "yes");
	}
	e->last_was_zone = true;
	e->last_zone = (size_t)(z - e->zone);
}

/* It belongs to the zone whose line stands just above: where that is gone, to none. */
void mw_oomline_reserve(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_str_from(body, mw_str_find(body, ':') + 1), word;
	struct mw_oom_zone *z;
	uint64_t v;

	if (!e->last_was_zone)
		return;
	z = &e->zone[e->last_zone];
	e->last_was_zone = false;
	if (z->n_reserves)
		return;
	while (z->n_reserves < MW_OOM_RESERVES && mw_str_word(&rest, &word)) {
		if (mw_str_u64(word, &v) < 0)
			break;
		z->reserve_pages[z->n_reserves++] = mw_ok(v);
	}
}

static uint8_t letters_of(struct mw_str s)
{
	static const char letters[] = "UMEHCIR";
	uint8_t bits = MW_BLOCK_LETTERS;

	for (size_t i = 0; i < s.n; i++) {
		const char *at = memchr(letters, s.p[i], 7);

		if (at)
			bits = (uint8_t)(bits | 1 << (at - letters));
	}
	return bits;
}

/* "22393*4kB": how many, of what size. */
static bool block_of(struct mw_str word, uint64_t *ret_count, uint64_t *ret_bytes)
{
	size_t star = mw_str_find(word, '*');
	struct mw_str size = mw_str_from(word, star + 1);
	uint64_t kib;

	if (star == word.n || size.n < 3 || !mw_str_ends(size, "kB"))
		return false;
	size.n -= 2;
	return !mw_str_u64((struct mw_str){ word.p, star }, ret_count) && !mw_str_u64(size, &kib) &&
	       !__builtin_mul_overflow(kib, 1024, ret_bytes) && kib;
}

static bool is_page_size(uint64_t bytes)
{
	return bytes >= 4096 && bytes <= 1 << 20 && !(bytes & (bytes - 1));
}

/* Order by order: each block must be twice the one before; what breaks that ends the row. */
void mw_oomline_buddy(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = skip_node(body), word;
	struct mw_str name = { rest.p, mw_str_find(rest, ':') };
	struct mw_oom_zone *z = zone_at(e, node_of(body), name);
	uint64_t count, bytes, want = 0;

	if (!z || z->has_buddy)
		return;
	rest = mw_str_from(rest, name.n + 1);
	while (z->n_orders < MW_OOM_ORDERS && mw_str_word(&rest, &word)) {
		if (word.p[0] == '(' && z->n_orders) {
			z->types[z->n_orders - 1] = letters_of(word);
			continue;
		}
		if (!block_of(word, &count, &bytes) || (want && bytes != want) ||
		    (!want && !is_page_size(bytes)))
			break;
		z->blocks[z->n_orders++] = mw_ok(count);
		if (!want && e->page_bytes.why == MW_UNREAD)
			e->page_bytes = mw_ok(bytes);
		want = bytes * 2;
	}
	z->has_buddy = z->n_orders;
	if (z->has_buddy)
		e->seen |= MW_SEEN_BUDDY;
}

void mw_oomline_hugetlb(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_oom_hugetlb h = { .node = node_of(body),
				    .total_count = mw_number_after(body, "hugepages_total="),
				    .free_count = mw_number_after(body, "hugepages_free="),
				    .surplus_count = mw_number_after(body, "hugepages_surp="),
				    .size_bytes = mw_kib_after(body, "hugepages_size=") };
	struct mw_oom_hugetlb *list;

	for (size_t i = 0; i < e->n_hugetlb; i++)
		if (e->hugetlb[i].node.v == h.node.v &&
		    e->hugetlb[i].size_bytes.v == h.size_bytes.v)
			return;
	if (e->n_hugetlb == MW_OOM_ROWS_MAX)
		return;
	list = mw_arena_grow(&e->arena, e->hugetlb, e->n_hugetlb, sizeof(*list));
	if (!list)
		return;
	e->hugetlb = list;
	list[e->n_hugetlb++] = h;
}

#define TAIL(text, member)                                     \
	{                                                      \
		text, offsetof(struct mw_oom_counters, member) \
	}

void mw_oomline_tail(struct mw_oom_event *e, struct mw_str body)
{
	static const struct field table[] = {
		TAIL("total pagecache pages", pagecache_pages),
		TAIL("pages in swap cache", swapcache_pages),
		TAIL("pages RAM", ram_pages),
		TAIL("pages of RAM", ram_pages),
		TAIL("pages HighMem", highmem_pages),
		TAIL("pages reserved", reserved_pages),
		TAIL("reserved pages", reserved_pages),
		TAIL("pages cma reserved", cma_reserved_pages),
		TAIL("pages hwpoisoned", hwpoisoned_pages),
	};
	struct mw_str word;
	struct mw_val v, *slot;
	uint64_t n;

	if (mw_str_starts(body, "Free swap"))
		e->count.swap_free_bytes = mw_kib_after(body, "= ");
	else if (mw_str_starts(body, "Total swap"))
		e->count.swap_total_bytes = mw_kib_after(body, "= ");
	if (!mw_str_word(&body, &word))
		return;
	v = mw_str_u64(word, &n) < 0 ? mw_no(MW_BAD) : mw_ok(n);
	body = mw_str_trim(body);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		slot = (struct mw_val *)((char *)&e->count + table[i].offset);
		if (mw_known(v) && mw_str_starts(body, table[i].key) && slot->why == MW_UNREAD)
			*slot = v;
	}
	if (mw_known(e->count.ram_pages))
		e->seen |= MW_SEEN_TAIL;
}
