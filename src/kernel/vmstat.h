/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vmstat - the counters of /proc/vmstat that meminfo does not print (vmstat_text[],
 * mm/vmstat.c).  In pages, or of events.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_vmstat {
	struct mw_val zspages_pages;	   /* nr_zspages: zram and, as zswap's pool, zswap */
	struct mw_val isolated_anon_pages; /* taken off the LRU lists for a moment */
	struct mw_val isolated_file_pages;
	struct mw_val memmap_boot_pages; /* struct pages made at boot: outside MemTotal */
	struct mw_val memmap_pages;	 /* struct pages of hot-added memory */

	/* Events since boot. */
	struct mw_val pageoutrun_count;	      /* runs of all kswapds */
	struct mw_val low_hit_quickly_count;  /* woken from the nap before sleep; 2.6.33 on */
	struct mw_val high_hit_quickly_count; /* not woken, but no more balanced after that nap */
	/* Tasks that had to reclaim themselves: one counter up to 4.9, then one a class of zones. */
	struct mw_val allocstall_count, allocstall_class_count[6];
};

/* Of all classes; MW_ABSENT: there is no such counter. */
struct mw_val mw_vmstat_allocstall(const struct mw_vmstat *v);

/* Pure; every field may be MW_ABSENT. */
void mw_vmstat_parse(struct mw_str text, struct mw_vmstat *ret);
