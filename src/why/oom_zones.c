/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_zones - why each zone refused: the tests of get_page_from_freelist() done again with the
 * figures that the report printed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "kernel/number_list.h"
#include "why/oom.h"

/* A zone of whose free pages so many of 1000 are in smaller blocks is fragmented, even where its
 * marks are not shown. */
#define FRAGMENTED_PERMILLE 990

const char *mw_zone_verdict_name(enum mw_zone_verdict v)
{
	static const char *const names[] = {
		[MW_ZONE_UNKNOWN] = "unknown",
		[MW_ZONE_PASSES] = "passes",
		[MW_ZONE_NO_MEMORY] = "no-memory",
		[MW_ZONE_RESERVED] = "reserve",
		[MW_ZONE_FRAGMENTED] = "fragmentation",
		[MW_ZONE_LIKELY_FRAGMENTED] = "likely-fragmentation",
		[MW_ZONE_NOT_ALLOWED] = "not-allowed",
		[MW_ZONE_ABOVE] = "above-class",
	};

	return names[v];
}

bool mw_oom_in_list(struct mw_str list, uint64_t n)
{
	return !list.n || mw_str_starts(list, "(null)") || mw_list_has(list, n);
}

static bool type_of(struct mw_str name, enum mw_zone_type *ret)
{
	static const char *const names[] = { [MW_ZONE_DMA] = "DMA",
					     [MW_ZONE_DMA32] = "DMA32",
					     [MW_ZONE_NORMAL] = "Normal",
					     [MW_ZONE_HIGHMEM] = "HighMem",
					     [MW_ZONE_MOVABLE] = "Movable" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mw_str_eq(name, names[i])) {
			*ret = (enum mw_zone_type)i;
			return true;
		}
	return false;
}

static struct mw_val pages(const struct mw_oom_case *c, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / c->page_bytes) : bytes;
}

static bool is_populated(const struct mw_oom_zone *z)
{
	return mw_or(z->managed_bytes, 0) || mw_or(z->present_bytes, 0) || z->has_buddy;
}

static bool node_allowed(const struct mw_oom_case *c, const struct mw_oom_zone *z)
{
	uint64_t node = mw_or(z->node, 0);

	return mw_oom_in_list(c->event->mems_allowed, node) &&
	       mw_oom_in_list(c->event->nodemask, node);
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

/* Up to 5.7 the class is that of the first zone of the list that has memory: without a populated
 * Normal it is DMA32.  From 5.8 on it is that of the mask (prepare_alloc_pages(),
 * mm/page_alloc.c); where HighMem is not built in, __GFP_HIGHMEM means Normal. */
static enum mw_zone_type class_of(const struct mw_oom_case *c)
{
	enum mw_zone_type best = c->gfp.zone, type;
	bool found = false;

	if (best == MW_ZONE_HIGHMEM && !has_highmem(c->event))
		best = MW_ZONE_NORMAL;
	if (mw_release_at_least(c->release, 5, 8))
		return best;
	for (size_t i = 0; i < c->event->n_zones; i++) {
		const struct mw_oom_zone *z = &c->event->zone[i];

		if (!type_of(z->name, &type) || type > c->gfp.zone || !is_populated(z) ||
		    !node_allowed(c, z))
			continue;
		if (!found || type > best)
			best = type;
		found = true;
	}
	return best;
}

/* Zones that this kernel was built with, as the report shows them. */
struct built {
	bool seen[MW_ZONE_MOVABLE + 1];
};

static struct built built_of(const struct mw_oom_case *c)
{
	struct built b = { .seen = { [MW_ZONE_NORMAL] = true,
				     [MW_ZONE_HIGHMEM] = has_highmem(c->event),
				     [MW_ZONE_MOVABLE] = true } };
	enum mw_zone_type type;

	for (size_t i = 0; i < c->event->n_zones; i++)
		if (type_of(c->event->zone[i].name, &type))
			b.seen[type] = true;
	return b;
}

static size_t index_in(const struct built *b, enum mw_zone_type type)
{
	size_t at = 0;

	for (size_t i = 0; i < (size_t)type; i++)
		at += b->seen[i];
	return at;
}

static size_t count_of(const struct built *b)
{
	return index_in(b, MW_ZONE_MOVABLE) + 1;
}

/* lowmem_reserve[class]: the array has one entry a zone type that was built in, and does not say
 * which.  Where more than one way to read it is left and they differ, it is not known. */
static struct mw_val reserve_of(const struct mw_oom_case *c, const struct mw_oom_zone *z)
{
	struct built b = built_of(c);
	struct mw_val found = mw_no(MW_UNREAD), v;

	for (unsigned way = 0; way < 8; way++) {
		struct built w = b;
		size_t device = way >> 2, at;

		w.seen[MW_ZONE_DMA] |= way & 1;
		w.seen[MW_ZONE_DMA32] |= way >> 1 & 1;
		if (count_of(&w) + device != z->n_reserves)
			continue;
		at = index_in(&w, c->zone_class);
		v = z->reserve_pages[at];
		if (mw_known(found) && found.v != v.v)
			return mw_no(MW_UNREAD);
		found = v;
	}
	return found;
}

/* Which order has a block this request may take: a list of a type it may use is not empty. */
static void usable_blocks(const struct mw_oom_case *c, const struct mw_oom_zone *z,
			  struct mw_zone_state *s)
{
	unsigned usable =
		MW_BLOCK_UNMOVABLE | MW_BLOCK_MOVABLE | MW_BLOCK_RECLAIMABLE | MW_BLOCK_RESERVE;

	if (c->request.movable)
		usable |= MW_BLOCK_CMA;
	if (mw_watermark_highatomic(&c->request, c->release))
		usable |= MW_BLOCK_HIGHATOMIC;
	s->types_known = true;
	for (size_t i = 0; i < MW_ORDERS; i++) {
		bool shown = i < z->n_orders;

		s->free_blocks[i] = shown ? z->blocks[i] : mw_no(MW_ABSENT);
		if (!z->has_buddy)
			s->free_blocks[i] = mw_no(MW_UNREAD);
		s->usable[i] = true;
		if (!shown || !z->blocks[i].v)
			continue;
		if (z->types[i] & MW_BLOCK_LETTERS)
			s->usable[i] = z->types[i] & usable;
		else
			s->types_known = false;
	}
}

/* What of the highatomic blocks this release takes off: all that are reserved up to 6.10, the free
 * ones from then on; printed from 5.5 and from 6.17. */
static struct mw_val highatomic_of(const struct mw_oom_case *c, const struct mw_oom_zone *z)
{
	if (!mw_release_at_least(c->release, 4, 4))
		return mw_no(MW_ABSENT);
	if (mw_known(z->free_highatomic_bytes))
		return pages(c, z->free_highatomic_bytes);
	if (mw_known(z->reserved_highatomic_bytes) &&
	    (!z->reserved_highatomic_bytes.v || !mw_release_at_least(c->release, 6, 11)))
		return pages(c, z->reserved_highatomic_bytes);
	for (size_t i = 0; i < z->n_orders; i++)
		if (z->types[i] & MW_BLOCK_HIGHATOMIC)
			return mw_no(MW_UNREAD);
	return z->has_buddy ? mw_ok(0) : mw_no(MW_UNREAD);
}

static struct mw_val sum_of_blocks(const struct mw_oom_zone *z)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < z->n_orders; i++)
		sum = mw_add(sum, mw_mul(z->blocks[i], UINT64_C(1) << i));
	return z->has_buddy ? sum : mw_no(MW_UNREAD);
}

static void fill_state(const struct mw_oom_case *c, const struct mw_oom_zone *z,
		       struct mw_zone_state *s)
{
	s->free_pages = z->has_line ? pages(c, z->free_bytes) : sum_of_blocks(z);
	s->mark_pages[MW_MARK_MIN] = pages(c, z->min_bytes);
	s->mark_pages[MW_MARK_LOW] = pages(c, z->low_bytes);
	s->mark_pages[MW_MARK_HIGH] = pages(c, z->high_bytes);
	s->reserve_pages = z->n_reserves ? reserve_of(c, z) : mw_no(MW_UNREAD);
	s->free_cma_pages =
		mw_known(z->free_cma_bytes) ? pages(c, z->free_cma_bytes) : mw_no(MW_ABSENT);
	s->highatomic_pages = highatomic_of(c, z);
	usable_blocks(c, z, s);
}

static uint64_t small_pages(const struct mw_oom_zone *z, unsigned order)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < z->n_orders && i < order; i++)
		sum += mw_or(mw_mul(z->blocks[i], UINT64_C(1) << i), 0);
	return sum;
}

static enum mw_zone_verdict of_test(enum mw_zone_test t)
{
	switch (t) {
	case MW_TEST_PASSES:
		return MW_ZONE_PASSES;
	case MW_TEST_NO_MEMORY:
		return MW_ZONE_NO_MEMORY;
	case MW_TEST_RESERVE:
		return MW_ZONE_RESERVED;
	case MW_TEST_FRAGMENTED:
		return MW_ZONE_FRAGMENTED;
	case MW_TEST_UNKNOWN:
		return MW_ZONE_UNKNOWN;
	}
	return MW_ZONE_UNKNOWN;
}

/* Min decides; the last try at high only keeps the OOM killer from being called. */
static enum mw_zone_verdict verdict_of(const struct mw_oom_case *c,
				       const struct mw_oom_zone_case *z)
{
	enum mw_zone_verdict at_min = of_test(z->step[1].test), at_high = of_test(z->step[2].test);
	struct mw_val sum = sum_of_blocks(z->zone);
	bool killed = c->event->kind <= MW_OOM_SYSRQ;

	if (at_min == MW_ZONE_PASSES && killed && at_high != MW_ZONE_PASSES)
		return at_high;
	if (at_min == MW_ZONE_UNKNOWN && c->request.order && mw_or(sum, 0) &&
	    mw_permille(z->small_pages, sum.v) >= FRAGMENTED_PERMILLE)
		return MW_ZONE_LIKELY_FRAGMENTED;
	return at_min;
}

static void test_zone(const struct mw_oom_case *c, struct mw_oom_zone_case *z)
{
	static const enum mw_mark marks[MW_OOM_STEPS] = { MW_MARK_LOW, MW_MARK_MIN, MW_MARK_HIGH };
	struct mw_zone_request q = c->request;

	z->n_steps = MW_OOM_STEPS;
	for (size_t i = 0; i < MW_OOM_STEPS; i++) {
		q.slow = marks[i] == MW_MARK_MIN;
		mw_watermark_test(&z->state, &q, marks[i], c->release, &z->step[i]);
	}
	z->small_pages = small_pages(z->zone, c->request.order);
	z->index_known = mw_fragmentation_index(&z->state, c->request.order, &z->index);
	z->verdict = verdict_of(c, z);
}

static void add_zone(struct mw_oom_case *c, const struct mw_oom_zone *zone)
{
	struct mw_oom_zone_case *z = &c->zone[c->n_zones++];
	enum mw_zone_type type;

	*z = (struct mw_oom_zone_case){ .zone = zone };
	fill_state(c, zone, &z->state);
	if (!type_of(zone->name, &type))
		return;
	if (!node_allowed(c, zone))
		z->verdict = MW_ZONE_NOT_ALLOWED;
	else if (!c->gfp_known)
		return;
	else if (type > c->gfp.zone)
		z->verdict = MW_ZONE_ABOVE;
	else if (mw_known(c->event->order) && c->event->order.v < MW_ORDERS)
		test_zone(c, z);
}

static int rank_of(const struct mw_oom_zone *z)
{
	enum mw_zone_type type;

	return type_of(z->name, &type) ? (int)type : -1;
}

/* The node that asked first, then by number; in a node from the highest zone down. */
static int by_zonelist(const struct mw_oom_zone_case *a, const struct mw_oom_zone_case *b,
		       struct mw_val node)
{
	uint64_t na = mw_or(a->zone->node, 0), nb = mw_or(b->zone->node, 0);

	if (na != nb) {
		if (mw_known(node) && (na == node.v || nb == node.v))
			return na == node.v ? -1 : 1;
		return na < nb ? -1 : 1;
	}
	return rank_of(b->zone) - rank_of(a->zone);
}

static void sort_zones(struct mw_oom_case *c)
{
	for (size_t i = 1; i < c->n_zones; i++)
		for (size_t k = i; k && by_zonelist(&c->zone[k - 1], &c->zone[k], c->node) > 0;
		     k--) {
			struct mw_oom_zone_case swap = c->zone[k];

			c->zone[k] = c->zone[k - 1];
			c->zone[k - 1] = swap;
		}
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
		if (mw_oom_in_list(e->mems_allowed, n) && mw_oom_in_list(e->nodemask, n) &&
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

static void set_request(struct mw_oom_case *c)
{
	c->request = (struct mw_zone_request){
		.order = mw_known(c->event->order) ? (unsigned)c->event->order.v : 0,
		.movable = c->gfp.movable,
		.high = c->gfp.high,
		.harder = c->gfp.harder,
		.non_block = c->gfp.non_block,
		.no_marks = c->gfp.no_marks,
	};
	c->zone_class = class_of(c);
}

void mw_oom_zones(struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;

	set_request(c);
	c->zone = mw_arena_alloc(c->arena, (e->n_zones + 1) * sizeof(*c->zone));
	if (!c->zone)
		return;
	for (size_t i = 0; i < e->n_zones; i++)
		add_zone(c, &e->zone[i]);
	sort_zones(c);
	name_unseen_nodes(c);
	free_elsewhere(c);
}
