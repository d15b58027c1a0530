/* SPDX-License-Identifier: Apache-2.0 */
#include "why/cgroups_private.h"

/* Files and shared memory that a process maps, its share of each page: since 5.4 told, before that
 * what is not anonymous. */
static struct mw_val mapped(const struct mw_pid_smaps *s)
{
	if (mw_known(s->pss_file_bytes) && mw_known(s->pss_shmem_bytes))
		return mw_add(s->pss_file_bytes, s->pss_shmem_bytes);
	return mw_sub(s->pss_bytes, s->anonymous_bytes);
}

/* Its share; before 5.4 all of it. */
static struct mw_val anon(const struct mw_pid_smaps *s)
{
	return mw_known(s->pss_anon_bytes) ? s->pss_anon_bytes : s->anonymous_bytes;
}

static void add_known(struct mw_val *sum, struct mw_val v)
{
	if (mw_known(v))
		*sum = mw_add(mw_ok(mw_or(*sum, 0)), v);
	else if (!mw_known(*sum))
		*sum = v;
}

static void add_use(struct mw_group_use *sum, const struct mw_group_use *more)
{
	sum->proc_count += more->proc_count;
	sum->unread_count += more->unread_count;
	if (more->proc_count) {
		add_known(&sum->locked_bytes, more->locked_bytes);
		add_known(&sum->mapped_bytes, more->mapped_bytes);
		add_known(&sum->anon_bytes, more->anon_bytes);
	}
}

static struct mw_group_use by_rollup(const struct mw_proc *p)
{
	struct mw_group_use u = { .proc_count = 1 };

	if (p->smaps_why == MW_OK) {
		u.locked_bytes = p->smaps.locked_bytes;
		u.mapped_bytes = mapped(&p->smaps);
		u.anon_bytes = anon(&p->smaps);
	} else {
		u.locked_bytes = u.mapped_bytes = u.anon_bytes = mw_no(p->smaps_why);
		u.unread_count = p->smaps_why != MW_GONE;
	}
	return u;
}

/* *use: where in the list of all uses those of this process begin. */
static struct mw_group_use by_files(const struct mw_snap *s, size_t proc, size_t *use)
{
	struct mw_group_use u = { .proc_count = 1 };
	enum mw_why why = s->proc[proc].files_why;

	u.unread_count = why != MW_OK && why != MW_GONE;
	u.locked_bytes = u.mapped_bytes = why == MW_OK ? mw_ok(0) : mw_no(why);
	for (; *use < s->n_uses && s->use[*use].proc <= proc; ++*use) {
		const struct mw_file_use *f = &s->use[*use];

		if (f->proc != proc)
			continue;
		u.locked_bytes = mw_add(u.locked_bytes, mw_ok(f->locked_bytes));
		u.mapped_bytes = mw_add(u.mapped_bytes, mw_ok(f->pss_bytes));
	}
	return u;
}

static struct mw_group_use use_of(const struct mw_accounting *b, size_t proc, size_t *use)
{
	if (b->proofs & MW_BY_PROCESSES)
		return by_rollup(&b->snap->proc[proc]);
	if (b->proofs & MW_BY_PAGES)
		return by_files(b->snap, proc, use);
	return (struct mw_group_use){ .proc_count = 1 }; /* nobody asked */
}

/* Of processes that are not there nothing is used; of those that were not read nothing is known. */
static void settle(struct mw_group_use *u)
{
	if (!u->proc_count)
		u->locked_bytes = u->mapped_bytes = u->anon_bytes = mw_ok(0);
}

/* Else it went away while all was read, with its process. */
static bool is_outside(const struct mw_accounting *b, const struct mw_proc *p)
{
	return !p->cgroup.n || !mw_cgroup_folder(&b->snap->cgroups.mount, p->cgroup, b->arena).n;
}

static void take_uses(struct mw_accounting *b)
{
	struct mw_accounts *all = b->all;
	size_t use = 0;

	for (size_t i = 0; i < b->snap->n_procs; i++) {
		const struct mw_proc *p = &b->snap->proc[i];
		struct mw_group_use u = use_of(b, i, &use);

		all->unread_count += u.unread_count;
		if (p->charged < all->n)
			add_use(&all->group[p->charged].use, &u);
		else
			all->outside_count += is_outside(b, p);
	}
	for (size_t i = all->n; i-- > 0;) {
		struct mw_account *g = &all->group[i];

		add_use(&g->use_below, &g->use);
		if (g->parent != MW_NO_GROUP)
			add_use(&all->group[g->parent].use_below, &g->use_below);
		settle(&g->use);
		settle(&g->use_below);
	}
}

/* page_counter_try_charge(), mm/page_counter.c, asks each on the way up: the one with the least
 * room refuses first. */
static void find_limit(struct mw_accounts *all, struct mw_account *g)
{
	const struct mw_account *up = g->parent == MW_NO_GROUP ? NULL : &all->group[g->parent];
	struct mw_val room = mw_sub(g->cgroup->max_bytes, g->cgroup->usage_bytes);

	g->bites_at = MW_NO_GROUP;
	g->room_bytes = mw_no(MW_ABSENT);
	if (up && mw_or(up->cgroup->hierarchy, 1)) {
		g->bites_at = up->bites_at;
		g->room_bytes = up->room_bytes;
	}
	if (!mw_known(g->cgroup->max_bytes) || !mw_known(g->cgroup->usage_bytes))
		return;
	if (g->bites_at == MW_NO_GROUP || mw_or(room, 0) < mw_or(g->room_bytes, 0)) {
		g->bites_at = (size_t)(g - all->group);
		g->room_bytes = room;
	}
}

/* cadvisor: usage less inactive_file of the hierarchy, and never below 0. */
static struct mw_val working_set(const struct mw_cgroup *g)
{
	struct mw_val v = mw_sub(g->usage_bytes, g->total.inactive_file_bytes);

	return v.why == MW_RACED ? mw_ok(0) : v;
}

static void start(struct mw_accounting *b)
{
	const struct mw_cgroups *c = &b->snap->cgroups;
	struct mw_accounts *all = b->all;

	all->v2 = c->v2;
	all->group = mw_arena_alloc(b->arena, (c->n + 1) * sizeof(*all->group));
	for (size_t i = 0; all->group && i < c->n; i++) {
		struct mw_account *g = &all->group[i];

		g->cgroup = &c->item[i];
		g->payer_at = g->moved.payer_at = MW_NO_GROUP;
		g->parent = c->item[i].parent < i ? c->item[i].parent : MW_NO_GROUP;
		g->depth = g->parent == MW_NO_GROUP ? 0 : all->group[g->parent].depth + 1;
		g->name = mw_group_name_of(g->cgroup->path);
		g->working_set_bytes = working_set(g->cgroup);
		all->n = i + 1;
		find_limit(all, g);
	}
}

/* What one uses and another is charged for: of all that have one of the two in them, and not the
 * other. */
static void carry(struct mw_accounts *all, size_t user, size_t payer, uint64_t bytes)
{
	struct mw_account *group = all->group;

	for (size_t at = user; at != MW_NO_GROUP; at = group[at].parent)
		if (payer == MW_NO_GROUP || !mw_group_is_in(all, payer, at))
			group[at].elsewhere_bytes = mw_add(group[at].elsewhere_bytes, mw_ok(bytes));
	for (size_t at = payer; at != MW_NO_GROUP; at = group[at].parent)
		if (!mw_group_is_in(all, user, at))
			group[at].for_others_bytes =
				mw_add(group[at].for_others_bytes, mw_ok(bytes));
}

static void carry_all(struct mw_accounts *all)
{
	const struct mw_page_proof *p = all->pages;

	for (size_t i = 0; i < all->n; i++)
		all->group[i].elsewhere_bytes = all->group[i].for_others_bytes = mw_ok(0);
	for (size_t i = 0; i < all->n; i++) {
		struct mw_account *g = &all->group[i];

		if (g->by_pages || !mw_or(g->unpaid_bytes, 0))
			continue;
		if (g->payer_at != MW_NO_GROUP)
			carry(all, i, g->payer_at, g->unpaid_bytes.v);
		else /* by somebody, perhaps above it */
			g->elsewhere_bytes = mw_add(g->elsewhere_bytes, g->unpaid_bytes);
	}
	for (size_t i = 0; i < all->n && !(all->proofs & MW_BY_PROCESSES); i++)
		if (!all->group[i].by_pages)
			all->group[i].elsewhere_bytes = mw_no(MW_UNREAD);
	for (size_t i = 0; p && i < p->n_loans; i++)
		if (all->group[p->loan[i].user].by_pages)
			carry(all, p->loan[i].user, p->payer[p->loan[i].payer].at,
			      p->loan[i].mapped_bytes);
}

static void sum_unpaid(struct mw_accounts *all)
{
	all->unpaid_bytes = mw_ok(0);
	for (size_t i = 0; i < all->n; i++)
		all->unpaid_bytes =
			mw_add(all->unpaid_bytes, mw_ok(mw_or(all->group[i].unpaid_bytes, 0)));
}

void mw_accounts_build_by(const struct mw_snap *snap, unsigned proofs, uint64_t floor_bytes,
			  struct mw_arena *arena, struct mw_accounts *ret)
{
	struct mw_accounting b = { snap, ret, floor_bytes, proofs, arena, NULL };

	*ret = (struct mw_accounts){ .proofs = proofs, .removed_bytes = mw_ok(0) };
	start(&b);
	take_uses(&b);
	mw_accounts_split(&b);
	if (proofs & MW_BY_PROCESSES)
		mw_accounts_unpaid(&b);
	if (proofs & MW_BY_PAGES)
		mw_accounts_pages(&b);
	mw_accounts_payers(&b);
	if (proofs & MW_BY_PROCESSES || ret->pages) {
		carry_all(ret);
		sum_unpaid(ret);
	}
}

void mw_accounts_build(const struct mw_snap *snap, uint64_t floor_bytes, struct mw_arena *arena,
		       struct mw_accounts *ret)
{
	mw_accounts_build_by(snap, MW_BY_ALL, floor_bytes, arena, ret);
}

bool mw_group_is_in(const struct mw_accounts *all, size_t a, size_t above)
{
	while (a != MW_NO_GROUP && a > above)
		a = all->group[a].parent;
	return a == above;
}

size_t mw_group_find(const struct mw_accounts *all, struct mw_str name)
{
	size_t last = MW_NO_GROUP, id = MW_NO_GROUP;

	for (size_t i = 0; i < all->n; i++) {
		const struct mw_account *g = &all->group[i];
		struct mw_str path = g->cgroup->path, c = g->name.container;

		if (mw_str_same(path, name))
			return i;
		if (last == MW_NO_GROUP &&
		    mw_str_same(mw_str_from(path, mw_str_rfind(path, '/') + 1), name))
			last = i;
		if (id == MW_NO_GROUP && name.n >= 4 && c.n >= name.n &&
		    mw_str_same((struct mw_str){ c.p, name.n }, name))
			id = i;
	}
	return last != MW_NO_GROUP ? last : id;
}

const char *mw_group_proof_name(enum mw_group_proof proof)
{
	static const char *const names[] = {
		[MW_PROOF_NONE] = "none",     [MW_PROOF_LOCKED] = "locked",
		[MW_PROOF_MAPPED] = "mapped", [MW_PROOF_ANON] = "anon",
		[MW_PROOF_PAGES] = "pages",
	};

	return names[proof];
}

const char *mw_payer_name(enum mw_payer payer)
{
	static const char *const names[] = {
		[MW_PAYER_NONE] = "none",    [MW_PAYER_REMOVED] = "removed",
		[MW_PAYER_ABOVE] = "above",  [MW_PAYER_EITHER] = "above_or_removed",
		[MW_PAYER_OTHER] = "beside", [MW_PAYER_UNKNOWN] = "unknown",
	};

	return names[payer];
}
