/* SPDX-License-Identifier: Apache-2.0 */
#include "why/cgroups.h"

#include <stdlib.h>

#define N_FIGURES (sizeof(struct mw_cgroup_stat) / sizeof(struct mw_val))
#define SHARE_PERMILLE 900 /* of what is unpaid: whoever has so much left over is said to pay */

/* What nobody has been said to use yet: of removed groups below it, and of its own. */
struct left_over {
	struct mw_val removed[2], own[2]; /* locked, mapped */
};

struct build {
	const struct mw_snap *snap;
	struct mw_accounts *all;
	uint64_t floor_bytes;
	struct mw_arena *arena;
	struct left_over *left; /* of each group */
};

static struct mw_val *figures(struct mw_cgroup_stat *s)
{
	return (struct mw_val *)s;
}

static const struct mw_val *const_figures(const struct mw_cgroup_stat *s)
{
	return (const struct mw_val *)s;
}

static void fill(struct mw_cgroup_stat *s, struct mw_val v)
{
	for (size_t i = 0; i < N_FIGURES; i++)
		figures(s)[i] = v;
}

/* A group that went away while it was read is a removed one by now; one without the controller is
 * charged for nothing. */
static bool counts(struct mw_val v)
{
	return v.why != MW_ABSENT && v.why != MW_GONE;
}

/* In own: what is charged to the groups below, for the moment. */
static void add_below(struct mw_accounts *all)
{
	for (size_t i = 0; i < all->n; i++)
		fill(&all->group[i].own, mw_ok(0));
	for (size_t i = 0; i < all->n; i++) {
		const struct mw_account *g = &all->group[i];
		const struct mw_val *v = const_figures(&g->cgroup->total);
		struct mw_account *up = g->parent == MW_NO_GROUP ? NULL : &all->group[g->parent];

		if (!up || !mw_or(up->cgroup->hierarchy, 1))
			continue;
		for (size_t k = 0; k < N_FIGURES; k++)
			if (counts(v[k]))
				figures(&up->own)[k] = mw_add(figures(&up->own)[k], v[k]);
	}
}

/* Removed groups that the groups below it do not count as theirs; MW_ABSENT: not told. */
static struct mw_val own_removed_count(const struct mw_accounts *all, size_t at)
{
	const struct mw_cgroup *g = all->group[at].cgroup;
	bool charged = mw_known(g->dying_charged_count);
	struct mw_val count = charged ? g->dying_charged_count : g->dying_count;

	for (size_t i = at + 1; i < all->n && mw_group_is_in(all, i, at); i++) {
		const struct mw_cgroup *c = all->group[i].cgroup;
		struct mw_val theirs = charged ? c->dying_charged_count : c->dying_count;

		if (all->group[i].parent == at && counts(theirs))
			count = mw_sub(count, theirs);
	}
	return count;
}

static void split_v1(struct mw_account *g)
{
	struct mw_cgroup_stat below = g->own;

	g->own = g->cgroup->own;
	for (size_t k = 0; k < N_FIGURES; k++)
		figures(&g->removed)[k] = mw_sub(
			mw_sub(const_figures(&g->cgroup->total)[k], const_figures(&g->own)[k]),
			figures(&below)[k]);
}

static void split_v2(struct mw_account *g)
{
	struct mw_cgroup_stat below = g->own;

	for (size_t k = 0; k < N_FIGURES; k++)
		figures(&g->own)[k] =
			mw_sub(const_figures(&g->cgroup->total)[k], figures(&below)[k]);
	fill(&g->removed, mw_no(MW_ABSENT));
	if (mw_known(g->removed_count) && !g->removed_count.v)
		fill(&g->removed, mw_ok(0));
	else if (!g->use.proc_count && g->cgroup->parent != MW_NO_MEMCG) {
		g->removed = g->own;
		g->removed_at_most = true;
	}
}

static void split(struct build *b, size_t at)
{
	struct mw_account *g = &b->all->group[at];

	g->removed_count = own_removed_count(b->all, at);
	if (b->all->v2)
		split_v2(g);
	else
		split_v1(g);
	g->removed_bytes = g->removed.file_bytes;
	b->all->removed_bytes = mw_add(b->all->removed_bytes, mw_ok(mw_or(g->removed_bytes, 0)));
}

/* Files and shared memory that a process maps, its share of each page: since 5.4 told, before that
 * what is not anonymous. */
static struct mw_val mapped(const struct mw_pid_smaps *s)
{
	if (mw_known(s->pss_file_bytes) && mw_known(s->pss_shmem_bytes))
		return mw_add(s->pss_file_bytes, s->pss_shmem_bytes);
	return mw_sub(s->pss_bytes, s->anonymous_bytes);
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
	}
}

static struct mw_group_use use_of(const struct mw_proc *p)
{
	struct mw_group_use u = { .proc_count = 1 };

	if (p->smaps_why == MW_OK) {
		u.locked_bytes = p->smaps.locked_bytes;
		u.mapped_bytes = mapped(&p->smaps);
	} else {
		u.locked_bytes = u.mapped_bytes = mw_no(p->smaps_why);
		u.unread_count = p->smaps_why != MW_GONE;
	}
	return u;
}

/* Of processes that are not there nothing is used; of those that were not read nothing is known. */
static void settle(struct mw_group_use *u)
{
	if (!u->proc_count)
		u->locked_bytes = u->mapped_bytes = mw_ok(0);
}

/* Else it went away while all was read, with its process. */
static bool is_outside(const struct build *b, const struct mw_proc *p)
{
	return !p->cgroup.n || !mw_cgroup_folder(&b->snap->cgroups.mount, p->cgroup, b->arena).n;
}

static void take_uses(struct build *b)
{
	struct mw_accounts *all = b->all;

	for (size_t i = 0; i < b->snap->n_procs; i++) {
		const struct mw_proc *p = &b->snap->proc[i];
		struct mw_group_use u = use_of(p);

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

static struct mw_val used(const struct mw_account *g, enum mw_group_proof proof)
{
	return proof == MW_PROOF_LOCKED ? g->use.locked_bytes : g->use.mapped_bytes;
}

static struct mw_val charged(const struct mw_cgroup_stat *s, enum mw_group_proof proof)
{
	return proof == MW_PROOF_LOCKED ? s->unevictable_bytes : s->mapped_bytes;
}

struct mw_val mw_group_surplus(const struct mw_account *g, enum mw_group_proof proof)
{
	return mw_sub(charged(&g->own, proof), used(g, proof));
}

/* Before and after the processes were read: the larger one, for some ended or began meanwhile. */
static struct mw_val charged_most(const struct mw_account *g, bool v2, enum mw_group_proof proof)
{
	struct mw_val first = charged(&g->own, proof), again = charged(&g->cgroup->again, proof);

	/* Of v2 it is of the groups below too. */
	if (v2)
		again = mw_sub(mw_add(first, again), charged(&g->cgroup->total, proof));
	return mw_known(again) && mw_or(first, 0) < again.v ? again : first;
}

static void find_unpaid(struct mw_account *g, bool v2)
{
	struct mw_val locked = mw_sub(g->use.locked_bytes, charged_most(g, v2, MW_PROOF_LOCKED));
	struct mw_val map = mw_sub(g->use.mapped_bytes, charged_most(g, v2, MW_PROOF_MAPPED));

	/* Below zero is no race here: it is charged for more than its processes use. */
	if (locked.why == MW_RACED)
		locked = mw_ok(0);
	if (map.why == MW_RACED)
		map = mw_ok(0);
	/* What is locked is mapped too, beside libraries, which say little. */
	g->proof = MW_PROOF_LOCKED;
	g->unpaid_bytes = locked;
	if (mw_known(map) && mw_or(locked, 0) < map.v / 1000 * SHARE_PERMILLE) {
		g->proof = MW_PROOF_MAPPED;
		g->unpaid_bytes = map;
	} else if (!mw_known(locked)) {
		g->unpaid_bytes = map.why == MW_OK ? map : locked;
	}
	if (!mw_or(g->unpaid_bytes, 0))
		g->proof = MW_PROOF_NONE;
}

static struct mw_val *left_of(struct mw_val *two, enum mw_group_proof proof)
{
	return &two[proof == MW_PROOF_MAPPED];
}

static bool covers(struct build *b, size_t payer, bool removed, const struct mw_account *g)
{
	struct left_over *l = &b->left[payer];
	struct mw_val left = *left_of(removed ? l->removed : l->own, g->proof);

	return mw_known(left) && left.v >= g->unpaid_bytes.v / 1000 * SHARE_PERMILLE;
}

/* What is locked is mapped too: both are taken. */
static void take(struct mw_val *two, uint64_t bytes)
{
	for (size_t i = 0; i < 2; i++)
		if (mw_known(two[i]))
			two[i].v -= two[i].v < bytes ? two[i].v : bytes;
}

static void set_payer(struct build *b, struct mw_account *g, enum mw_payer payer, size_t at)
{
	bool removed = payer == MW_PAYER_REMOVED && !b->all->v2;

	g->payer = payer;
	g->payer_at = at;
	if (at != MW_NO_GROUP)
		take(removed ? b->left[at].removed : b->left[at].own, g->unpaid_bytes.v);
}

/* Of v2 only the count of removed groups tells the two apart. */
static enum mw_payer above_or_removed(const struct mw_accounts *all, const struct mw_account *up)
{
	if (!all->v2)
		return MW_PAYER_ABOVE;
	if (!mw_known(up->removed_count))
		return MW_PAYER_EITHER;
	if (!up->removed_count.v)
		return MW_PAYER_ABOVE;
	return up->removed_at_most ? MW_PAYER_REMOVED : MW_PAYER_EITHER;
}

static bool find_above(struct build *b, struct mw_account *g, size_t self)
{
	const struct mw_accounts *all = b->all;

	for (size_t at = self; at != MW_NO_GROUP; at = all->group[at].parent) {
		if (!all->v2 && covers(b, at, true, g)) {
			set_payer(b, g, MW_PAYER_REMOVED, at);
			return true;
		}
		if (at != self && covers(b, at, false, g)) {
			set_payer(b, g, above_or_removed(all, &all->group[at]), at);
			return true;
		}
	}
	return false;
}

/* A sibling before others, then whoever has most left over. */
static size_t find_beside(struct build *b, const struct mw_account *g, size_t self)
{
	size_t best = MW_NO_GROUP;
	uint64_t most = 0;
	bool best_sibling = false;

	for (size_t i = 0; i < b->all->n; i++) {
		bool sibling = b->all->group[i].parent == g->parent;
		uint64_t left;

		if (i == self || !covers(b, i, false, g) || (best_sibling && !sibling))
			continue;
		left = left_of(b->left[i].own, g->proof)->v;
		if (left > most || (sibling && !best_sibling)) {
			best = i;
			most = left;
			best_sibling = sibling;
		}
	}
	return best;
}

/* Those above first, the nearest of them: there the pages of removed groups are. */
static void find_payer(struct build *b, size_t at)
{
	struct mw_account *g = &b->all->group[at];
	size_t beside;

	if (find_above(b, g, at))
		return;
	beside = find_beside(b, g, at);
	set_payer(b, g, beside == MW_NO_GROUP ? MW_PAYER_UNKNOWN : MW_PAYER_OTHER, beside);
}

static int by_unpaid(const void *x, const void *y)
{
	const struct mw_account *a = *(struct mw_account *const *)x;
	const struct mw_account *b = *(struct mw_account *const *)y;

	if (a->unpaid_bytes.v != b->unpaid_bytes.v)
		return a->unpaid_bytes.v > b->unpaid_bytes.v ? -1 : 1;
	return (a > b) - (a < b);
}

/* The largest first: what it is said to use no other can. */
static void find_payers(struct build *b)
{
	struct mw_accounts *all = b->all;
	struct mw_account **list =
		mw_arena_alloc(b->arena, (all->n + 1) * sizeof(struct mw_account *));
	size_t n = 0;

	b->left = mw_arena_alloc(b->arena, (all->n + 1) * sizeof(*b->left));
	for (size_t i = 0; list && b->left && i < all->n; i++) {
		struct mw_account *g = &all->group[i];

		b->left[i] = (struct left_over){ { g->removed.unevictable_bytes,
						   g->removed.mapped_bytes },
						 { mw_group_surplus(g, MW_PROOF_LOCKED),
						   mw_group_surplus(g, MW_PROOF_MAPPED) } };
		if (mw_or(g->unpaid_bytes, 0) && g->unpaid_bytes.v >= b->floor_bytes)
			list[n++] = g;
	}
	if (n)
		qsort(list, n, sizeof(struct mw_account *), by_unpaid);
	for (size_t i = 0; i < n; i++)
		find_payer(b, (size_t)(list[i] - all->group));
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

static void start(struct build *b)
{
	const struct mw_cgroups *c = &b->snap->cgroups;
	struct mw_accounts *all = b->all;

	all->v2 = c->v2;
	all->group = mw_arena_alloc(b->arena, (c->n + 1) * sizeof(*all->group));
	for (size_t i = 0; all->group && i < c->n; i++) {
		struct mw_account *g = &all->group[i];

		g->cgroup = &c->item[i];
		g->payer_at = MW_NO_GROUP;
		g->parent = c->item[i].parent < i ? c->item[i].parent : MW_NO_GROUP;
		g->depth = g->parent == MW_NO_GROUP ? 0 : all->group[g->parent].depth + 1;
		g->name = mw_group_name_of(g->cgroup->path);
		g->working_set_bytes = working_set(g->cgroup);
		all->n = i + 1;
		find_limit(all, g);
	}
}

void mw_accounts_build(const struct mw_snap *snap, uint64_t floor_bytes, struct mw_arena *arena,
		       struct mw_accounts *ret)
{
	struct build b = { snap, ret, floor_bytes, arena, NULL };

	*ret = (struct mw_accounts){ .unpaid_bytes = mw_ok(0), .removed_bytes = mw_ok(0) };
	start(&b);
	take_uses(&b);
	add_below(ret);
	for (size_t i = 0; i < ret->n; i++)
		split(&b, i);
	for (size_t i = 0; i < ret->n; i++) {
		find_unpaid(&ret->group[i], ret->v2);
		ret->unpaid_bytes =
			mw_add(ret->unpaid_bytes, mw_ok(mw_or(ret->group[i].unpaid_bytes, 0)));
	}
	find_payers(&b);
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
		[MW_PROOF_NONE] = "none", [MW_PROOF_LOCKED] = "locked", [MW_PROOF_MAPPED] = "mapped"
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
