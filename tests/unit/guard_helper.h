/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_helper - a machine of 16 GiB that the guard looks at: it sees of each task only what it has
 * asked for, as the daemon would show it.
 */
#pragma once

#include <errno.h>

#include "helper.h"
#include "why/guard_config.h"
#include "why/guard_record.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define NIGHT_TASKS 1100
#define NIGHT_GROUPS 8

struct night {
	struct mw_guard_config config;
	struct mw_guard_state state;
	struct mw_guard_view view;
	struct mw_guard_meters meters;		 /* as they are */
	struct mw_guard_task truth[NIGHT_TASKS]; /* who is there */
	struct mw_guard_task shown[NIGHT_TASKS];
	struct mw_guard_group group[NIGHT_GROUPS];
	struct mw_guard_rest rest[NIGHT_GROUPS]; /* whom there is no room for */
	size_t n, n_groups, n_rests;
	size_t looks, details; /* of the last turn */
	struct mw_guard_decision d;
};

static inline struct mw_guard_task *add_task(struct night *n, uint64_t pid, const char *comm,
					     uint64_t anon_bytes)
{
	struct mw_guard_task *t = &n->truth[n->n++];

	*t = (struct mw_guard_task){ .pid = pid,
				     .parent_pid = 1,
				     .start_ticks = 100 + pid,
				     .state = 'S',
				     .thread_count = 1,
				     .rss_bytes = mw_ok(anon_bytes + MIB),
				     .shared_bytes = mw_ok(MIB),
				     .data_bytes = mw_ok(anon_bytes + MIB),
				     .adj = mw_ok(1000),
				     .group = MW_GUARD_NO_GROUP,
				     .detail_why = MW_OK,
				     .uid = mw_ok(1000),
				     .swap_bytes = mw_ok(0),
				     .anon_bytes = mw_ok(anon_bytes),
				     .shmem_bytes = mw_ok(0),
				     .locked_bytes = mw_ok(0),
				     .ignores_term = mw_ok(0),
				     .frozen = mw_ok(0),
				     .sharers = mw_ok(0),
				     .exe = mw_str_of("/usr/bin/x"),
				     .cmdline = mw_str_of(comm) };
	strncpy(t->comm, comm, sizeof(t->comm));
	return t;
}

static inline size_t add_group(struct night *n, const char *path)
{
	n->group[n->n_groups] = (struct mw_guard_group){ .path = mw_str_of(path) };
	return n->n_groups++;
}

/* So many for whom there is no room, counted. */
static inline void add_rest(struct night *n, size_t group, const char *comm, uint64_t count,
			    uint64_t own_bytes)
{
	struct mw_guard_rest *r = &n->rest[n->n_rests++];

	*r = (struct mw_guard_rest){ .group = group, .count = count, .own_bytes = own_bytes };
	strncpy(r->comm, comm, sizeof(r->comm));
	n->view.n_unseen += count;
}

/* 12 GiB available, no swap, nobody waits; pid 1, the guard, a kernel thread, sshd. */
static inline void begin_night(struct night *n)
{
	memset(n, 0, sizeof(*n));
	mw_guard_config_normal(&n->config);
	n->config.available_permille = 50;
	n->config.available_most_bytes = 0;
	n->view.own_pid = 500;
	n->meters = (struct mw_guard_meters){
		.time_ns = 1000000000000,
		.total_bytes = mw_ok(16 * GIB),
		.free_bytes = mw_ok(10 * GIB),
		.available_bytes = mw_ok(12 * GIB),
		.swap_total_bytes = mw_ok(0),
		.swap_free_bytes = mw_ok(0),
		.anon_bytes = mw_ok(3 * GIB),
		.shmem_bytes = mw_ok(100 * MIB),
		.slab_unreclaimable_bytes = mw_ok(200 * MIB),
		.hugetlb_bytes = mw_ok(0),
		.file_bytes = mw_ok(2 * GIB),
		.zone_low_bytes = mw_ok(64 * MIB),
		.some_us = mw_ok(0),
		.full_us = mw_ok(0),
		.refault_count = mw_ok(0),
		.swap_in_count = mw_ok(0),
		.swap_out_count = mw_ok(0),
		.arc_bytes = mw_no(MW_ABSENT),
		.arc_min_bytes = mw_no(MW_ABSENT),
		.zram_bytes = mw_no(MW_ABSENT),
		.zram_data_bytes = mw_no(MW_ABSENT),
		.group_limit_bytes = mw_no(MW_ABSENT),
		.group_usage_bytes = mw_no(MW_ABSENT),
		.group_reclaimable_bytes = mw_no(MW_ABSENT),
		.group_swap_free_bytes = mw_no(MW_ABSENT),
	};
	add_task(n, 1, "systemd", 20 * MIB);
	add_task(n, 2, "kthreadd", 0)->flags = 0x00200000;
	add_task(n, 300, "sshd", 200 * MIB)->uid = mw_ok(0);
	add_task(n, 500, "memwhyd", 300 * MIB)->uid = mw_ok(0);
}

/* A large one and a smaller one. */
static inline void begin_with_two(struct night *n)
{
	begin_night(n);
	add_task(n, 1000, "hog", 8 * GIB);
	add_task(n, 1001, "other", 2 * GIB);
}

static inline void set_available(struct night *n, uint64_t bytes)
{
	n->meters.available_bytes = mw_ok(bytes);
}

/* Where a recorded night is read to, the next over the one before. */
static inline struct mw_guard_room night_room(void)
{
	static struct mw_guard_task task[NIGHT_TASKS];
	static struct mw_guard_group group[NIGHT_GROUPS];
	static struct mw_guard_rest rest[NIGHT_GROUPS];
	static char text[1 << 20];

	return (struct mw_guard_room){ .task = task,
				       .group = group,
				       .rest = rest,
				       .text = text,
				       .max_tasks = NIGHT_TASKS,
				       .max_groups = NIGHT_GROUPS,
				       .max_rests = NIGHT_GROUPS,
				       .text_bytes = sizeof(text) };
}

/* Hardly anything of it is available. */
static inline void begin_shortage(struct night *n)
{
	begin_night(n);
	n->meters.available_bytes = mw_ok(500 * MIB);
	n->meters.anon_bytes = mw_ok(13 * GIB);
}

/* What came of the last kill. */
static inline void comes_of_it(struct night *n, bool gone)
{
	n->view.outcome = (struct mw_guard_outcome){ .is = true,
						     .pid = n->d.target[0].pid,
						     .start_ticks = n->d.target[0].start_ticks,
						     .gone = gone };
}

static inline void hide_details(struct mw_guard_task *t)
{
	struct mw_guard_task bare = { .pid = t->pid,
				      .parent_pid = t->parent_pid,
				      .start_ticks = t->start_ticks,
				      .flags = t->flags,
				      .state = t->state,
				      .thread_count = t->thread_count,
				      .rss_bytes = t->rss_bytes,
				      .shared_bytes = t->shared_bytes,
				      .data_bytes = t->data_bytes,
				      .adj = t->adj,
				      .group = MW_GUARD_NO_GROUP,
				      .dying = t->dying,
				      .grows_bytes_per_s = t->grows_bytes_per_s };

	memcpy(bare.comm, t->comm, sizeof(bare.comm));
	*t = bare;
}

/* What the daemon does on LOOK. */
static inline void look(struct night *n, bool groups)
{
	n->looks++;
	n->view.level = MW_GUARD_TASKS;
	n->view.task = n->shown;
	n->view.n_tasks = n->n;
	n->view.group = n->group;
	n->view.n_groups = groups ? n->n_groups : 0;
	n->view.rest = n->rest;
	n->view.n_rests = groups ? n->n_rests : 0;
	n->view.has_groups = groups;
	for (size_t i = 0; i < n->n; i++) {
		n->shown[i] = n->truth[i];
		hide_details(&n->shown[i]);
		if (groups)
			n->shown[i].group = n->truth[i].group;
	}
}

/* On DETAIL. */
static inline void detail(struct night *n)
{
	n->details++;
	n->view.level = MW_GUARD_DETAILS;
	n->view.n_groups = n->n_groups;
	for (size_t k = 0; k < n->d.n_targets; k++) {
		size_t i = n->d.target[k].task;

		assert_true(i < n->n);
		assert_int_equal(n->shown[i].detail_why, MW_UNREAD);
		assert_int_equal(n->shown[i].pid, n->d.target[k].pid);
		n->shown[i] = n->truth[i];
	}
}

/* One turn, to what is done or waited for. */
static inline struct mw_guard_decision *turn(struct night *n)
{
	n->looks = n->details = 0;
	n->view.level = MW_GUARD_METERS;
	n->view.n_tasks = n->view.n_groups = n->view.n_rests = 0;
	n->view.has_groups = false;
	n->view.meters = n->meters;
	for (size_t i = 0; i < 100; i++) {
		mw_guard_step(&n->config, &n->state, &n->view, &n->d);
		if (n->d.verb == MW_GUARD_LOOK)
			look(n, n->d.wants_groups);
		else if (n->d.verb == MW_GUARD_DETAIL)
			detail(n);
		else
			return &n->d;
	}
	fail_msg("it asks for ever");
	return NULL;
}

/* Later by so much; then a turn. */
static inline struct mw_guard_decision *turn_in(struct night *n, uint64_t ms)
{
	n->meters.time_ns += ms * 1000000;
	return turn(n);
}

#define expect_verb(decision, want_verb, want_cause)                                              \
	do {                                                                                      \
		struct mw_guard_decision *d_ = (decision);                                        \
		assert_string_equal(mw_guard_verb_name(d_->verb), mw_guard_verb_name(want_verb)); \
		assert_string_equal(mw_guard_cause_name(d_->cause),                               \
				    mw_guard_cause_name(want_cause));                             \
	} while (0)

#define expect_kill(decision, want_pid)                                    \
	do {                                                               \
		struct mw_guard_decision *k_ = (decision);                 \
		assert_string_equal(mw_guard_verb_name(k_->verb), "kill"); \
		assert_int_equal(k_->target[0].pid, want_pid);             \
	} while (0)

#define expect_wait(decision) assert_string_equal(mw_guard_verb_name((decision)->verb), "wait")
