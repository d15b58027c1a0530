/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gfp_table - which bit bears which name on which kernel.
 *
 * Values: include/linux/gfp.h (gfp_types.h from 5.19), as compiled from 2.6.32 to 7.2.  Order of
 * the names: include/trace/events/mmflags.h.
 *
 * A layout is a range of releases in which no bit changed its meaning.  Where the start of a range
 * is not known to the release, the later layout begins early, if it only gives names to bits that
 * had none before.
 */
#pragma once

#include <stddef.h>

#include "kernel/release.h"

enum mw_gfp_layout {
	MW_GFP_2_6_32,
	MW_GFP_EL6,
	MW_GFP_3_2, /* from 2.6.33 */
	MW_GFP_3_8, /* from 3.3 */
	MW_GFP_EL7,
	MW_GFP_3_16,
	MW_GFP_4_1,
	MW_GFP_4_4,
	MW_GFP_4_5,
	MW_GFP_4_6, /* the first that prints names */
	MW_GFP_4_8,
	MW_GFP_4_10,
	MW_GFP_4_12,
	MW_GFP_4_13,
	MW_GFP_4_15,
	MW_GFP_4_18, /* and el8 */
	MW_GFP_5_1,
	MW_GFP_5_14,
	MW_GFP_EL9,
	MW_GFP_5_18,
	MW_GFP_6_3,
	MW_GFP_6_4,
	MW_GFP_6_8,
	MW_GFP_6_9,
	MW_GFP_6_10,
	MW_GFP_6_15, /* the first that prints single flags in the order of their bits */
	MW_GFP_6_19,
};

struct mw_gfp_name {
	const char *name;
	enum mw_gfp_layout from, to; /* both included */
	uint64_t bits;
};

/* Composites in the order in which the kernel takes them; single flags in the order in which
 * 4.6 to 6.14 print them. */
extern const struct mw_gfp_name mw_gfp_composites[], mw_gfp_flags[];
extern const size_t mw_gfp_n_composites, mw_gfp_n_flags;

/* Not known: the newest. */
enum mw_gfp_layout mw_gfp_layout_of(struct mw_release release);

/* Do single flags stand in the order of the table; else in that of their bits? */
bool mw_gfp_is_in_table_order(enum mw_gfp_layout layout);

/* The bits of a composite or a flag; 0: this layout has none of that name. */
uint64_t mw_gfp_bits(enum mw_gfp_layout layout, const char *name);
