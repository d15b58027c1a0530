/* SPDX-License-Identifier: Apache-2.0 */
#include "why/zones_private.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "kernel/number_list.h"
#include "model/zonelist.h"

const char *mw_zone_level_name(enum mw_zone_level level)
{
	static const char *const names[] = {
		[MW_LEVEL_UNKNOWN] = "not known",     [MW_LEVEL_EMPTY] = "empty",
		[MW_LEVEL_BELOW_MIN] = "below min",   [MW_LEVEL_BELOW_LOW] = "below low",
		[MW_LEVEL_BELOW_HIGH] = "below high", [MW_LEVEL_OK] = "ok",
	};

	return names[level];
}

const char *mw_zones_name(const struct mw_zone_facts *f, struct mw_arena *arena)
{
	if (!mw_known(f->node))
		return mw_arena_cstr(arena, f->name);
	return mw_fmt(arena, "Node %" PRIu64 " %.*s", f->node.v, (int)f->name.n, f->name.p);
}

enum mw_zone_level mw_zones_level(const struct mw_zone *z)
{
	if (mw_known(z->managed_pages) && !z->managed_pages.v)
		return MW_LEVEL_EMPTY;
	if (z->present_pages.why == MW_OK && !z->present_pages.v)
		return MW_LEVEL_EMPTY;
	if (!mw_known(z->free_pages) || !mw_known(z->min_pages) || !mw_known(z->low_pages) ||
	    !mw_known(z->high_pages))
		return MW_LEVEL_UNKNOWN;
	if (z->free_pages.v <= z->min_pages.v)
		return MW_LEVEL_BELOW_MIN;
	if (z->free_pages.v <= z->low_pages.v)
		return MW_LEVEL_BELOW_LOW;
	return z->free_pages.v <= z->high_pages.v ? MW_LEVEL_BELOW_HIGH : MW_LEVEL_OK;
}

static uint8_t type_bit(struct mw_str name, char *ret_letter)
{
	static const struct {
		const char *name;
		uint8_t bit;
		char letter;
	} types[] = { { "Unmovable", MW_BLOCK_UNMOVABLE, 'U' },
		      { "Movable", MW_BLOCK_MOVABLE, 'M' },
		      { "Reclaimable", MW_BLOCK_RECLAIMABLE, 'E' },
		      { "HighAtomic", MW_BLOCK_HIGHATOMIC, 'H' },
		      { "CMA", MW_BLOCK_CMA, 'C' },
		      { "Isolate", MW_BLOCK_ISOLATE, 'I' },
		      { "Reserve", MW_BLOCK_RESERVE, 'R' } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (mw_str_eq(name, types[i].name)) {
			*ret_letter = types[i].letter;
			return types[i].bit;
		}
	return 0;
}

static bool is_zone(const struct mw_zones_zone *z, uint64_t node, struct mw_str name)
{
	return z->zone->node == node && mw_str_same(z->zone->name, name);
}

static void add_blocks(const struct mw_snap *s, struct mw_zones_zone *z)
{
	struct mw_str text = s->zones.buddyinfo_text;
	struct mw_zone_facts *f = &z->facts;
	struct mw_buddy_zone b;

	for (size_t i = 0; i < MW_ORDERS; i++)
		f->blocks[i] = mw_no(MW_ABSENT);
	while (mw_buddyinfo_next(&text, &b)) {
		if (!is_zone(z, b.node, b.zone))
			continue;
		f->has_blocks = true;
		f->n_orders = b.n_orders;
		memcpy(f->blocks, b.blocks, sizeof(f->blocks));
	}
}

/* One row of a type: which orders it has blocks of; the free ones of HighAtomic are counted. */
static void add_type(const struct mw_pagetype_row *row, struct mw_zones_zone *z, char *letters)
{
	struct mw_zone_facts *f = &z->facts;
	char letter = 0;
	uint8_t bit = type_bit(row->type, &letter);
	struct mw_val sum = mw_ok(0);
	bool any = false;

	for (size_t o = 0; o < row->n_orders; o++) {
		f->types[o] |= MW_BLOCK_LETTERS;
		if (mw_or(row->blocks[o], 1)) {
			f->types[o] |= bit;
			any = true;
		}
		sum = mw_add(sum, row->capped[o] ? mw_no(MW_UNREAD)
						 : mw_mul(row->blocks[o], UINT64_C(1) << o));
	}
	if (bit == MW_BLOCK_HIGHATOMIC && !mw_known(f->free_highatomic_pages))
		f->free_highatomic_pages = sum;
	if (any && letter)
		letters[strlen(letters)] = letter;
}

static void add_types(const struct mw_snap *s, struct mw_zones_zone *z, struct mw_arena *arena)
{
	struct mw_str text = s->zones.pagetypeinfo_text;
	char *letters = mw_arena_alloc(arena, MW_PAGE_TYPES + 1);
	struct mw_pagetype_row row;
	bool any = false;

	while (letters && mw_pagetypeinfo_next(&text, &row)) {
		if (!is_zone(z, row.node, row.zone) || strlen(letters) >= MW_PAGE_TYPES)
			continue;
		any = true;
		add_type(&row, z, letters);
	}
	z->types = any ? letters : NULL;
}

/* How many pageblocks are kept for atomic requests: what 4.4 to 6.10 take off, free or not. */
static struct mw_val reserved_highatomic(const struct mw_snap *s, const struct mw_zones_zone *z)
{
	struct mw_pagetype_head head;
	struct mw_pageblock_row row;

	mw_pagetypeinfo_head(s->zones.pagetypeinfo_text, &head);
	while (mw_pageblocks_next(&head.pageblock_rows, &row)) {
		if (!is_zone(z, row.node, row.zone))
			continue;
		for (size_t t = 0; t < row.n_types && t < head.n_types; t++)
			if (mw_str_eq(head.type[t], "HighAtomic") && mw_known(head.pageblock_pages))
				return mw_mul(row.count[t], head.pageblock_pages.v);
	}
	return mw_no(MW_UNREAD);
}

/* Whatever is taken off for atomic requests, it is not more than 1 % of the zone and two
 * pageblocks, which are at most of the largest order (reserve_highatomic_pageblock()). */
static struct mw_val most_highatomic(const struct mw_zone_map *z, const struct mw_zone *zone,
				     const struct mw_zone_facts *f)
{
	size_t largest = (f->n_orders ? f->n_orders : MW_ORDERS) - 1;
	uint64_t managed = mw_or(zone->managed_pages, UINT64_MAX / 2);

	if (mw_release_is_known(z->release) && !mw_release_at_least(z->release, 4, 4))
		return mw_ok(0);
	return mw_ok(managed / 100 + (UINT64_C(2) << largest));
}

static void fill_facts(const struct mw_zone_map *zs, struct mw_zones_zone *z,
		       struct mw_arena *arena)
{
	const struct mw_zone *zone = z->zone;
	struct mw_zone_facts *f = &z->facts;

	f->node = mw_ok(zone->node);
	f->name = zone->name;
	f->free_pages = zone->free_pages;
	f->mark_pages[MW_MARK_MIN] = zone->min_pages;
	f->mark_pages[MW_MARK_LOW] = zone->low_pages;
	f->mark_pages[MW_MARK_HIGH] = zone->high_pages;
	f->managed_pages = zone->managed_pages;
	f->present_pages = zone->present_pages;
	f->free_cma_pages = zone->free_cma_pages;
	f->free_highatomic_pages = zone->free_highatomic_pages;
	f->reserved_highatomic_pages = zone->reserved_highatomic_pages;
	f->n_reserves =
		zone->n_lowmem_reserve < MW_OOM_RESERVES ? zone->n_lowmem_reserve : MW_OOM_RESERVES;
	for (size_t i = 0; i < f->n_reserves; i++)
		f->reserve_pages[i] = mw_ok(zone->lowmem_reserve_pages[i]);
	add_blocks(zs->snap, z);
	add_types(zs->snap, z, arena);
	if (!mw_known(f->free_pages))
		f->free_pages = mw_zone_block_pages(f);
	if (!mw_known(f->reserved_highatomic_pages))
		f->reserved_highatomic_pages = reserved_highatomic(zs->snap, z);
	if (!z->types)
		f->most_highatomic_pages = most_highatomic(zs, zone, f);
}

static struct mw_zones_node *node_at(struct mw_zone_map *z, struct mw_arena *arena, uint64_t number)
{
	struct mw_zones_node *list;

	for (size_t i = 0; i < z->n_nodes; i++)
		if (z->node[i].node == number)
			return &z->node[i];
	list = mw_arena_grow(arena, z->node, z->n_nodes, sizeof(*list));
	if (!list)
		return NULL;
	z->node = list;
	list[z->n_nodes] = (struct mw_zones_node){ .node = number };
	return &list[z->n_nodes++];
}

struct mw_zones_zone *mw_zones_add(struct mw_zone_map *z, const struct mw_zone *zone,
				   struct mw_arena *arena)
{
	struct mw_zones_node *node = node_at(z, arena, zone->node);
	struct mw_zones_zone *list;

	if (!node)
		return NULL;
	list = mw_arena_grow(arena, node->zone, node->n_zones, sizeof(*list));
	if (!list)
		return NULL;
	node->zone = list;
	list[node->n_zones] = (struct mw_zones_zone){ .zone = zone, .level = mw_zones_level(zone) };
	node->has_memory |= list[node->n_zones].level != MW_LEVEL_EMPTY;
	return &list[node->n_zones++];
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = ((const struct mw_zones_node *)a)->node;
	uint64_t y = ((const struct mw_zones_node *)b)->node;

	return x < y ? -1 : x > y;
}

/* "10 21 31": to the online nodes in their order. */
static void read_distances(const struct mw_zone_map *z, struct mw_zones_node *node,
			   struct mw_str text, struct mw_arena *arena)
{
	struct mw_str word;
	uint64_t v;

	node->distance = mw_arena_alloc(arena, z->n_nodes * sizeof(*node->distance));
	if (!node->distance)
		return;
	for (size_t i = 0; i < z->n_nodes && mw_str_word(&text, &word); i++)
		node->distance[i] = mw_str_u64(word, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
	/* The list has as many entries as there are nodes, or it is of other nodes. */
	if (mw_str_word(&text, &word))
		node->distance[0] = mw_no(MW_BAD);
	if (z->n_nodes == 1 && node->distance[0].why == MW_UNREAD)
		node->distance[0] = mw_ok(10);
}

void mw_zones_settle(struct mw_zone_map *z, struct mw_arena *arena)
{
	const struct mw_snap *s = z->snap;

	for (size_t i = 0; i < s->n_nodes; i++) {
		struct mw_zones_node *node = node_at(z, arena, s->node[i].node);

		if (!node)
			return;
		node->cpus_known = true;
		node->cpus = s->node[i].cpus;
		node->has_cpus = node->cpus.n;
	}
	if (z->n_nodes)
		qsort(z->node, z->n_nodes, sizeof(*z->node), by_number);
	for (size_t i = 0; i < z->n_nodes; i++) {
		struct mw_str text = {};

		for (size_t k = 0; k < s->zone_rules.n_distances; k++)
			if (s->zone_rules.distance[k].node == z->node[i].node)
				text = s->zone_rules.distance[k].text;
		read_distances(z, &z->node[i], text, arena);
	}
}

void mw_zones_build(const struct mw_snap *s, struct mw_release release, struct mw_arena *arena,
		    struct mw_zone_map *ret)
{
	struct mw_zone_map z = { .snap = s, .release = release };
	struct mw_zone_parts parts = {};

	mw_zone_parts(s, arena, &parts);
	z.min_free_at_boot_kib = parts.min_free_at_boot_kib;
	for (size_t i = 0; i < s->zoneinfo.n_zones; i++) {
		struct mw_zones_zone *zone = mw_zones_add(&z, &s->zoneinfo.zone[i], arena);

		if (!zone)
			break;
		zone->parts = parts.n_zones ? &parts.zone[i] : NULL;
		fill_facts(&z, zone, arena);
		z.types_known |= zone->types != NULL;
	}
	mw_zones_settle(&z, arena);
	*ret = z;
}

struct mw_val mw_zones_node_of(const struct mw_zone_map *z, uint64_t cpu)
{
	bool all = true;

	for (size_t i = 0; i < z->n_nodes; i++) {
		if (z->node[i].cpus_known && z->node[i].has_cpus &&
		    mw_list_has(z->node[i].cpus, cpu))
			return mw_ok(z->node[i].node);
		all &= z->node[i].cpus_known;
	}
	if (!all && z->n_nodes == 1)
		return mw_ok(z->node[0].node);
	return mw_no(all ? MW_ABSENT : MW_UNREAD);
}
