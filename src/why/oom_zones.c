/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_zones - why each zone refused: the walk of why/zone_walk.h with the figures that the report
 * printed.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/oom.h"

const char *mw_oom_zone_name(const struct mw_oom_case *c, const struct mw_oom_zone *z)
{
	if (!mw_known(z->node))
		return mw_arena_cstr(c->arena, z->name);
	return mw_fmt(c->arena, "Node %" PRIu64 " %.*s", z->node.v, (int)z->name.n, z->name.p);
}

static struct mw_val pages(const struct mw_oom_case *c, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / c->page_bytes) : bytes;
}

/* "pages HighMem/MovableOnly" counts both; a machine with DMA32 has no HighMem. */
static bool has_highmem(const struct mw_oom_event *e)
{
	bool seen = false, dma32 = false;

	for (size_t i = 0; i < e->n_zones; i++) {
		seen |= mw_str_eq(e->zone[i].name, "HighMem");
		dma32 |= mw_str_eq(e->zone[i].name, "DMA32");
	}
	return seen || (!dma32 && mw_or(e->count.highmem_pages, 0));
}

struct mw_zone_facts mw_oom_zone_facts(const struct mw_oom_case *c, const struct mw_oom_zone *zone)
{
	struct mw_zone_facts facts = {}, *f = &facts;

	f->node = zone->node;
	f->name = zone->name;
	f->has_blocks = zone->has_buddy;
	f->mark_pages[MW_MARK_MIN] = pages(c, zone->min_bytes);
	f->mark_pages[MW_MARK_LOW] = pages(c, zone->low_bytes);
	f->mark_pages[MW_MARK_HIGH] = pages(c, zone->high_bytes);
	f->managed_pages = pages(c, zone->managed_bytes);
	f->present_pages = pages(c, zone->present_bytes);
	f->free_cma_pages = pages(c, zone->free_cma_bytes);
	f->reserved_highatomic_pages = pages(c, zone->reserved_highatomic_bytes);
	f->free_highatomic_pages = pages(c, zone->free_highatomic_bytes);
	f->n_reserves = zone->n_reserves;
	for (size_t i = 0; i < zone->n_reserves; i++)
		f->reserve_pages[i] = zone->reserve_pages[i];
	f->n_orders = zone->n_orders < MW_ORDERS ? zone->n_orders : MW_ORDERS;
	for (size_t i = 0; i < f->n_orders; i++) {
		f->blocks[i] = zone->blocks[i];
		f->types[i] = zone->types[i];
	}
	f->free_pages = zone->has_line ? pages(c, zone->free_bytes) : mw_zone_block_pages(f);
	return facts;
}

static bool node_is_shown(const struct mw_oom_event *e, uint64_t node)
{
	for (size_t i = 0; i < e->n_zones; i++)
		if (mw_or(e->zone[i].node, 0) == node)
			return true;
	return false;
}

static void name_unseen_nodes(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	const char *text = NULL;

	if (!e->mems_allowed.n || !e->n_zones)
		return;
	for (uint64_t n = 0; n < 64; n++)
		if (mw_walk_in_list(e->mems_allowed, n) && mw_walk_in_list(e->nodemask, n) &&
		    !node_is_shown(e, n))
			text = text ? mw_fmt(c->arena, "%s, %u", text, (unsigned)n)
				    : mw_fmt(c->arena, "%u", (unsigned)n);
	c->nodes_not_shown = text;
}

/* The counter of the whole machine, less what the allowed zones hold. */
static void free_elsewhere(struct mw_oom_case *c)
{
	struct mw_val here = mw_ok(0), all = mw_mul(c->event->count.free_pages, c->page_bytes);

	for (size_t i = 0; i < c->n_zones; i++)
		if (c->zone[i].verdict != MW_ZONE_NOT_ALLOWED)
			here = mw_add(here, c->zone[i].zone->free_bytes);
	c->free_elsewhere_bytes = mw_sub(all, here);
}

void mw_oom_zones(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_walk *w = &c->walk;

	*w = (struct mw_walk){ .arena = c->arena,
			       .release = c->release,
			       .page_bytes = c->page_bytes,
			       .gfp = c->gfp,
			       .gfp_known = c->gfp_known,
			       .order = e->order,
			       .mems_allowed = e->mems_allowed,
			       .nodemask = e->nodemask,
			       .node = c->node,
			       .highmem = has_highmem(e),
			       .last_try = e->kind <= MW_OOM_SYSRQ };
	w->zone = mw_arena_alloc(c->arena, (e->n_zones + 1) * sizeof(*w->zone));
	for (size_t i = 0; w->zone && i < e->n_zones; i++)
		w->zone[w->n_zones++] =
			(struct mw_walk_zone){ .zone = &e->zone[i],
					       .facts = mw_oom_zone_facts(c, &e->zone[i]) };
	mw_walk(w);
	c->zone = w->zone;
	c->n_zones = w->n_zones;
	name_unseen_nodes(c);
	free_elsewhere(c);
}
