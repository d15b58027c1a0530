/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps a child of its own to some of its CPUs, and moves its pages nowhere.
 */
#include "act/affinity.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act/migrate.h"
#include "helper.h"
#include "kernel/number_list.h"

struct fixture {
	pid_t child;
	int dir;
	struct mw_arena arena;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[32];

	f->child = fork();
	assert_true(f->child >= 0);
	if (!f->child) {
		alarm(60);
		for (;;)
			pause();
	}
	snprintf(path, sizeof(path), "/proc/%d", (int)f->child);
	f->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->dir >= 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->child) {
		kill(f->child, SIGKILL);
		waitpid(f->child, NULL, 0);
	}
	close(f->dir);
	mw_arena_done(&f->arena);
	free(f);
	return 0;
}

/* The first CPU that it has. */
static int first_cpu(pid_t pid)
{
	cpu_set_t set;
	int cpu = 0;

	assert_int_equal(sched_getaffinity(pid, sizeof(set), &set), 0);
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	return cpu;
}

static size_t cpu_count(pid_t pid)
{
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(pid, sizeof(set), &set), 0);
	return (size_t)CPU_COUNT(&set);
}

static void keeps(void **state)
{
	struct fixture *f = *state;
	size_t before = cpu_count(f->child);
	struct mw_kept k = {};
	char cpu[16];

	snprintf(cpu, sizeof(cpu), "%d", first_cpu(f->child));
	assert_int_equal(mw_act_keep_to_cpus(f->dir, mw_str_of(cpu), &f->arena, &k), 0);
	assert_int_equal(k.error, 0);
	assert_int_equal(k.other_count, 0);
	assert_int_equal(k.n, before > 1);
	assert_int_equal(cpu_count(f->child), 1);
	assert_int_equal(first_cpu(f->child), atoi(cpu));
	/* What is told is what it had. */
	if (k.n) {
		assert_int_equal(k.thread[0].tid, f->child);
		expect_val(mw_list_count(k.thread[0].cpus), before);
	}
	assert_int_equal(mw_act_keep_to_cpus(f->dir, mw_str_of(cpu), &f->arena, &k), 0);
	assert_int_equal(k.n, 0);
}

/* It has none of these: it is left alone. */
static void has_none(void **state)
{
	struct fixture *f = *state;
	size_t before = cpu_count(f->child);
	struct mw_kept k = {};

	assert_int_equal(mw_act_keep_to_cpus(f->dir, LIT("8191"), &f->arena, &k), 0);
	assert_int_equal(k.other_count, 1);
	assert_int_equal(k.n, 0);
	assert_int_equal(mw_act_keep_to_cpus(f->dir, LIT("x"), &f->arena, &k), 0);
	assert_int_equal(k.other_count, 1);
	assert_int_equal(cpu_count(f->child), before);
}

static void gone(void **state)
{
	struct fixture *f = *state;
	struct mw_kept k = {};
	struct mw_migrate m = { .pid = (uint64_t)f->child,
				.page_bytes = 4096,
				.address = 0x1000,
				.end = 0x2000,
				.most_bytes = 4096 };

	kill(f->child, SIGKILL);
	waitpid(f->child, NULL, 0);
	f->child = 0;
	assert_true(mw_act_keep_to_cpus(f->dir, LIT("0"), &f->arena, &k) == -ESRCH || !k.n);
	assert_true(mw_act_migrate(&m) < 0);
}

/* Of pages that are not there, and of none at all: it goes on behind what it looked at. */
static void goes_on(void **state)
{
	struct fixture *f = *state;
	const uint64_t page = 4096, many = MW_MIGRATE_PAGES_MAX + 5;
	struct mw_migrate m = { .pid = (uint64_t)f->child,
				.page_bytes = page,
				.address = page,
				.end = page * (many + 1),
				.from = 1,
				.most_bytes = UINT64_MAX };
	int r = mw_act_migrate(&m);

	if (r == -ENOSYS || r == -EPERM)
		skip();
	assert_int_equal(r, 0);
	assert_int_equal(m.address, page * (MW_MIGRATE_PAGES_MAX + 1));
	assert_int_equal(mw_act_migrate(&m), 0);
	assert_int_equal(m.address, m.end);
	assert_int_equal(m.moved_bytes + m.left_bytes, 0);
	assert_int_equal(mw_act_migrate(&m), 0);
	assert_int_equal(m.address, m.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps, setup, teardown),
		cmocka_unit_test_setup_teardown(has_none, setup, teardown),
		cmocka_unit_test_setup_teardown(gone, setup, teardown),
		cmocka_unit_test_setup_teardown(goes_on, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
