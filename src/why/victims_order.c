/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims_order - in which order the OOM killer looks at the processes: it decides between equals.
 *
 * The machine's: the list of processes, oldest first (for_each_process).  A cgroup's: its groups in
 * pre-order, those of one parent as they were made (mem_cgroup_iter()), and in each its members as
 * they joined (css_task_iter_next()).
 */
#include <stdlib.h>

#include "why/victims_private.h"

struct key {
	size_t group; /* place of its group in the walk; the machine's: 0 for all */
	size_t member;
	const struct mw_proc *proc;
	size_t index;
};

int mw_victims_by_age(const struct mw_proc *a, const struct mw_proc *b)
{
	uint64_t x = a->oom.stat.start_ticks, y = b->oom.stat.start_ticks;

	if (x != y)
		return x < y ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

static int by_key(const void *x, const void *y)
{
	const struct key *a = x, *b = y;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->member != b->member)
		return a->member < b->member ? -1 : 1;
	return mw_victims_by_age(a->proc, b->proc);
}

/* A group as the walk meets it: after its parent, and after those of one parent made before it. */
struct place {
	uint64_t ino;
	size_t group;
};

static int by_ino(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

/* Groups sorted by age, each put behind its parent: what is younger is met later.  The walk goes
 * by an explicit stack of parents, for paths may be deep. */
static size_t *group_places(const struct mw_snap *s, struct mw_arena *a)
{
	size_t n = s->memcgs.n, depth = 0, next = 0;
	struct place *sorted = mw_arena_alloc(a, (n + 1) * sizeof(*sorted));
	size_t *place = mw_arena_alloc(a, (n + 1) * sizeof(*place));
	size_t *first = mw_arena_alloc(a, (n + 1) * sizeof(*first));
	size_t *sibling = mw_arena_alloc(a, (n + 1) * sizeof(*sibling));
	size_t *stack = mw_arena_alloc(a, (n + 1) * sizeof(*stack));

	if (!sorted || !place || !first || !sibling || !stack)
		return NULL;
	for (size_t i = 0; i <= n; i++)
		first[i] = MW_NO_MEMCG;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (struct place){ s->memcgs.item[i].ino, i };
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_ino);
	/* The youngest is put first into the list of its parent, so that the oldest leads it. */
	for (size_t i = n; i-- > 0;) {
		size_t g = sorted[i].group, parent = s->memcgs.item[g].parent;

		parent = parent < n ? parent : n;
		sibling[g] = first[parent];
		first[parent] = g;
	}
	for (size_t g = first[n];;) {
		if (g == MW_NO_MEMCG) {
			if (!depth)
				break;
			g = sibling[stack[--depth]];
			continue;
		}
		place[g] = next++;
		stack[depth++] = g;
		g = first[g];
	}
	return place;
}

void mw_victims_scan_order(const struct mw_snap *s, const struct mw_victims *v,
			   struct mw_victim *all, size_t n, struct mw_arena *arena)
{
	bool memcg = v->kind == MW_DOMAIN_CGROUP;
	size_t *place = memcg ? group_places(s, arena) : NULL;
	struct key *key = mw_arena_alloc(arena, (n + 1) * sizeof(*key));

	if (!key || (memcg && !place))
		return;
	for (size_t i = 0; i < n; i++) {
		const struct mw_proc *p = all[i].proc;

		key[i] = (struct key){ .proc = p, .index = i };
		if (memcg && p->memcg < s->memcgs.n) {
			key[i].group = place[p->memcg];
			key[i].member = p->oom.place;
		}
	}
	if (n)
		qsort(key, n, sizeof(*key), by_key);
	for (size_t i = 0; i < n; i++)
		all[key[i].index].scan = i;
}

static uint64_t age_of(const struct mw_snap *s, const struct mw_proc *p)
{
	return p->memcg < s->memcgs.n ? s->memcgs.item[p->memcg].ino : 0;
}

const char *mw_victims_order_doubt(const struct mw_snap *s, const struct mw_victims *v,
				   const struct mw_proc *a, const struct mw_proc *b)
{
	if (a->oom.why != MW_OK || b->oom.why != MW_OK)
		return "when they were started could not be read";
	if (v->kind != MW_DOMAIN_CGROUP)
		return NULL;
	if (a->memcg != b->memcg)
		return age_of(s, a) && age_of(s, b)
			       ? NULL
			       : "which cgroup was made first could not be read";
	/* Members of all that are charged to one group: css_sets in the order in which they were
	 * made, whichever cgroup they belong to (e_csets, kernel/cgroup/cgroup.c). */
	if (!mw_str_same(a->cgroup, b->cgroup))
		return "which of two cgroups without a memory controller had members first "
		       "is shown nowhere";
	if (!s->memcgs.v2)
		return "v1 does not show in which order they joined the cgroup";
	return a->oom.place != MW_NO_PLACE && b->oom.place != MW_NO_PLACE
		       ? NULL
		       : "in which order they joined the cgroup could not be read";
}
