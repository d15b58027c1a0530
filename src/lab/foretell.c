/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/foretell.h"

#include <errno.h>
#include <string.h>

#include "why/victims.h"

/* How far the grower may be from where it is seen when the kernel looks at it: charges that lie on
 * the CPUs (refill_stock(), mm/memcontrol.c), counters that do (percpu_counter_add_batch()), and
 * the kernel's own memory for who died. */
#define MARGIN_BYTES ((uint64_t)1 << 20)

/* The picture before the next kill. */
struct picture {
	struct mw_snap s; /* the processes are our own copy */
	size_t grower;
	struct mw_arena *arena;
	struct lab_fate *fate;
};

/* Its tables are charged to the group as its pages are, and rated as they are: each page of them
 * holds an entry for so many pages. */
static void grow(struct picture *now, uint64_t bytes)
{
	struct mw_proc *p = &now->s.proc[now->grower];
	uint64_t page = now->s.host.page_bytes, pages = bytes / page;
	uint64_t tables = pages / (page / sizeof(uint64_t) + 1);
	struct mw_val more = mw_ok((pages - tables) * page);

	p->oom.stat.rss_pages += pages - tables;
	p->status.rss_bytes = mw_add(p->status.rss_bytes, more);
	p->status.rss_anon_bytes = mw_add(p->status.rss_anon_bytes, more);
	p->status.page_tables_bytes = mw_add(p->status.page_tables_bytes, mw_ok(tables * page));
	p->smaps.anonymous_bytes = mw_add(p->smaps.anonymous_bytes, more);
	p->smaps.pss_anon_bytes = mw_add(p->smaps.pss_anon_bytes, more);
}

static const struct mw_memcg *group_of(const struct picture *now)
{
	size_t g = now->s.proc[now->grower].memcg;

	return g < now->s.memcgs.n ? &now->s.memcgs.item[g] : NULL;
}

static size_t index_of(const struct picture *now, const struct mw_victim *x)
{
	return (size_t)(x->proc - now->s.proc);
}

/* Within the margin, the one or the other may be chosen. */
static bool is_close(const struct picture *now, const struct mw_victim *x,
		     const struct mw_victim *y)
{
	int64_t apart, margin = (int64_t)(MARGIN_BYTES / now->s.host.page_bytes);

	return (index_of(now, x) == now->grower || index_of(now, y) == now->grower) &&
	       !__builtin_sub_overflow(x->badness, y->badness, &apart) && apart <= margin;
}

/* Why the first may not be the one; NULL. */
static const char *doubt(const struct picture *now, const struct mw_victims *v)
{
	const struct mw_victim *first = &v->victim[0];

	for (size_t i = 1; i < v->n; i++) {
		const struct mw_victim *x = &v->victim[i];

		if (x->rank == 1)
			continue;
		if (x->rank && is_close(now, first, x))
			return "the grower and another have nearly the same points then, and how "
			       "far it will have grown is known to 1 MiB only";
		if (x->spared == MW_SPARED_UNKNOWN)
			return "what decides about another of the group could not be read";
	}
	return first->doubt;
}

static void note_points(struct picture *now, const struct mw_victims *v)
{
	for (size_t i = 0; i < v->n_victims; i++) {
		struct lab_fate *f = &now->fate[index_of(now, &v->victim[i])];

		if (!f->rated || v->victim[i].rank == 1)
			f->badness_pages = v->victim[i].badness;
		f->rated = true;
	}
}

/* Those of the first kill leave the group, and the grower takes what they had: that is returned. */
static struct mw_val bury(struct picture *now, const struct mw_victims *v, size_t place)
{
	const char *why = doubt(now, v);
	struct mw_val freed = mw_ok(0);

	for (size_t i = 0; i < v->n_victims && v->victim[i].rank == 1; i++) {
		size_t at = index_of(now, &v->victim[i]);

		now->fate[at].place = place;
		now->fate[at].doubt = why;
		now->s.proc[at].memcg = MW_NO_MEMCG;
		freed = v->victim[i].sum_bytes;
	}
	return freed;
}

/* 0: nobody is left who can be killed; 1: on; or negative. */
static int next_kill(struct picture *now, const struct mw_victims_ask *ask, size_t place)
{
	struct mw_victims v;
	struct mw_val freed;
	int r = mw_victims_build(&now->s, ask, now->arena, &v);

	if (r < 0)
		return r;
	if (now->arena->failed)
		return -ENOMEM;
	if (!v.n_victims)
		return 0;
	note_points(now, &v);
	freed = bury(now, &v, place);
	if (now->fate[now->grower].place)
		return 0;
	if (!mw_known(freed))
		return -ENODATA;
	grow(now, freed.v);
	return 1;
}

/* A picture of its own, with the grower at the limit. */
static int start(struct picture *now, const struct mw_snap *s)
{
	size_t bytes = s->n_procs * sizeof(*s->proc);
	const struct mw_memcg *group;
	struct mw_val room;

	now->fate = mw_arena_alloc(now->arena, (s->n_procs + 1) * sizeof(*now->fate));
	now->s.proc = mw_arena_alloc(now->arena, bytes);
	if (!now->fate || !now->s.proc)
		return -ENOMEM;
	memcpy(now->s.proc, s->proc, bytes);
	group = group_of(now);
	if (!group || !s->host.page_bytes)
		return -ENODATA;
	room = mw_sub(group->limit_bytes, group->used_bytes);
	if (!mw_known(room))
		return -ENODATA;
	grow(now, room.v);
	return 0;
}

int lab_foretell(const struct mw_snap *s, size_t grower, struct mw_arena *arena,
		 struct lab_fate **ret)
{
	struct picture now = { .s = *s, .grower = grower, .arena = arena };
	struct mw_victims_ask ask = { .kind = MW_DOMAIN_CGROUP };
	int r = start(&now, s);

	if (r < 0)
		return r;
	ask.cgroup = group_of(&now)->path;
	for (size_t place = 1; (r = next_kill(&now, &ask, place)) > 0; place++)
		;
	if (r < 0)
		return r;
	*ret = now.fate;
	return 0;
}
