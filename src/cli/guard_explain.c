/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_explain - why one process would die of the guard, or would not.
 */
#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/guard.h"
#include "daemon/sense.h"
#include "report/escape.h"

#define RATED_MAX 48 /* the largest; who each one is has to be read */
#define SHOWN 5

struct rated {
	size_t task;
	struct mw_guard_rating rating;
};

static uint64_t own_bytes(const struct mw_guard_task *t)
{
	return mw_or(mw_sub(t->rss_bytes, t->shared_bytes), 0);
}

/* The one that is asked about, then the largest. */
static size_t choose(const struct mw_guard_view *view, uint64_t pid, struct mw_guard_target *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < view->n_tasks; i++)
		if (view->task[i].pid == pid)
			ret[n++] = (struct mw_guard_target){ .task = i, .pid = pid };
	for (size_t i = 0; n && i < view->n_tasks; i++) {
		size_t at = n;

		while (at > 1 &&
		       own_bytes(&view->task[ret[at - 1].task]) < own_bytes(&view->task[i]))
			at--;
		if (at == RATED_MAX || view->task[i].pid == pid)
			continue;
		if (n < RATED_MAX)
			n++;
		memmove(&ret[at + 1], &ret[at], (n - 1 - at) * sizeof(*ret));
		ret[at] = (struct mw_guard_target){ .task = i, .pid = view->task[i].pid };
	}
	return n;
}

static size_t rate(const struct mw_guard_config *config, const struct mw_guard_view *view,
		   const struct mw_guard_target *target, size_t n, struct rated *ret)
{
	for (size_t i = 0; i < n; i++) {
		struct rated one = { target[i].task, mw_guard_rate(config, view, target[i].task) };
		size_t at = i;

		while (at > 0 && one.rating.safe == MW_GUARD_MAY_DIE &&
		       (ret[at - 1].rating.safe != MW_GUARD_MAY_DIE ||
			ret[at - 1].rating.points < one.rating.points))
			at--;
		memmove(&ret[at + 1], &ret[at], (i - at) * sizeof(*ret));
		ret[at] = one;
	}
	return n;
}

static const char *name_of(struct mw_arena *arena, const struct mw_guard_task *t)
{
	struct mw_str comm = { t->comm, strnlen(t->comm, sizeof(t->comm)) };

	return mw_fmt(arena, "%llu (%s)", (unsigned long long)t->pid, mw_escape(arena, comm));
}

static void say_pattern(struct mw_arena *arena, const struct mw_guard_rating *r)
{
	if (r->pattern)
		printf(" (%s:%s)", mw_guard_field_name(r->pattern->field),
		       mw_escape(arena, r->pattern->glob));
}

/* In bytes; oom_score_adj may take it below 0. */
static const char *points(struct mw_arena *arena, int64_t points)
{
	const char *size = mw_fmt_bytes(arena, (uint64_t)(points < 0 ? -points : points));

	return points < 0 ? mw_fmt(arena, "-%s", size) : size;
}

static void say(struct mw_arena *arena, const struct mw_guard_view *view, const struct rated *list,
		size_t n, size_t at)
{
	const struct mw_guard_rating *r = &list[at].rating;
	const struct mw_guard_task *t = &view->task[list[at].task];
	size_t may = 0;

	while (may < n && list[may].rating.safe == MW_GUARD_MAY_DIE)
		may++;
	if (r->safe == MW_GUARD_MAY_DIE) {
		printf("%s would be number %zu of %zu to die", name_of(arena, t), at + 1, may);
		say_pattern(arena, r);
		printf("; that gives back %s.\n", mw_fmt_bytes(arena, r->frees_bytes));
	} else {
		printf("%s is left alone: %s", name_of(arena, t), mw_guard_safe_name(r->safe));
		say_pattern(arena, r);
		puts(".");
	}
	if (t->exe.n)
		printf("  exe      %s\n", mw_escape(arena, t->exe));
	if (t->unit.n)
		printf("  unit     %s\n", mw_escape(arena, t->unit));
	if (mw_known(t->adj))
		printf("  oom_score_adj %lld\n", (long long)t->adj.v - 1000);
	if (mw_or(t->frozen, 0))
		puts("  frozen   by its cgroup: SIGTERM would wait until it is thawed");
	printf("\nFirst to die, if the guard had to step in now:\n");
	for (size_t i = 0; i < may && i < SHOWN; i++)
		printf("  %-28s gives back %10s  rated %10s%s\n",
		       name_of(arena, &view->task[list[i].task]),
		       mw_fmt_bytes(arena, list[i].rating.frees_bytes),
		       points(arena, list[i].rating.points), i == at ? "  <" : "");
	if (!may)
		puts("  nobody");
}

static int explain(struct mw_sense *s, const struct mw_guard_config *config, uint64_t pid,
		   struct mw_arena *arena)
{
	struct mw_guard_target target[RATED_MAX + 1] = {};
	struct rated list[RATED_MAX + 1];
	struct mw_guard_view view = {};
	size_t n;
	int r;

	s->also_pid = pid;
	mw_sense_meters(s, &view.meters);
	r = mw_sense_tasks(s, mw_guard_least_bytes(config, &view.meters), false, &view);
	if (r < 0)
		return cli_fail("/proc", r);
	n = choose(&view, pid, target);
	if (!n)
		return cli_fail("that process", -ESRCH);
	view.level = MW_GUARD_DETAILS;
	mw_sense_details(s, &view, target, n);
	n = rate(config, &view, target, n, list);
	for (size_t i = 0; i < n; i++)
		if (view.task[list[i].task].pid == pid)
			say(arena, &view, list, n, i);
	return arena->failed ? cli_fail("explain", -ENOMEM) : EXIT_DONE;
}

int cli_guard_explain(const struct options *o)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_root *root _mw_root_ = NULL;
	struct mw_guard_config config;
	struct mw_problem problem;
	struct mw_sense sense;
	uint64_t pid;
	bool is_none;
	int r = EXIT_DONE;

	if (mw_str_u64(mw_str_of(o->explain), &pid) < 0 || !pid)
		return cli_wrong("--explain", "takes the number of a process");
	if (o->config)
		r = cli_guard_config(o->config, &arena, &config);
	else if (!o->root)
		r = cli_guard_config_here(&arena, &config, &is_none);
	else
		mw_guard_config_normal(&config); /* of another machine */
	if (r != EXIT_DONE)
		return r;
	r = mw_root_open(o->root, false, &root, &problem);
	if (r < 0)
		return cli_fail(problem.what ? problem.what : "cannot open", r);
	r = mw_sense_open(root, &sense);
	r = r < 0 ? cli_fail("/proc", r) : explain(&sense, &config, pid, &arena);
	mw_sense_close(&sense);
	return r;
}
