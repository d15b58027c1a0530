/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/cgroups_top.h"

#include <errno.h>

#include "base/fmt.h"

static bool is_top(struct mw_root *root, struct mw_arena *arena, const struct mw_cgroups *c)
{
	struct mw_str text, point = c->mount.point;

	if (c->mount.root.n > 1)
		return false;
	if (c->v2)
		return !mw_known(c->item[0].usage_bytes);
	return mw_root_read(root, mw_fmt(arena, "%.*s/release_agent", (int)point.n, point.p), arena,
			    &text) != -ENOENT;
}

bool mw_cgroups_top_is_seen(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	if (!s->cgroups.n || is_top(root, arena, &s->cgroups))
		return true;
	mw_sources_note(&s->sources, mw_str_of("sys/fs/cgroup (above what is mounted here)"),
			-ENODATA);
	return false;
}
