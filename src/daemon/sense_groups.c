/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "daemon/sense_private.h"
#include "kernel/cgroup_memory.h"
#include "kernel/cgroup_stat.h"
#include "kernel/fields.h"
#include "kernel/pid_cgroup.h"
#include "kernel/pressure.h"

/* A file of a group: path is as /proc/PID/cgroup says, from the root that is mounted. */
static int read_file(struct mw_sense *s, struct mw_str path, const char *name, struct mw_str *ret)
{
	const char *below;

	if (mw_path_climbs(path))
		return -ENOENT; /* outside what is mounted here */
	if (mw_str_starts(path, s->groups_root))
		path = mw_str_from(path, strlen(s->groups_root));
	below = mw_fmt(&s->arena, "%.*s/%s", (int)path.n, path.p, name);
	if (s->arena.failed)
		return -ENAMETOOLONG;
	while (*below == '/')
		below++;
	return mw_kept_read_below(&s->groups, below, s->room, ret);
}

static struct mw_val number_of(struct mw_sense *s, struct mw_str path, const char *name)
{
	struct mw_str text;
	int r = read_file(s, path, name, &text);

	return r < 0 ? mw_no(mw_why_of_errno(r)) : mw_cgroup_limit_parse(text);
}

static struct mw_val swap_of(struct mw_sense *s, struct mw_str path, struct mw_val usage)
{
	return s->groups_v2 ? number_of(s, path, "memory.swap.current")
			    : mw_sub(number_of(s, path, "memory.memsw.usage_in_bytes"), usage);
}

struct mw_val mw_sense_frozen(struct mw_sense *s, uint64_t pid)
{
	struct mw_str text;
	char path[48];
	bool v2;
	int r = mw_kept_read_below(&s->proc, mw_sense_path(path, pid, "cgroup"), s->room, &text);

	return r < 0 ? mw_no(mw_why_of_errno(r))
		     : mw_hierarchy_frozen(&s->freezer, mw_pid_cgroup_of(text, "freezer", &v2));
}

static void take_group(struct mw_sense *s, struct mw_guard_group *g)
{
	bool v2 = s->groups_v2;
	struct mw_cgroup_stat own, all;
	struct mw_pressure p;
	struct mw_str text;
	int r;

	g->usage_bytes = number_of(s, g->path, v2 ? "memory.current" : "memory.usage_in_bytes");
	g->limit_bytes = number_of(s, g->path, v2 ? "memory.max" : "memory.limit_in_bytes");
	g->high_bytes = v2 ? number_of(s, g->path, "memory.high") : mw_no(MW_ABSENT);
	g->oom_group = v2 ? number_of(s, g->path, "memory.oom.group") : mw_no(MW_ABSENT);
	g->swap_bytes = swap_of(s, g->path, g->usage_bytes);
	r = read_file(s, g->path, "memory.stat", &text);
	g->anon_bytes = mw_no(r < 0 ? mw_why_of_errno(r) : MW_OK);
	if (!r) {
		mw_cgroup_stat_parse(text, v2, &own, &all);
		g->anon_bytes = all.anon_bytes;
	}
	r = v2 ? read_file(s, g->path, "memory.pressure", &text) : -ENOENT;
	g->some_us = mw_no(mw_why_of_errno(r));
	if (!r) {
		mw_pressure_parse(text, &p);
		g->some_us = p.some_us;
	}
}

size_t mw_sense_group(struct mw_sense *s, struct mw_guard_view *view, uint64_t pid,
		      enum mw_why *ret_why)
{
	struct mw_str text, group;
	struct mw_guard_group *g;
	char path[48];
	int r = mw_kept_read_below(&s->proc, mw_sense_path(path, pid, "cgroup"), s->room, &text);

	*ret_why = r < 0 ? mw_why_of_errno(r) : MW_OK;
	if (r < 0)
		return MW_GUARD_NO_GROUP;
	group = mw_pid_cgroup_memory(text);
	for (size_t i = 0; i < view->n_groups; i++)
		if (mw_str_same(view->group[i].path, group))
			return i;
	if (!group.n)
		return MW_GUARD_NO_GROUP; /* no cgroups here: no pattern can name one */
	*ret_why = MW_DENIED;		  /* no room */
	if (view->n_groups == MW_SENSE_GROUPS)
		return MW_GUARD_NO_GROUP;
	g = &view->group[view->n_groups];
	*g = (struct mw_guard_group){ .path = mw_sense_keep(s, group, 1024) };
	if (g->path.n != group.n)
		return MW_GUARD_NO_GROUP;
	*ret_why = MW_OK;
	mw_arena_reset(&s->arena, s->mark);
	if (s->wants_figures)
		take_group(s, g);
	else
		g->usage_bytes = g->anon_bytes = g->swap_bytes = g->limit_bytes = g->high_bytes =
			g->some_us = g->oom_group = mw_no(MW_UNREAD);
	return view->n_groups++;
}
