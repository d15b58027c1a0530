/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_helper - a machine of round numbers with a few processes and shared objects, and its
 * ledger of promises.
 */
#pragma once

#include "helper.h"

#include "why/commit.h"

#define PAGE 4096ULL
#define PAGES(n) mw_ok((n)*PAGE)

struct world {
	struct mw_arena arena;
	struct mw_snap s;
	struct mw_proc proc[16];
	struct mw_shm_object object[8];
	struct mw_ipc_segment segment[4];
	struct mw_tmpfs tmpfs[4];
	struct mw_hugetlb_pool pool[4];
	struct mw_commit c;
};

/* Mode 2 without reserves: CommitLimit is 1000000 / 2 + 200000 = 700000 pages. */
static inline int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->s.host.page_bytes = PAGE;
	w->s.host.release = mw_release_parse(LIT("6.1.0"));
	w->s.meminfo.total_bytes = PAGES(1000000);
	w->s.meminfo.swap_total_bytes = PAGES(200000);
	w->s.meminfo.available_bytes = PAGES(600000);
	w->s.committed_bytes = w->s.meminfo.committed_bytes = PAGES(100000);
	w->s.meminfo.commit_limit_bytes = PAGES(700000);
	w->s.meminfo.hugetlb_bytes = mw_ok(0);
	w->s.commit_sysctl = (struct mw_commit_sysctl){ .overcommit_memory = mw_ok(2),
							.overcommit_ratio = mw_ok(50),
							.overcommit_kib = mw_ok(0),
							.admin_reserve_kib = mw_ok(0),
							.user_reserve_kib = mw_ok(0),
							.max_map_count = mw_ok(65530),
							.cpu_count = mw_ok(4),
							.shmmax_bytes = mw_ok(UINT64_MAX),
							.shmall_pages = mw_ok(UINT64_MAX) };
	w->s.proc = w->proc;
	w->s.object = w->object;
	w->s.segment = w->segment;
	w->s.tmpfs = w->tmpfs;
	w->s.hugetlb = w->pool;
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

/* A process of whose mappings the flags were read. */
static inline struct mw_proc *add_process(struct world *w, uint64_t pid, uint64_t promised,
					  uint64_t touched)
{
	struct mw_proc *p = &w->proc[w->s.n_procs];

	assert_true(w->s.n_procs < COUNT(w->proc));
	*p = (struct mw_proc){ .pid = pid, .oom = { .same_mm = w->s.n_procs } };
	p->status.name = mw_str_of("task");
	p->status.data_bytes = PAGES(promised + 10);
	p->status.stack_bytes = PAGES(33);
	p->status.rss_bytes = PAGES(touched + 5);
	p->status.rss_anon_bytes = PAGES(touched);
	p->status.swap_bytes = mw_ok(0);
	p->promises = (struct mw_proc_promises){ .why = MW_OK,
						 .bytes = promised * PAGE,
						 .fork_bytes = promised * PAGE,
						 .largest_bytes = promised * PAGE,
						 .touched_bytes = PAGES(touched),
						 .shared_bytes = mw_ok(0) };
	p->map_count = mw_ok(100);
	w->s.n_procs++;
	return p;
}

static inline const struct mw_commit *build(struct world *w)
{
	mw_commit_build(&w->s, &w->arena, &w->c);
	assert_false(w->arena.failed);
	return &w->c;
}

/* The one with that pid, of any kind; NULL: none. */
static inline const struct mw_promiser *of_pid(const struct mw_commit *c, uint64_t pid)
{
	for (size_t i = 0; i < c->n_promisers; i++)
		if (mw_known(c->promiser[i].pid) && c->promiser[i].pid.v == pid)
			return &c->promiser[i];
	return NULL;
}

static inline const struct mw_promiser *of_kind(const struct mw_commit *c, const char *kind)
{
	for (size_t i = 0; i < c->n_promisers; i++)
		if (!strcmp(c->promiser[i].kind, kind))
			return &c->promiser[i];
	return NULL;
}

static inline const struct mw_promiser *remainder_of(const struct mw_commit *c)
{
	const struct mw_promiser *last = &c->promiser[c->n_promisers - 1];

	assert_string_equal(last->kind, "remainder");
	return last;
}
