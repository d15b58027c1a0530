/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones - the settings that watermarks and reserves come from, and the free blocks.
 */
#include "snap/snap_private.h"

static void take_ratios(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_zones *z = &s->zones;
	struct mw_str text, word;
	uint64_t v;

	mw_take_text(root, "proc/sys/vm/lowmem_reserve_ratio", arena, s, &text);
	while (z->n_reserve_ratios < MW_ZONE_CLASSES && mw_str_word(&text, &word))
		z->reserve_ratio[z->n_reserve_ratios++] =
			mw_str_u64(word, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

void mw_take_zones(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_zones *z = &s->zones;
	struct mw_str text;

	z->min_free_kib = mw_take_number(root, "proc/sys/vm/min_free_kbytes", arena, s);
	z->watermark_scale_factor =
		mw_take_number(root, "proc/sys/vm/watermark_scale_factor", arena, s);
	take_ratios(root, arena, s);
	z->buddyinfo_why = mw_take_text(root, "proc/buddyinfo", arena, s, &z->buddyinfo_text);
	z->pagetypeinfo_why =
		mw_take_text(root, "proc/pagetypeinfo", arena, s, &z->pagetypeinfo_text);
	/* Off, they do not ask for more free memory (set_recommended_min_free_kbytes()). */
	z->has_thp = mw_take_text(root, "sys/kernel/mm/transparent_hugepage/enabled", arena, s,
				  &text) == MW_OK &&
		     mw_str_search(text, "[never]") == text.n;
}
