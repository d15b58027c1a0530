/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_cgroups_removed - what removed cgroups are still charged for.
 */
#include "base/fmt.h"
#include "why/find_cgroups_private.h"

static const char *at_most(const struct mw_account *g)
{
	return g->removed_at_most ? "at most " : "";
}

static const char *source(const struct mw_account *g)
{
	return g->removed_by_pages ? "pages" : "memory.stat";
}

static const char *sure(const struct mw_account *g)
{
	if (g->removed_by_pages)
		return "certain: page by page";
	return g->removed_at_most
		       ? "by arithmetic: what the cgroup itself was charged for, when it had "
			 "processes, may be in it"
		       : "certain: by arithmetic, exact to what moved while it was read";
}

static void dying(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at];
	struct mw_val file = mw_sub(g->removed.file_bytes, g->removed.shmem_bytes);
	struct mw_finding f = mw_group_finding("MW-CG-DYING", MW_INFO, g->removed_bytes);

	if (!mw_group_is_large(c, g->removed_bytes, c->limit->cg_dying_permille))
		return;
	f.verdict = mw_fmt(c->arena, "removed cgroups below %s are still charged for %s%s",
			   mw_group_place(c, at), at_most(g), mw_group_size(c, g->removed_bytes));
	mw_finding_bytes(&f, "charged to removed cgroups", g->removed_bytes, source(g));
	mw_finding_bytes(&f, "of it page cache", file, source(g));
	mw_finding_bytes(&f, "shared memory and tmpfs", g->removed.shmem_bytes, source(g));
	if (!g->removed_by_pages)
		mw_finding_bytes(&f, "unevictable", g->removed.unevictable_bytes, "memory.stat");
	mw_group_removed_evidence(c, &f, at, false);
	if (mw_known(g->removed_count))
		mw_finding_count(&f, "removed cgroups that still exist", g->removed_count.v,
				 "cgroup.stat");
	mw_group_fix_reclaim(c, &f, at, g->removed_bytes);
	mw_group_fix_limit(c, &f, at, g->cgroup->usage_bytes);
	f.sure = sure(g);
	mw_group_check(c, &f, at);
	mw_findings_add(all, c->arena, &f);
}

static void tmpfs_outlives(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at];
	struct mw_val shmem = g->removed.shmem_bytes;
	struct mw_finding f = mw_group_finding("MW-CG-TMPFS-OUTLIVES", MW_WARNING, shmem);

	if (!mw_group_is_large(c, shmem, c->limit->cg_tmpfs_permille))
		return;
	f.verdict = mw_fmt(c->arena,
			   "%s%s of tmpfs or shared memory outlived the cgroups below %s that made "
			   "it: no later one pays for it",
			   at_most(g), mw_group_size(c, shmem), mw_group_place(c, at));
	mw_finding_bytes(&f, "shared memory of removed cgroups", shmem, source(g));
	mw_finding_bytes(&f, "all that they are charged for", g->removed_bytes, source(g));
	mw_group_removed_evidence(c, &f, at, true);
	mw_finding_fix(&f, (struct mw_fix){ .command = "memwhy ledger --class shmem",
					    .effect = "shows which files and segments there are",
					    .risk = "none",
					    .undo = "none needed" });
	mw_group_fix_copy(&f);
	f.sure = sure(g);
	mw_group_check(c, &f, at);
	mw_findings_add(all, c->arena, &f);
}

void mw_find_cgroups_removed(const struct mw_cgroups_case *c, struct mw_findings *all)
{
	for (size_t i = 0; i < c->groups->n; i++) {
		if (c->within != MW_NO_GROUP && !mw_group_is_in(c->groups, i, c->within))
			continue;
		dying(c, i, all);
		tmpfs_outlives(c, i, all);
	}
}
