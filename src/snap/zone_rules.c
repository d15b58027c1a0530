/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_rules - by which distances a request goes from node to node, and what is tried for it.
 */
#include <errno.h>

#include "base/fmt.h"
#include "kernel/pid_stat.h"
#include "kernel/pid_status.h"
#include "snap/snap_private.h"

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
		list = mw_arena_grow(arena, s->zone_rules.distance, s->zone_rules.n_distances,
				     sizeof(*list));
		if (!list)
			return;
		s->zone_rules.distance = list;
		list[s->zone_rules.n_distances++] =
			(struct mw_node_distance){ node, mw_str_trim(text) };
	}
}

void mw_take_zone_rules(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_zone_rules *z = &s->zone_rules;

	mw_take_nodes(root, arena, s);
	take_distances(root, arena, s);
	z->extfrag_threshold = mw_take_number(root, "proc/sys/vm/extfrag_threshold", arena, s);
	z->compaction_proactiveness =
		mw_take_number(root, "proc/sys/vm/compaction_proactiveness", arena, s);
	z->zone_reclaim_mode = mw_take_number(root, "proc/sys/vm/zone_reclaim_mode", arena, s);
}

int mw_take_zone_asker(struct mw_root *root, uint64_t pid, struct mw_arena *arena,
		       struct mw_snap *s, struct mw_zone_asker *ret)
{
	struct mw_zone_asker a = { .cpu = mw_no(MW_UNREAD) };
	const char *dir = mw_fmt(arena, "proc/%llu/", (unsigned long long)pid);
	struct mw_pid_status status;
	struct mw_pid_stat stat;
	struct mw_str text, word;

	if (mw_take_text(root, mw_fmt(arena, "%sstatus", dir), arena, s, &text) != MW_OK ||
	    mw_pid_status_parse(text, arena, &status) < 0)
		return -ESRCH;
	a.mems = status.mems_allowed;
	if (mw_take_text(root, mw_fmt(arena, "%sstat", dir), arena, s, &text) == MW_OK)
		a.cpu = mw_pid_stat_parse(text, &stat) < 0 ? mw_no(MW_BAD) : stat.last_cpu;
	if (mw_take_text(root, mw_fmt(arena, "%snuma_maps", dir), arena, s, &text) == MW_OK &&
	    mw_str_word(&text, &word) && mw_str_word(&text, &word))
		a.policy = word;
	*ret = a;
	return 0;
}
