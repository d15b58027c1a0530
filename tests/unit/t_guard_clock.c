/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clocks that stand, jump and go back.
 */
#include "guard_helper.h"

#define DAY_MS 86400000

static struct night n;

static int fresh(void **state)
{
	(void)state;
	begin_with_two(&n);
	return 0;
}

static void goes_back(void **state)
{
	(void)state;
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	n.meters.time_ns -= 500000000000;
	expect_kill(turn(&n), 1000);
}

/* Two looks at one time: a rate has no meaning, a limit has. */
static void stands_still(void **state)
{
	(void)state;
	expect_wait(turn(&n));
	set_available(&n, 2 * GIB);
	expect_wait(turn(&n));
	assert_false(mw_known(n.d.left_ms));
	assert_in_range(n.d.wait_ms, 1, 10000);
	set_available(&n, 500 * MIB);
	expect_kill(turn(&n), 1000);
	comes_of_it(&n, false);
	n.view.outcome.left_bytes = mw_ok(4 * GIB);
	for (size_t i = 0; i < 100; i++)
		expect_wait(turn(&n));
}

/* A guest that was stopped for a day: what fell meanwhile fell slowly; who was dying is given the
 * usual time from then on, and no more. */
static void jumps_ahead(void **state)
{
	(void)state;
	expect_wait(turn(&n));
	set_available(&n, 2 * GIB);
	expect_wait(turn_in(&n, DAY_MS));
	assert_true(!mw_known(n.d.left_ms) || n.d.left_ms.v > 3600000);
	set_available(&n, 500 * MIB);
	expect_kill(turn_in(&n, 100), 1000);
	comes_of_it(&n, false);
	n.view.outcome.left_bytes = mw_ok(8 * GIB);
	n.truth[4].dying = true;
	expect_wait(turn_in(&n, DAY_MS));
	expect_wait(turn_in(&n, n.config.settle_ms - 100));
	expect_kill(turn_in(&n, 200), 1001);
}

/* The clock of the wall is only written down. */
static void of_the_wall(void **state)
{
	struct mw_guard_decision d;

	for (uint64_t wall = 0; wall < 4; wall++) {
		fresh(state);
		set_available(&n, 500 * MIB);
		n.meters.wall_ns = wall * (UINT64_MAX / 3);
		expect_kill(turn(&n), 1000);
		if (wall)
			assert_memory_equal(&d, &n.d, sizeof(d));
		d = n.d;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(goes_back, fresh),
		cmocka_unit_test_setup(stands_still, fresh),
		cmocka_unit_test_setup(jumps_ahead, fresh),
		cmocka_unit_test_setup(of_the_wall, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
