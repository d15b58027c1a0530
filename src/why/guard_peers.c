/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where one kill will not bring back enough: who is like the chosen one, growing and holding at
 * least half as much, would be next, and dies with it.
 */
#include "why/guard_private.h"

struct peers {
	size_t task[MW_GUARD_TARGETS_MAX]; /* the chosen one first */
	size_t n;
	uint64_t bytes, grows_bytes_per_s;
	uint64_t least_bytes, least_bytes_per_s; /* who has less is not like the first */
	bool known;				 /* only those of whom it is known who they are */
};

static bool has(const struct peers *p, size_t task)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->task[i] == task)
			return true;
	return false;
}

static bool is_like(const struct mw_guard_turn *t, const struct peers *p, size_t i,
		    const struct mw_guard_rating *r)
{
	const struct mw_guard_task *task = &t->view->task[i];

	return r->safe == MW_GUARD_MAY_DIE && !mw_guard_is_given_up(t->state, task) &&
	       mw_or(task->sharers, 0) == 0 && r->frees_bytes >= p->least_bytes &&
	       mw_known(task->grows_bytes_per_s) &&
	       task->grows_bytes_per_s.v >= p->least_bytes_per_s;
}

/* The best of those that are left; n_tasks: none. */
static size_t next(const struct mw_guard_turn *t, const struct peers *p, uint64_t *ret_bytes)
{
	size_t best = t->view->n_tasks;
	int64_t points = INT64_MIN;

	for (size_t i = 0; i < t->view->n_tasks; i++) {
		struct mw_guard_rating r;

		if (has(p, i) || (p->known && t->view->task[i].detail_why != MW_OK))
			continue;
		r = mw_guard_rate(t->config, t->view, i);
		if (!is_like(t, p, i, &r) || r.points <= points)
			continue;
		points = r.points;
		best = i;
		*ret_bytes = r.frees_bytes;
	}
	return best;
}

/* So much must be available after it: half a limit more than the limit, and what the others take in
 * a second. */
static uint64_t wanted_bytes(const struct mw_guard_turn *t, const struct peers *p)
{
	const struct mw_guard_sums *s = &t->sums;
	uint64_t level = s->limit_bytes + s->limit_bytes / 2;
	uint64_t fall = mw_or(mw_guard_fall_bytes_per_s(t->state), 0);

	level = s->until_bytes > level ? s->until_bytes : level;
	return mw_guard_plus(level, fall > p->grows_bytes_per_s ? fall - p->grows_bytes_per_s : 0);
}

static void add(const struct mw_guard_turn *t, struct peers *p, size_t i, uint64_t bytes)
{
	p->task[p->n++] = i;
	p->bytes = mw_guard_plus(p->bytes, bytes);
	p->grows_bytes_per_s =
		mw_guard_plus(p->grows_bytes_per_s, mw_or(t->view->task[i].grows_bytes_per_s, 0));
}

static struct peers take(const struct mw_guard_turn *t, size_t first, uint64_t bytes, bool known)
{
	struct peers p = { .known = known,
			   .least_bytes = bytes / 2,
			   .least_bytes_per_s = t->view->task[first].grows_bytes_per_s.v / 2 };

	add(t, &p, first, bytes);
	while (mw_guard_plus(t->sums.counted_bytes.v, p.bytes) < wanted_bytes(t, &p) &&
	       p.n < MW_GUARD_TARGETS_MAX) {
		size_t i = next(t, &p, &bytes);

		if (i == t->view->n_tasks)
			break;
		add(t, &p, i, bytes);
	}
	return p;
}

bool mw_guard_add_peers(struct mw_guard_turn *t, size_t first)
{
	uint64_t bytes = t->ret->target[0].frees_bytes;
	struct peers p;

	if (mw_or(t->view->task[first].grows_bytes_per_s, 0) == 0)
		return false;
	p = take(t, first, bytes, false);
	t->ret->n_targets = 0;
	for (size_t i = 1; i < p.n; i++)
		if (t->view->task[p.task[i]].detail_why == MW_UNREAD)
			mw_guard_ask(t->ret, t->view, p.task[i]);
	if (mw_guard_detail(t))
		return true;
	p = take(t, first, bytes, true);
	for (size_t i = 0; i < p.n; i++)
		mw_guard_ask(t->ret, t->view, p.task[i]);
	t->ret->target[0].frees_bytes = p.bytes;
	t->ret->are_peers = p.n > 1;
	return false;
}
