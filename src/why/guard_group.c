/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole cgroup dies, where it is asked for, or where its many small processes hold together what
 * none of them holds alone.
 */
#include "why/guard_private.h"

bool mw_guard_uses_groups(const struct mw_guard_config *config)
{
	const struct mw_guard_patterns *all[] = { &config->avoid, &config->prefer,
						  &config->groups };

	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
		for (size_t i = 0; i < all[k]->n; i++)
			if (all[k]->item[i].field == MW_GUARD_CGROUP ||
			    all[k]->item[i].unit == MW_GUARD_GROUP)
				return true;
	return config->unit == MW_GUARD_GROUP;
}

static bool dies_as_group(const struct mw_guard_turn *t, size_t task)
{
	enum mw_why why;
	const struct mw_guard_pattern *p =
		mw_guard_match(&t->config->groups, t->view, &t->view->task[task], &why);

	return (p ? p->unit : t->config->unit) == MW_GUARD_GROUP;
}

/* Where it was asked already and did not come, it is not asked for ever. */
static bool look_at_groups(struct mw_guard_turn *t)
{
	if (t->state->group_looks++ >= 2)
		return false;
	t->ret->n_targets = 0;
	t->ret->verb = MW_GUARD_LOOK;
	t->ret->cause = t->cause;
	t->ret->wants_groups = true;
	return true;
}

static bool is_in(struct mw_str path, struct mw_str parent)
{
	return path.n > parent.n && path.p[parent.n] == '/' &&
	       mw_str_same((struct mw_str){ path.p, parent.n }, parent);
}

/* cgroup.kill takes the groups below with it. */
static bool is_member(const struct mw_guard_view *view, size_t task, size_t group)
{
	size_t own = view->task[task].group;

	return own == group ||
	       (own < view->n_groups && is_in(view->group[own].path, view->group[group].path));
}

/* None that is spared may die with it.  What its members free together; UINT64_MAX: it may not. */
static uint64_t sum_group(const struct mw_guard_turn *t, size_t group, size_t *ret_largest)
{
	uint64_t bytes = 0, most = 0;

	if (!t->view->group[group].path.n || mw_str_eq(t->view->group[group].path, "/") ||
	    t->view->n_unseen)
		return UINT64_MAX;
	for (size_t i = 0; i < t->view->n_tasks; i++) {
		struct mw_guard_rating r;

		if (!is_member(t->view, i, group))
			continue;
		r = mw_guard_rate(t->config, t->view, i);
		if (r.safe == MW_GUARD_SAFE_DYING)
			continue;
		if ((r.safe != MW_GUARD_MAY_DIE && r.safe != MW_GUARD_SAFE_SMALL) ||
		    mw_guard_is_given_up(t->state, &t->view->task[i]))
			return UINT64_MAX;
		if (__builtin_add_overflow(bytes, r.frees_bytes, &bytes))
			return UINT64_MAX;
		if (r.frees_bytes >= most) {
			most = r.frees_bytes;
			*ret_largest = i;
		}
	}
	return bytes;
}

/* The name is known of all. */
static bool asks_details(const struct mw_guard_patterns *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->item[i].field != MW_GUARD_COMM)
			return true;
	return false;
}

/* Patterns may spare one of its members: then all must be known. */
static bool ask_members(struct mw_guard_turn *t, size_t group, bool *ret_all)
{
	*ret_all = true;
	t->ret->n_targets = 0;
	if (!asks_details(&t->config->avoid))
		return false;
	for (size_t i = 0; i < t->view->n_tasks; i++) {
		if (!is_member(t->view, i, group) || t->view->task[i].detail_why != MW_UNREAD)
			continue;
		*ret_all = false;
		if (!mw_guard_ask(t->ret, t->view, i))
			break;
	}
	return mw_guard_detail(t);
}

static void strike_group(struct mw_guard_turn *t, size_t group, size_t leader, uint64_t bytes)
{
	t->ret->n_targets = 0;
	t->ret->group = group;
	mw_guard_ask(t->ret, t->view, leader);
	t->ret->target[0].frees_bytes = bytes;
	mw_guard_strike(t, MW_GUARD_KILL_GROUP);
}

bool mw_guard_kill_group(struct mw_guard_turn *t, size_t task)
{
	size_t group = t->view->task[task].group, largest = task;
	uint64_t bytes;
	bool all;

	if (!dies_as_group(t, task))
		return false;
	if (!t->view->has_groups)
		return look_at_groups(t);
	if (group >= t->view->n_groups)
		return false;
	bytes = sum_group(t, group, &largest);
	if (bytes == UINT64_MAX)
		return false;
	if (ask_members(t, group, &all))
		return true;
	if (!all)
		return false;
	strike_group(t, group, task, bytes);
	return true;
}

bool mw_guard_kill_crowd(struct mw_guard_turn *t)
{
	size_t best = t->view->n_groups, leader = 0;
	uint64_t most = mw_guard_least_bytes(t->config, &t->view->meters);
	bool all;

	if (!t->view->has_groups)
		return look_at_groups(t);
	for (size_t g = 0; g < t->view->n_groups; g++) {
		size_t largest = 0;
		uint64_t bytes = sum_group(t, g, &largest);

		if (bytes == UINT64_MAX || bytes < most)
			continue;
		most = bytes;
		best = g;
		leader = largest;
	}
	if (best == t->view->n_groups)
		return false;
	if (ask_members(t, best, &all))
		return true;
	if (!all)
		return false;
	strike_group(t, best, leader, most);
	return true;
}
