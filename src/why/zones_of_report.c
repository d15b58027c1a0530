/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_of_report - the zones as a report of the kernel's log shows them, and what was asked then.
 */
#include <string.h>

#include "why/oom.h"
#include "why/zones_private.h"

static struct mw_val pages(const struct mw_oom_case *c, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / c->page_bytes) : bytes;
}

static struct mw_val or_absent(struct mw_val v)
{
	return v.why == MW_UNREAD ? mw_no(MW_ABSENT) : v;
}

/* The line of a zone as /proc/zoneinfo would have it. */
static struct mw_zone zone_of(const struct mw_oom_case *c, const struct mw_oom_zone *o,
			      const struct mw_zone_facts *f)
{
	struct mw_zone z = { .node = mw_or(o->node, 0),
			     .name = f->name,
			     .free_pages = f->free_pages,
			     .boost_pages = or_absent(pages(c, o->boost_bytes)),
			     .min_pages = f->mark_pages[MW_MARK_MIN],
			     .low_pages = f->mark_pages[MW_MARK_LOW],
			     .high_pages = f->mark_pages[MW_MARK_HIGH],
			     .promo_pages = mw_no(MW_ABSENT),
			     .present_pages = f->present_pages,
			     .managed_pages = or_absent(f->managed_pages),
			     .free_cma_pages = or_absent(f->free_cma_pages),
			     .percpu_list_pages = or_absent(pages(c, o->free_pcp_bytes)) };

	if (o->all_unreclaimable_known)
		z.unreclaimable = mw_ok(o->all_unreclaimable);
	for (size_t i = 0; i < f->n_reserves && i < MW_ZONE_CLASSES; i++)
		if (mw_known(f->reserve_pages[i]))
			z.lowmem_reserve_pages[z.n_lowmem_reserve++] = f->reserve_pages[i].v;
	return z;
}

/* The letters of its free blocks; NULL: this kernel prints none. */
static const char *types_of(const struct mw_zone_facts *f, struct mw_arena *arena)
{
	static const struct {
		uint8_t bit;
		char letter;
	} types[] = { { MW_BLOCK_UNMOVABLE, 'U' },   { MW_BLOCK_MOVABLE, 'M' },
		      { MW_BLOCK_RECLAIMABLE, 'E' }, { MW_BLOCK_HIGHATOMIC, 'H' },
		      { MW_BLOCK_CMA, 'C' },	     { MW_BLOCK_ISOLATE, 'I' },
		      { MW_BLOCK_RESERVE, 'R' } };
	char letters[sizeof(types) / sizeof(types[0]) + 1] = "", *p = letters;
	uint8_t all = 0;

	for (size_t i = 0; i < f->n_orders; i++)
		all |= f->types[i];
	if (!(all & MW_BLOCK_LETTERS))
		return NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (all & types[i].bit)
			*p++ = types[i].letter;
	return mw_arena_cstr(arena, mw_str_of(letters));
}

static void add_zone(struct mw_zone_map *z, const struct mw_oom_case *c,
		     const struct mw_oom_zone *o, struct mw_zone *slot, struct mw_arena *arena)
{
	struct mw_zone_facts f = mw_oom_zone_facts(c, o);
	struct mw_zones_zone *zone;

	f.name = mw_arena_copy(arena, f.name);
	*slot = zone_of(c, o, &f);
	zone = mw_zones_add(z, slot, arena);
	if (!zone)
		return;
	zone->facts = f;
	zone->types = types_of(&f, arena);
	z->types_known |= zone->types != NULL;
}

static int rank_of(const struct mw_zones_zone *z)
{
	enum mw_zone_type type;

	return mw_zone_type_of(z->facts.name, &type) ? (int)type : MW_ZONE_MOVABLE + 1;
}

/* From the lowest class up, as /proc lists them: a report that lost lines has them as they came. */
static void sort_zones(struct mw_zones_node *n)
{
	for (size_t i = 1; i < n->n_zones; i++)
		for (size_t k = i; k && rank_of(&n->zone[k - 1]) > rank_of(&n->zone[k]); k--) {
			struct mw_zones_zone swap = n->zone[k];

			n->zone[k] = n->zone[k - 1];
			n->zone[k - 1] = swap;
		}
}

void mw_zones_of_report(const struct mw_oom_case *c, const struct mw_snap *of,
			struct mw_release release, struct mw_arena *arena, struct mw_zone_map *ret)
{
	const struct mw_oom_event *e = c->event;
	struct mw_snap *s = mw_arena_alloc(arena, sizeof(*s));
	struct mw_zone_map z = { .snap = s, .release = release, .highmem = c->walk.highmem };

	*ret = z;
	if (!s)
		return;
	s->host = (struct mw_host){ .kernel = mw_arena_copy(arena, e->release_text),
				    .release = c->release,
				    .page_bytes = c->page_bytes,
				    .page_bytes_assumed = c->page_inferred };
	s->node = of->node;
	s->n_nodes = of->n_nodes;
	s->zoneinfo.zone = mw_arena_alloc(arena, (e->n_zones + 1) * sizeof(struct mw_zone));
	for (size_t i = 0; s->zoneinfo.zone && i < e->n_zones; i++)
		add_zone(&z, c, &e->zone[i], &s->zoneinfo.zone[s->zoneinfo.n_zones++], arena);
	for (size_t i = 0; i < z.n_nodes; i++)
		sort_zones(&z.node[i]);
	mw_zones_settle(&z, arena);
	*ret = z;
}

bool mw_zone_ask_of_report(const struct mw_oom_case *c, struct mw_arena *arena,
			   struct mw_zone_ask *ret)
{
	const struct mw_oom_event *e = c->event;
	struct mw_zone_ask ask = { .cpu = e->asker_cpu };

	if (!c->gfp_known || !c->gfp.mask || !mw_known(e->order) || e->order.v >= MW_ORDERS)
		return false;
	ask.order = (unsigned)e->order.v;
	ask.gfp_mask = e->gfp_mask.v;
	ask.mems = mw_arena_copy(arena, e->mems_allowed);
	if (!mw_str_starts(e->nodemask, "(null)"))
		ask.bind = mw_arena_copy(arena, e->nodemask);
	*ret = ask;
	return true;
}
