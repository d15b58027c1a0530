/* SPDX-License-Identifier: Apache-2.0 */
#include "why/zone_walk.h"

#include <string.h>

#include "base/fmt.h"
#include "kernel/number_list.h"

/* A zone of whose free pages so many of 1000 are in smaller blocks is fragmented, even where its
 * marks are not shown. */
#define FRAGMENTED_PERMILLE 990

const char *const mw_walk_step_names[MW_WALK_STEPS] = { "low", "min", "high" };

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

bool mw_walk_in_list(struct mw_str list, uint64_t n)
{
	return !list.n || mw_str_starts(list, "(null)") || mw_list_has(list, n);
}

bool mw_zone_type_of(struct mw_str name, enum mw_zone_type *ret)
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

static bool is_populated(const struct mw_zone_facts *f)
{
	return mw_or(f->managed_pages, 0) || mw_or(f->present_pages, 0) || f->has_blocks;
}

static bool node_allowed(const struct mw_walk *w, const struct mw_zone_facts *f)
{
	uint64_t node = mw_or(f->node, 0);

	return mw_walk_in_list(w->mems_allowed, node) && mw_walk_in_list(w->nodemask, node) &&
	       (!w->own_node_only || !mw_known(w->node) || w->node.v == node);
}

/* Up to 5.7 the class is that of the first zone of the list that has memory: without a populated
 * Normal it is DMA32.  From 5.8 on it is that of the mask (prepare_alloc_pages(),
 * mm/page_alloc.c); where HighMem is not built in, __GFP_HIGHMEM means Normal. */
static enum mw_zone_type class_of(const struct mw_walk *w)
{
	enum mw_zone_type best = w->gfp.zone, type;
	bool found = false;

	if (best == MW_ZONE_HIGHMEM && !w->highmem)
		best = MW_ZONE_NORMAL;
	if (mw_release_at_least(w->release, 5, 8))
		return best;
	for (size_t i = 0; i < w->n_zones; i++) {
		const struct mw_zone_facts *f = &w->zone[i].facts;

		if (!mw_zone_type_of(f->name, &type) || type > w->gfp.zone || !is_populated(f) ||
		    !node_allowed(w, f))
			continue;
		if (!found || type > best)
			best = type;
		found = true;
	}
	return best;
}

/* Zones that this kernel was built with, as it shows them. */
struct built {
	bool seen[MW_ZONE_MOVABLE + 1];
};

static struct built built_of(const struct mw_walk *w)
{
	struct built b = { .seen = { [MW_ZONE_NORMAL] = true,
				     [MW_ZONE_HIGHMEM] = w->highmem,
				     [MW_ZONE_MOVABLE] = true } };
	enum mw_zone_type type;

	for (size_t i = 0; i < w->n_zones; i++)
		if (mw_zone_type_of(w->zone[i].facts.name, &type))
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
static struct mw_val reserve_of(const struct mw_walk *w, const struct mw_zone_facts *f)
{
	struct built b = built_of(w);
	struct mw_val found = mw_no(MW_UNREAD), v;

	for (unsigned way = 0; way < 8; way++) {
		struct built try = b;
		size_t device = way >> 2, at;

		try.seen[MW_ZONE_DMA] |= way & 1;
		try.seen[MW_ZONE_DMA32] |= way >> 1 & 1;
		if (count_of(&try) + device != f->n_reserves)
			continue;
		at = index_in(&try, w->zone_class);
		v = f->reserve_pages[at];
		if (mw_known(found) && found.v != v.v)
			return mw_no(MW_UNREAD);
		found = v;
	}
	return found;
}

/* Which order has a block this request may take: a list of a type it may use is not empty. */
static void usable_blocks(const struct mw_walk *w, const struct mw_zone_facts *f,
			  struct mw_zone_state *s)
{
	unsigned usable =
		MW_BLOCK_UNMOVABLE | MW_BLOCK_MOVABLE | MW_BLOCK_RECLAIMABLE | MW_BLOCK_RESERVE;

	if (w->request.movable)
		usable |= MW_BLOCK_CMA;
	if (mw_watermark_highatomic(&w->request, w->release))
		usable |= MW_BLOCK_HIGHATOMIC;
	s->types_known = true;
	for (size_t i = 0; i < MW_ORDERS; i++) {
		bool shown = i < f->n_orders;

		s->free_blocks[i] = shown ? f->blocks[i] : mw_no(MW_ABSENT);
		if (!f->has_blocks)
			s->free_blocks[i] = mw_no(MW_UNREAD);
		s->usable[i] = true;
		if (!shown || !f->blocks[i].v)
			continue;
		if (f->types[i] & MW_BLOCK_LETTERS)
			s->usable[i] = f->types[i] & usable;
		else
			s->types_known = false;
	}
}

/* What of the highatomic blocks this release takes off: all that are reserved up to 6.10, the free
 * ones from then on; printed from 5.5 and from 6.17. */
static struct mw_val highatomic_of(const struct mw_walk *w, const struct mw_zone_facts *f)
{
	if (!mw_release_at_least(w->release, 4, 4))
		return mw_no(MW_ABSENT);
	if (mw_known(f->free_highatomic_pages))
		return f->free_highatomic_pages;
	if (mw_known(f->reserved_highatomic_pages) &&
	    (!f->reserved_highatomic_pages.v || !mw_release_at_least(w->release, 6, 11)))
		return f->reserved_highatomic_pages;
	if (mw_known(f->most_highatomic_pages))
		return f->most_highatomic_pages.v ? mw_no(MW_UNREAD) : mw_ok(0);
	for (size_t i = 0; i < f->n_orders; i++)
		if (f->types[i] & MW_BLOCK_HIGHATOMIC)
			return mw_no(MW_UNREAD);
	return f->has_blocks ? mw_ok(0) : mw_no(MW_UNREAD);
}

struct mw_val mw_zone_block_pages(const struct mw_zone_facts *f)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < f->n_orders; i++)
		sum = mw_add(sum, mw_mul(f->blocks[i], UINT64_C(1) << i));
	return f->has_blocks ? sum : mw_no(MW_UNREAD);
}

static void fill_state(const struct mw_walk *w, const struct mw_zone_facts *f,
		       struct mw_zone_state *s)
{
	s->free_pages = f->free_pages;
	memcpy(s->mark_pages, f->mark_pages, sizeof(s->mark_pages));
	s->reserve_pages = f->n_reserves ? reserve_of(w, f) : mw_no(MW_UNREAD);
	s->free_cma_pages = mw_known(f->free_cma_pages) ? f->free_cma_pages : mw_no(MW_ABSENT);
	s->highatomic_pages = highatomic_of(w, f);
	usable_blocks(w, f, s);
}

static uint64_t small_pages(const struct mw_zone_facts *f, unsigned order)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < f->n_orders && i < order; i++)
		sum += mw_or(mw_mul(f->blocks[i], UINT64_C(1) << i), 0);
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
static enum mw_zone_verdict verdict_of(const struct mw_walk *w, const struct mw_walk_zone *z)
{
	enum mw_zone_verdict at_min = of_test(z->step[MW_WALK_MIN].test);
	enum mw_zone_verdict at_high = of_test(z->step[MW_WALK_HIGH].test);
	struct mw_val sum = mw_zone_block_pages(&z->facts);

	if (at_min == MW_ZONE_PASSES && w->last_try && at_high != MW_ZONE_PASSES)
		return at_high;
	if (at_min == MW_ZONE_UNKNOWN && w->request.order && mw_or(sum, 0) &&
	    mw_permille(z->small_pages, sum.v) >= FRAGMENTED_PERMILLE)
		return MW_ZONE_LIKELY_FRAGMENTED;
	return at_min;
}

/* What is kept for atomic requests may not be readable: where the most that it can be leaves
 * enough, the zone passes, and by no less than so. */
static void test_step(const struct mw_walk *w, struct mw_walk_zone *z, size_t i)
{
	static const enum mw_mark marks[MW_WALK_STEPS] = { MW_MARK_LOW, MW_MARK_MIN, MW_MARK_HIGH };
	struct mw_zone_request q = w->request;
	struct mw_zone_state most = z->state;

	q.slow = marks[i] == MW_MARK_MIN;
	most.highatomic_pages = z->facts.most_highatomic_pages;
	mw_watermark_test(&most, &q, marks[i], w->release, &z->step[i]);
	if (mw_known(z->state.highatomic_pages) || !mw_known(most.highatomic_pages) ||
	    z->step[i].test != MW_TEST_PASSES)
		mw_watermark_test(&z->state, &q, marks[i], w->release, &z->step[i]);
}

static void test_zone(const struct mw_walk *w, struct mw_walk_zone *z)
{
	z->n_steps = MW_WALK_STEPS;
	for (size_t i = 0; i < MW_WALK_STEPS; i++)
		test_step(w, z, i);
	z->small_pages = small_pages(&z->facts, w->request.order);
	z->index_known = mw_fragmentation_index(&z->state, w->request.order, &z->index);
	z->verdict = verdict_of(w, z);
}

/* A node that the fast path may not use may be allowed in the slow path; the last try at high
 * holds to the cpuset again (__alloc_pages_may_oom()). */
static bool slow_allows(const struct mw_walk *w, const struct mw_zone_facts *f)
{
	uint64_t node = mw_or(f->node, 0);

	return (w->slow_leaves_cpuset || mw_walk_in_list(w->mems_allowed, node)) &&
	       (w->slow_leaves_policy || mw_walk_in_list(w->nodemask, node)) &&
	       (!w->own_node_only || !mw_known(w->node) || w->node.v == node);
}

static void fill_zone(const struct mw_walk *w, struct mw_walk_zone *z)
{
	bool allowed = node_allowed(w, &z->facts);
	enum mw_zone_type type;

	fill_state(w, &z->facts, &z->state);
	if (!mw_zone_type_of(z->facts.name, &type))
		return;
	z->barred[MW_WALK_LOW] = z->barred[MW_WALK_HIGH] = !allowed;
	z->barred[MW_WALK_MIN] = !allowed && !slow_allows(w, &z->facts);
	if (z->barred[MW_WALK_MIN])
		z->verdict = MW_ZONE_NOT_ALLOWED;
	else if (!w->gfp_known)
		return;
	else if (type > w->gfp.zone)
		z->verdict = MW_ZONE_ABOVE;
	else if (mw_known(w->order) && w->order.v < MW_ORDERS)
		test_zone(w, z);
}

static int rank_of(const struct mw_zone_facts *f)
{
	enum mw_zone_type type;

	return mw_zone_type_of(f->name, &type) ? (int)type : -1;
}

/* Place of a node in the zonelist: by distance where that is known, else the own one first and the
 * others by number. */
static uint64_t place_of(const struct mw_walk *w, uint64_t node)
{
	for (size_t i = 0; i < w->n_fallback; i++)
		if (w->fallback[i] == node)
			return i;
	if (mw_known(w->node) && node == w->node.v)
		return 0;
	return node < UINT64_MAX - w->n_fallback - 1 ? node + w->n_fallback + 1 : UINT64_MAX;
}

/* In a node from the highest zone down: node order, the only one from 4.14 on. */
static int by_zonelist(const struct mw_walk *w, const struct mw_walk_zone *a,
		       const struct mw_walk_zone *b)
{
	uint64_t na = mw_or(a->facts.node, 0), nb = mw_or(b->facts.node, 0);
	uint64_t pa = place_of(w, na), pb = place_of(w, nb);

	if (na != nb)
		return pa == pb ? (na < nb ? -1 : 1) : pa < pb ? -1 : 1;
	return rank_of(&b->facts) - rank_of(&a->facts);
}

static void sort_zones(struct mw_walk *w)
{
	for (size_t i = 1; i < w->n_zones; i++)
		for (size_t k = i; k && by_zonelist(w, &w->zone[k - 1], &w->zone[k]) > 0; k--) {
			struct mw_walk_zone swap = w->zone[k];

			w->zone[k] = w->zone[k - 1];
			w->zone[k - 1] = swap;
		}
}

static void set_request(struct mw_walk *w)
{
	w->request = (struct mw_zone_request){
		.order = mw_known(w->order) ? (unsigned)w->order.v : 0,
		.movable = w->gfp.movable,
		.high = w->gfp.high,
		.harder = w->gfp.harder,
		.non_block = w->gfp.non_block,
		.no_marks = w->gfp.no_marks,
	};
	w->zone_class = class_of(w);
}

void mw_walk(struct mw_walk *w)
{
	set_request(w);
	for (size_t i = 0; i < w->n_zones; i++)
		fill_zone(w, &w->zone[i]);
	sort_zones(w);
}

/* A zone without pages is in no zonelist (build_zonerefs_node()). */
static bool is_asked(const struct mw_walk_zone *z, size_t step)
{
	return z->n_steps && !z->barred[step] && is_populated(&z->facts);
}

struct mw_walk_answer mw_walk_answer(const struct mw_walk *w)
{
	struct mw_walk_answer a = { .succeeds = mw_no(MW_UNREAD) };
	bool doubt = !w->gfp_known || !mw_known(w->order);

	for (size_t step = MW_WALK_LOW; step <= MW_WALK_MIN; step++)
		for (size_t i = 0; i < w->n_zones; i++) {
			const struct mw_walk_zone *z = &w->zone[i];

			if (!is_asked(z, step))
				continue;
			doubt |= z->step[step].test == MW_TEST_UNKNOWN;
			if (z->step[step].test != MW_TEST_PASSES)
				continue;
			a.succeeds = mw_ok(1);
			a.zone = doubt ? NULL : z;
			a.step = step;
			return a;
		}
	if (!doubt)
		a.succeeds = mw_ok(0);
	return a;
}
