/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a setting of a child of its own, and of nobody else's.
 */
#include "act/oom_score_adj.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"
#include "kernel/pid_stat.h"
#include "tempdir.h"

struct fixture {
	pid_t child;
	uint64_t start_ticks;
	struct mw_root *live;
};

static void read_proc(pid_t pid, const char *name, char *buf, size_t bytes)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, buf, bytes - 1);
	close(fd);
	assert_true(n > 0);
	buf[n] = '\0';
}

static int adj_of(pid_t pid)
{
	char buf[32];

	read_proc(pid, "oom_score_adj", buf, sizeof(buf));
	return atoi(buf);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct mw_problem problem;
	struct mw_pid_stat stat;
	char buf[1024];

	f->child = fork();
	assert_true(f->child >= 0);
	if (!f->child) {
		alarm(60);
		for (;;)
			pause();
	}
	read_proc(f->child, "stat", buf, sizeof(buf));
	assert_int_equal(mw_pid_stat_parse(mw_str_of(buf), &stat), 0);
	f->start_ticks = stat.start_ticks;
	assert_int_equal(mw_root_open(NULL, false, &f->live, &problem), 0);
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
	mw_root_free(f->live);
	free(f);
	return 0;
}

/* Raising is everybody's right. */
static void raises(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mw_act_oom_score_adj(f->live, (uint64_t)f->child, f->start_ticks, 500), 0);
	assert_int_equal(adj_of(f->child), 500);
	assert_int_equal(mw_act_oom_score_adj(f->live, (uint64_t)f->child, f->start_ticks, 1000),
			 0);
	assert_int_equal(adj_of(f->child), 1000);
}

/* The kernel refuses what is out of range, and -1000 of who may not lower. */
static void refused_by_the_kernel(void **state)
{
	struct fixture *f = *state;
	int before = adj_of(f->child);

	assert_int_equal(mw_act_oom_score_adj(f->live, (uint64_t)f->child, f->start_ticks, 1001),
			 -EINVAL);
	assert_int_equal(mw_act_oom_score_adj(f->live, (uint64_t)f->child, f->start_ticks, -1001),
			 -EINVAL);
	assert_int_equal(adj_of(f->child), before);
}

/* Another start time: the pid belongs to somebody else by now. */
static void not_the_one_that_was_meant(void **state)
{
	struct fixture *f = *state;
	int before = adj_of(f->child);

	assert_int_equal(mw_act_oom_score_adj(f->live, (uint64_t)f->child, f->start_ticks + 1, 500),
			 -ESRCH);
	assert_int_equal(mw_act_oom_score_adj(f->live, (uint64_t)f->child, 0, 500), -ESRCH);
	assert_int_equal(adj_of(f->child), before);
}

static void gone(void **state)
{
	struct fixture *f = *state;
	uint64_t pid = (uint64_t)f->child;

	kill(f->child, SIGKILL);
	/* A zombie still has its pid and its setting; nothing is harmed by writing it. */
	assert_int_equal(waitpid(f->child, NULL, 0), f->child);
	f->child = 0;
	assert_int_equal(mw_act_oom_score_adj(f->live, pid, f->start_ticks, 500), -ESRCH);
	assert_int_equal(mw_act_oom_score_adj(f->live, 0, 0, 500), -ESRCH);
	assert_int_equal(mw_act_oom_score_adj(f->live, UINT64_MAX, 0, 500), -ESRCH);
}

/* A capture or a directory is somebody else's machine, though its pid lives here too. */
static void never_of_another_machine(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem;
	struct mw_root *root;
	struct temp_dir dir;
	int before = adj_of(f->child);

	temp_make(&dir);
	temp_put(&dir, "proc/meminfo", LIT("MemTotal: 1 kB\n"));
	assert_int_equal(mw_root_open(dir.path, false, &root, &problem), 0);
	assert_int_equal(mw_act_oom_score_adj(root, (uint64_t)f->child, f->start_ticks, 500),
			 -EPERM);
	assert_int_equal(adj_of(f->child), before);
	mw_root_free(root);
	temp_remove(&dir);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(raises), TEST(refused_by_the_kernel),    TEST(not_the_one_that_was_meant),
		TEST(gone),   TEST(never_of_another_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
