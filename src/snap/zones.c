/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones - what the page allocator goes by: free blocks, their migrate types, nodes, settings.
 */
#include "base/fmt.h"
#include "snap/snap_private.h"

static void take_buddies(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_buddy_zone zone, *list;
	struct mw_str text;

	if (mw_take_text(root, "proc/buddyinfo", arena, s, &text) != MW_OK)
		return;
	while (mw_buddyinfo_next(&text, &zone)) {
		list = mw_arena_grow(arena, s->zones.buddy, s->zones.n_buddies, sizeof(*list));
		if (!list)
			return;
		s->zones.buddy = list;
		list[s->zones.n_buddies++] = zone;
	}
}

static void take_pageblocks(struct mw_str rows, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_pageblock_row row, *list;

	while (mw_pageblocks_next(&rows, &row)) {
		list = mw_arena_grow(arena, s->zones.pageblock, s->zones.n_pageblocks,
				     sizeof(*list));
		if (!list)
			return;
		s->zones.pageblock = list;
		list[s->zones.n_pageblocks++] = row;
	}
}

static void take_types(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_pagetype_row row, *list;
	struct mw_str text;

	if (mw_take_text(root, "proc/pagetypeinfo", arena, s, &text) != MW_OK)
		return;
	mw_pagetypeinfo_head(text, &s->zones.pagetype_head);
	take_pageblocks(s->zones.pagetype_head.pageblock_rows, arena, s);
	while (mw_pagetypeinfo_next(&text, &row)) {
		list = mw_arena_grow(arena, s->zones.pagetype, s->zones.n_pagetypes, sizeof(*list));
		if (!list)
			return;
		s->zones.pagetype = list;
		list[s->zones.n_pagetypes++] = row;
	}
}

static void take_distances(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_node_distance *list;
	struct mw_str text;

	for (size_t i = 0; i < s->n_nodes; i++) {
		uint64_t node = s->node[i].node;

		if (mw_take_text(root,
				 mw_fmt(arena, "sys/devices/system/node/node%u/distance",
					(unsigned)node),
				 arena, s, &text) != MW_OK)
			continue;
		list = mw_arena_grow(arena, s->zones.distance, s->zones.n_distances, sizeof(*list));
		if (!list)
			return;
		s->zones.distance = list;
		list[s->zones.n_distances++] = (struct mw_node_distance){ node, mw_str_trim(text) };
	}
}

void mw_take_zones(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_zones_snap *z = &s->zones;

	take_buddies(root, arena, s);
	take_types(root, arena, s);
	mw_take_nodes(root, arena, s);
	take_distances(root, arena, s);
	z->min_free_kib = mw_take_number(root, "proc/sys/vm/min_free_kbytes", arena, s);
	z->watermark_scale_factor =
		mw_take_number(root, "proc/sys/vm/watermark_scale_factor", arena, s);
	z->extfrag_threshold = mw_take_number(root, "proc/sys/vm/extfrag_threshold", arena, s);
	z->compaction_proactiveness =
		mw_take_number(root, "proc/sys/vm/compaction_proactiveness", arena, s);
	z->zone_reclaim_mode = mw_take_number(root, "proc/sys/vm/zone_reclaim_mode", arena, s);
}
