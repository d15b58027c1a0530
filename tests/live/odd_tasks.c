/* SPDX-License-Identifier: Apache-2.0 */
/*
 * odd_tasks - processes as the OOM killer may find them, held until standard input ends:
 *
 *	odd_tasks tasks	60 of several sizes and settings, and one of each odd kind
 *	odd_tasks storm	short lives without end
 *
 * `tasks` prints a line for each, "KIND PID [MORE]", then "ready".  No setting is ever lowered, and
 * all die with this program.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_TASKS 60
#define CHILDREN_MAX 128

static pid_t children[CHILDREN_MAX];
static size_t n_children;

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "odd_tasks: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

static void set_adj(int adj)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", adj);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	need(fd >= 0 && write(fd, text, (size_t)n) == n, "oom_score_adj");
	close(fd);
}

static void hold(size_t bytes)
{
	char *p = mmap(NULL, bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED, "mmap");
	memset(p, 1, bytes);
}

/* A child that runs fn and then waits; says "r" on the pipe when it is as it should be. */
static pid_t start(void (*fn)(int ready, int arg), int arg)
{
	int ends[2];
	pid_t pid;
	char c;

	need(n_children < CHILDREN_MAX && !pipe(ends), "pipe");
	pid = fork();
	need(pid >= 0, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[0]);
		fn(ends[1], arg);
		sleep_for_ever();
	}
	children[n_children++] = pid;
	close(ends[1]);
	need(read(ends[0], &c, 1) == 1, "a child did not start");
	close(ends[0]);
	return pid;
}

static void say_ready(int ready)
{
	need(write(ready, "r", 1) == 1, "ready");
}

static void plain(int ready, int i)
{
	set_adj(i * 1000 / (N_TASKS - 1));
	hold((size_t)i * 64 << 10);
	say_ready(ready);
}

static void named(int ready, int i)
{
	static const char *const names[] = { "a\nb", "x) Z 1 (", "\x1b[31mred", "\\", "\xff\xfe" };

	prctl(PR_SET_NAME, names[i]);
	set_adj(900 + i);
	say_ready(ready);
}

static void *thread_sleeps(void *unused)
{
	(void)unused;
	sleep_for_ever();
	return NULL;
}

static void threads(int ready, int n)
{
	pthread_t t;

	hold(3 << 20);
	for (int i = 0; i < n; i++)
		need(!pthread_create(&t, NULL, thread_sleeps, NULL), "pthread_create");
	say_ready(ready);
}

static int leader_ready;

static void *thread_of_a_zombie(void *unused)
{
	(void)unused;
	/* The first thread is gone when its state is Z. */
	for (char text[512] = "";;) {
		int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
		ssize_t n = read(fd, text, sizeof(text) - 1);

		close(fd);
		text[n > 0 ? n : 0] = '\0';
		if (strstr(text, ") Z "))
			break;
		usleep(1000);
	}
	say_ready(leader_ready);
	sleep_for_ever();
	return NULL;
}

static void zombie_leader(int ready, int unused)
{
	pthread_t t;

	(void)unused;
	leader_ready = ready;
	hold(5 << 20);
	set_adj(300);
	need(!pthread_create(&t, NULL, thread_of_a_zombie, NULL), "pthread_create");
	syscall(SYS_exit, 0);
}

/* The child runs on its parent's memory for good, and the parent waits for it. */
static void in_vfork(int ready, int unused)
{
	(void)unused;
	hold(4 << 20);
	if (!vfork()) {
		char text[32];
		int n = snprintf(text, sizeof(text), "%d\n", getpid());

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready, text, (size_t)n) == n)
			for (;;)
				pause();
		_exit(1);
	}
}

static char stack[65536] __attribute__((aligned(16)));

static int other_of_a_pair(void *ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	say_ready((int)(intptr_t)ready);
	sleep_for_ever();
	return 0;
}

static void pair(int ready, int unused)
{
	int pid;

	(void)unused;
	hold(6 << 20);
	pid = clone(other_of_a_pair, stack + sizeof(stack), CLONE_VM | SIGCHLD,
		    (void *)(intptr_t)ready);
	need(pid > 0, "clone");
}

static void wait_for_the_end(void)
{
	char c;

	while (read(0, &c, 1) > 0)
		;
}

static void end_all(void)
{
	for (size_t i = 0; i < n_children; i++)
		kill(children[i], SIGKILL);
	for (size_t i = 0; i < n_children; i++)
		waitpid(children[i], NULL, 0);
}

static void tasks(void)
{
	for (int i = 0; i < N_TASKS; i++)
		printf("task %d %d\n", start(plain, i), i * 1000 / (N_TASKS - 1));
	for (int i = 0; i < 5; i++)
		printf("named %d\n", start(named, i));
	printf("threads %d\n", start(threads, 5));
	printf("zombie %d\n", start(zombie_leader, 0));
	printf("vfork %d\n", start(in_vfork, 0));
	printf("pair %d\n", start(pair, 0));
	puts("ready");
	fflush(stdout);
	wait_for_the_end();
	end_all();
}

/* Four at a time, each alive for a moment. */
static void storm(void)
{
	struct pollfd in = { .fd = 0, .events = POLLIN };

	for (size_t i = 0; !poll(&in, 1, 0) || !(in.revents & POLLHUP); i++) {
		pid_t pid = fork();

		need(pid >= 0, "fork");
		if (!pid) {
			hold((i % 7) << 14);
			usleep((useconds_t)(i % 5) * 700);
			_exit(0);
		}
		if (i % 4 == 3)
			while (waitpid(-1, NULL, 0) > 0)
				;
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

int main(int argc, char *argv[])
{
	if (argc == 2 && !strcmp(argv[1], "tasks"))
		tasks();
	else if (argc == 2 && !strcmp(argv[1], "storm"))
		storm();
	else
		return 2;
	return 0;
}
