/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_split - the first proof, arithmetic: what is charged to each group alone, and to removed
 * ones below it.
 */
#include "why/cgroups_private.h"

#define N_FIGURES (sizeof(struct mw_cgroup_stat) / sizeof(struct mw_val))

static struct mw_val *figures(struct mw_cgroup_stat *s)
{
	return (struct mw_val *)s;
}

static const struct mw_val *const_figures(const struct mw_cgroup_stat *s)
{
	return (const struct mw_val *)s;
}

static void fill(struct mw_cgroup_stat *s, struct mw_val v)
{
	for (size_t i = 0; i < N_FIGURES; i++)
		figures(s)[i] = v;
}

/* A group that went away while it was read is a removed one by now; one without the controller is
 * charged for nothing. */
static bool counts(struct mw_val v)
{
	return v.why != MW_ABSENT && v.why != MW_GONE;
}

/* In own: what is charged to the groups below, for the moment. */
static void add_below(struct mw_accounts *all)
{
	for (size_t i = 0; i < all->n; i++)
		fill(&all->group[i].own, mw_ok(0));
	for (size_t i = 0; i < all->n; i++) {
		const struct mw_account *g = &all->group[i];
		const struct mw_val *v = const_figures(&g->cgroup->total);
		struct mw_account *up = g->parent == MW_NO_GROUP ? NULL : &all->group[g->parent];

		if (!up || !mw_or(up->cgroup->hierarchy, 1))
			continue;
		for (size_t k = 0; k < N_FIGURES; k++)
			if (counts(v[k]))
				figures(&up->own)[k] = mw_add(figures(&up->own)[k], v[k]);
	}
}

/* Removed groups that the groups below it do not count as theirs; MW_ABSENT: not told. */
static struct mw_val own_removed_count(const struct mw_accounts *all, size_t at)
{
	const struct mw_cgroup *g = all->group[at].cgroup;
	bool charged = mw_known(g->dying_charged_count);
	struct mw_val count = charged ? g->dying_charged_count : g->dying_count;

	for (size_t i = at + 1; i < all->n && mw_group_is_in(all, i, at); i++) {
		const struct mw_cgroup *c = all->group[i].cgroup;
		struct mw_val theirs = charged ? c->dying_charged_count : c->dying_count;

		if (all->group[i].parent == at && counts(theirs))
			count = mw_sub(count, theirs);
	}
	return count;
}

static void split_v1(struct mw_account *g)
{
	struct mw_cgroup_stat below = g->own;

	g->own = g->cgroup->own;
	for (size_t k = 0; k < N_FIGURES; k++)
		figures(&g->removed)[k] = mw_sub(
			mw_sub(const_figures(&g->cgroup->total)[k], const_figures(&g->own)[k]),
			figures(&below)[k]);
}

static void split_v2(struct mw_account *g)
{
	struct mw_cgroup_stat below = g->own;

	for (size_t k = 0; k < N_FIGURES; k++)
		figures(&g->own)[k] =
			mw_sub(const_figures(&g->cgroup->total)[k], figures(&below)[k]);
	fill(&g->removed, mw_no(MW_ABSENT));
	if (mw_known(g->removed_count) && !g->removed_count.v)
		fill(&g->removed, mw_ok(0));
	else if (!g->use.proc_count && g->cgroup->parent != MW_NO_MEMCG) {
		g->removed = g->own;
		g->removed_at_most = true;
	}
}

static void split(struct mw_accounting *b, size_t at)
{
	struct mw_account *g = &b->all->group[at];

	g->removed_count = own_removed_count(b->all, at);
	if (b->all->v2)
		split_v2(g);
	else
		split_v1(g);
	g->removed_bytes = g->removed.file_bytes;
	b->all->removed_bytes = mw_add(b->all->removed_bytes, mw_ok(mw_or(g->removed_bytes, 0)));
}

void mw_accounts_split(struct mw_accounting *b)
{
	add_below(b->all);
	for (size_t i = 0; i < b->all->n; i++)
		split(b, i);
}
