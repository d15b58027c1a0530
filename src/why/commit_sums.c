/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_sums - what the processes of a cgroup, or of a user, were promised together.
 */
#include <stdlib.h>

#include "why/commit_private.h"

static int by_cgroup(const struct mw_promise_sum *a, const struct mw_promise_sum *b)
{
	return mw_str_cmp(a->cgroup, b->cgroup);
}

static int by_uid(const struct mw_promise_sum *a, const struct mw_promise_sum *b)
{
	return (a->uid > b->uid) - (a->uid < b->uid);
}

static int sort_by_cgroup(const void *a, const void *b)
{
	return by_cgroup(a, b);
}

static int sort_by_uid(const void *a, const void *b)
{
	return by_uid(a, b);
}

static int sort_by_bytes(const void *x, const void *y)
{
	const struct mw_promise_sum *a = x, *b = y;
	uint64_t p = mw_or(a->bytes, 0), q = mw_or(b->bytes, 0);

	if (p != q)
		return p > q ? -1 : 1;
	return by_cgroup(a, b) ? by_cgroup(a, b) : by_uid(a, b);
}

/* What is not known of one is left out, as it is of the whole. */
static void merge(struct mw_promise_sum *into, const struct mw_promise_sum *from)
{
	into->proc_count += from->proc_count;
	if (mw_known(from->bytes))
		into->bytes =
			mw_known(into->bytes) ? mw_add(into->bytes, from->bytes) : from->bytes;
	if (mw_known(from->touched_bytes))
		into->touched_bytes = mw_known(into->touched_bytes)
					      ? mw_add(into->touched_bytes, from->touched_bytes)
					      : from->touched_bytes;
	if (mw_known(from->unused_bytes))
		into->unused_bytes = mw_known(into->unused_bytes)
					     ? mw_add(into->unused_bytes, from->unused_bytes)
					     : from->unused_bytes;
}

/* Equal ones become one; how many are left. */
static size_t join(struct mw_promise_sum *list, size_t n, int (*sort)(const void *, const void *),
		   int (*compare)(const struct mw_promise_sum *, const struct mw_promise_sum *))
{
	size_t left = 0;

	if (n)
		qsort(list, n, sizeof(*list), sort);
	for (size_t i = 0; i < n; i++)
		if (left && !compare(&list[left - 1], &list[i]))
			merge(&list[left - 1], &list[i]);
		else
			list[left++] = list[i];
	if (left)
		qsort(list, left, sizeof(*list), sort_by_bytes);
	return left;
}

void mw_commit_sum(struct mw_arena *arena, struct mw_commit *c)
{
	size_t bytes = (c->n_promisers + 1) * sizeof(*c->group), n = 0;

	c->group = mw_arena_alloc(arena, bytes);
	c->user_sum = mw_arena_alloc(arena, bytes);
	if (!c->group || !c->user_sum)
		return;
	for (size_t i = 0; i < c->n_promisers; i++) {
		const struct mw_promiser *p = &c->promiser[i];
		struct mw_promise_sum sum = { .proc_count = 1,
					      .bytes = p->bytes,
					      .touched_bytes = p->touched_bytes,
					      .unused_bytes = p->unused_bytes };

		if (!p->proc)
			continue;
		c->group[n] = sum;
		c->group[n].cgroup = p->proc->cgroup;
		c->user_sum[n] = sum;
		c->user_sum[n++].uid = p->proc->status.uid;
	}
	c->n_groups = join(c->group, n, sort_by_cgroup, by_cgroup);
	c->n_users = join(c->user_sum, n, sort_by_uid, by_uid);
}
