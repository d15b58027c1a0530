/* SPDX-License-Identifier: Apache-2.0 */
#include "why/victims.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "kernel/number_list.h"
#include "kernel/path.h"
#include "why/victims_private.h"

const char *mw_spared_name(enum mw_spared s)
{
	switch (s) {
	case MW_SPARED_NOT:
		return "no";
	case MW_SPARED_INIT:
		return "init";
	case MW_SPARED_ADJ:
		return "oom_score_adj -1000";
	case MW_SPARED_VFORK:
		return "in vfork";
	case MW_SPARED_NODES:
		return "other nodes";
	case MW_SPARED_UNKNOWN:
		return "unknown";
	case MW_SPARED_OUTSIDE:
		return "outside";
	}
	return "unknown";
}

const char *mw_victim_name(struct mw_arena *a, const struct mw_proc *p)
{
	return mw_fmt(a, "%.*s (pid %llu)", (int)p->status.name.n, p->status.name.p,
		      (unsigned long long)p->pid);
}

/* A candidate as it is compared: the one with the most points first; of equals the one that the
 * kernel keeps. */
struct link {
	int64_t points;
	size_t order, index;
};

static int by_points(const void *x, const void *y)
{
	const struct link *a = x, *b = y;

	if (a->points != b->points)
		return a->points > b->points ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static size_t make_chain(struct mw_victims_run *m)
{
	size_t n = 0, total = m->s->n_procs;
	struct link *link = mw_arena_alloc(m->arena, (total + 1) * sizeof(*link));

	m->chain = mw_arena_alloc(m->arena, (total + 1) * sizeof(*m->chain));
	if (!link || !m->chain)
		return 0;
	for (size_t i = 0; i < total; i++)
		if (m->all[i].spared == MW_SPARED_NOT)
			link[n++] = (struct link){ m->all[i].badness,
						   m->v->rules.tie == MW_TIE_LAST
							   ? total - m->all[i].scan
							   : m->all[i].scan,
						   i };
	if (n)
		qsort(link, n, sizeof(*link), by_points);
	for (size_t i = 0; i < n; i++)
		m->chain[i] = link[i].index;
	return n;
}

/* Whatever the domain: siblings stand as they were forked. */
static int by_age(const void *x, const void *y)
{
	return mw_victims_by_age(*(const struct mw_proc *const *)x,
				 *(const struct mw_proc *const *)y);
}

/* The children of each, the oldest first. */
static bool link_children(struct mw_victims_run *m, const struct mw_index *by_pid)
{
	size_t n = m->s->n_procs;
	const struct mw_proc **old = mw_arena_alloc(m->arena, (n + 1) * sizeof(*old));

	m->first_child = mw_arena_alloc(m->arena, (n + 1) * sizeof(size_t));
	m->next_child = mw_arena_alloc(m->arena, (n + 1) * sizeof(size_t));
	if (!old || !m->first_child || !m->next_child)
		return false;
	for (size_t i = 0; i < n; i++) {
		m->first_child[i] = n;
		old[i] = &m->s->proc[i];
	}
	if (n)
		qsort(old, n, sizeof(*old), by_age);
	for (size_t k = n; k-- > 0;) {
		size_t i = (size_t)(old[k] - m->s->proc), parent;

		if (!mw_index_get(by_pid, m->s->proc[i].oom.stat.parent_pid, &parent))
			continue;
		m->next_child[i] = m->first_child[parent];
		m->first_child[parent] = i;
	}
	return true;
}

static bool alive(const struct mw_victims_run *m, size_t i)
{
	return !m->all[i].rank;
}

/* Up to 5.0 the child with the most points dies in the place of the one that was chosen: it has an
 * address space of its own, and may be killed itself. */
static size_t sacrificed(const struct mw_victims_run *m, size_t chosen)
{
	size_t n = m->s->n_procs, worst = chosen;
	int64_t most = 0;

	for (size_t i = m->first_child[chosen]; i < n; i = m->next_child[i])
		if (alive(m, i) && m->all[i].spared == MW_SPARED_NOT && m->all[i].badness > most &&
		    m->s->proc[i].oom.same_mm != m->s->proc[chosen].oom.same_mm) {
			worst = i;
			most = m->all[i].badness;
		}
	return worst;
}

static void bury(struct mw_victims_run *m, size_t i, size_t chosen)
{
	struct mw_victim *x = &m->all[i];
	size_t mm = x->proc->oom.same_mm;

	if (!alive(m, i))
		return;
	x->rank = m->deaths;
	x->chosen = chosen;
	if (m->freed[mm])
		x->frees_bytes = mw_ok(0);
	m->freed[mm] = true;
	m->dead[m->n_dead++] = i;
}

/* The highest group up to the domain that dies as one (mem_cgroup_get_oom_group(),
 * mm/memcontrol.c, since 4.19); NULL: none. */
static const struct mw_memcg *dies_as_one(const struct mw_victims_run *m, const struct mw_proc *p)
{
	const struct mw_memcgs *all = &m->s->memcgs;
	const struct mw_memcg *found = NULL;

	if (!all->v2 || !mw_victims_newer(m->v->release, 4, 18))
		return NULL;
	for (size_t g = p->memcg; g < all->n && all->item[g].parent < all->n;
	     g = all->item[g].parent) {
		if (mw_or(all->item[g].oom_group, 0))
			found = &all->item[g];
		if (m->v->kind == MW_DOMAIN_CGROUP && &all->item[g] == m->v->group)
			break;
	}
	return found;
}

/* Whoever has an address space that was given up just now; the setting saved them before 4.8. */
static void kill_sharers(struct mw_victims_run *m, size_t victim)
{
	const struct mw_proc *p = m->s->proc;
	bool all = mw_victims_newer(m->v->release, 4, 8);

	for (size_t i = 0; i < m->s->n_procs; i++)
		if (m->freed[p[i].oom.same_mm] && !mw_victims_is_init(m->s, &p[i]) &&
		    (all || m->all[i].oom_score_adj > -1000))
			bury(m, i, victim);
}

/* The victim, then all of a group that dies as one, and all who share an address space with one of
 * them (__oom_kill_process(), oom_kill_memcg_member()). */
static void kill_one(struct mw_victims_run *m, size_t victim, const struct mw_proc *instead_of)
{
	const struct mw_proc *p = m->s->proc;
	const struct mw_memcg *group = dies_as_one(m, &p[victim]);
	size_t sharers = m->sharers[p[victim].oom.same_mm];

	m->deaths++;
	m->all[victim].instead_of = instead_of;
	m->all[victim].whole = group;
	bury(m, victim, victim);
	for (size_t i = 0; group && i < m->s->n_procs; i++)
		if (m->all[i].oom_score_adj > -1000 && !mw_victims_is_init(m->s, &p[i]) &&
		    p[i].memcg < m->s->memcgs.n &&
		    mw_memcg_is_below(m->s, &m->s->memcgs.item[p[i].memcg], group)) {
			sharers += m->sharers[p[i].oom.same_mm] > 1;
			bury(m, i, victim);
		}
	if (sharers > 1)
		kill_sharers(m, victim);
}

static void kill_all(struct mw_victims_run *m, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t chosen = m->chain[i], victim = chosen;

		if (!alive(m, chosen)) {
			i++;
			continue;
		}
		if (m->v->rules.child_sacrifice)
			victim = sacrificed(m, chosen);
		m->all[victim].doubt = mw_victims_doubt(m, i, n);
		m->all[victim].certain = !m->all[victim].doubt;
		kill_one(m, victim, victim != chosen ? m->s->proc + chosen : NULL);
	}
}

static int by_size(const void *x, const void *y)
{
	const struct mw_victim *a = x, *b = y;
	uint64_t p = a->proc->oom.stat.rss_pages, q = b->proc->oom.stat.rss_pages;

	if (p != q)
		return p > q ? -1 : 1;
	return (a->proc->pid > b->proc->pid) - (a->proc->pid < b->proc->pid);
}

/* The dead in their order, then the spared. */
static void put_in_order(struct mw_victims_run *m)
{
	struct mw_victims *v = m->v;
	struct mw_val sum = mw_ok(0);
	size_t *at = mw_arena_alloc(m->arena, (m->s->n_procs + 1) * sizeof(*at));

	v->victim = mw_arena_alloc(m->arena, (m->s->n_procs + 1) * sizeof(*v->victim));
	if (!v->victim || !at)
		return;
	for (size_t i = 0; i < m->n_dead; i++)
		at[m->dead[i]] = i;
	for (size_t i = 0; i < m->n_dead; i++) {
		struct mw_victim *x = &v->victim[v->n++];

		*x = m->all[m->dead[i]];
		x->chosen = at[x->chosen];
		sum = mw_add(sum, x->frees_bytes);
		x->sum_bytes = sum;
		if (!v->until_rank && mw_known(m->ask->until_bytes) && mw_known(sum) &&
		    sum.v >= m->ask->until_bytes.v)
			v->until_rank = x->rank;
	}
	v->n_victims = v->n;
	for (size_t i = 0; i < m->s->n_procs; i++)
		if (alive(m, i) && m->all[i].spared != MW_SPARED_OUTSIDE)
			v->victim[v->n++] = m->all[i];
	if (v->n > v->n_victims)
		qsort(v->victim + v->n_victims, v->n - v->n_victims, sizeof(*v->victim), by_size);
}

/* By its path, or by the last part of it: "nginx.service". */
static const struct mw_memcg *find_group(const struct mw_snap *s, struct mw_str name)
{
	bool whole = mw_str_starts(name, "/");

	while (name.n > 1 && name.p[name.n - 1] == '/')
		name.n--;
	for (size_t i = 0; i < s->memcgs.n; i++) {
		const struct mw_memcg *g = &s->memcgs.item[i];

		if (mw_str_same(whole ? g->path : mw_path_last(g->path), name))
			return g;
	}
	return NULL;
}

/* Only a group with a limit can be out of memory: else the next above that has one; NULL: none. */
static const struct mw_memcg *limited(const struct mw_snap *s, const struct mw_memcg *g)
{
	while (g && (!g->charged || g->limit_bytes.why == MW_ABSENT))
		g = g->parent < s->memcgs.n && mw_or(s->memcgs.item[g->parent].hierarchy, 1)
			    ? &s->memcgs.item[g->parent]
			    : NULL;
	return g;
}

static int choose_domain(const struct mw_snap *s, struct mw_victims_ask *ask, struct mw_arena *a,
			 struct mw_victims *v)
{
	const struct mw_memcg *asked;

	v->kind = ask->kind;
	v->domain = "the machine";
	if (ask->kind == MW_DOMAIN_NODES || ask->kind == MW_DOMAIN_CPUSET) {
		if (!mw_list_is_valid(ask->nodes))
			return -EINVAL;
		v->domain = mw_fmt(a, "node%s %.*s", mw_list_count(ask->nodes).v == 1 ? "" : "s",
				   (int)ask->nodes.n, ask->nodes.p);
	}
	if (ask->kind != MW_DOMAIN_CGROUP)
		return 0;
	asked = find_group(s, ask->cgroup);
	if (!asked)
		return -ENOENT;
	v->group = limited(s, asked);
	if (v->group != asked)
		v->moved_from = mw_arena_cstr(a, asked->path);
	if (!v->group) {
		v->kind = ask->kind = MW_DOMAIN_MACHINE;
		return 0;
	}
	v->domain = mw_fmt(a, "cgroup %.*s (limit %s)", (int)v->group->path.n, v->group->path.p,
			   mw_fmt_val_bytes(a, v->group->limit_bytes));
	return 0;
}

static bool make_room(struct mw_victims_run *m)
{
	size_t n = m->s->n_procs + 1;

	m->all = mw_arena_alloc(m->arena, n * sizeof(*m->all));
	m->dead = mw_arena_alloc(m->arena, n * sizeof(*m->dead));
	m->freed = mw_arena_alloc(m->arena, n * sizeof(*m->freed));
	m->sharers = mw_arena_alloc(m->arena, n * sizeof(*m->sharers));
	for (size_t i = 0; m->sharers && i < m->s->n_procs; i++)
		m->sharers[m->s->proc[i].oom.same_mm]++;
	return m->all && m->dead && m->freed && m->sharers;
}

int mw_victims_build(const struct mw_snap *s, const struct mw_victims_ask *asked,
		     struct mw_arena *arena, struct mw_victims *ret)
{
	struct mw_victims_ask ask = *asked;
	struct mw_victims v = {};
	struct mw_index by_pid = {};
	struct mw_victims_run m = { .s = s, .ask = &ask, .arena = arena, .v = &v };
	int r = choose_domain(s, &ask, arena, &v);

	if (r < 0)
		return r;
	v.part_only = !s->global_init || s->procs_hidden;
	v.asker_dies = v.kind != MW_DOMAIN_CGROUP && mw_or(s->oom_sysctl.kill_allocating_task, 0);
	v.release = mw_release_is_known(ask.release) ? ask.release : s->host.release;
	v.rules = mw_badness_rules(v.release, v.kind == MW_DOMAIN_CGROUP);
	v.total_pages = mw_domain_pages(s, &ask, v.group, v.release);
	v.machine_pages = mw_domain_pages(s, &(struct mw_victims_ask){ .kind = MW_DOMAIN_MACHINE },
					  NULL, v.release);
	for (size_t i = 0; i < s->n_procs; i++)
		mw_index_put(&by_pid, arena, s->proc[i].pid, i);
	if (make_room(&m)) {
		mw_victims_rate(&m, &by_pid);
		mw_victims_bound_unknown(&m);
		mw_victims_scan_order(s, &v, m.all, s->n_procs, arena);
		if (link_children(&m, &by_pid))
			kill_all(&m, make_chain(&m));
		put_in_order(&m);
	}
	*ret = v;
	return 0;
}
