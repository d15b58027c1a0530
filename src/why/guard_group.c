/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole cgroup dies, where it is asked for, or where its many small processes hold together what
 * none of them holds alone.
 */
#include <string.h>

#include "why/group_name.h"
#include "why/guard_private.h"

#define HELPED_MAX 8
#define HELPED_PART 16 /* of what the group holds */

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
static bool is_within(const struct mw_guard_view *view, size_t own, size_t group)
{
	return own == group ||
	       (own < view->n_groups && is_in(view->group[own].path, view->group[group].path));
}

static bool is_member(const struct mw_guard_view *view, size_t task, size_t group)
{
	return is_within(view, view->task[task].group, group);
}

/* What its members free together, how fast they grow, and which of them is the largest. */
struct crowd {
	size_t group, leader;
	uint64_t bytes, grows_bytes_per_s;
};

/* Of the root, and where not all are seen, nobody knows who would die. */
static bool is_open(const struct mw_guard_turn *t, size_t group)
{
	struct mw_str path = t->view->group[group].path;
	uint64_t counted = 0;

	for (size_t i = 0; i < t->view->n_rests; i++)
		counted = mw_guard_plus(counted, t->view->rest[i].count);
	return path.n && !mw_str_eq(path, "/") && t->view->n_unseen <= counted;
}

static bool may_die_in_group(enum mw_guard_safe safe)
{
	return safe == MW_GUARD_MAY_DIE || safe == MW_GUARD_SAFE_SMALL;
}

/* May those for whom there was no room die?  As those of their name in their group that are seen
 * and live; where none is, and of a name that is spared as root's, nobody knows. */
static bool may_rest_die(const struct mw_guard_turn *t, const struct mw_guard_rest *rest)
{
	const struct mw_guard_task *all = t->view->task;

	for (size_t i = 0; i < t->view->n_tasks && rest->comm[0]; i++)
		if (all[i].group == rest->group &&
		    !memcmp(all[i].comm, rest->comm, sizeof(rest->comm)) &&
		    may_die_in_group(mw_guard_rate(t->config, t->view, i).safe))
			return !t->config->use_builtin_avoid ||
			       !mw_guard_is_builtin(&all[i], mw_ok(0));
	return false;
}

/* Who is only counted grows as those do who are seen. */
static uint64_t grow_with(uint64_t seen_bytes_per_s, uint64_t seen, uint64_t rest)
{
	unsigned __int128 all = (unsigned __int128)seen_bytes_per_s * (rest + seen) / seen;

	return all < UINT64_MAX ? (uint64_t)all : UINT64_MAX;
}

static bool add_rests(const struct mw_guard_turn *t, uint64_t seen, struct crowd *ret)
{
	uint64_t count = 0;

	for (size_t i = 0; i < t->view->n_rests; i++) {
		const struct mw_guard_rest *rest = &t->view->rest[i];

		if (!is_within(t->view, rest->group, ret->group))
			continue;
		if (!may_rest_die(t, rest))
			return false;
		count = mw_guard_plus(count, rest->count);
		ret->bytes = mw_guard_plus(ret->bytes, rest->own_bytes);
	}
	ret->grows_bytes_per_s = grow_with(ret->grows_bytes_per_s, seen, count);
	return true;
}

/* None that is spared may die with it, and one that lives must lead it; false: it may not die. */
static bool take_crowd(const struct mw_guard_turn *t, size_t group, struct crowd *ret)
{
	uint64_t most = 0, seen = 0;

	*ret = (struct crowd){ .group = group };
	if (!is_open(t, group))
		return false;
	for (size_t i = 0; i < t->view->n_tasks; i++) {
		const struct mw_guard_task *task = &t->view->task[i];
		struct mw_guard_rating r;

		if (!is_member(t->view, i, group))
			continue;
		r = mw_guard_rate(t->config, t->view, i);
		if (r.safe == MW_GUARD_SAFE_DYING)
			continue;
		if (!may_die_in_group(r.safe) || mw_guard_is_given_up(t->state, task))
			return false;
		seen++;
		ret->bytes = mw_guard_plus(ret->bytes, r.frees_bytes);
		ret->grows_bytes_per_s =
			mw_guard_plus(ret->grows_bytes_per_s, mw_or(task->grows_bytes_per_s, 0));
		if (r.frees_bytes >= most) {
			most = r.frees_bytes;
			ret->leader = i;
		}
	}
	return seen && add_rests(t, seen, ret);
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
	for (size_t i = 0; i < t->view->n_rests; i++)
		*ret_all &= !is_within(t->view, t->view->rest[i].group, group);
	if (!*ret_all)
		return false; /* of them only the name is known */
	for (size_t i = 0; i < t->view->n_tasks; i++) {
		if (!is_member(t->view, i, group) || t->view->task[i].detail_why != MW_UNREAD)
			continue;
		*ret_all = false;
		if (!mw_guard_ask(t->ret, t->view, i))
			break;
	}
	return mw_guard_detail(t);
}

/* The largest of it, after the leader: they are helped to die. */
static void add_largest(struct mw_guard_turn *t, const struct crowd *c)
{
	while (t->ret->n_targets < HELPED_MAX) {
		size_t best = t->view->n_tasks;
		uint64_t most = c->bytes / HELPED_PART;

		for (size_t i = 0; i < t->view->n_tasks; i++) {
			uint64_t bytes;
			bool has = !is_member(t->view, i, c->group) || t->view->task[i].dying;

			for (size_t k = 0; k < t->ret->n_targets && !has; k++)
				has = t->ret->target[k].task == i;
			if (has)
				continue;
			bytes = mw_guard_rate(t->config, t->view, i).frees_bytes;
			if (bytes < most)
				continue;
			most = bytes;
			best = i;
		}
		if (best == t->view->n_tasks)
			return;
		mw_guard_ask(t->ret, t->view, best);
	}
}

/* As soon as all is known of its members; false: that cannot be. */
static bool strike_crowd(struct mw_guard_turn *t, const struct crowd *c, size_t leader)
{
	bool all;

	if (ask_members(t, c->group, &all))
		return true;
	if (!all)
		return false;
	t->ret->n_targets = 0;
	t->ret->group = c->group;
	mw_guard_ask(t->ret, t->view, leader);
	add_largest(t, c);
	t->ret->target[0].frees_bytes = c->bytes;
	mw_guard_strike(t, MW_GUARD_KILL_GROUP);
	return true;
}

/* Two or more, all of one name. */
static bool are_namesakes(const struct mw_guard_turn *t, size_t group, size_t task)
{
	const struct mw_guard_task *all = t->view->task;
	size_t n = 0;

	for (size_t i = 0; i < t->view->n_tasks; i++) {
		if (!is_member(t->view, i, group))
			continue;
		if (memcmp(all[i].comm, all[task].comm, sizeof(all[i].comm)))
			return false;
		n++;
	}
	for (size_t i = 0; i < t->view->n_rests; i++) {
		if (!is_within(t->view, t->view->rest[i].group, group))
			continue;
		if (memcmp(t->view->rest[i].comm, all[task].comm, sizeof(all[task].comm)))
			return false;
		n++;
	}
	return n > 1;
}

bool mw_guard_kill_group(struct mw_guard_turn *t, size_t task, bool comes_back)
{
	size_t group = t->view->task[task].group;
	bool asked = dies_as_group(t, task);
	struct crowd crowd;

	if (!asked && !comes_back)
		return false;
	if (!t->view->has_groups)
		return look_at_groups(t);
	return group < t->view->n_groups && (asked || are_namesakes(t, group, task)) &&
	       take_crowd(t, group, &crowd) && strike_crowd(t, &crowd, task);
}

/* The larger one; but a group around another only where it is twice as large: else those who are
 * not in the inner one would die for little. */
static bool is_better(const struct mw_guard_turn *t, const struct crowd *a, const struct crowd *b)
{
	struct mw_str path = t->view->group[a->group].path, other = t->view->group[b->group].path;

	if (is_in(other, path))
		return a->bytes / 2 > b->bytes;
	if (is_in(path, other))
		return b->bytes / 2 <= a->bytes;
	return a->bytes > b->bytes;
}

bool mw_guard_kill_crowd(struct mw_guard_turn *t, uint64_t more_than_bytes, bool growing)
{
	uint64_t least = mw_guard_least_bytes(t->config, &t->view->meters);
	struct crowd best = {}, crowd;
	bool found = false;

	if (!t->view->has_groups)
		return look_at_groups(t);
	for (size_t g = 0; g < t->view->n_groups; g++) {
		if (!take_crowd(t, g, &crowd) || crowd.bytes < least ||
		    crowd.bytes <= more_than_bytes ||
		    (growing && mw_guard_is_quiet(t, mw_ok(crowd.grows_bytes_per_s))) ||
		    (found && !is_better(t, &crowd, &best)))
			continue;
		best = crowd;
		found = true;
	}
	return found && strike_crowd(t, &best, best.leader);
}

/* The outermost unit is a service, and no other is within it. */
bool mw_guard_is_system_service(const struct mw_guard_view *view, size_t task)
{
	size_t group = view->task[task].group;
	struct mw_str rest, part, unit;

	if (group >= view->n_groups)
		return false;
	rest = view->group[group].path;
	unit = mw_group_name_of(rest).unit;
	while (rest.n) {
		mw_str_cut(&rest, '/', &part);
		if (part.n && !mw_str_ends(part, ".slice"))
			return mw_str_ends(part, ".service") && mw_group_is_unit_name(unit) &&
			       mw_str_same(mw_group_name_of(part).unit, unit);
	}
	return false;
}
