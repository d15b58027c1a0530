/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance_helper - a machine of a few nodes and processes, and the plan for it.
 */
#pragma once

#include "helper.h"

#include "why/balance_watch.h"

#define MIB ((uint64_t)1 << 20)
#define PAGES_OF_MIB 256

struct world {
	struct mw_arena arena;
	struct mw_snap s;
	struct mw_zone zone[4];
	struct mw_node_cpus cpus[4];
	struct mw_proc proc[16];
	struct mw_proc_node pages[16][4];
	struct mw_proc_threads threads[16][4];
	struct mw_thresholds limit;
	struct mw_balance_ask ask;
	struct mw_zone_map map;
	struct mw_balance b;
};

/* Two nodes of 1000 MiB and four CPUs; 210 MiB free above a high mark of 10: 200 less 10 margin. */
static inline int world_setup(void **state)
{
	static const char *const cpus[] = { "0-3", "4-7" };
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->s.host.page_bytes = 4096;
	w->s.meminfo.total_bytes = mw_ok(2000 * MIB);
	w->s.proc = w->proc;
	w->s.zoneinfo.zone = w->zone;
	w->s.node = w->cpus;
	w->s.n_nodes = w->s.zoneinfo.n_zones = 2;
	for (size_t i = 0; i < 2; i++) {
		w->cpus[i] = (struct mw_node_cpus){ i, mw_str_of(cpus[i]) };
		w->zone[i] = (struct mw_zone){ .node = i,
					       .name = LIT("Normal"),
					       .free_pages = mw_ok(210 * PAGES_OF_MIB),
					       .min_pages = mw_ok(1),
					       .low_pages = mw_ok(2),
					       .high_pages = mw_ok(10 * PAGES_OF_MIB),
					       .present_pages = mw_ok(1000 * PAGES_OF_MIB),
					       .managed_pages = mw_ok(1000 * PAGES_OF_MIB) };
	}
	w->limit = mw_thresholds_normal();
	w->ask.threshold = &w->limit;
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

/* MiB on each node, threads on each node, none of which runs. */
static inline struct mw_proc *add_proc(struct world *w, uint64_t pid, uint64_t mib0, uint64_t mib1,
				       uint64_t threads0, uint64_t threads1)
{
	size_t i = w->s.n_procs++;
	struct mw_proc *p = &w->proc[i];

	w->pages[i][0] = (struct mw_proc_node){ .node = 0, .bytes = mib0 * MIB };
	w->pages[i][1] = (struct mw_proc_node){ .node = 1, .bytes = mib1 * MIB };
	w->threads[i][0] = (struct mw_proc_threads){ .node = 0, .count = threads0 };
	w->threads[i][1] = (struct mw_proc_threads){ .node = 1, .count = threads1 };
	*p = (struct mw_proc){ .pid = pid };
	p->status.name = LIT("holder");
	p->status.rss_bytes = mw_ok((mib0 + mib1) * MIB);
	p->numa = (struct mw_proc_numa){ .why = MW_OK,
					 .node = w->pages[i],
					 .n_nodes = 2,
					 .threads_why = MW_OK,
					 .threads = w->threads[i],
					 .n_threads = 2,
					 .start_ticks = pid * 10,
					 .cpus_allowed = LIT("0-7"),
					 .mems_allowed = LIT("0-1") };
	return p;
}

static inline void plan(struct world *w)
{
	mw_zones_build(&w->s, (struct mw_release){}, &w->arena, &w->map);
	mw_balance_build(&w->map, &w->ask, &w->arena, &w->b);
	assert_false(w->arena.failed);
}

static inline const struct mw_balance_proc *of_pid(const struct world *w, uint64_t pid)
{
	for (size_t i = 0; i < w->b.n_procs; i++)
		if (w->b.proc[i].proc->pid == pid)
			return &w->b.proc[i];
	fail_msg("no process %d", (int)pid);
	return NULL;
}

static inline void expect_verdict(const struct world *w, uint64_t pid, enum mw_balance_verdict v)
{
	assert_string_equal(mw_balance_verdict_name(of_pid(w, pid)->verdict),
			    mw_balance_verdict_name(v));
}
