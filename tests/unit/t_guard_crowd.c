/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many small ones: when they die together, as a group or as many as are needed.
 */
#include "guard_helper.h"

static struct night n;

static int fresh(void **state)
{
	(void)state;
	begin_shortage(&n);
	return 0;
}

/* Many small ones of one group: none is worth it, all together are. */
static void crowd(void **state)
{
	(void)state;
	add_group(&n, "/");
	add_group(&n, "/user.slice/bomb.scope");
	add_group(&n, "/user.slice/session-1.scope");
	for (uint64_t i = 0; i < 500; i++)
		add_task(&n, 1000 + i, "bomb", 20 * MIB)->group = 1;
	add_task(&n, 2000, "bash", 30 * MIB)->group = 2;
	add_task(&n, 2001, "Xorg", 60 * MIB)->group = 2;
	add_task(&n, 2002, "lost", 60 * MIB)->group = 0;
	expect_verb(turn(&n), MW_GUARD_KILL_GROUP, MW_GUARD_LOW);
	assert_int_equal(n.d.group, 1);
	assert_int_equal(n.d.target[0].frees_bytes, 500 * 20 * MIB);
}

/* More than there is room for: they are counted, and die with those of their name. */
static void larger_than_the_view(void **state)
{
	(void)state;
	add_group(&n, "/");
	add_group(&n, "/user.slice/bomb.scope");
	for (uint64_t i = 0; i < 500; i++)
		add_task(&n, 1000 + i, "bomb", 2 * MIB)->group = 1;
	add_rest(&n, 1, "bomb", 5000, 10 * GIB);
	add_rest(&n, 0, "bash", 10, 5 * MIB);
	expect_verb(turn(&n), MW_GUARD_KILL_GROUP, MW_GUARD_LOW);
	assert_int_equal(n.d.group, 1);
	assert_int_equal(n.d.target[0].frees_bytes, 500 * 2 * MIB + 10 * GIB);
	/* One of another name might be anybody. */
	n.state = (struct mw_guard_state){};
	add_rest(&n, 1, "sshd", 1, MIB);
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
	/* One of that name who is about to go, or is spared, does not speak for it; nor anybody for
	 * who has no name. */
	n.state = (struct mw_guard_state){};
	strcpy(n.rest[2].comm, "gone");
	add_task(&n, 3000, "gone", MIB)->group = 1;
	n.truth[n.n - 1].dying = true;
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
	n.state = (struct mw_guard_state){};
	strcpy(n.rest[2].comm, "");
	strcpy(n.truth[n.n - 1].comm, "");
	n.truth[n.n - 1].dying = false;
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
	n.n--;
	/* So might one who was not counted. */
	n.state = (struct mw_guard_state){};
	n.n_rests--;
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
	n.view.n_unseen--;
	expect_verb(turn_in(&n, 100), MW_GUARD_KILL_GROUP, MW_GUARD_LOW);
	/* Patterns that ask for more than the name cannot be asked. */
	n.state = (struct mw_guard_state){};
	n.config.avoid.n = 1;
	n.config.avoid.item[0] =
		(struct mw_guard_pattern){ MW_GUARD_CMDLINE, LIT("secret"), MW_GUARD_PROCESS };
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
}

/* All who are seen are dying: nobody leads it, least of all the first of the view. */
static void nobody_leads(void **state)
{
	(void)state;
	add_group(&n, "/user.slice/bomb.scope");
	add_task(&n, 1000, "bomb", 50 * MIB)->group = 0;
	n.truth[n.n - 1].dying = true;
	add_rest(&n, 0, "bomb", 5000, 10 * GIB);
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
}

/* Not all of it is gone; its memory is on its way. */
static void crowd_dies(void **state)
{
	crowd(state);
	comes_of_it(&n, false);
	for (size_t i = 4; i < n.n; i++)
		n.truth[i].dying = n.truth[i].group == 1;
	add_task(&n, 3000, "innocent", 300 * MIB);
	for (size_t i = 0; i < 30; i++) {
		n.meters.anon_bytes.v -= 250 * MIB;
		expect_wait(turn_in(&n, 100));
	}
	/* It came, and something else took it. */
	n.meters.anon_bytes.v -= 2 * GIB;
	expect_wait(turn_in(&n, 100));
	n.meters.anon_bytes = mw_ok(13 * GIB);
	expect_kill(turn_in(&n, 100), 3000);
}

/* It is empty, and little came back, for its members shared most: nobody waits for the rest. */
static void crowd_shared(void **state)
{
	crowd(state);
	comes_of_it(&n, true);
	for (size_t i = 4; i < n.n; i++)
		n.truth[i].dying = n.truth[i].group == 1;
	add_task(&n, 3000, "hog", 300 * MIB);
	expect_kill(turn_in(&n, 100), 3000);
}

/* Memory falls by 11.5 GiB in a second. */
static void fall(void)
{
	n.meters.available_bytes = mw_ok(12 * GIB);
	expect_wait(turn(&n));
	n.meters.available_bytes = mw_ok(500 * MIB);
}

/* A large one that stands still does not die for small ones that come by the hundred. */
static void crowd_grows(void **state)
{
	(void)state;
	add_group(&n, "/user.slice");
	add_group(&n, "/user.slice/storm.scope");
	add_task(&n, 900, "db", 2 * GIB)->grows_bytes_per_s = mw_ok(0);
	add_task(&n, 901, "shell", 30 * MIB)->group = 0;
	for (uint64_t i = 0; i < 500; i++) {
		struct mw_guard_task *t = add_task(&n, 1000 + i, "storm", 3 * MIB);

		t->group = 1;
		t->grows_bytes_per_s = mw_ok(5 * MIB);
	}
	fall();
	expect_verb(turn_in(&n, 1000), MW_GUARD_KILL_GROUP, MW_GUARD_LOW);
	assert_int_equal(n.d.group, 1);
	for (size_t i = 6; i < n.n; i++)
		n.truth[i].grows_bytes_per_s = mw_ok(0);
	n.state = (struct mw_guard_state){};
	fall();
	expect_kill(turn_in(&n, 1000), 900);
}

/* Each of them gives back little: as many die as are needed, and nobody who stands still. */
static void peers(void **state)
{
	(void)state;
	add_task(&n, 900, "db", 2 * GIB)->grows_bytes_per_s = mw_ok(0);
	for (uint64_t i = 0; i < 20; i++)
		add_task(&n, 1000 + i, "leak", (100 - i) * MIB)->grows_bytes_per_s =
			mw_ok(600 * MIB);
	add_task(&n, 1020, "leak", 40 * MIB)->grows_bytes_per_s = mw_ok(600 * MIB);
	n.truth[7].uid = mw_ok(0);
	strcpy(n.truth[7].comm, "sshd");
	fall();
	expect_kill(turn_in(&n, 1000), 1000);
	assert_true(n.d.are_peers);
	/* The limit is 819 MiB; the others of twenty still take the rest of 12 GiB a second. */
	assert_int_equal(n.d.n_targets, 16);
	for (size_t i = 0; i < n.d.n_targets; i++)
		assert_string_equal(n.truth[n.d.target[i].task].comm, "leak");
	/* One of them is enough: nobody else dies. */
	n.state = (struct mw_guard_state){};
	add_task(&n, 2000, "hog", 4 * GIB)->grows_bytes_per_s = mw_ok(GIB);
	fall();
	expect_kill(turn_in(&n, 1000), 2000);
	assert_int_equal(n.d.n_targets, 1);
}

/* One of them was killed, and memory runs out again: all of that name in the group die. */
static void comes_back(void **state)
{
	(void)state;
	add_group(&n, "/user.slice/storm.scope");
	for (uint64_t i = 0; i < 100; i++)
		add_task(&n, 1000 + i, "storm", 100 * MIB)->group = 0;
	expect_kill(turn(&n), 1000);
	comes_of_it(&n, true);
	n.truth[4].dying = true;
	expect_verb(turn_in(&n, 300), MW_GUARD_KILL_GROUP, MW_GUARD_LOW);
	assert_int_equal(n.d.target[0].frees_bytes, 99 * 100 * MIB);
}

/* Not so where it is long ago, or others are in the group. */
static void comes_back_late(void **state)
{
	(void)state;
	add_group(&n, "/user.slice/tab.scope");
	add_task(&n, 900, "bash", 5 * MIB)->group = 0;
	for (uint64_t i = 0; i < 16; i++)
		add_task(&n, 1000 + i, "cc1plus", 100 * MIB)->group = 0;
	expect_kill(turn(&n), 1000);
	comes_of_it(&n, true);
	n.truth[5].dying = true;
	expect_kill(turn_in(&n, 300), 1001);
	n.truth[4] = n.truth[6];
	n.truth[4].pid = 999;
	n.truth[6].dying = true;
	comes_of_it(&n, true);
	expect_kill(turn_in(&n, 11000), 999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(crowd, fresh),
		cmocka_unit_test_setup(larger_than_the_view, fresh),
		cmocka_unit_test_setup(nobody_leads, fresh),
		cmocka_unit_test_setup(crowd_dies, fresh),
		cmocka_unit_test_setup(crowd_shared, fresh),
		cmocka_unit_test_setup(crowd_grows, fresh),
		cmocka_unit_test_setup(peers, fresh),
		cmocka_unit_test_setup(comes_back, fresh),
		cmocka_unit_test_setup(comes_back_late, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
