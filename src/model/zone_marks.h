/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_marks - the watermarks and the lowmem_reserve of each zone, computed from the settings they
 * come from.  By release.
 *
 * Mirrors __setup_per_zone_wmarks(), setup_per_zone_lowmem_reserve(), calculate_min_free_kbytes()
 * (init_per_zone_wmark_min() before) of mm/page_alloc.c and set_recommended_min_free_kbytes() of
 * mm/khugepaged.c, 2.6.32 to 7.2.
 *
 * The kernel computes them when a setting is written, at boot and at memory hotplug; pages given
 * to a zone at other times (what boot alone needed, a balloon) count from the next time on.
 *
 * Invariants: pure; base pages; without the boost, which the kernel adds where it tests and prints.
 * Where a figure that is needed is not known, the result has its reason.
 */
#pragma once

#include "base/arena.h"
#include "kernel/release.h"
#include "kernel/zoneinfo.h"

struct mw_mark_settings {
	struct mw_release release;
	uint64_t page_bytes;
	struct mw_val min_free_kib;
	struct mw_val scale_factor; /* in 1/10000; MW_ABSENT up to 4.5 */
	/* A figure a class; up to 4.17 none for the last. */
	struct mw_val reserve_ratio[MW_ZONE_CLASSES];
	size_t n_ratios;
};

struct mw_zone_marks {
	struct mw_val min_pages, low_pages, high_pages;
	struct mw_val promo_pages; /* since 5.18 */
	struct mw_val reserve_pages[MW_ZONE_CLASSES];
	size_t n_reserve; /* as many as the zone has classes */
	size_t class;	  /* which of them the zone itself is; MW_NO_CLASS: not known */
};

#define MW_NO_CLASS SIZE_MAX

/* One result a zone of zi, in its order; NULL without memory. */
struct mw_zone_marks *mw_zone_marks(const struct mw_zoneinfo *zi, const struct mw_mark_settings *s,
				    struct mw_arena *arena);

/* Pages that count: managed ones, up to 3.8 present ones. */
struct mw_val mw_zone_pages(const struct mw_zone *z);

/* What min_free_kbytes would be at boot if nobody set it: of the memory there is now, so near, not
 * exact.  pageblock_pages: MW_ABSENT without transparent huge pages. */
struct mw_val mw_min_free_at_boot_kib(const struct mw_zoneinfo *zi, struct mw_release release,
				      uint64_t page_bytes, struct mw_val pageblock_pages);
