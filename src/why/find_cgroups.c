/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_cgroups - what findings about cgroups share, and those about their limits.
 */
#include "base/fmt.h"
#include "why/find_cgroups_private.h"

#define MIB ((uint64_t)1 << 20)

struct mw_finding mw_group_finding(const char *id, enum mw_severity severity, struct mw_val weight)
{
	return (struct mw_finding){ .id = id,
				    .severity = severity,
				    .weight_bytes = mw_or(weight, 0),
				    .sure = "certain of this moment" };
}

const char *mw_group_path(const struct mw_cgroups_case *c, size_t at)
{
	return mw_arena_cstr(c->arena, c->groups->group[at].cgroup->path);
}

const char *mw_group_place(const struct mw_cgroups_case *c, size_t at)
{
	const struct mw_group_name *name = &c->groups->group[at].name;

	if (name->kind == MW_GROUP_CONTAINER || name->kind == MW_GROUP_POD)
		return mw_group_name_words(name, c->arena);
	return mw_group_path(c, at);
}

const char *mw_group_called(const struct mw_cgroups_case *c, size_t at)
{
	const char *place = mw_group_place(c, at);

	return place[0] == '/' ? mw_fmt(c->arena, "cgroup %s", place) : place;
}

const char *mw_group_size(const struct mw_cgroups_case *c, struct mw_val bytes)
{
	return mw_fmt_val_bytes(c->arena, bytes);
}

const char *mw_group_file(const struct mw_cgroups_case *c, size_t at, const char *name)
{
	struct mw_str folder = mw_cgroup_folder(&c->snap->cgroups.mount,
						c->groups->group[at].cgroup->path, c->arena);

	return mw_fmt_shell(c->arena,
			    mw_str_of(mw_fmt(c->arena, "/%.*s/%s", (int)folder.n, folder.p, name)));
}

const char *mw_group_limit_file(const struct mw_cgroups_case *c)
{
	return c->groups->v2 ? "memory.max" : "memory.limit_in_bytes";
}

bool mw_group_is_large(const struct mw_cgroups_case *c, struct mw_val bytes, uint64_t permille)
{
	uint64_t total = mw_or(c->snap->meminfo.total_bytes, 0);

	return mw_known(bytes) && bytes.v > c->limit->cg_floor_mib * MIB &&
	       bytes.v > total / 1000 * permille;
}

void mw_group_check(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at)
{
	f->check = mw_fmt(c->arena, "memwhy cgroups %s",
			  mw_fmt_shell(c->arena, c->groups->group[at].cgroup->path));
}

static bool is_top(const struct mw_cgroups_case *c, size_t at)
{
	return c->groups->group[at].parent == MW_NO_GROUP;
}

/* v1 refuses at the top (mem_cgroup_force_empty_write(), mm/memcontrol-v1.c). */
void mw_group_fix_reclaim(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at,
			  struct mw_val bytes)
{
	bool v2 = c->groups->v2;
	const char *command =
		v2 ? mw_fmt(c->arena, "echo %llu >%s", (unsigned long long)mw_or(bytes, 0),
			    mw_group_file(c, at, "memory.reclaim"))
		   : mw_fmt(c->arena, "echo 0 >%s", mw_group_file(c, at, "memory.force_empty"));

	if (!v2 && is_top(c, at))
		command = "echo 1 >/proc/sys/vm/drop_caches";
	mw_finding_fix(
		f,
		(struct mw_fix){
			.command = command,
			.effect = "drops cache that is charged there and below; who reads it next "
				  "pays for it",
			.risk = "what is locked or on a tmpfs stays: stop first who locks it; "
				"other "
				"cache there goes too, and is read from disk again",
			.undo = "none needed: what is used is read again" });
}

void mw_group_fix_limit(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at,
			struct mw_val need)
{
	const char *file = mw_group_file(c, at, mw_group_limit_file(c));
	struct mw_val now = c->groups->group[at].cgroup->max_bytes;
	const char *undo = c->groups->v2 ? "max" : "-1";

	if (is_top(c, at) || !mw_known(need) || need.v + need.v / 4 <= mw_or(now, 0))
		return;
	if (mw_known(now))
		undo = mw_fmt(c->arena, "%llu", (unsigned long long)now.v);
	mw_finding_fix(f,
		       (struct mw_fix){
			       .command = mw_fmt(c->arena, "echo %llu >%s",
						 (unsigned long long)(need.v + need.v / 4), file),
			       .effect = "bounds what is below, with what outlives its cgroup: "
					 "what there is now, and a quarter more",
			       .risk = "when it is reached, who dies is chosen among all below it",
			       .undo = mw_fmt(c->arena, "echo %s >%s", undo, file) });
}

/* At its memory.high, and waiting for it. */
static void high_throttled(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_cgroup *g = c->groups->group[at].cgroup;
	struct mw_val waits = g->pressure.some_permyriad;
	struct mw_finding f = mw_group_finding("MW-CG-HIGH-THROTTLED", MW_WARNING, g->usage_bytes);

	if (!mw_known(g->high_bytes) || !mw_or(g->high_count, 0) || !mw_known(waits) ||
	    waits.v < c->limit->cg_throttled_permille * 10 ||
	    mw_or(g->usage_bytes, 0) < g->high_bytes.v / 1000 * 950)
		return;
	f.verdict = mw_fmt(c->arena,
			   "%s is at its memory.high (%s): its processes are slowed down, and "
			   "waited for memory in %llu %% of the last 10 seconds",
			   mw_group_called(c, at), mw_group_size(c, g->high_bytes),
			   (unsigned long long)waits.v / 100);
	mw_finding_bytes(&f, "charged", g->usage_bytes, "memory.current");
	mw_finding_bytes(&f, "memory.high", g->high_bytes, "memory.high");
	mw_finding_count(&f, "times throttled", g->high_count.v, "memory.events");
	mw_finding_fix(
		&f, (struct mw_fix){ .command = mw_fmt(c->arena, "echo max >%s",
						       mw_group_file(c, at, "memory.high")),
				     .effect = "nothing is slowed down any more",
				     .risk = "it grows up to its memory.max, and is killed there",
				     .undo = mw_fmt(c->arena, "echo %llu >%s",
						    (unsigned long long)g->high_bytes.v,
						    mw_group_file(c, at, "memory.high")) });
	f.check = mw_fmt(c->arena, "cat %s", mw_group_file(c, at, "memory.pressure"));
	f.sure = "that it is at its limit and waits is certain; it may also wait for a limit above";
	mw_findings_add(all, c->arena, &f);
}

/* Locked memory cannot be reclaimed: once it is charged here, this limit kills. */
static void mlock_over_limit(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at];
	struct mw_val locked = g->use_below.locked_bytes, limit = g->cgroup->max_bytes;
	struct mw_finding f = mw_group_finding("MW-CG-MLOCK-OVER-LIMIT", MW_WARNING, locked);

	if (!mw_known(limit) || !mw_group_is_large(c, locked, 0) ||
	    locked.v < limit.v / 1000 * c->limit->cg_mlock_permille)
		return;
	f.verdict =
		mw_fmt(c->arena,
		       "processes in %s have locked %s, its limit is %s: once that is "
		       "charged to it, nothing can be reclaimed and it is killed",
		       mw_group_called(c, at), mw_group_size(c, locked), mw_group_size(c, limit));
	mw_finding_bytes(&f, "locked", locked, "proc/PID/smaps_rollup");
	mw_finding_bytes(&f, "limit", limit, mw_group_limit_file(c));
	mw_finding_bytes(&f, "unevictable and charged to it", g->cgroup->total.unevictable_bytes,
			 "memory.stat");
	mw_group_fix_limit(c, &f, at, mw_add(locked, g->cgroup->usage_bytes));
	mw_finding_fix(
		&f,
		(struct mw_fix){ .command = "# where it is started: LimitMEMLOCK= in its unit, or "
					    "ulimit -l, below the limit",
				 .effect = "mlock fails in time, in place of an OOM kill",
				 .risk = "the program must cope with the error",
				 .undo = "the old limit" });
	mw_group_check(c, &f, at);
	mw_findings_add(all, c->arena, &f);
}

void mw_find_cgroups(const struct mw_cgroups_case *c, struct mw_findings *ret)
{
	struct mw_findings all = {};

	mw_find_cgroups_use(c, &all);
	mw_find_cgroups_removed(c, &all);
	for (size_t i = 0; i < c->groups->n; i++) {
		if (c->within != MW_NO_GROUP && !mw_group_is_in(c->groups, i, c->within))
			continue;
		mw_find_cgroups_moved(c, i, &all);
		high_throttled(c, i, &all);
		mlock_over_limit(c, i, &all);
	}
	mw_findings_sort(&all);
	*ret = all;
}
