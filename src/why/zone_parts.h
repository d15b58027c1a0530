/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_parts - do the watermarks and reserves that the kernel uses follow from its settings?
 *
 * Where they do, the rules in model/zone_marks.h hold on this machine; where they do not, either
 * pages were given to a zone since the kernel last computed them, or a rule is another one here.
 */
#pragma once

#include "model/zone_marks.h"
#include "snap/snap.h"

enum mw_zone_figure {
	MW_FIGURE_MIN,
	MW_FIGURE_LOW,
	MW_FIGURE_HIGH,
	MW_FIGURE_PROMO,
	MW_FIGURE_RESERVE, /* and the classes after it */
	MW_FIGURES = MW_FIGURE_RESERVE + MW_ZONE_CLASSES
};

enum mw_agreement {
	MW_NOT_COMPARED, /* not printed, or not computed */
	MW_PARTS_AGREE,
	MW_PARTS_DIFFER,
};

struct mw_zone_compared {
	/* The kernel's less the boost, and computed. */
	struct mw_val kernel_pages[MW_FIGURES], computed_pages[MW_FIGURES];
	enum mw_agreement figure[MW_FIGURES];
	enum mw_agreement all; /* MW_PARTS_AGREE: each that was compared, and min, low, high were */
	size_t class;	       /* which of the reserves and ratios is its own; or MW_NO_CLASS */
};

struct mw_zone_parts {
	struct mw_zone_compared *zone; /* of snap.zoneinfo, in its order */
	size_t n_zones;
	size_t n_agree, n_differ, n_not_compared; /* zones */
	size_t n_figures;			  /* compared, of all zones */
	enum mw_agreement all;			  /* MW_PARTS_AGREE: each zone does */
	struct mw_val min_free_at_boot_kib;	  /* near; what it would be if nobody set it */
};

/* 1 or 0; else why it was not compared. */
struct mw_val mw_zone_parts_agree(const struct mw_zone_compared *c);

/* "min is 34, computed 31, and 6 figures more differ"; NULL: none does. */
const char *mw_zone_parts_words(const struct mw_zone_compared *c, struct mw_arena *arena);

/* Pure.  0 or -ENOMEM.  Needs MW_WANT_ZONES. */
int mw_zone_parts(const struct mw_snap *snap, struct mw_arena *arena, struct mw_zone_parts *ret);
