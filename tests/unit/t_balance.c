/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is planned for each kind of process, and for the nodes.
 */
#include "balance_helper.h"

static void to_its_threads(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_proc(w, 7, 10, 90, 1, 0);
	const struct mw_balance_proc *x;

	p->numa.cpus_allowed = LIT("0-1");
	plan(w);
	x = of_pid(w, 7);
	expect_verdict(w, 7, MW_BALANCE_PLACED);
	assert_int_equal(x->target, 0);
	assert_int_equal(x->remote_bytes, 90 * MIB);
	assert_int_equal(x->after_bytes, 0);
	assert_int_equal(x->move_bytes, 90 * MIB);
	assert_int_equal(x->cpus.n, 0); /* its threads may run nowhere else */
	assert_int_equal(w->b.n_moves, 1);
	assert_true(w->b.least);
	assert_int_equal(w->b.node[0].in_bytes, 90 * MIB);
	assert_int_equal(w->b.node[0].after_bytes.v, 120 * MIB);
	assert_int_equal(w->b.node[1].after_bytes.v, 300 * MIB);
}

/* One whose threads may run anywhere: where most of it is, and its threads come there. */
static void to_its_memory(void **state)
{
	struct world *w = *state;

	add_proc(w, 7, 30, 70, 3, 1);
	plan(w);
	expect_verdict(w, 7, MW_BALANCE_PLACED);
	assert_int_equal(of_pid(w, 7)->target, 1);
	assert_int_equal(of_pid(w, 7)->remote_bytes, (3 * 70 + 30) * MIB / 4);
	assert_int_equal(of_pid(w, 7)->move_bytes, 30 * MIB);
	expect_str(of_pid(w, 7)->cpus, "4-7");
}

static void left_alone(void **state)
{
	struct world *w = *state;
	struct mw_balance_rest rest = { 13, 130 };

	add_proc(w, 1, 99, 1, 1, 0)->numa.cpus_allowed = LIT("0-3"); /* 1 % */
	add_proc(w, 2, 50, 50, 1, 0)->numa.policies = LIT("interleave:0-1");
	add_proc(w, 3, 0, 50, 1, 0)->numa.policies = LIT("bind:1");
	w->proc[2].numa.cpus_allowed = LIT("0-3");
	add_proc(w, 4, 0, 50, 1, 0)->numa.mems_allowed = LIT("1");
	w->proc[3].numa.cpus_allowed = LIT("0-3");
	add_proc(w, 5, 10, 50, 1, 0)->numa.why = MW_UNREAD;
	add_proc(w, 6, 10, 50, 1, 0)->numa.cpus_allowed = LIT("");
	add_proc(w, 7, 10, 50, 5, 0);
	w->threads[6][0].running_count = 5;
	add_proc(w, 8, 1, 50, 1, 0)->numa.cpus_allowed = LIT("0-3");
	w->pages[7][1].shared_bytes = 50 * MIB;
	add_proc(w, 9, 1, 50, 1, 0)->numa.cpus_allowed = LIT("0-3");
	w->pages[8][1].hugetlb_bytes = 50 * MIB;
	add_proc(w, 10, 0, 250, 1, 0)->numa.cpus_allowed = LIT("0-3");
	add_proc(w, 11, 0, 19, 1, 0); /* under 1 % of 2000 MiB */
	add_proc(w, 12, 0, 50, 1, 0)->numa.policies = LIT("bind:1 ...");
	add_proc(w, 13, 0, 50, 1, 0);
	w->ask.rest = &rest;
	w->ask.n_rests = 1;
	plan(w);
	expect_verdict(w, 1, MW_BALANCE_THERE);
	expect_verdict(w, 2, MW_BALANCE_SPREAD);
	expect_verdict(w, 3, MW_BALANCE_BOUND);
	expect_verdict(w, 4, MW_BALANCE_BOUND);
	expect_verdict(w, 5, MW_BALANCE_UNKNOWN);
	expect_verdict(w, 6, MW_BALANCE_UNKNOWN);
	expect_verdict(w, 7, MW_BALANCE_WIDE);
	expect_verdict(w, 8, MW_BALANCE_STUCK);
	expect_verdict(w, 9, MW_BALANCE_STUCK);
	expect_verdict(w, 10, MW_BALANCE_NO_ROOM);
	assert_int_equal(w->b.n_procs, 12);
	expect_verdict(w, 12, MW_BALANCE_SPREAD);
	expect_verdict(w, 13, MW_BALANCE_RESTS);
	assert_int_equal(w->b.n_moves, 0);
	assert_int_equal(w->b.unknown_count, 2);
}

/* Policies as numa_maps prints them, of one word and of two. */
static void by_policy(void **state)
{
	static const struct {
		const char *policies;
		bool moves;
	} cases[] = { { "bind:0", true },
		      { "bind:0-1", true },
		      { "bind=static:1", false },
		      { "prefer:0", true },
		      { "prefer (many):0-1", true },
		      { "prefer (many):1", false },
		      { "weighted interleave:0-1", false },
		      { "local", true },
		      { "bind:0-1 bind:1", false },
		      { "new:0-1", false } };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world *w;

		world_teardown(state);
		world_setup(state);
		w = *state;
		add_proc(w, 7, 0, 50, 1, 0)->numa.policies = mw_str_of(cases[i].policies);
		w->proc[0].numa.cpus_allowed = LIT("0-3");
		plan(w);
		if ((of_pid(w, 7)->verdict == MW_BALANCE_PLACED) != cases[i].moves)
			fail_msg("%s", cases[i].policies);
	}
}

/* Of five alike four fit, and the node keeps its high mark and the margin. */
static void room(void **state)
{
	struct world *w = *state;
	size_t placed = 0;

	for (size_t i = 0; i < 5; i++)
		add_proc(w, 1 + i, 0, 45, 1, 0)->numa.cpus_allowed = LIT("0-3");
	plan(w);
	for (size_t i = 0; i < 5; i++)
		placed += w->b.proc[i].verdict == MW_BALANCE_PLACED;
	assert_int_equal(placed, 4);
	expect_val(w->b.node[0].keep_bytes, 20 * MIB);
	assert_true(w->b.node[0].after_bytes.v >= w->b.node[0].keep_bytes.v);
	/* Below its mark it takes nothing. */
	w->zone[0].free_pages = mw_ok(19 * PAGES_OF_MIB);
	plan(w);
	assert_false(w->b.node[0].takes);
	assert_int_equal(w->b.n_moves, 0);
	w->zone[0].free_pages = mw_no(MW_UNREAD);
	plan(w);
	assert_int_equal(w->b.n_moves, 0);
}

/* One that is well where it is moves where that makes room for a larger one, and moves first. */
static void makes_room(void **state)
{
	struct world *w = *state;

	add_proc(w, 1, 80, 0, 1, 0);
	add_proc(w, 2, 0, 250, 1, 0)->numa.cpus_allowed = LIT("0-3");
	plan(w);
	assert_int_equal(w->b.after_bytes, 0);
	assert_int_equal(w->b.move_bytes, 330 * MIB);
	assert_int_equal(of_pid(w, 1)->target, 1);
	for (size_t i = 0, room = 190 * MIB; i < w->b.n_moves; i++) {
		const struct mw_move *m = &w->b.move[i];

		assert_true(m->to || m->bytes <= room);
		room = m->to ? room + m->bytes : room - m->bytes;
	}
}

/* No more threads come than the node has CPUs; those that run there already count. */
static void cpus(void **state)
{
	struct world *w = *state;

	add_proc(w, 1, 0, 50, 2, 0);
	w->threads[0][0].running_count = 2;
	add_proc(w, 2, 1, 0, 0, 3); /* small */
	w->threads[1][1].running_count = 3;
	plan(w);
	/* Its threads could come to its memory, were it not for the other's three. */
	assert_int_equal(of_pid(w, 1)->target, 0);
	assert_int_equal(of_pid(w, 1)->move_bytes, 50 * MIB);
	w->ask.self_pid = 2;
	plan(w);
	assert_int_equal(of_pid(w, 1)->target, 1);
	assert_int_equal(of_pid(w, 1)->move_bytes, 0);
	assert_int_equal(w->b.node[1].running_after_count, 2);
}

/* Figures that no machine has are none. */
static void absurd(void **state)
{
	struct world *w = *state;

	add_proc(w, 1, 0, 0, 1, 0);
	w->pages[0][1].bytes = UINT64_MAX;
	w->proc[0].status.rss_bytes = mw_ok(UINT64_MAX);
	add_proc(w, 2, 50, 50, 1, 0);
	w->pages[1][1].node = 9;
	plan(w);
	expect_verdict(w, 1, MW_BALANCE_UNKNOWN);
	expect_verdict(w, 2, MW_BALANCE_UNKNOWN);
	w->zone[0].free_pages = mw_ok(UINT64_MAX);
	w->cpus[0].cpus = LIT("x");
	plan(w);
	assert_int_equal(w->b.n_moves, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { WORLD(to_its_threads), WORLD(to_its_memory),
					    WORLD(left_alone),	   WORLD(by_policy),
					    WORLD(room),	   WORLD(makes_room),
					    WORLD(cpus),	   WORLD(absurd) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
