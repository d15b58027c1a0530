/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vmstat - the counters of /proc/vmstat that meminfo does not print (vmstat_text[],
 * mm/vmstat.c).  In pages.
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
};

/* Pure; every field may be MW_ABSENT. */
void mw_vmstat_parse(struct mw_str text, struct mw_vmstat *ret);
