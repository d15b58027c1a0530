/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims_rate - who may be killed at all, with how many points, and what that would give back.
 */
#include "kernel/number_list.h"
#include "why/victims_private.h"

/* From 6.2 on the counters are approximate, and stat shows them as oom_badness() sees them, while
 * status, from 6.17 on, adds up what lies on the CPUs.  Since 7.1 oom_badness() does so too. */
static uint64_t rss_pages(const struct mw_snap *s, const struct mw_proc *p)
{
	bool exact = mw_release_at_least(s->host.release, 7, 1) && mw_known(p->status.rss_bytes);

	return p->oom.why == MW_OK && !exact ? p->oom.stat.rss_pages
					     : p->status.rss_bytes.v / s->host.page_bytes;
}

bool mw_victim_task(const struct mw_snap *s, const struct mw_proc *p, const struct mw_victims *v,
		    struct mw_badness_task *ret)
{
	const struct mw_pid_status *st = &p->status;
	uint64_t page = s->host.page_bytes;
	struct mw_val swap = st->swap_bytes, upper = st->page_middle_bytes;

	/* Before 2.6.34 status has no VmSwap: without a swap there is none in it. */
	if (swap.why == MW_ABSENT && mw_or(s->meminfo.swap_total_bytes, 1) == 0)
		swap = mw_ok(0);
	if (upper.why == MW_ABSENT)
		upper = mw_ok(0);
	upper = mw_add(upper, st->page_tables_bytes);
	if (!mw_known(swap) || !mw_known(upper) ||
	    (p->oom.why != MW_OK && !mw_known(st->rss_bytes)))
		return false;
	*ret = (struct mw_badness_task){
		.rss_pages = rss_pages(s, p),
		.swap_pages = swap.v / page,
		.table_pages = upper.v / page,
		.root = v->rules.root_bonus && mw_known(st->effective_caps) &&
			st->effective_caps.v & MW_CAP_SYS_ADMIN,
	};
	return true;
}

static bool is_set(const struct mw_victims_run *m, size_t i)
{
	return m->ask->set && m->ask->set[i];
}

/* Of one size, now and at its largest: as two of one address space are. */
static bool looks_alike(const struct mw_proc *a, const struct mw_proc *b)
{
	return a->oom.stat.address_space_bytes == b->oom.stat.address_space_bytes &&
	       mw_or(a->status.peak_bytes, 0) == mw_or(b->status.peak_bytes, 0);
}

/* Waits its parent for it to exec or exit (in_vfork(), include/linux/sched.h)?  /proc shows that
 * the two have one address space, and that the parent sleeps without being woken by signals; and
 * since 5.9 a score of 0, which no other process has, also where nobody may ask about the space. */
static bool in_vfork(const struct mw_victims_run *m, const struct mw_index *by_pid,
		     const struct mw_proc *p)
{
	/* Who made the scores is the kernel that ran, whichever is asked about. */
	struct mw_release ran = m->s->host.release;
	bool is_signed =
		mw_release_is_known(ran) && mw_badness_rules(ran, false).rule == MW_BADNESS_SIGNED;
	const struct mw_proc *parent;
	size_t at;

	if (!mw_victims_newer(m->v->release, 4, 8) ||
	    !mw_index_get(by_pid, p->oom.stat.parent_pid, &at))
		return false;
	parent = &m->s->proc[at];
	if (parent == p)
		return false;
	if (parent->oom.same_mm == p->oom.same_mm && parent->oom.stat.state == 'D')
		return true;
	return is_signed && p->oom.oom_score_adj > -999 && mw_known(p->oom.score) &&
	       !p->oom.score.v && looks_alike(parent, p);
}

/* Of policies a binding alone counts (mempolicy_in_oom_domain(), mm/mempolicy.c), up to 5.13
 * interleaving as well (mempolicy_nodemask_intersects()). */
static bool policy_has_nodes(const struct mw_victims_run *m, struct mw_str policy)
{
	struct mw_str nodes = mw_str_from(policy, mw_str_find(policy, ':') + 1);

	if (!mw_str_starts(policy, "bind") &&
	    (!mw_str_starts(policy, "interleave") || mw_victims_newer(m->v->release, 5, 14)))
		return true;
	return !nodes.n || mw_lists_overlap(m->ask->nodes, nodes);
}

/* One thread that may is enough (oom_cpuset_eligible(), mm/oom_kill.c). */
static bool may_use_nodes(const struct mw_victims_run *m, const struct mw_proc *p)
{
	struct mw_str rest = p->oom.thread_bounds, bound;

	if (m->ask->kind == MW_DOMAIN_NODES) {
		/* A first thread that has ended has no policy left. */
		if (p->oom.thread.n || policy_has_nodes(m, p->oom.policy))
			return true;
		while (mw_str_cut(&rest, '\n', &bound))
			if (policy_has_nodes(m, bound))
				return true;
		return false;
	}
	if (!p->status.mems_allowed.n || mw_lists_overlap(m->ask->nodes, p->status.mems_allowed))
		return true;
	while (mw_str_cut(&rest, '\n', &bound))
		if (mw_lists_overlap(m->ask->nodes, bound))
			return true;
	return false;
}

static enum mw_spared spared(const struct mw_victims_run *m, size_t i, bool vfork)
{
	const struct mw_proc *p = &m->s->proc[i];
	enum mw_domain_kind kind = m->v->kind;

	if (kind == MW_DOMAIN_CGROUP &&
	    (p->memcg >= m->s->memcgs.n ||
	     !mw_memcg_is_below(m->s, &m->s->memcgs.item[p->memcg], m->v->group)))
		return MW_SPARED_OUTSIDE;
	if (mw_victims_is_init(m->s, p))
		return MW_SPARED_INIT;
	if ((kind == MW_DOMAIN_NODES || kind == MW_DOMAIN_CPUSET) && !may_use_nodes(m, p))
		return MW_SPARED_NODES;
	if (m->all[i].adj_why != MW_OK)
		return MW_SPARED_UNKNOWN;
	if (m->all[i].oom_score_adj <= -1000)
		return MW_SPARED_ADJ;
	return vfork ? MW_SPARED_VFORK : MW_SPARED_NOT;
}

/* Private memory, a share of what forked processes still have in common, and page tables. */
static void note_frees(struct mw_victim *v)
{
	const struct mw_proc *p = v->proc;
	struct mw_val own = mw_no(p->smaps_why);

	if (p->smaps_why == MW_OK)
		own = p->smaps.pss_anon_bytes;
	if (!mw_known(own)) {
		own = p->smaps_why == MW_OK ? p->smaps.anonymous_bytes : p->status.rss_anon_bytes;
		v->frees_at_most = mw_known(own) && own.v;
	}
	v->frees_bytes = mw_add(own, p->status.page_tables_bytes);
}

/* What /proc/PID/oom_score should be, with so many pages more or less: always by the machine's
 * pages, and by its own setting. */
static struct mw_val model_score(const struct mw_victims_run *m, const struct mw_proc *p,
				 struct mw_badness_task t, bool vfork, int64_t more)
{
	int64_t points = 0;
	bool killable;

	if (p->oom.adj_why != MW_OK || !mw_known(m->v->machine_pages) ||
	    m->v->rules.rule == MW_BADNESS_TIME)
		return mw_no(MW_UNREAD);
	t.oom_score_adj = p->oom.oom_score_adj;
	killable = mw_badness(&m->v->rules, &t, m->v->machine_pages.v, &points) &&
		   !mw_victims_is_init(m->s, p) && !vfork;
	if (__builtin_add_overflow(points, more, &points))
		points = more < 0 ? INT64_MIN : INT64_MAX;
	return mw_ok(mw_badness_score(&m->v->rules, killable, points, m->v->machine_pages.v));
}

/* Could the kernel have rated this process so, by the counters that it sees? */
static bool is_within_blur(const struct mw_victims_run *m, const struct mw_proc *p, bool vfork)
{
	int64_t blur = mw_or(p->status.swap_bytes, 0) ? mw_victims_blur(m->s) : 0;
	struct mw_badness_task t;

	return blur && mw_victim_task(m->s, p, m->v, &t) &&
	       p->oom.score.v >= model_score(m, p, t, vfork, -blur).v &&
	       p->oom.score.v <= model_score(m, p, t, vfork, blur).v;
}

static void count_score(const struct mw_victims_run *m, const struct mw_victim *x, bool vfork,
			bool same_kernel)
{
	const struct mw_val kernel = x->proc->oom.score;
	struct mw_scores *n = &m->v->scores;

	if (!same_kernel || !mw_known(kernel) || !mw_known(x->score_model))
		n->unknown++;
	else if (kernel.v == x->score_model.v)
		n->agree++;
	else if (is_within_blur(m, x->proc, vfork))
		n->unclear++;
	else if (!x->proc->oom.still)
		n->moved++;
	else
		n->differ++;
}

/* Its points, and the score that the model gives it; false: there are no points. */
static bool rate(const struct mw_victims_run *m, struct mw_victim *x, bool vfork)
{
	struct mw_badness_task t;

	if (!mw_victim_task(m->s, x->proc, m->v, &t))
		return false;
	x->score_model = model_score(m, x->proc, t, vfork, 0);
	t.oom_score_adj = x->oom_score_adj;
	return mw_known(m->v->total_pages) &&
	       mw_badness(&m->v->rules, &t, m->v->total_pages.v, &x->badness);
}

void mw_victims_rate(struct mw_victims_run *m, const struct mw_index *by_pid)
{
	bool same_kernel =
		!mw_release_is_known(m->ask->release) && mw_release_is_known(m->s->host.release);

	for (size_t i = 0; i < m->s->n_procs; i++) {
		struct mw_victim *x = &m->all[i];
		bool vfork = in_vfork(m, by_pid, &m->s->proc[i]);

		x->proc = &m->s->proc[i];
		x->chosen = i;
		x->certain = true;
		x->adj_why = is_set(m, i) ? MW_OK : x->proc->oom.adj_why;
		x->oom_score_adj = is_set(m, i) ? m->ask->set_adj : x->proc->oom.oom_score_adj;
		x->spared = spared(m, i, vfork);
		note_frees(x);
		if (!rate(m, x, vfork) && x->spared == MW_SPARED_NOT)
			x->spared = MW_SPARED_UNKNOWN;
		count_score(m, x, vfork, same_kernel);
	}
}

void mw_victims_spread_set(const struct mw_snap *s, bool *set, struct mw_arena *arena)
{
	struct mw_victims v = { .release = s->host.release };
	struct mw_victims_run m = { .s = s, .v = &v };
	bool *to =
		mw_arena_alloc(arena, s->n_procs + 1); /* address spaces, by their first process */
	struct mw_index by_pid = {};

	if (!to || !mw_victims_newer(v.release, 4, 8))
		return;
	for (size_t i = 0; i < s->n_procs; i++)
		mw_index_put(&by_pid, arena, s->proc[i].pid, i);
	for (size_t i = 0; i < s->n_procs; i++)
		to[s->proc[i].oom.same_mm] |= set[i] && !in_vfork(&m, &by_pid, &s->proc[i]);
	for (size_t i = 0; i < s->n_procs; i++)
		set[i] |= to[s->proc[i].oom.same_mm] && !mw_victims_is_init(s, &s->proc[i]) &&
			  !in_vfork(&m, &by_pid, &s->proc[i]);
}
