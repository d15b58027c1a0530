/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker_helper - a machine and a process without limits, to which each test puts one.
 */
#pragma once

#include "helper.h"

#include <errno.h>

#include "why/refusal.h"

#define PAGE 4096ULL
#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define TOP ((1ULL << 47) - 4096)

struct asking {
	struct mw_arena arena;
	struct mw_snap s;
	struct mw_asker a;
	struct mw_asker_map map[8];
	struct mw_asker_group group[4];
	struct mw_asker_pool pool[2];
};

static inline void add_map(struct asking *w, uint64_t start, uint64_t bytes, bool write)
{
	assert_true(w->a.n_maps < COUNT(w->map));
	w->map[w->a.n_maps++] = (struct mw_asker_map){
		.start = start, .end = start + bytes, .read = true, .write = write
	};
}

static inline int asking_setup(void **state)
{
	struct asking *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->s.host.page_bytes = PAGE;
	w->s.host.machine = LIT("x86_64");
	w->s.host.release = mw_release_parse(LIT("6.1.0"));
	w->s.meminfo.total_bytes = mw_ok(8 * GIB);
	w->s.meminfo.swap_total_bytes = mw_ok(2 * GIB);
	w->s.committed_bytes = mw_ok(GIB);
	w->s.meminfo.hugetlb_bytes = mw_no(MW_ABSENT);
	w->a.pid = 42;
	w->a.init_userns = mw_ok(1);
	w->a.status = (struct mw_pid_status){ .uid = 1000,
					      .address_space_bytes = mw_ok(320 * MIB),
					      .data_bytes = mw_ok(64 * MIB),
					      .stack_bytes = mw_ok(MIB),
					      .locked_bytes = mw_ok(0),
					      .effective_caps = mw_ok(0) };
	for (size_t i = 0; i < MW_RLIMITS; i++)
		w->a.limits.of[i] = (struct mw_limit){ mw_ok(MW_UNLIMITED), mw_ok(MW_UNLIMITED) };
	w->a.limits.of[MW_RLIMIT_STACK].soft = mw_ok(8 * MIB);
	w->a.maps_why = MW_OK;
	w->a.map = w->map;
	add_map(w, 0x400000, MIB, false);
	add_map(w, 0x10000000, 64 * MIB, true);
	w->map[1].heap = true;
	add_map(w, TOP - GIB, 250 * MIB, false);
	add_map(w, TOP - 64 * MIB, MIB, true);
	w->map[3].stack = true;
	w->a.user_task_count = mw_ok(20);
	w->a.task_count = mw_ok(300);
	w->s.commit_sysctl = (struct mw_commit_sysctl){ .cpu_count = mw_ok(2),
							.overcommit_memory = mw_ok(0),
							.overcommit_ratio = mw_ok(50),
							.overcommit_kib = mw_ok(0),
							.admin_reserve_kib = mw_ok(8192),
							.user_reserve_kib = mw_ok(131072),
							.max_map_count = mw_ok(65530) };
	w->a.sysctl = (struct mw_asker_sysctl){ .thread_limit_count = mw_ok(60000),
						.pid_limit_count = mw_ok(32768),
						.mmap_min_addr = mw_ok(65536) };
	w->a.pids = w->a.memory = w->a.kernel = (struct mw_asker_groups){ .why = MW_ABSENT };
	*state = w;
	return 0;
}

static inline int asking_teardown(void **state)
{
	struct asking *w = *state;

	mw_arena_done(&w->arena);
	free(w);
	return 0;
}

#define ASKING(fn) cmocka_unit_test_setup_teardown(fn, asking_setup, asking_teardown)

static inline void one_group(struct asking *w, struct mw_asker_groups *g, uint64_t used,
			     uint64_t limit)
{
	w->group[0] = (struct mw_asker_group){ "sys/fs/cgroup/job/limit", LIT("/job"), mw_ok(used),
					       mw_ok(limit) };
	*g = (struct mw_asker_groups){ MW_OK, w->group, 1 };
}

/* What is asked of it, and what refuses: MW_LIMITS for nothing. */
static inline void expect_rule_at(struct asking *w, struct mw_call call, enum mw_limit_rule rule,
				  enum mw_refuses how, const char *file, int line)
{
	struct mw_refusal r;

	mw_refusal_judge(&w->s, &w->a, &call, &w->arena, &r);
	_assert_int_equal(r.first ? r.first->gauge.rule : MW_LIMITS, rule, file, line);
	if (r.first)
		_assert_int_equal(r.first->refuses, how, file, line);
	_assert_true(!w->arena.failed && *mw_refusal_text(&r, &w->arena), "a text", file, line);
}

#define expect_rule(w, rule, how, ...) \
	expect_rule_at(w, (struct mw_call){ __VA_ARGS__ }, rule, how, __FILE__, __LINE__)
#define expect_refused(w, rule, ...) expect_rule(w, rule, MW_REFUSES_YES, __VA_ARGS__)
#define expect_passes(w, ...) expect_rule(w, MW_LIMITS, MW_REFUSES_NO, __VA_ARGS__)
