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

	/* Events since boot: runs of all kswapds, and how the nap before sleep ended: woken, or
	 * unbalanced again. */
	struct mw_val pageoutrun_count;
	struct mw_val low_hit_quickly_count, high_hit_quickly_count;
	/* Tasks that reclaimed themselves: one counter up to 4.9, then one a class of zones. */
	struct mw_val allocstall_count, allocstall_class_count[6];
	/* Pages read again that were evicted not long ago: one counter up to 5.8, then one of each
	 * kind.  Pages read from and written to swap. */
	struct mw_val refault_count, refault_anon_count, refault_file_count;
	struct mw_val swap_in_pages, swap_out_pages;
};

/* Of all classes; MW_ABSENT: there is no such counter. */
struct mw_val mw_vmstat_allocstall(const struct mw_vmstat *v);

/* Of both kinds; MW_ABSENT: there is no such counter. */
struct mw_val mw_vmstat_refault(const struct mw_vmstat *v);

/* Pure; every field may be MW_ABSENT. */
void mw_vmstat_parse(struct mw_str text, struct mw_vmstat *ret);
