/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom the guard chooses, whom it spares, and how much it asks for that.
 */
#include "guard_helper.h"

static struct night n;

static int fresh(void **state)
{
	(void)state;
	begin_shortage(&n);
	return 0;
}

static enum mw_guard_safe safe(size_t task)
{
	look(&n, true);
	for (size_t i = 0; i < n.n; i++)
		n.shown[i] = n.truth[i];
	n.view.meters = n.meters;
	return mw_guard_rate(&n.config, &n.view, task).safe;
}

static struct mw_guard_pattern pattern(enum mw_guard_field field, const char *glob)
{
	return (struct mw_guard_pattern){ .field = field, .glob = mw_str_of(glob) };
}

static void as_the_kernel(void **state)
{
	(void)state;
	add_task(&n, 1000, "big", 4 * GIB);
	/* 1 GiB and 300/1000 of 16 GiB: 5.8 GiB. */
	add_task(&n, 1001, "tab", 1 * GIB)->adj = mw_ok(1300);
	add_task(&n, 1002, "db", 8 * GIB)->adj = mw_ok(500);
	expect_kill(turn(&n), 1001);
	n.truth[5].adj = mw_ok(1000);
	n.state = (struct mw_guard_state){};
	expect_kill(turn(&n), 1000);
}

static void spares(void **state)
{
	(void)state;
	add_task(&n, 1000, "x", 8 * GIB)->adj = mw_ok(0);
	add_task(&n, 1001, "Xorg", 8 * GIB);
	add_task(&n, 1002, "sshd", 8 * GIB)->uid = mw_ok(0);
	add_task(&n, 1003, "y", 8 * GIB)->dying = true;
	add_task(&n, 1004, "z", 8 * GIB)->state = 'Z';
	add_task(&n, 1005, "kworker", 8 * GIB)->flags = 0x04208060;
	add_task(&n, 1006, "small", 63 * MIB);
	add_task(&n, 1007, "nobody knows", 8 * GIB)->detail_why = MW_DENIED;
	add_task(&n, 1008, "not even this", 8 * GIB)->adj = mw_no(MW_DENIED);
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
	assert_int_equal(safe(0), MW_GUARD_SAFE_INIT);
	assert_int_equal(safe(1), MW_GUARD_SAFE_KERNEL);
	assert_int_equal(safe(2), MW_GUARD_SAFE_BUILTIN);
	assert_int_equal(safe(3), MW_GUARD_SAFE_SELF);
	assert_int_equal(safe(4), MW_GUARD_SAFE_ADJ);
	assert_int_equal(safe(5), MW_GUARD_SAFE_BUILTIN);
	assert_int_equal(safe(6), MW_GUARD_SAFE_BUILTIN);
	assert_int_equal(safe(7), MW_GUARD_SAFE_DYING);
	assert_int_equal(safe(8), MW_GUARD_SAFE_DYING);
	assert_int_equal(safe(9), MW_GUARD_SAFE_KERNEL);
	assert_int_equal(safe(10), MW_GUARD_SAFE_SMALL);
	assert_int_equal(safe(11), MW_GUARD_SAFE_UNKNOWN);
	assert_int_equal(safe(12), MW_GUARD_SAFE_UNKNOWN);
	/* Anybody may call himself so. */
	n.truth[6].uid = mw_ok(1000);
	assert_int_equal(safe(6), MW_GUARD_MAY_DIE);
	n.state = (struct mw_guard_state){};
	expect_kill(turn(&n), 1002);
	n.config.use_builtin_avoid = false;
	assert_int_equal(safe(5), MW_GUARD_MAY_DIE);
}

static void patterns(void **state)
{
	struct mw_guard_pattern *avoid = n.config.avoid.item;

	(void)state;
	add_task(&n, 1000, "java", 8 * GIB)->cmdline = mw_str_of("java -jar important.jar");
	n.truth[4].unit = mw_str_of("shop.service");
	n.truth[4].group = add_group(&n, "/system.slice/shop.service");
	n.config.avoid.n = 1;
	avoid[0] = pattern(MW_GUARD_COMM, "jav?");
	assert_int_equal(safe(4), MW_GUARD_SAFE_AVOID);
	avoid[0] = pattern(MW_GUARD_EXE, "/usr/bin/[w-y]");
	assert_int_equal(safe(4), MW_GUARD_SAFE_AVOID);
	avoid[0] = pattern(MW_GUARD_CMDLINE, "*important*");
	assert_int_equal(safe(4), MW_GUARD_SAFE_AVOID);
	avoid[0] = pattern(MW_GUARD_UID, "1000");
	assert_int_equal(safe(4), MW_GUARD_SAFE_AVOID);
	avoid[0] = pattern(MW_GUARD_CGROUP, "/system.slice/*");
	assert_int_equal(safe(4), MW_GUARD_SAFE_AVOID);
	avoid[0] = pattern(MW_GUARD_SYSTEMD_UNIT, "s*.service");
	assert_int_equal(safe(4), MW_GUARD_SAFE_AVOID);
	/* The whole value, not a part of it. */
	avoid[0] = pattern(MW_GUARD_CMDLINE, "important");
	assert_int_equal(safe(4), MW_GUARD_MAY_DIE);
	/* What cannot be asked is no "no". */
	avoid[0] = pattern(MW_GUARD_EXE, "/opt/*");
	assert_int_equal(safe(4), MW_GUARD_MAY_DIE);
	n.truth[4].exe = (struct mw_str){};
	assert_int_equal(safe(4), MW_GUARD_SAFE_UNKNOWN);
	/* Spared only by what is asked for in details. */
	n.truth[4].exe = mw_str_of("/opt/x");
	add_task(&n, 1001, "other", GIB);
	expect_kill(turn(&n), 1001);
}

static void prefers(void **state)
{
	(void)state;
	add_task(&n, 1000, "big", 4 * GIB);
	add_task(&n, 1001, "tab", 1 * GIB)->cmdline = mw_str_of("x --type=renderer");
	n.config.prefer.n = 1;
	n.config.prefer.item[0] = pattern(MW_GUARD_CMDLINE, "* --type=renderer");
	expect_kill(turn(&n), 1001);
	n.state = (struct mw_guard_state){};
	n.config.prefer_permille = 100;
	expect_kill(turn(&n), 1000);
}

/* Of two that are near to each other, the one that grows. */
static void growth(void **state)
{
	(void)state;
	add_task(&n, 1000, "db", 4 * GIB);
	add_task(&n, 1001, "leak", 3 * GIB)->grows_bytes_per_s = mw_ok(2 * GIB);
	expect_kill(turn(&n), 1001);
	/* But a small one that grows fast is not the large one. */
	n.state = (struct mw_guard_state){};
	n.truth[4].rss_bytes = mw_ok(6 * GIB);
	n.truth[4].anon_bytes = mw_ok(6 * GIB - MIB);
	expect_kill(turn(&n), 1000);
}

/* What it maps of others is not given back. */
static void by_what_is_freed(void **state)
{
	struct mw_guard_task *t = add_task(&n, 1000, "postgres", 500 * MIB);

	(void)state;
	t->rss_bytes = mw_ok(8 * GIB);
	t->shared_bytes = mw_ok(8 * GIB - 500 * MIB);
	add_task(&n, 1001, "leak", 2 * GIB);
	expect_kill(turn(&n), 1001);
}

/* In swap nobody sees it from its size: it is asked. */
static void swapped_out(void **state)
{
	struct mw_guard_task *t;

	(void)state;
	n.meters.swap_total_bytes = mw_ok(8 * GIB);
	n.meters.swap_free_bytes = mw_ok(100 * MIB);
	for (uint64_t i = 0; i < 40; i++)
		add_task(&n, 1000 + i, "x", 300 * MIB - i);
	t = add_task(&n, 2000, "hog", 10 * MIB);
	t->swap_bytes = mw_ok(7 * GIB);
	t->data_bytes = mw_ok(9 * GIB);
	expect_kill(turn(&n), 2000);
	assert_int_equal(n.d.target[0].frees_bytes, 7 * GIB + 10 * MIB);
	assert_true(n.details <= 2);
}

/* A thousand processes: a few are asked about. */
static void asks_few(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		add_task(&n, 1000 + i, "x", 70 * MIB + i);
	expect_kill(turn(&n), 1999);
	assert_int_equal(n.looks, 1);
	assert_int_equal(n.details, 1);
	/* All protected by what only details tell: it asks on, but not for ever. */
	n.state = (struct mw_guard_state){};
	n.config.avoid.n = 1;
	n.config.avoid.item[0] = pattern(MW_GUARD_CMDLINE, "*");
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_LEFT);
	assert_int_equal(n.details, 8); /* and as often again with the groups */
}

static void sharers(void **state)
{
	(void)state;
	add_task(&n, 1000, "a", 8 * GIB)->space = 1000;
	add_task(&n, 1001, "b", 8 * GIB)->space = 1000;
	add_task(&n, 1002, "c", 2 * GIB);
	n.truth[4].sharers = n.truth[5].sharers = mw_ok(1);
	/* Together, and their memory counts once. */
	expect_kill(turn(&n), 1000);
	assert_int_equal(n.d.n_targets, 2);
	assert_int_equal(n.d.target[1].pid, 1001);
	assert_int_equal(n.d.target[0].frees_bytes, 8 * GIB);
	assert_int_equal(n.d.target[1].frees_bytes, 0);
	/* One of them is protected. */
	n.state = (struct mw_guard_state){};
	n.truth[5].adj = mw_ok(0);
	assert_int_equal(safe(4), MW_GUARD_SAFE_SHARER);
	expect_kill(turn(&n), 1002);
	/* One of them was not seen. */
	n.state = (struct mw_guard_state){};
	n.truth[5].adj = mw_ok(1000);
	n.truth[4].sharers = n.truth[5].sharers = mw_ok(2);
	expect_kill(turn(&n), 1002);
}

/* --- nobody owns it --- */

static void tmpfs(void **state)
{
	(void)state;
	n.meters.shmem_bytes = mw_ok(11 * GIB);
	n.meters.anon_bytes = mw_ok(3 * GIB);
	add_task(&n, 1000, "innocent", 400 * MIB);
	expect_verb(turn(&n), MW_GUARD_WARN, MW_GUARD_NOBODY_OWNS);
	for (size_t i = 0; i < 50; i++)
		expect_wait(turn_in(&n, 1000));
	/* One that does bring it back may die, though. */
	n.truth[4].rss_bytes = mw_ok(2 * GIB);
	n.truth[4].anon_bytes = mw_ok(2 * GIB - MIB);
	expect_kill(turn_in(&n, 1000), 1000);
}

/* Half of it is tmpfs and that is what grows. */
static void tmpfs_grows(void **state)
{
	(void)state;
	n.config.warn_available_permille = 0;
	n.meters.anon_bytes = mw_ok(7 * GIB);
	add_task(&n, 1000, "innocent", 5 * GIB);
	for (uint64_t i = 0; i < 8; i++) {
		n.meters.shmem_bytes = mw_ok(5 * GIB + i * 100 * MIB);
		n.meters.available_bytes = mw_ok(1100 * MIB - i * 100 * MIB);
		assert_int_not_equal(turn_in(&n, 500)->verb, MW_GUARD_KILL);
	}
	assert_int_equal(n.state.warned, MW_GUARD_NOBODY_OWNS);
}

/* --- groups --- */

static void as_a_group(void **state)
{
	(void)state;
	n.config.unit = MW_GUARD_GROUP;
	add_task(&n, 1000, "a", 3 * GIB)->group = add_group(&n, "/system.slice/shop.service");
	add_task(&n, 1001, "b", 2 * GIB)->group = 0;
	add_task(&n, 1002, "c", 2 * GIB)->group = add_group(&n, "/system.slice/x.service");
	expect_verb(turn(&n), MW_GUARD_KILL_GROUP, MW_GUARD_LOW);
	assert_int_equal(n.d.group, 0);
	assert_int_equal(n.d.target[0].pid, 1000);
	assert_int_equal(n.d.target[0].frees_bytes, 5 * GIB);
	assert_true(n.view.has_groups);
	/* One of it is spared: then the process alone. */
	n.state = (struct mw_guard_state){};
	strcpy(n.truth[5].comm, "Xorg");
	expect_kill(turn(&n), 1000);
	/* Or could be, for not all were seen. */
	n.state = (struct mw_guard_state){};
	strcpy(n.truth[5].comm, "b");
	n.view.n_unseen = 1;
	expect_kill(turn(&n), 1000);
	n.view.n_unseen = 0;
	/* A pattern may say so as well. */
	n.state = (struct mw_guard_state){};
	strcpy(n.truth[5].comm, "b");
	n.config.groups.n = 1;
	n.config.groups.item[0] = pattern(MW_GUARD_COMM, "a");
	n.config.groups.item[0].unit = MW_GUARD_PROCESS;
	expect_kill(turn(&n), 1000);
	/* A member that only details show to be spared. */
	n.state = (struct mw_guard_state){};
	n.config.groups.n = 0;
	n.config.avoid.n = 1;
	n.config.avoid.item[0] = pattern(MW_GUARD_CMDLINE, "secret");
	n.truth[5].cmdline = mw_str_of("secret");
	expect_kill(turn(&n), 1000);
}

static void restarts(void **state)
{
	struct mw_guard_task *t = add_task(&n, 1000, "shop", 8 * GIB);

	(void)state;
	n.config.restart_unit = true;
	t->unit = mw_str_of("shop.service");
	t->group = add_group(&n, "/system.slice/system-shop.slice/shop.service/worker");
	expect_verb(turn(&n), MW_GUARD_RESTART, MW_GUARD_LOW);
	/* A user's group of that name. */
	n.state = (struct mw_guard_state){};
	t->group = add_group(&n, "/user.slice/user-1000.slice/user@1000.service/shop.service");
	expect_verb(turn(&n), MW_GUARD_KILL, MW_GUARD_LOW);
	/* A container of a service is not the service. */
	n.state = (struct mw_guard_state){};
	t->group = add_group(&n, "/system.slice/shop.service/inner.scope");
	expect_verb(turn(&n), MW_GUARD_KILL, MW_GUARD_LOW);
	/* The group of memory.service has another name; what systemd could not name is no unit. */
	n.state = (struct mw_guard_state){};
	t->group = add_group(&n, "/system.slice/_memory.service");
	expect_verb(turn(&n), MW_GUARD_RESTART, MW_GUARD_LOW);
	n.state = (struct mw_guard_state){};
	t->group = add_group(&n, "/system.slice/a b.service");
	expect_verb(turn(&n), MW_GUARD_KILL, MW_GUARD_LOW);
}

/* --- meters that are not believed --- */

static void zfs(void **state)
{
	(void)state;
	add_task(&n, 1000, "innocent", 4 * GIB);
	n.meters.arc_bytes = mw_ok(7 * GIB);
	n.meters.arc_min_bytes = mw_ok(512 * MIB);
	expect_wait(turn(&n));
	assert_string_equal(n.d.mistrusted, "zfs arc");
	expect_val(n.d.counted_bytes, 500 * MIB + 7 * GIB - 512 * MIB);
	/* At its minimum it gives nothing. */
	n.meters.arc_bytes = mw_ok(512 * MIB);
	expect_kill(turn_in(&n, 100), 1000);
}

static void zram(void **state)
{
	(void)state;
	add_task(&n, 1000, "hog", 4 * GIB);
	n.meters.swap_total_bytes = mw_ok(8 * GIB);
	n.meters.swap_free_bytes = mw_ok(4 * GIB);
	n.meters.zram_data_bytes = mw_ok(4 * GIB);
	n.meters.zram_bytes = mw_ok(1 * GIB);
	expect_wait(turn(&n));
	/* What does not compress is only moved about. */
	n.meters.zram_bytes = mw_ok(4 * GIB - 300 * MIB);
	expect_kill(turn_in(&n, 100), 1000);
	assert_string_equal(n.d.mistrusted, "zram");
}

static void thrashing(void **state)
{
	uint64_t us = 0, refaults = 0;

	(void)state;
	add_task(&n, 1000, "hog", 4 * GIB);
	/* The kernel thinks that 3 GiB could be had: all of it is read again each second. */
	n.meters.available_bytes = mw_ok(3 * GIB);
	n.meters.file_bytes = mw_ok(2900 * MIB);
	n.meters.free_bytes = mw_ok(70 * MIB);
	for (size_t i = 0; i < 25; i++) {
		n.meters.full_us = mw_ok(us += 70000);
		n.meters.refault_count = mw_ok(refaults += 2900 * MIB / 4096 / 10);
		if (turn_in(&n, 100)->verb != MW_GUARD_WAIT)
			break;
	}
	expect_kill(&n.d, 1000);
	assert_string_equal(n.d.mistrusted, "refaults");
	/* The same with much free memory is a build. */
	fresh(NULL);
	add_task(&n, 1000, "hog", 4 * GIB);
	n.meters.available_bytes = mw_ok(3 * GIB);
	n.meters.file_bytes = mw_ok(2900 * MIB);
	n.meters.free_bytes = mw_ok(300 * MIB);
	for (size_t i = 0; i < 50; i++) {
		n.meters.full_us = mw_ok(us += 70000);
		n.meters.refault_count = mw_ok(refaults += 2900 * MIB / 4096 / 10);
		expect_wait(turn_in(&n, 100));
	}
}

static void low_marks(void **state)
{
	uint64_t us = 0;

	(void)state;
	add_task(&n, 1000, "hog", 4 * GIB);
	n.meters.available_bytes = mw_ok(3 * GIB);
	n.meters.free_bytes = mw_ok(40 * MIB);
	for (size_t i = 0; i < 25; i++) {
		n.meters.full_us = mw_ok(us += 70000);
		if (turn_in(&n, 100)->verb != MW_GUARD_WAIT)
			break;
	}
	expect_kill(&n.d, 1000);
	assert_string_equal(n.d.mistrusted, "low mark");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(as_the_kernel, fresh),
		cmocka_unit_test_setup(spares, fresh),
		cmocka_unit_test_setup(patterns, fresh),
		cmocka_unit_test_setup(prefers, fresh),
		cmocka_unit_test_setup(growth, fresh),
		cmocka_unit_test_setup(by_what_is_freed, fresh),
		cmocka_unit_test_setup(swapped_out, fresh),
		cmocka_unit_test_setup(asks_few, fresh),
		cmocka_unit_test_setup(sharers, fresh),
		cmocka_unit_test_setup(tmpfs, fresh),
		cmocka_unit_test_setup(tmpfs_grows, fresh),
		cmocka_unit_test_setup(as_a_group, fresh),
		cmocka_unit_test_setup(restarts, fresh),
		cmocka_unit_test_setup(zfs, fresh),
		cmocka_unit_test_setup(zram, fresh),
		cmocka_unit_test_setup(thrashing, fresh),
		cmocka_unit_test_setup(low_marks, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
