/* SPDX-License-Identifier: Apache-2.0 */
#include "model/gfp_table.h"

#include <string.h>

/* el9 began as 5.14 and took its memory management from later kernels: GFP_HIGHUSER_MOVABLE and
 * what is made of it may or may not bear the KASAN bit there, so both are known. */
const struct mw_gfp_name mw_gfp_composites[] = {
	{ "GFP_TRANSHUGE", MW_GFP_EL6, MW_GFP_4_1, 0x4352da },
	{ "GFP_TRANSHUGE", MW_GFP_4_4, MW_GFP_4_5, 0x4352ca },
	{ "GFP_TRANSHUGE", MW_GFP_4_6, MW_GFP_4_6, 0x352ca },
	{ "GFP_TRANSHUGE", MW_GFP_4_8, MW_GFP_4_15, 0x4342ca },
	{ "GFP_TRANSHUGE", MW_GFP_4_18, MW_GFP_4_18, 0x2342ca },
	{ "GFP_TRANSHUGE", MW_GFP_5_14, MW_GFP_EL9, 0x11c24ca },
	{ "GFP_TRANSHUGE", MW_GFP_5_1, MW_GFP_5_1, 0x1c24ca },
	{ "GFP_TRANSHUGE", MW_GFP_EL9, MW_GFP_6_19, 0x1c24ca },
	{ "GFP_TRANSHUGE_LIGHT", MW_GFP_4_8, MW_GFP_4_18, 0x342ca },
	{ "GFP_TRANSHUGE_LIGHT", MW_GFP_5_14, MW_GFP_EL9, 0x11c20ca },
	{ "GFP_TRANSHUGE_LIGHT", MW_GFP_5_1, MW_GFP_5_1, 0x1c20ca },
	{ "GFP_TRANSHUGE_LIGHT", MW_GFP_EL9, MW_GFP_6_19, 0x1c20ca },
	{ "GFP_HIGHUSER_MOVABLE", MW_GFP_2_6_32, MW_GFP_4_1, 0x200da },
	{ "GFP_HIGHUSER_MOVABLE", MW_GFP_4_4, MW_GFP_4_8, 0x24200ca },
	{ "GFP_HIGHUSER_MOVABLE", MW_GFP_4_10, MW_GFP_4_15, 0x14200ca },
	{ "GFP_HIGHUSER_MOVABLE", MW_GFP_4_18, MW_GFP_4_18, 0x6200ca },
	{ "GFP_HIGHUSER_MOVABLE", MW_GFP_5_14, MW_GFP_EL9, 0x1100cca },
	{ "GFP_HIGHUSER_MOVABLE", MW_GFP_5_1, MW_GFP_5_1, 0x100cca },
	{ "GFP_HIGHUSER_MOVABLE", MW_GFP_EL9, MW_GFP_6_19, 0x100cca },
	{ "GFP_HIGHUSER", MW_GFP_2_6_32, MW_GFP_4_1, 0x200d2 },
	{ "GFP_HIGHUSER", MW_GFP_4_4, MW_GFP_4_8, 0x24200c2 },
	{ "GFP_HIGHUSER", MW_GFP_4_10, MW_GFP_4_15, 0x14200c2 },
	{ "GFP_HIGHUSER", MW_GFP_4_18, MW_GFP_4_18, 0x6200c2 },
	{ "GFP_HIGHUSER", MW_GFP_5_1, MW_GFP_6_19, 0x100cc2 },
	{ "GFP_USER", MW_GFP_2_6_32, MW_GFP_4_1, 0x200d0 },
	{ "GFP_USER", MW_GFP_4_4, MW_GFP_4_8, 0x24200c0 },
	{ "GFP_USER", MW_GFP_4_10, MW_GFP_4_15, 0x14200c0 },
	{ "GFP_USER", MW_GFP_4_18, MW_GFP_4_18, 0x6200c0 },
	{ "GFP_USER", MW_GFP_5_1, MW_GFP_6_19, 0x100cc0 },
	{ "GFP_TEMPORARY", MW_GFP_2_6_32, MW_GFP_4_1, 0x800d0 },
	{ "GFP_TEMPORARY", MW_GFP_4_4, MW_GFP_4_8, 0x24000d0 },
	{ "GFP_TEMPORARY", MW_GFP_4_10, MW_GFP_4_12, 0x14000d0 },
	{ "GFP_KERNEL_ACCOUNT", MW_GFP_EL7, MW_GFP_EL7, 0x1000d0 },
	{ "GFP_KERNEL_ACCOUNT", MW_GFP_4_5, MW_GFP_4_8, 0x25000c0 },
	{ "GFP_KERNEL_ACCOUNT", MW_GFP_4_10, MW_GFP_4_15, 0x15000c0 },
	{ "GFP_KERNEL_ACCOUNT", MW_GFP_4_18, MW_GFP_4_18, 0x7000c0 },
	{ "GFP_KERNEL_ACCOUNT", MW_GFP_5_1, MW_GFP_6_19, 0x400cc0 },
	{ "GFP_KERNEL", MW_GFP_2_6_32, MW_GFP_4_1, 0xd0 },
	{ "GFP_KERNEL", MW_GFP_4_4, MW_GFP_4_8, 0x24000c0 },
	{ "GFP_KERNEL", MW_GFP_4_10, MW_GFP_4_15, 0x14000c0 },
	{ "GFP_KERNEL", MW_GFP_4_18, MW_GFP_4_18, 0x6000c0 },
	{ "GFP_KERNEL", MW_GFP_5_1, MW_GFP_6_19, 0xcc0 },
	{ "GFP_NOFS", MW_GFP_2_6_32, MW_GFP_4_1, 0x50 },
	{ "GFP_NOFS", MW_GFP_4_4, MW_GFP_4_8, 0x2400040 },
	{ "GFP_NOFS", MW_GFP_4_10, MW_GFP_4_15, 0x1400040 },
	{ "GFP_NOFS", MW_GFP_4_18, MW_GFP_4_18, 0x600040 },
	{ "GFP_NOFS", MW_GFP_5_1, MW_GFP_6_19, 0xc40 },
	{ "GFP_ATOMIC", MW_GFP_2_6_32, MW_GFP_4_1, 0x20 },
	{ "GFP_ATOMIC", MW_GFP_4_4, MW_GFP_4_8, 0x2080020 },
	{ "GFP_ATOMIC", MW_GFP_4_10, MW_GFP_4_15, 0x1080020 },
	{ "GFP_ATOMIC", MW_GFP_4_18, MW_GFP_4_18, 0x480020 },
	{ "GFP_ATOMIC", MW_GFP_5_1, MW_GFP_5_18, 0xa20 },
	{ "GFP_ATOMIC", MW_GFP_6_3, MW_GFP_6_19, 0x820 },
	{ "GFP_NOIO", MW_GFP_2_6_32, MW_GFP_4_1, 0x10 },
	{ "GFP_NOIO", MW_GFP_4_4, MW_GFP_4_8, 0x2400000 },
	{ "GFP_NOIO", MW_GFP_4_10, MW_GFP_4_15, 0x1400000 },
	{ "GFP_NOIO", MW_GFP_4_18, MW_GFP_4_18, 0x600000 },
	{ "GFP_NOIO", MW_GFP_5_1, MW_GFP_6_19, 0xc00 },
	{ "GFP_NOWAIT", MW_GFP_4_4, MW_GFP_4_8, 0x2000000 },
	{ "GFP_NOWAIT", MW_GFP_4_10, MW_GFP_4_15, 0x1000000 },
	{ "GFP_NOWAIT", MW_GFP_4_18, MW_GFP_4_18, 0x400000 },
	{ "GFP_NOWAIT", MW_GFP_5_1, MW_GFP_6_4, 0x800 },
	{ "GFP_NOWAIT", MW_GFP_6_8, MW_GFP_6_19, 0x2800 },
	{ "GFP_DMA", MW_GFP_2_6_32, MW_GFP_6_19, 0x1 },
	{ "GFP_DMA32", MW_GFP_6_15, MW_GFP_6_19, 0x4 },
	{ "__GFP_RECLAIM", MW_GFP_4_4, MW_GFP_4_5, 0x2400000 },
	{ "__GFP_RECLAIM", MW_GFP_6_15, MW_GFP_6_19, 0xc00 },
};
const size_t mw_gfp_n_composites = sizeof(mw_gfp_composites) / sizeof(mw_gfp_composites[0]);

/*
 * The kernels before 5.19 print GFP_DMA32, those before 6.15 __GFP_NOLOCKDEP, as a number, though
 * the bit has this name in their headers.
 *
 * Bits from 0x1000000 on: those of KASAN exist with CONFIG_KASAN_HW_TAGS, __GFP_NOLOCKDEP with
 * CONFIG_LOCKDEP.  From 6.9 on the bits move together where one of them is not built in, so that
 * 0x1000000 may be __GFP_SKIP_ZERO, __GFP_NOLOCKDEP or __GFP_NO_OBJ_EXT: they stay numbers.
 *
 * __GFP_NOTRACK is gone in 4.14.67 (not yet in .5); its bit means nothing else there.
 */
const struct mw_gfp_name mw_gfp_flags[] = {
	{ "__GFP_HIGHMEM", MW_GFP_2_6_32, MW_GFP_6_19, 0x2 },
	{ "GFP_DMA32", MW_GFP_2_6_32, MW_GFP_6_10, 0x4 },
	{ "__GFP_WAIT", MW_GFP_2_6_32, MW_GFP_4_1, 0x10 },
	{ "__GFP_HIGH", MW_GFP_2_6_32, MW_GFP_6_19, 0x20 },
	{ "__GFP_ATOMIC", MW_GFP_4_4, MW_GFP_4_18, 0x80000 },
	{ "__GFP_ATOMIC", MW_GFP_5_1, MW_GFP_5_18, 0x200 },
	{ "__GFP_IO", MW_GFP_2_6_32, MW_GFP_6_19, 0x40 },
	{ "__GFP_FS", MW_GFP_2_6_32, MW_GFP_6_19, 0x80 },
	{ "__GFP_COLD", MW_GFP_2_6_32, MW_GFP_4_13, 0x100 },
	{ "__GFP_NOWARN", MW_GFP_2_6_32, MW_GFP_4_18, 0x200 },
	{ "__GFP_NOWARN", MW_GFP_5_1, MW_GFP_6_19, 0x2000 },
	{ "__GFP_REPEAT", MW_GFP_2_6_32, MW_GFP_4_12, 0x400 },
	{ "__GFP_RETRY_MAYFAIL", MW_GFP_4_13, MW_GFP_4_18, 0x400 },
	{ "__GFP_RETRY_MAYFAIL", MW_GFP_5_1, MW_GFP_6_19, 0x4000 },
	{ "__GFP_NOFAIL", MW_GFP_2_6_32, MW_GFP_4_18, 0x800 },
	{ "__GFP_NOFAIL", MW_GFP_5_1, MW_GFP_6_19, 0x8000 },
	{ "__GFP_NORETRY", MW_GFP_2_6_32, MW_GFP_4_18, 0x1000 },
	{ "__GFP_NORETRY", MW_GFP_5_1, MW_GFP_6_19, 0x10000 },
	{ "__GFP_COMP", MW_GFP_2_6_32, MW_GFP_4_18, 0x4000 },
	{ "__GFP_COMP", MW_GFP_5_1, MW_GFP_6_19, 0x40000 },
	{ "__GFP_ZERO", MW_GFP_2_6_32, MW_GFP_4_18, 0x8000 },
	{ "__GFP_ZERO", MW_GFP_5_1, MW_GFP_6_19, 0x100 },
	{ "__GFP_NOMEMALLOC", MW_GFP_2_6_32, MW_GFP_4_18, 0x10000 },
	{ "__GFP_NOMEMALLOC", MW_GFP_5_1, MW_GFP_6_19, 0x80000 },
	{ "__GFP_MEMALLOC", MW_GFP_3_8, MW_GFP_4_18, 0x2000 },
	{ "__GFP_MEMALLOC", MW_GFP_5_1, MW_GFP_6_19, 0x20000 },
	{ "__GFP_HARDWALL", MW_GFP_2_6_32, MW_GFP_4_18, 0x20000 },
	{ "__GFP_HARDWALL", MW_GFP_5_1, MW_GFP_6_19, 0x100000 },
	{ "__GFP_THISNODE", MW_GFP_2_6_32, MW_GFP_4_18, 0x40000 },
	{ "__GFP_THISNODE", MW_GFP_5_1, MW_GFP_6_19, 0x200000 },
	{ "__GFP_RECLAIMABLE", MW_GFP_2_6_32, MW_GFP_4_1, 0x80000 },
	{ "__GFP_RECLAIMABLE", MW_GFP_4_4, MW_GFP_6_19, 0x10 },
	{ "__GFP_MOVABLE", MW_GFP_2_6_32, MW_GFP_6_19, 0x8 },
	{ "__GFP_ACCOUNT", MW_GFP_EL7, MW_GFP_EL7, 0x100000 },
	{ "__GFP_ACCOUNT", MW_GFP_4_5, MW_GFP_4_18, 0x100000 },
	{ "__GFP_ACCOUNT", MW_GFP_5_1, MW_GFP_6_19, 0x400000 },
	{ "__GFP_KMEMCG", MW_GFP_3_8, MW_GFP_3_8, 0x100000 },
	{ "__GFP_NOACCOUNT", MW_GFP_4_1, MW_GFP_4_4, 0x100000 },
	{ "__GFP_NOTRACK", MW_GFP_2_6_32, MW_GFP_4_13, 0x200000 },
	{ "__GFP_WRITE", MW_GFP_3_8, MW_GFP_4_8, 0x1000000 },
	{ "__GFP_WRITE", MW_GFP_4_10, MW_GFP_4_15, 0x800000 },
	{ "__GFP_WRITE", MW_GFP_4_18, MW_GFP_4_18, 0x100 },
	{ "__GFP_WRITE", MW_GFP_5_1, MW_GFP_6_19, 0x1000 },
	{ "__GFP_RECLAIM", MW_GFP_4_6, MW_GFP_4_8, 0x2400000 },
	{ "__GFP_RECLAIM", MW_GFP_4_10, MW_GFP_4_15, 0x1400000 },
	{ "__GFP_RECLAIM", MW_GFP_4_18, MW_GFP_4_18, 0x600000 },
	{ "__GFP_RECLAIM", MW_GFP_5_1, MW_GFP_6_10, 0xc00 },
	{ "__GFP_DIRECT_RECLAIM", MW_GFP_4_4, MW_GFP_4_15, 0x400000 },
	{ "__GFP_DIRECT_RECLAIM", MW_GFP_4_18, MW_GFP_4_18, 0x200000 },
	{ "__GFP_DIRECT_RECLAIM", MW_GFP_5_1, MW_GFP_6_19, 0x400 },
	{ "__GFP_KSWAPD_RECLAIM", MW_GFP_4_4, MW_GFP_4_8, 0x2000000 },
	{ "__GFP_KSWAPD_RECLAIM", MW_GFP_4_10, MW_GFP_4_15, 0x1000000 },
	{ "__GFP_KSWAPD_RECLAIM", MW_GFP_4_18, MW_GFP_4_18, 0x400000 },
	{ "__GFP_KSWAPD_RECLAIM", MW_GFP_5_1, MW_GFP_6_19, 0x800 },
	{ "__GFP_NO_KSWAPD", MW_GFP_EL6, MW_GFP_4_1, 0x400000 },
	{ "__GFP_OTHER_NODE", MW_GFP_EL6, MW_GFP_4_8, 0x800000 },
	{ "__GFP_ZEROTAGS", MW_GFP_5_14, MW_GFP_6_19, 0x800000 },
	{ "__GFP_SKIP_ZERO", MW_GFP_5_18, MW_GFP_6_8, 0x1000000 },
	{ "__GFP_SKIP_KASAN_UNPOISON", MW_GFP_5_18, MW_GFP_6_3, 0x2000000 },
	{ "__GFP_SKIP_KASAN_POISON", MW_GFP_5_14, MW_GFP_EL9, 0x1000000 },
	{ "__GFP_SKIP_KASAN_POISON", MW_GFP_5_18, MW_GFP_6_3, 0x4000000 },
	{ "__GFP_SKIP_KASAN", MW_GFP_6_4, MW_GFP_6_8, 0x2000000 },
	{ "__GFP_NOLOCKDEP", MW_GFP_4_12, MW_GFP_4_15, 0x2000000 },
	{ "__GFP_NOLOCKDEP", MW_GFP_4_18, MW_GFP_5_1, 0x800000 },
	{ "__GFP_NOLOCKDEP", MW_GFP_5_14, MW_GFP_EL9, 0x2000000 },
	{ "__GFP_NOLOCKDEP", MW_GFP_5_18, MW_GFP_6_3, 0x8000000 },
	{ "__GFP_NOLOCKDEP", MW_GFP_6_4, MW_GFP_6_8, 0x4000000 },
};
const size_t mw_gfp_n_flags = sizeof(mw_gfp_flags) / sizeof(mw_gfp_flags[0]);

/* The layout of the release, by its number alone. */
static enum mw_gfp_layout by_number(struct mw_release release)
{
	static const struct {
		uint64_t major, minor;
		enum mw_gfp_layout layout;
	} starts[] = {
		{ 6, 19, MW_GFP_6_19 }, { 6, 15, MW_GFP_6_15 }, { 6, 10, MW_GFP_6_10 },
		{ 6, 9, MW_GFP_6_9 },	{ 6, 8, MW_GFP_6_8 },	{ 6, 4, MW_GFP_6_4 },
		{ 6, 3, MW_GFP_6_3 },	{ 5, 18, MW_GFP_5_18 }, { 5, 14, MW_GFP_5_14 },
		{ 5, 1, MW_GFP_5_1 },	{ 4, 18, MW_GFP_4_18 }, { 4, 15, MW_GFP_4_15 },
		{ 4, 13, MW_GFP_4_13 }, { 4, 12, MW_GFP_4_12 }, { 4, 10, MW_GFP_4_10 },
		{ 4, 8, MW_GFP_4_8 },	{ 4, 6, MW_GFP_4_6 },	{ 4, 5, MW_GFP_4_5 },
		{ 4, 4, MW_GFP_4_4 },	{ 4, 1, MW_GFP_4_1 },	{ 3, 16, MW_GFP_3_16 },
		{ 3, 3, MW_GFP_3_8 },	{ 3, 0, MW_GFP_3_2 },
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (mw_release_at_least(release, starts[i].major, starts[i].minor))
			return starts[i].layout;
	return release.patch > 32 ? MW_GFP_3_2 : MW_GFP_2_6_32;
}

enum mw_gfp_layout mw_gfp_layout_of(struct mw_release release)
{
	if (!mw_release_is_known(release))
		return MW_GFP_6_19;
	switch (release.vendor) {
	case MW_EL6:
		return MW_GFP_EL6;
	case MW_EL7:
		return MW_GFP_EL7;
	case MW_EL9:
		return MW_GFP_EL9;
	case MW_EL8:
	case MW_EL10:
	case MW_UPSTREAM:
		break;
	}
	return by_number(release);
}

/* 6.14 prints in the order of the table, 6.17 in that of the bits; the change was made after
 * February 2025, so for 6.15. */
bool mw_gfp_is_in_table_order(enum mw_gfp_layout layout)
{
	return layout >= MW_GFP_4_6 && layout < MW_GFP_6_15;
}

static uint64_t bits_in(const struct mw_gfp_name *names, size_t n, enum mw_gfp_layout layout,
			const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (layout >= names[i].from && layout <= names[i].to &&
		    !strcmp(names[i].name, name))
			return names[i].bits;
	return 0;
}

uint64_t mw_gfp_bits(enum mw_gfp_layout layout, const char *name)
{
	uint64_t bits = bits_in(mw_gfp_flags, mw_gfp_n_flags, layout, name);

	return bits ? bits : bits_in(mw_gfp_composites, mw_gfp_n_composites, layout, name);
}
