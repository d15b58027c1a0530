/* SPDX-License-Identifier: Apache-2.0 */
#include "why/zones_space.h"

#include "model/zone_marks.h"

static struct mw_val above_high(const struct mw_zone_facts *f)
{
	struct mw_val above = mw_sub(f->free_pages, f->mark_pages[MW_MARK_HIGH]);

	return above.why == MW_RACED ? mw_ok(0) : above; /* it is below its mark */
}

static void add_zone(struct mw_zones_space *sum, const struct mw_zones_zone *z, uint64_t page_bytes)
{
	sum->ram_bytes = mw_add(sum->ram_bytes, mw_mul(mw_zone_pages(z->zone), page_bytes));
	sum->free_bytes = mw_add(sum->free_bytes, mw_mul(z->facts.free_pages, page_bytes));
	sum->above_high_bytes =
		mw_add(sum->above_high_bytes, mw_mul(above_high(&z->facts), page_bytes));
}

/* A counter of the node stands in one of its zones, up to 4.7 in each. */
static void add_counter(struct mw_val *sum, struct mw_val pages, uint64_t page_bytes)
{
	if (pages.why != MW_ABSENT)
		*sum = mw_add(sum->why == MW_ABSENT ? mw_ok(0) : *sum, mw_mul(pages, page_bytes));
}

struct mw_zones_space mw_zones_space(const struct mw_zone_map *z, const struct mw_zones_node *n)
{
	uint64_t page_bytes = z->snap->host.page_bytes;
	struct mw_zones_space sum = { mw_ok(0), mw_ok(0), mw_ok(0), mw_no(MW_ABSENT),
				      mw_no(MW_ABSENT) };

	for (size_t i = 0; i < n->n_zones; i++) {
		const struct mw_zone *zone = n->zone[i].zone;

		add_counter(&sum.file_bytes,
			    mw_add(zone->active_file_pages, zone->inactive_file_pages), page_bytes);
		add_counter(&sum.slab_bytes, zone->slab_reclaimable_pages, page_bytes);
		if (n->zone[i].level != MW_LEVEL_EMPTY)
			add_zone(&sum, &n->zone[i], page_bytes);
	}
	return sum;
}
