/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodes - which CPUs each NUMA node has.
 */
#include "base/fmt.h"
#include "snap/snap_private.h"

void mw_take_nodes(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_node_cpus *list;
	struct mw_names names = {};
	struct mw_str text;
	uint64_t node;

	if (mw_root_list(root, "sys/devices/system/node", arena, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct mw_str name = names.item[i];

		if (!mw_str_starts(name, "node") || mw_str_u64(mw_str_from(name, 4), &node) < 0 ||
		    mw_take_text(
			    root,
			    mw_fmt(arena, "sys/devices/system/node/node%u/cpulist", (unsigned)node),
			    arena, s, &text) != MW_OK)
			continue;
		list = mw_arena_grow(arena, s->node, s->n_nodes, sizeof(*list));
		if (!list)
			return;
		s->node = list;
		list[s->n_nodes++] = (struct mw_node_cpus){ node, mw_str_trim(text) };
	}
}
