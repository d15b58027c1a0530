/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sense.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "daemon/sense_private.h"
#include "kernel/cgroup_memory.h"
#include "kernel/zoneinfo.h"

#define PATH(arena, point, name) mw_fmt(arena, "%.*s/%s", (int)(point).n, (point).p, name)

static struct mw_val zone_low(struct mw_sense *s)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_val sum = mw_ok(0);
	struct mw_zoneinfo zones;
	struct mw_str text;
	int r = mw_root_read(s->root, "proc/zoneinfo", &arena, &text);

	if (!r)
		r = mw_zoneinfo_parse(text, &arena, &zones);
	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	for (size_t i = 0; i < zones.n_zones; i++)
		sum = mw_add(sum, zones.zone[i].low_pages);
	return mw_mul(sum, s->page_bytes);
}

static void open_zrams(struct mw_sense *s)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_names names = {};

	if (mw_root_list(s->root, "sys/block", &arena, &names) < 0)
		return;
	for (size_t i = 0; i < names.n && s->n_zrams < MW_SENSE_ZRAMS; i++) {
		struct mw_str name = names.item[i];
		struct mw_kept *k = &s->zram[s->n_zrams];

		if (mw_str_starts(name, "zram") &&
		    !mw_kept_open(s->root,
				  PATH(&arena, mw_str_of("sys/block"),
				       mw_fmt(&arena, "%.*s/mm_stat", (int)name.n, name.p)),
				  k))
			s->n_zrams++;
	}
}

/* A container sees its own group where the hierarchy is mounted, and a limit in it; at the root of
 * a whole machine there is no such file, or no limit. */
static void open_groups(struct mw_sense *s)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_cgroup_mount m;
	struct mw_str text;
	bool v2;

	if (mw_root_read(s->root, "proc/self/mountinfo", &arena, &text) < 0 ||
	    !mw_cgroup_mount_find(text, &arena, &m))
		return;
	v2 = s->groups_v2 = s->container_v2 = m.v2;
	mw_kept_open_folder(s->root, mw_arena_cstr(&arena, m.point), &s->groups);
	if (m.root.n > 1 && m.root.n < sizeof(s->groups_root))
		memcpy(s->groups_root, m.root.p, m.root.n);
	mw_kept_open(s->root, PATH(&arena, m.point, v2 ? "memory.max" : "memory.limit_in_bytes"),
		     &s->limit);
	mw_kept_open(s->root,
		     PATH(&arena, m.point, v2 ? "memory.current" : "memory.usage_in_bytes"),
		     &s->usage);
	mw_kept_open(s->root, PATH(&arena, m.point, "memory.stat"), &s->stat);
	mw_kept_open(s->root,
		     PATH(&arena, m.point, v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes"),
		     &s->swap_limit);
	mw_kept_open(
		s->root,
		PATH(&arena, m.point, v2 ? "memory.swap.current" : "memory.memsw.usage_in_bytes"),
		&s->swap_usage);
	mw_kept_open(s->root, PATH(&arena, m.point, "memory.pressure"), &s->container_pressure);
}

static int take_memory(struct mw_sense *s)
{
	s->room = (struct mw_room){ malloc(MW_SENSE_ROOM_BYTES), MW_SENSE_ROOM_BYTES };
	s->text = malloc(MW_SENSE_TEXT_BYTES);
	s->task = calloc(MW_SENSE_TASKS + 1, sizeof(*s->task));
	s->group = calloc(MW_SENSE_GROUPS, sizeof(*s->group));
	s->rest = calloc(MW_SENSE_RESTS, sizeof(*s->rest));
	s->namesakes = calloc(MW_SENSE_TASKS + 1, sizeof(*s->namesakes));
	for (size_t i = 0; i < 2; i++)
		s->before[i].task = calloc(MW_SENSE_TASKS, sizeof(*s->before[i].task));
	if (mw_root_is_live(s->root))
		mw_hierarchy_open(s->root, "freezer", &s->arena, &s->freezer);
	mw_arena_alloc(&s->arena, 16);
	s->mark = mw_arena_mark(&s->arena);
	s->arena.fixed = true;
	return s->room.p && s->text && s->task && s->group && s->rest && s->namesakes &&
			       s->before[0].task && s->before[1].task && !s->arena.failed
		       ? 0
		       : -ENOMEM;
}

int mw_sense_open(struct mw_root *root, struct mw_sense *ret)
{
	struct mw_kept none = { .fd = -1, .error = -ENOENT };
	int r;

	*ret = (struct mw_sense){ .root = root,
				  .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
				  .own_pid = mw_root_is_live(root) ? (uint64_t)getpid() : 0,
				  .freezer = { .dir = -1 },
				  .limit = none,
				  .usage = none,
				  .stat = none,
				  .swap_limit = none,
				  .swap_usage = none,
				  .container_pressure = none,
				  .groups = none };
	r = take_memory(ret);
	if (r < 0)
		return r;
	r = mw_kept_open_folder(root, "proc", &ret->proc);
	if (r < 0)
		return r;
	ret->fetcher.folder = &ret->proc;
	mw_kept_open(root, "proc/meminfo", &ret->meminfo);
	mw_kept_open(root, "proc/vmstat", &ret->vmstat);
	mw_kept_open(root, "proc/pressure/memory", &ret->pressure);
	mw_kept_open(root, "proc/spl/kstat/zfs/arcstats", &ret->arcstats);
	open_zrams(ret);
	open_groups(ret);
	ret->zone_low_bytes = zone_low(ret);
	return 0;
}

void mw_sense_close(struct mw_sense *s)
{
	struct mw_kept *const all[] = { &s->proc,	&s->meminfo,	&s->vmstat,
					&s->pressure,	&s->arcstats,	&s->limit,
					&s->usage,	&s->stat,	&s->groups,
					&s->swap_limit, &s->swap_usage, &s->container_pressure };

	if (!s->root)
		return; /* it was never opened */
	mw_fetcher_stop(&s->fetcher);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->root)
			mw_kept_close(all[i]);
	for (size_t i = 0; i < s->n_zrams; i++)
		mw_kept_close(&s->zram[i]);
	mw_hierarchy_close(&s->freezer);
	free(s->room.p);
	free(s->text);
	free(s->task);
	free(s->group);
	free(s->rest);
	free(s->namesakes);
	for (size_t i = 0; i < 2; i++)
		free(s->before[i].task);
	s->arena.fixed = false;
	mw_arena_done(&s->arena);
	*s = (struct mw_sense){};
}
