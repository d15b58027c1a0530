/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zoneinfo - /proc/zoneinfo as data (zoneinfo_show_print(), mm/vmstat.c).  In pages.
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"

#define MW_ZONE_CLASSES 8

struct mw_zone {
	uint64_t node;
	struct mw_str name;	   /* "Normal" */
	struct mw_val free_pages;  /* in the buddy lists, per-CPU lists not included */
	struct mw_val boost_pages; /* since 5.14 */
	struct mw_val min_pages, low_pages, high_pages;
	struct mw_val promo_pages; /* since 6.12 */
	struct mw_val spanned_pages, present_pages;
	struct mw_val managed_pages;	 /* given to the page allocator; since 3.9 */
	struct mw_val cma_pages;	 /* since 5.13 */
	struct mw_val free_cma_pages;	 /* of the free ones; where there is CMA */
	struct mw_val percpu_list_pages; /* sum of all pagesets */
	struct mw_val start_pfn;
	/* 1: reclaim gave up here; of the zone up to 4.7, then of its whole node. */
	struct mw_val unreclaimable;
	/* Of the zone up to 4.7; then of the node, in the first of its zones that has pages. */
	struct mw_val active_file_pages, inactive_file_pages, slab_reclaimable_pages;
	/* Kept for requests that cannot wait; since 7.0 or so, in 6.18.15 not yet. */
	struct mw_val reserved_highatomic_pages, free_highatomic_pages;
	uint64_t lowmem_reserve_pages[MW_ZONE_CLASSES];
	size_t n_lowmem_reserve;
};

struct mw_zoneinfo {
	struct mw_zone *zone;
	size_t n_zones;
};

/* Pure.  0, -ENODATA when there is no zone, or -ENOMEM.  Names are slices of text. */
int mw_zoneinfo_parse(struct mw_str text, struct mw_arena *arena, struct mw_zoneinfo *ret);

/* Sums over all zones; the first unknown figure decides. */
struct mw_val mw_zoneinfo_managed_pages(const struct mw_zoneinfo *zi);
struct mw_val mw_zoneinfo_free_pages(const struct mw_zoneinfo *zi);
struct mw_val mw_zoneinfo_percpu_list_pages(const struct mw_zoneinfo *zi);
