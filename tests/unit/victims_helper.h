/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims_helper - a machine made of a few processes and cgroups, and the prediction for it.
 */
#pragma once

#include "helper.h"

#include "why/victims.h"

#define PAGE 4096ULL
#define PAGES(n) mw_ok((n)*PAGE)
#define RAM_PAGES 1000000

struct world {
	struct mw_arena arena;
	struct mw_snap s;
	struct mw_proc proc[80];
	struct mw_memcg group[8];
	struct mw_zone zone[4];
	struct mw_victims_ask ask;
	struct mw_victims v;
};

static inline int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->s.host.page_bytes = PAGE;
	w->s.host.release = mw_release_parse(LIT("6.1.0"));
	w->s.meminfo.total_bytes = PAGES(RAM_PAGES);
	w->s.meminfo.swap_total_bytes = mw_ok(0);
	w->s.oom_sysctl.swappiness = mw_ok(60);
	w->s.global_init = true;
	w->s.proc = w->proc;
	w->s.memcgs = (struct mw_memcgs){ .why = MW_OK, .v2 = true, .item = w->group };
	w->s.zoneinfo.zone = w->zone;
	*state = w;
	return 0;
}

static inline int world_teardown(void **state)
{
	struct world *w = *state;

	mw_arena_done(&w->arena);
	free(w);
	return 0;
}

#define WORLD(fn) cmocka_unit_test_setup_teardown(fn, world_setup, world_teardown)

/* A process that started after those before it, with all its memory private. */
static inline struct mw_proc *add_task(struct world *w, uint64_t pid, uint64_t rss, int64_t adj)
{
	struct mw_proc *p = &w->proc[w->s.n_procs];

	assert_true(w->s.n_procs < COUNT(w->proc));
	*p = (struct mw_proc){ .pid = pid,
			       .memcg = MW_NO_MEMCG,
			       .oom = { .why = MW_OK,
					.adj_why = MW_OK,
					.oom_score_adj = adj,
					.same_mm = w->s.n_procs,
					.place = w->s.n_procs,
					.policy_why = MW_OK,
					.still = true } };
	p->status.name = mw_str_of("task");
	p->status.rss_bytes = p->status.rss_anon_bytes = PAGES(rss);
	p->status.swap_bytes = p->status.page_tables_bytes = mw_ok(0);
	p->status.page_middle_bytes = mw_no(MW_ABSENT);
	p->smaps_why = MW_OK;
	p->smaps.pss_anon_bytes = p->smaps.anonymous_bytes = PAGES(rss);
	p->oom.stat.state = 'S';
	p->oom.stat.thread_count = 1;
	p->oom.stat.start_ticks = 100 + w->s.n_procs;
	p->oom.stat.rss_pages = rss;
	p->oom.stat.address_space_bytes = (rss + 1) * PAGE;
	w->s.n_procs++;
	return p;
}

/* A cgroup with the memory controller; its inode says when it was made.  limit 0: none. */
static inline size_t add_group(struct world *w, const char *path, size_t parent,
			       uint64_t limit_pages)
{
	struct mw_memcg *g = &w->group[w->s.memcgs.n];

	assert_true(w->s.memcgs.n < COUNT(w->group));
	*g = (struct mw_memcg){ .path = mw_str_of(path),
				.parent = parent,
				.ino = 1000 + w->s.memcgs.n,
				.charged = true,
				.limit_bytes = limit_pages ? PAGES(limit_pages) : mw_no(MW_ABSENT),
				.swap_limit_bytes = mw_no(MW_ABSENT),
				.swappiness = mw_ok(60),
				.oom_group = mw_ok(0),
				.used_bytes = mw_ok(0),
				.shmem_bytes = mw_ok(0) };
	return w->s.memcgs.n++;
}

static inline void put_in(struct world *w, struct mw_proc *p, size_t group)
{
	p->memcg = group;
	p->cgroup = w->group[group].path;
}

static inline void release_is(struct world *w, const char *release)
{
	w->s.host.release = mw_release_parse(mw_str_of(release));
}

/* Every process of the domain stands there once; ranks rise without gaps. */
static inline void expect_whole(const struct world *w)
{
	const struct mw_victims *v = &w->v;
	struct mw_val sum = mw_ok(0);
	size_t rank = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct mw_victim *x = &v->victim[i];

		for (size_t k = 0; k < i; k++)
			assert_ptr_not_equal(x->proc, v->victim[k].proc);
		if (i >= v->n_victims) {
			assert_int_equal(x->rank, 0);
			assert_int_not_equal(x->spared, MW_SPARED_NOT);
			continue;
		}
		sum = mw_add(sum, x->frees_bytes);
		assert_int_equal(x->sum_bytes.why, sum.why);
		assert_int_equal(x->sum_bytes.v, sum.v);
		assert_true(x->chosen <= i && v->victim[x->chosen].rank == x->rank);
		assert_int_equal(x->rank, rank + (x->chosen == i));
		assert_int_equal(x->certain, !x->doubt);
		rank = x->rank;
	}
}

static inline const struct mw_victims *build(struct world *w)
{
	assert_int_equal(mw_victims_build(&w->s, &w->ask, &w->arena, &w->v), 0);
	assert_false(w->arena.failed);
	expect_whole(w);
	return &w->v;
}

static inline const struct mw_victims *build_in(struct world *w, const char *cgroup)
{
	w->ask.kind = MW_DOMAIN_CGROUP;
	w->ask.cgroup = mw_str_of(cgroup);
	return build(w);
}

static inline const struct mw_victims *build_by(struct world *w, const char *release)
{
	w->ask.release = mw_release_parse(mw_str_of(release));
	return build(w);
}

static inline const struct mw_victim *find_victim(const struct world *w, uint64_t pid)
{
	for (size_t i = 0; i < w->v.n; i++)
		if (w->v.victim[i].proc->pid == pid)
			return &w->v.victim[i];
	fail_msg("pid %d is in no list", (int)pid);
	return NULL;
}

static inline enum mw_spared why_spared(const struct world *w, uint64_t pid)
{
	const struct mw_victim *x = find_victim(w, pid);

	return x->rank ? MW_SPARED_NOT : x->spared;
}

#define expect_order(w, ...)                                  \
	expect_order_at(w, (const uint64_t[]){ __VA_ARGS__ }, \
			COUNT(((const uint64_t[]){ __VA_ARGS__ })), __FILE__, __LINE__)

/* The pids of all who die, in this order. */
static inline void expect_order_at(const struct world *w, const uint64_t *pid, size_t n,
				   const char *file, int line)
{
	for (size_t i = 0; i < w->v.n_victims && i < n; i++)
		_assert_int_equal(w->v.victim[i].proc->pid, pid[i], file, line);
	_assert_int_equal(w->v.n_victims, n, file, line);
}
