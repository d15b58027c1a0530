/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the guard steps in, and how it goes on after that.
 */
#include "guard_helper.h"

static struct night n;

static int fresh(void **state)
{
	(void)state;
	begin_with_two(&n);
	return 0;
}

static void at_rest(void **state)
{
	(void)state;
	expect_verb(turn(&n), MW_GUARD_WAIT, MW_GUARD_NO_CAUSE);
	/* 12 GiB down to the warning at 1.6 GiB, at 4 GiB/s. */
	assert_in_range(n.d.wait_ms, 2500, 2700);
	expect_why(n.d.left_ms, MW_UNREAD);
	expect_val(n.d.limit_bytes, 16 * GIB / 1000 * 50 + 16 * GIB % 1000 * 50 / 1000);
	turn_in(&n, 100);
	expect_why(n.d.left_ms, MW_ABSENT);
	n.config.idle_ms = 1000;
	assert_int_equal(turn_in(&n, 100)->wait_ms, 1000);
	/* A trigger wakes it. */
	n.meters.has_triggers = true;
	assert_in_range(turn_in(&n, 100)->wait_ms, 2500, 2700);
}

static void low(void **state)
{
	(void)state;
	turn(&n);
	set_available(&n, 820 * MIB);
	expect_verb(turn_in(&n, 1000), MW_GUARD_WARN, MW_GUARD_NEAR);
	expect_val(n.d.left_ms, 820 * MIB / ((12 * GIB - 820 * MIB) / 1000 + 1));
	assert_int_equal(n.d.wait_ms, 10);
	set_available(&n, 819 * MIB);
	expect_verb(turn_in(&n, 10), MW_GUARD_KILL, MW_GUARD_LOW);
	assert_int_equal(n.d.target[0].pid, 1000);
	assert_int_equal(n.d.target[0].frees_bytes, 8 * GIB);
	assert_int_equal(n.d.n_targets, 1);
	assert_int_equal(n.looks, 1);
	assert_int_equal(n.details, 1);
	assert_int_equal(n.state.kill_count, 1);
}

static void swap_too(void **state)
{
	(void)state;
	n.meters.swap_total_bytes = mw_ok(8 * GIB);
	n.meters.swap_free_bytes = mw_ok(4 * GIB);
	set_available(&n, 400 * MIB);
	expect_verb(turn(&n), MW_GUARD_WAIT, MW_GUARD_NO_CAUSE);
	n.meters.swap_out_count = mw_ok(100000);
	n.meters.swap_free_bytes = mw_ok(820 * MIB);
	expect_verb(turn_in(&n, 1000), MW_GUARD_WARN, MW_GUARD_NEAR);
	n.meters.swap_out_count = mw_ok(200000);
	n.meters.swap_free_bytes = mw_ok(819 * MIB);
	expect_kill(turn_in(&n, 1000), 1000);
}

/* At each rate up to the fastest that is reckoned with, from each start: what is missed of the
 * limit is what comes in the shortest wait, and it does not wake up more often than it must. */
static void on_time(void **state)
{
	uint64_t seed = 88172645463325252ULL;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		uint64_t per_s = (1 + random_below(&seed, 4096)) * MIB, wait = 0, turns = 0;

		fresh(NULL);
		set_available(&n, 3 * GIB + random_below(&seed, 9000) * MIB);
		while (turn_in(&n, wait)->verb != MW_GUARD_KILL) {
			wait = n.d.wait_ms;
			turns++;
			assert_true(turns < 10000);
			assert_true(n.meters.available_bytes.v >= per_s / 1000 * wait);
			n.meters.available_bytes.v -= per_s / 1000 * wait;
			n.meters.free_bytes = n.meters.available_bytes;
		}
		assert_int_equal(n.d.target[0].pid, 1000);
		/* Slower than a tenth of the limit in a second it looks ten times a second. */
		assert_true(n.d.counted_bytes.v + per_s / 1000 * (per_s > 90 * MIB ? 11 : 101) >=
			    n.d.limit_bytes.v);
		/* The logarithm of the way, and the last stretch at 100 or 10 ms. */
		assert_true(turns < 300 + 13 * GIB / per_s * 10);
	}
}

/* Locked memory: swap is free and takes nothing. */
static void swap_stands_still(void **state)
{
	(void)state;
	n.meters.swap_total_bytes = n.meters.swap_free_bytes = mw_ok(8 * GIB);
	set_available(&n, 1500 * MIB);
	turn(&n);
	set_available(&n, 1000 * MIB);
	expect_wait(turn_in(&n, 500));
	set_available(&n, 700 * MIB);
	expect_kill(turn_in(&n, 500), 1000);
	assert_string_equal(n.d.mistrusted, "swap");
}

static void swap_stands_still_and_memory_too(void **state)
{
	(void)state;
	n.meters.swap_total_bytes = n.meters.swap_free_bytes = mw_ok(8 * GIB);
	set_available(&n, 700 * MIB);
	for (size_t i = 0; i < 100; i++)
		expect_wait(turn_in(&n, 100));
}

static void pressure(void **state)
{
	uint64_t us = 0;

	(void)state;
	n.meters.swap_total_bytes = n.meters.swap_free_bytes = mw_ok(8 * GIB);
	/* All wait all the time, but there is memory: a kernel that counts wrong. */
	for (size_t i = 0; i < 50; i++) {
		n.meters.full_us = n.meters.some_us = mw_ok(us += 99000);
		expect_wait(turn_in(&n, 100));
	}
	expect_val(n.d.stall_permille, 990);
	/* 12 % is 1.92 GiB */
	set_available(&n, 1900 * MIB);
	n.meters.full_us = mw_ok(us += 99000);
	expect_verb(turn_in(&n, 100), MW_GUARD_KILL, MW_GUARD_PRESSURE);
	assert_int_equal(n.d.target[0].pid, 1000);
}

static void pressure_for_its_window(void **state)
{
	uint64_t us = 0;

	(void)state;
	n.meters.swap_total_bytes = n.meters.swap_free_bytes = mw_ok(8 * GIB);
	set_available(&n, 1900 * MIB);
	for (size_t i = 0; i < 20; i++) {
		expect_wait(turn_in(&n, 100));
		assert_true(n.d.wait_ms <= 500);
	}
	/* Of the last 2 s, 1 s must have been lost. */
	for (size_t i = 0; i < 10; i++) {
		n.meters.full_us = mw_ok(us += 95000);
		expect_wait(turn_in(&n, 100));
	}
	n.meters.full_us = mw_ok(us += 100000);
	expect_kill(turn_in(&n, 100), 1000);
}

static void own_limit(void **state)
{
	(void)state;
	/* The machine has plenty; the container does not. */
	n.meters.group_limit_bytes = mw_ok(4 * GIB);
	n.meters.group_usage_bytes = mw_ok(4 * GIB);
	n.meters.group_reclaimable_bytes = mw_ok(2 * GIB);
	expect_wait(turn(&n));
	n.meters.group_reclaimable_bytes = mw_ok(100 * MIB);
	expect_verb(turn_in(&n, 100), MW_GUARD_KILL, MW_GUARD_OWN_LIMIT);
	n.state = (struct mw_guard_state){};
	n.config.own_limit = false;
	expect_wait(turn_in(&n, 100));
	/* And the other way round: what the machine lacks is not the container's to kill for. */
	n.state = (struct mw_guard_state){};
	n.config.own_limit = true;
	n.meters.group_reclaimable_bytes = mw_ok(2 * GIB);
	set_available(&n, 100 * MIB);
	expect_wait(turn_in(&n, 100));
}

static void not_known(void **state)
{
	(void)state;
	n.meters.available_bytes = mw_no(MW_ABSENT);
	expect_verb(turn(&n), MW_GUARD_WAIT, MW_GUARD_NO_CAUSE);
	expect_why(n.d.counted_bytes, MW_ABSENT);
	assert_int_equal(n.d.wait_ms, 1000);
	set_available(&n, 100 * MIB);
	n.meters.swap_total_bytes = n.meters.swap_free_bytes = mw_no(MW_BAD);
	expect_wait(turn_in(&n, 100));
}

/* --- after the kill --- */

static void outcome(uint64_t left_bytes, bool gone)
{
	n.view.outcome =
		(struct mw_guard_outcome){ .is = true,
					   .pid = n.state.victim.target.pid,
					   .start_ticks = n.state.victim.target.start_ticks,
					   .left_bytes = mw_ok(left_bytes),
					   .gone = gone };
}

static void waits_for_proof(void **state)
{
	(void)state;
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	/* It gives back slowly: for a minute, if it must be. */
	for (size_t i = 0; i < 60; i++) {
		outcome(8 * GIB - i * 100 * MIB, false);
		expect_wait(turn_in(&n, 1000));
		assert_int_equal(n.d.wait_ms, 20);
	}
	/* It stopped doing so. */
	expect_wait(turn_in(&n, 1999));
	expect_kill(turn_in(&n, 2), 1001);
	assert_int_equal(n.state.n_given_up, 1);
	/* And is not tried again. */
	outcome(0, true);
	turn_in(&n, 20000);
	expect_verb(turn_in(&n, 20000), MW_GUARD_KILL, MW_GUARD_LOW);
	assert_int_equal(n.d.target[0].pid, 1001);
}

/* A guest that reports its free pages: they are nobody's, and not free yet. */
static void free_lags(void **state)
{
	(void)state;
	n.meters.anon_bytes = mw_ok(14 * GIB);
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	outcome(0, true);
	n.n--;
	n.truth[4] = n.truth[5];
	n.meters.anon_bytes = mw_ok(6 * GIB);
	for (size_t i = 0; i < 70; i++) {
		expect_wait(turn_in(&n, 100));
		assert_string_equal(n.d.mistrusted, "free");
	}
	/* If the others took it, the owners show it at once, though half of that was compressed. */
	n.meters.anon_bytes = mw_ok(10 * GIB);
	n.meters.zram_bytes = mw_ok(4 * GIB);
	expect_kill(turn_in(&n, 100), 1001);
}

static void cannot_kill(void **state)
{
	(void)state;
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	outcome(8 * GIB, false);
	n.view.outcome.error = EPERM;
	expect_kill(turn_in(&n, 10), 1001);
	outcome(2 * GIB, false);
	n.view.outcome.error = EPERM;
	expect_verb(turn_in(&n, 10), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
	/* Said once a minute, not each time. */
	for (size_t i = 0; i < 50; i++)
		expect_wait(turn_in(&n, 1000));
	expect_verb(turn_in(&n, 10000), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
}

static void until(void **state)
{
	(void)state;
	n.config.until_available_permille = 100;
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	outcome(0, true);
	n.truth[4] = n.truth[5];
	n.n--;
	n.meters.anon_bytes = mw_no(MW_ABSENT);
	set_available(&n, 1000 * MIB);
	expect_verb(turn_in(&n, 100), MW_GUARD_KILL, MW_GUARD_UNTIL);
	set_available(&n, 2000 * MIB);
	expect_wait(turn_in(&n, 100));
	/* Reached; now the first limit holds again. */
	set_available(&n, 1000 * MIB);
	turn_in(&n, 10000);
	expect_wait(turn_in(&n, 100));
}

static void dry_run(void **state)
{
	(void)state;
	n.config.dry_run = true;
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	for (size_t i = 0; i < 100; i++)
		expect_wait(turn_in(&n, 1000));
	set_available(&n, 5 * GIB);
	expect_wait(turn_in(&n, 1000));
	set_available(&n, 500 * MIB);
	expect_kill(turn_in(&n, 1000), 1000);
}

/* --- SIGTERM --- */

static void term_by_time(void **state)
{
	(void)state;
	n.config.term_grace_ms = 3000;
	set_available(&n, 500 * MIB);
	expect_verb(turn(&n), MW_GUARD_TERM, MW_GUARD_LOW);
	assert_int_equal(n.state.kill_count, 0);
	expect_wait(turn_in(&n, 2990));
	assert_int_equal(n.d.wait_ms, 10);
	expect_verb(turn_in(&n, 10), MW_GUARD_KILL, MW_GUARD_GRACE_OVER);
	assert_int_equal(n.d.target[0].pid, 1000);
	assert_int_equal(n.d.target[0].task, 4);
	expect_wait(turn_in(&n, 10));
}

static void term_by_memory(void **state)
{
	(void)state;
	n.config.term_grace_ms = 3000;
	n.config.term_permille = 20;
	set_available(&n, 500 * MIB);
	expect_verb(turn(&n), MW_GUARD_TERM, MW_GUARD_LOW);
	expect_wait(turn_in(&n, 100));
	set_available(&n, 300 * MIB);
	expect_verb(turn_in(&n, 100), MW_GUARD_KILL, MW_GUARD_GRACE_OVER);
	/* So little from the beginning: no SIGTERM. */
	fresh(NULL);
	n.config.term_grace_ms = 3000;
	n.config.term_permille = 20;
	set_available(&n, 300 * MIB);
	expect_kill(turn(&n), 1000);
}

static void term_not_asked(void **state)
{
	(void)state;
	n.config.term_grace_ms = 3000;
	n.truth[4].ignores_term = mw_ok(1);
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	n.state = (struct mw_guard_state){};
	n.truth[4].ignores_term = mw_ok(0);
	n.truth[4].state = 'T';
	expect_kill(turn_in(&n, 10), 1000);
}

static void term_helped(void **state)
{
	(void)state;
	n.config.term_grace_ms = 3000;
	set_available(&n, 500 * MIB);
	expect_verb(turn(&n), MW_GUARD_TERM, MW_GUARD_LOW);
	n.truth[4] = n.truth[5];
	n.n--;
	set_available(&n, 8 * GIB);
	for (size_t i = 0; i < 100; i++)
		expect_wait(turn_in(&n, 100));
	assert_int_equal(n.state.kill_count, 0);
}

/* It became somebody else by exec: that one was never chosen. */
static void term_then_exec(void **state)
{
	(void)state;
	n.config.term_grace_ms = 3000;
	set_available(&n, 500 * MIB);
	expect_verb(turn(&n), MW_GUARD_TERM, MW_GUARD_LOW);
	strcpy(n.truth[4].comm, "sshd-session");
	expect_verb(turn_in(&n, 3000), MW_GUARD_TERM, MW_GUARD_LOW);
	assert_int_equal(n.d.target[0].pid, 1001);
}

/* --- warnings and steps --- */

static void warns_once(void **state)
{
	size_t warnings = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		set_available(&n, 1600 * MIB + i % 2 * 100 * MIB);
		warnings += turn_in(&n, 100)->verb == MW_GUARD_WARN;
	}
	assert_int_equal(warnings, 1);
	set_available(&n, 3 * GIB);
	expect_wait(turn_in(&n, 100));
	set_available(&n, 1600 * MIB);
	expect_verb(turn_in(&n, 100), MW_GUARD_WARN, MW_GUARD_NEAR);
}

static void steps(void **state)
{
	size_t grower = add_group(&n, "/user.slice/build.scope");
	size_t cold = add_group(&n, "/system.slice/cold.service");

	(void)state;
	n.config.reclaim = n.config.throttle = n.config.freeze = true;
	n.truth[4].group = grower;
	n.truth[4].grows_bytes_per_s = mw_ok(GIB);
	n.truth[5].group = cold;
	n.group[grower].usage_bytes = mw_ok(8 * GIB);
	n.group[cold].usage_bytes = mw_ok(2 * GIB);
	set_available(&n, 1600 * MIB);
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NEAR);
	expect_verb(turn_in(&n, 300), MW_GUARD_RECLAIM, MW_GUARD_NEAR);
	assert_int_equal(n.d.group, cold);
	expect_verb(turn_in(&n, 300), MW_GUARD_THROTTLE, MW_GUARD_NEAR);
	assert_int_equal(n.d.group, grower);
	assert_int_equal(n.d.bytes, 8 * GIB);
	expect_wait(turn_in(&n, 300));
	set_available(&n, 1000 * MIB);
	expect_verb(turn_in(&n, 300), MW_GUARD_FREEZE, MW_GUARD_NEAR);
	expect_wait(turn_in(&n, 300));
	set_available(&n, 5 * GIB);
	expect_verb(turn_in(&n, 300), MW_GUARD_RELEASE, MW_GUARD_NO_CAUSE);
	expect_wait(turn_in(&n, 300));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(at_rest, fresh),
		cmocka_unit_test_setup(low, fresh),
		cmocka_unit_test_setup(on_time, fresh),
		cmocka_unit_test_setup(swap_too, fresh),
		cmocka_unit_test_setup(swap_stands_still, fresh),
		cmocka_unit_test_setup(swap_stands_still_and_memory_too, fresh),
		cmocka_unit_test_setup(pressure, fresh),
		cmocka_unit_test_setup(pressure_for_its_window, fresh),
		cmocka_unit_test_setup(own_limit, fresh),
		cmocka_unit_test_setup(not_known, fresh),
		cmocka_unit_test_setup(waits_for_proof, fresh),
		cmocka_unit_test_setup(free_lags, fresh),
		cmocka_unit_test_setup(cannot_kill, fresh),
		cmocka_unit_test_setup(until, fresh),
		cmocka_unit_test_setup(dry_run, fresh),
		cmocka_unit_test_setup(term_by_time, fresh),
		cmocka_unit_test_setup(term_by_memory, fresh),
		cmocka_unit_test_setup(term_not_asked, fresh),
		cmocka_unit_test_setup(term_helped, fresh),
		cmocka_unit_test_setup(term_then_exec, fresh),
		cmocka_unit_test_setup(warns_once, fresh),
		cmocka_unit_test_setup(steps, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
