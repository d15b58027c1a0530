/* SPDX-License-Identifier: Apache-2.0 */
/* A random set of tasks and groups, from a seed. */
#include "cast.h"

/* splitmix64 */
uint64_t prng_next(struct prng *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

unsigned below(struct prng *r, unsigned n)
{
	return n ? (unsigned)(prng_next(r) % n) : 0;
}

bool chance(struct prng *r, unsigned percent)
{
	return below(r, 100) < percent;
}

static int between(struct prng *r, int low, int high)
{
	return low + (int)below(r, (unsigned)(high - low + 1));
}

/* All ranges, the edges often; small ones, so that size and adjustment compete. */
static int random_adj(struct prng *r, bool lowers)
{
	static const int edges[] = { -1000, -999, -998, -997, 1000, 999, 1, -1 };
	unsigned x = below(r, 100);

	if (!lowers)
		return x < 40 ? 0 : x < 65 ? between(r, 1, 40) : x < 90 ? between(r, 1, 999) : 1000;
	if (x < 30)
		return 0;
	if (x < 42)
		return between(r, -60, -1);
	if (x < 54)
		return between(r, 1, 60);
	if (x < 78)
		return between(r, -997, 999);
	return edges[below(r, sizeof(edges) / sizeof(*edges))];
}

static void name_group(struct prng *r, struct plan *p, int i)
{
	struct group *g = &p->groups[i];

	/* Names in an order unlike that of creation. */
	if (g->parent < 0)
		snprintf(g->name, sizeof(g->name), CAST_PREFIX "%d_%u", getpid(), p->number);
	else
		snprintf(g->name, sizeof(g->name), "%c%d", (char)('a' + below(r, 26)), i);
}

static int add_group(struct prng *r, struct plan *p, int parent, bool inside)
{
	struct group *g = &p->groups[p->n_groups];

	*g = (struct group){ .parent = parent, .inside = inside, .own_files = true };
	if (parent >= 0 && p->v2)
		g->own_files = p->groups[parent].shares;
	name_group(r, p, p->n_groups);
	return p->n_groups++;
}

static int depth_of(const struct plan *p, int group)
{
	int n = 0;

	for (int g = group; g != p->domain && g >= 0; g = p->groups[g].parent)
		n++;
	return n;
}

/* The domain, at times below another group, and up to four groups below it. */
static void plan_groups(struct prng *r, struct plan *p)
{
	unsigned nested = below(r, 5);
	int top;

	p->domain = top = add_group(r, p, -1, true);
	if (chance(r, 30)) {
		p->groups[top].inside = false;
		p->groups[top].shares = true;
		p->domain = add_group(r, p, top, true);
		if (chance(r, 50))
			add_group(r, p, top, false);
	}
	p->groups[p->domain].shares = nested && chance(r, 95);
	for (unsigned i = 0; i < nested; i++) {
		int parent, tries = 0;

		do
			parent = between(r, p->domain, p->n_groups - 1);
		while (++tries < 50 && (!p->groups[parent].inside || depth_of(p, parent) > 1));
		if (!p->groups[parent].inside)
			parent = p->domain;
		if (parent != p->domain && p->groups[parent].own_files && chance(r, 90))
			p->groups[parent].shares = true;
		add_group(r, p, parent, true);
	}
	p->flat = !p->v2 && chance(r, 15);
	for (int i = 0; i < p->n_groups; i++)
		p->groups[i].loose = p->groups[i].inside && i != p->domain &&
				     p->groups[i].own_files && chance(r, 25);
	if (p->v2 && chance(r, 20)) {
		int g = between(r, p->domain, p->n_groups - 1);

		p->groups[g].dies_whole = p->groups[g].inside && p->groups[g].own_files;
	}
}

/* Some are free, some kept to a node or both, by a policy or by a cpuset, whichever counts. */
static void random_nodes(struct prng *r, const struct plan *p, struct task *t)
{
	static const int policies[] = { 2, 2, 2, 2, 3, 1 }; /* bind, interleave, prefer */
	unsigned x = below(r, 100);

	t->cpuset = x < 50 ? 0 : x < 70 ? 1 : x < 90 ? 2 : 3;
	if (p->bound == BOUND_POLICY && t->cpuset && chance(r, 70))
		t->cpuset = 0;
	if (t->cpuset == 1 || t->cpuset == 2 || chance(r, p->bound == BOUND_POLICY ? 25 : 70))
		return;
	t->policy = policies[below(r, sizeof(policies) / sizeof(*policies))];
	x = below(r, 100);
	t->nodes = x < 50 ? 1 : x < 85 ? 2 : 3;
	t->threads_apart = t->nodes == 1 && t->policy == 2 && chance(r, 50);
}

/* Within v2 a group that shares its controllers holds no process of its own. */
static bool may_hold(const struct plan *p, int group)
{
	return !p->v2 || !p->groups[group].shares;
}

static int random_group(struct prng *r, const struct plan *p, bool inside)
{
	int g, tries = 0;

	if (p->global)
		return -1;
	if (!inside && chance(r, 50))
		return -1;
	do
		g = between(r, 0, p->n_groups - 1);
	while (++tries < 200 && (p->groups[g].inside != inside || !may_hold(p, g)));
	if (tries < 200)
		return g;
	return inside ? p->domain : -1;
}

/* For one of those who are alike: the kernel looks at the members of cgroups that have no memory
 * controller of their own in an order that is shown nowhere, so it stays with the other. */
static int group_of_twin(struct prng *r, const struct plan *p, int other)
{
	int g = random_group(r, p, true);

	return g < 0 || p->groups[g].own_files ? g : other;
}

static struct task *add_task(struct plan *p, int parent, enum link link, int group)
{
	struct task *t = &p->tasks[p->n_tasks];

	*t = (struct task){ .link = link, .parent = parent, .group = group };
	snprintf(t->name, sizeof(t->name), "cast%d", p->n_tasks);
	p->n_tasks++;
	return t;
}

static void random_size(struct prng *r, const struct plan *p, bool tiny, struct task *t)
{
	unsigned x = below(r, 100);

	t->own_pages = tiny	? below(r, 60)
		       : x < 10 ? 0
		       : x < 30 ? below(r, 64)
		       : x < 90 ? below(r, 1024)
				: below(r, 1537);
	if (p->unlike)
		t->own_pages = tiny ? 20 * (unsigned)p->n_tasks + below(r, 4)
				    : t->own_pages / 32 * 32 + (unsigned)p->n_tasks;
	if (chance(r, 12))
		t->map_pages = below(r, tiny ? 16 : SHARED_PAGES);
	if (chance(r, 10))
		t->file_pages = below(r, tiny ? 32 : 256);
	t->locked = chance(r, 12);
	if (p->swap && !t->locked && chance(r, 40))
		t->out_pages = t->own_pages / (1 + below(r, 4));
}

/* Children of each kind; the one that its parent waits for comes last. */
static void add_family(struct prng *r, struct plan *p, int parent, bool tiny)
{
	int group = p->tasks[parent].group;
	unsigned x = below(r, 100), forked = x < 12 ? 1 + below(r, 3) : 0;

	for (unsigned i = 0; i < forked && p->n_tasks < MAX_TASKS - 4; i++) {
		struct task *t = add_task(p, parent, LINK_FORK, group);

		random_size(r, p, tiny, t);
		t->own_pages /= 2;
		t->adj_set = chance(r, 50);
		t->adj = random_adj(r, p->lowers);
		if (chance(r, 30))
			t->group = random_group(r, p, true);
		if (p->bound && !p->tasks[parent].cpuset && chance(r, 40))
			random_nodes(r, p, t);
	}
	if (x >= 12 && x < 24) {
		bool elsewhere = chance(r, 40) || p->unlike;
		int its = elsewhere ? group_of_twin(r, p, group) : group;

		if (its != group || !p->unlike) /* their memory is equal, whatever it is */
			add_task(p, parent, LINK_VM, its);
	} else if (x >= 24 && x < 34) {
		add_task(p, parent, chance(r, 75) ? LINK_VFORK : LINK_WAITED, group);
		p->tasks[p->n_tasks - 1].adj_set = chance(r, 40);
		p->tasks[p->n_tasks - 1].adj = random_adj(r, p->lowers);
	}
}

static int add_actor(struct prng *r, struct plan *p, bool tiny)
{
	int i = p->n_tasks;
	struct task *t = add_task(p, -1, LINK_FORK, random_group(r, p, chance(r, 88)));

	random_size(r, p, tiny, t);
	t->adj_set = true;
	t->adj = random_adj(r, p->lowers);
	t->late = t->group >= 0 && chance(r, 25);
	if (p->bound)
		random_nodes(r, p, t);
	if (chance(r, 20)) {
		t->threads = 1 + below(r, 4);
		/* A leader that is dead is not moved along with its threads, and the kernel looks
		 * for the leader; of v1 nobody is told where that is. */
		t->leader_leaves = chance(r, 50) && (p->v2 || !t->late);
	}
	if (chance(r, 6)) /* what the kernel puts in brackets, with a bracket */
		snprintf(t->name, sizeof(t->name), "c) S 1 (%u", (unsigned)i % 100);
	return i;
}

/* Alike to the page: forked by the same parent, so that their memory lies alike too. */
static void add_twins(struct prng *r, struct plan *p, int model)
{
	unsigned n = 1 + below(r, 3);

	for (unsigned i = 0; i < n && p->n_tasks < MAX_TASKS - 4; i++) {
		struct task *t = add_task(p, -1, LINK_FORK, 0);
		char name[16];

		memcpy(name, t->name, sizeof(name));
		*t = p->tasks[model];
		memcpy(t->name, name, sizeof(name));
		if (chance(r, 40))
			t->group = group_of_twin(r, p, t->group);
		t->late = t->group >= 0 && chance(r, 40) && (p->v2 || !t->leader_leaves);
	}
}

/* Who looks as if he would be the first. */
static int likely_victim(const struct plan *p)
{
	int best = -1;
	long most = 0;

	for (int i = 0; i < p->n_tasks; i++) {
		const struct task *t = &p->tasks[i];
		long points = (long)t->own_pages + t->map_pages + 8L * t->adj;

		if (t->parent >= 0 || t->adj == -1000)
			continue;
		if (best < 0 || points > most)
			best = i, most = points;
	}
	return best;
}

static void shuffle(struct prng *r, struct plan *p)
{
	for (int i = 0; i < p->n_tasks; i++)
		p->order[i] = i;
	for (int i = p->n_tasks - 1; i > 0; i--) {
		int j = between(r, 0, i), x = p->order[i];

		p->order[i] = p->order[j];
		p->order[j] = x;
	}
}

/* Is there anybody whom the kernel may kill? */
static bool has_victim(const struct plan *p)
{
	for (int i = 0; i < p->n_tasks; i++) {
		const struct task *t = &p->tasks[i];
		int adj = t->adj_set ? t->adj : p->tasks[t->parent].adj;

		if (adj != -1000 && t->link != LINK_VFORK &&
		    (p->global || (t->group >= 0 && p->groups[t->group].inside)))
			return true;
	}
	return false;
}

static void add_trigger(struct prng *r, struct plan *p, bool asker_dies)
{
	bool killable = has_victim(p);
	struct task *t = add_task(p, -1, LINK_FORK, random_group(r, p, true));

	if (p->flat)
		t->group = p->domain;
	t->trigger = true;
	t->adj_set = true;
	t->adj = p->lowers ? -1000 : 0;
	if (asker_dies && chance(r, 70))
		t->adj = random_adj(r, p->lowers);
	if (p->bound == BOUND_POLICY) {
		t->policy = 2 /* MPOL_BIND */;
		t->nodes = 1u << FULL_NODE;
	}
	t->cpuset = p->bound == BOUND_CPUSET ? 1u << FULL_NODE : 0;
	/* A page fault that nobody can be killed for is tried again for ever or, on old kernels,
	 * kills elsewhere; a write is refused.  And without -1000 the trigger is one of those to
	 * choose from, so it must not grow. */
	p->eats_file = !p->lowers || !killable || p->flat || (!p->global && chance(r, 40));
}

void plan_set(const struct facts_of_machine *m, uint64_t seed, unsigned number, struct plan *ret)
{
	struct prng r = { seed * 0x9e3779b97f4a7c15u + number };
	struct plan *p = ret;
	unsigned actors, x;
	bool tiny;

	*p = (struct plan){ .seed = seed,
			    .number = number,
			    .global = m->global,
			    .v2 = m->v2,
			    .swap = m->swap,
			    .lowers = m->lowers,
			    .bound = m->bound,
			    .unlike = m->ties_percent == 0 };
	prng_next(&r);
	tiny = !p->global && chance(&r, 12);
	if (!p->global)
		plan_groups(&r, p);
	actors = 3 + below(&r, 8);
	while (actors-- && p->n_tasks < MAX_TASKS - 8) {
		int i = add_actor(&r, p, tiny);

		/* A machine on which all are protected panics; nodes on which they are, too. */
		if (p->global && i < 3 && p->tasks[i].adj < -900)
			p->tasks[i].adj = 0;
		if (p->bound && i == 0)
			p->tasks[i].policy = p->tasks[i].cpuset = 0;
		if (!p->tasks[i].leader_leaves)
			add_family(&r, p, i, tiny);
	}
	if (chance(&r, m->ties_percent) && likely_victim(p) >= 0)
		add_twins(&r, p, chance(&r, 70) ? likely_victim(p) : 0);
	add_trigger(&r, p, m->asker_dies);
	shuffle(&r, p);
	x = below(&r, 100);
	p->headroom_pages = tiny ? 96 + below(&r, 128) : 160 + below(&r, x < 60 ? 700 : 5000);
	x = below(&r, 100);
	p->swap_bytes = x < 30 ? 0 : x < 85 ? (long)below(&r, 2048) * 4096 : -1;
	p->no_swappiness = chance(&r, 15);
}
