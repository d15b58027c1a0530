/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_stat.h"
#include "why/guard_private.h"

#define LEAST_PART 64

/* Anonymous and swapped.  Of files and shmem nothing is given back for sure: others may have them,
 * and the cache outlives its user. */
static struct mw_val frees(const struct mw_guard_task *t)
{
	struct mw_val anon = t->anon_bytes;

	if (!mw_known(anon))
		anon = mw_sub(t->rss_bytes, t->shared_bytes);
	if (mw_known(t->swap_bytes))
		anon = mw_add(anon, t->swap_bytes);
	return anon;
}

/* What spares it for itself alone, from the strongest reason to the weakest. */
static enum mw_guard_safe spared(const struct mw_guard_config *config,
				 const struct mw_guard_view *view, const struct mw_guard_task *t,
				 const struct mw_guard_pattern **ret_pattern)
{
	enum mw_why why;

	if (t->pid <= 1)
		return MW_GUARD_SAFE_INIT;
	if (t->pid == view->own_pid)
		return MW_GUARD_SAFE_SELF;
	if (t->flags & MW_PF_KTHREAD)
		return MW_GUARD_SAFE_KERNEL;
	if (t->dying || t->state == 'Z' || t->state == 'X')
		return MW_GUARD_SAFE_DYING;
	if (mw_or(t->adj, 1) == 0)
		return MW_GUARD_SAFE_ADJ;
	if (config->use_builtin_avoid && mw_guard_is_builtin(t, t->uid))
		return MW_GUARD_SAFE_BUILTIN;
	*ret_pattern = mw_guard_match(&config->avoid, view, t, &why);
	if (*ret_pattern)
		return MW_GUARD_SAFE_AVOID;
	/* What was not asked for yet is not held against it: it will be asked. */
	if ((why != MW_OK && why != MW_UNREAD) ||
	    (t->detail_why != MW_OK && t->detail_why != MW_UNREAD) ||
	    mw_or(t->adj, UINT64_MAX) > 2000)
		return MW_GUARD_SAFE_UNKNOWN;
	return MW_GUARD_MAY_DIE;
}

size_t mw_guard_space(const struct mw_guard_view *view, size_t task, size_t *ret, size_t max)
{
	size_t n = 0;

	if (max)
		ret[0] = task;
	n++;
	if (!view->task[task].space)
		return n;
	for (size_t i = 0; i < view->n_tasks; i++) {
		if (i == task || view->task[i].space != view->task[task].space)
			continue;
		if (n < max)
			ret[n] = i;
		n++;
	}
	return n;
}

/* All who share its memory must die with it, or nothing is given back (process_mrelease(),
 * mm/oom_kill.c): all must be seen, few enough, and none spared. */
static bool sharers_may_die(const struct mw_guard_config *config, const struct mw_guard_view *view,
			    size_t task)
{
	const struct mw_guard_pattern *pattern;
	size_t all[MW_GUARD_TARGETS_MAX];
	size_t n = mw_guard_space(view, task, all, MW_GUARD_TARGETS_MAX);

	if (n > MW_GUARD_TARGETS_MAX || mw_or(view->task[task].sharers, 0) > n - 1)
		return false;
	for (size_t i = 1; i < n; i++)
		if (spared(config, view, &view->task[all[i]], &pattern) != MW_GUARD_MAY_DIE)
			return false;
	return true;
}

uint64_t mw_guard_least_bytes(const struct mw_guard_config *config,
			      const struct mw_guard_meters *meters)
{
	uint64_t most = mw_guard_points_total(config, meters) / LEAST_PART;

	return most && most < config->least_bytes ? most : config->least_bytes;
}

struct mw_guard_rating mw_guard_rate(const struct mw_guard_config *config,
				     const struct mw_guard_view *view, size_t task)
{
	const struct mw_guard_task *t = &view->task[task];
	int64_t total = (int64_t)mw_guard_points_total(config, &view->meters);
	struct mw_guard_rating r = {};
	struct mw_val bytes = frees(t);
	enum mw_why why;
	int64_t adj;

	r.safe = spared(config, view, t, &r.pattern);
	r.frees_bytes = mw_or(bytes, 0) < INT64_MAX / 4 ? mw_or(bytes, 0) : INT64_MAX / 4;
	/* oom_badness(), mm/oom_kill.c, with what is freed in the place of what is used. */
	adj = mw_or(t->adj, 1000) <= 2000 ? (int64_t)mw_or(t->adj, 1000) : 1000;
	r.points = (int64_t)r.frees_bytes + (adj - 1000) * (total / 1000);
	if (r.safe != MW_GUARD_MAY_DIE)
		return r;
	if (!mw_known(bytes))
		r.safe = MW_GUARD_SAFE_UNKNOWN;
	else if (!sharers_may_die(config, view, task))
		r.safe = MW_GUARD_SAFE_SHARER;
	else if (r.frees_bytes < mw_guard_least_bytes(config, &view->meters))
		r.safe = MW_GUARD_SAFE_SMALL;
	r.pattern = mw_guard_match(&config->prefer, view, t, &why);
	if (r.pattern)
		r.points += (int64_t)config->prefer_permille * (total / 1000);
	return r;
}
