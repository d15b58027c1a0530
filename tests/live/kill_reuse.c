/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets the pid of a process that was to be killed is never killed for it: in a PID namespace of
 * its own each pid is used again, before the preparation, between that and the kill, or while both
 * run.
 *
 *	kill_reuse [ROUNDS]	default 100000
 */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "act/kill.h"

#define BATCH 240
#define FIRST_PID 1000

enum when { BEFORE, BETWEEN, MEANWHILE, WHENS };

static const char *const when_names[WHENS] = { "before the preparation", "before the kill",
					       "during both" };

struct count {
	unsigned long rounds, refused, hit, wrong, touched;
};

struct switcher {
	pid_t pid;
	int state; /* 0: rests, 1: goes, 2: the pid has a new owner, 3: ends */
	bool failed;
};

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* A process with that very pid, that sleeps. */
static bool make(pid_t pid)
{
	struct clone_args args = { .exit_signal = SIGCHLD,
				   .set_tid = (uintptr_t)&pid,
				   .set_tid_size = 1 };
	long r = syscall(SYS_clone3, &args, sizeof(args));

	if (!r)
		for (;;)
			syscall(SYS_pause);
	return r == pid;
}

static void unmake(pid_t pid)
{
	syscall(SYS_kill, pid, SIGKILL);
	while (syscall(SYS_wait4, pid, NULL, 0, NULL) < 0 && errno == EINTR)
		;
}

static void *switch_owners(void *arg)
{
	struct switcher *s = arg;
	int state;

	while ((state = __atomic_load_n(&s->state, __ATOMIC_ACQUIRE)) != 3) {
		if (state != 1) {
			sched_yield();
			continue;
		}
		unmake(s->pid);
		s->failed |= !make(s->pid);
		__atomic_store_n(&s->state, 2, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* Dead, or about to be?  process_mrelease() refuses who is neither, and knows at once. */
static bool is_alive(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	bool alive = syscall(SYS_process_mrelease, fd, 0) < 0 && errno == EINVAL;

	close(fd);
	return alive;
}

static void judge(pid_t pid, struct count *c)
{
	if (!is_alive(pid))
		c->wrong++;
	else if (getpriority(PRIO_PROCESS, (id_t)pid) != getpriority(PRIO_PROCESS, 0))
		c->touched++;
}

static bool attempt(const struct mw_killer *k, struct mw_kill_target *t, bool prepared)
{
	struct mw_kill_result r = {};
	int e = prepared ? 0 : mw_act_kill_prepare(k, t);

	if (e < 0)
		return false;
	mw_act_kill(k, t, 1, MW_KILL_ALL, &r);
	mw_act_kill_done(t, 1);
	return !r.error;
}

static int one_round(const struct mw_killer *k, struct switcher *s, struct mw_kill_target *t,
		     enum when when, struct count *c)
{
	const pid_t pid = (pid_t)t->pid;
	bool prepared = when == BETWEEN && !mw_act_kill_prepare(k, t);

	if (when == BETWEEN && !prepared)
		return -1;
	s->pid = pid;
	if (when == MEANWHILE) {
		__atomic_store_n(&s->state, 1, __ATOMIC_RELEASE);
		for (volatile long i = rand() % 1000000; i > 0; i--)
			;
	} else {
		unmake(pid);
		s->failed |= !make(pid);
	}
	if (attempt(k, t, prepared))
		c->hit++;
	else
		c->refused++;
	while (when == MEANWHILE && __atomic_load_n(&s->state, __ATOMIC_ACQUIRE) != 2)
		sched_yield();
	c->rounds++;
	judge(pid, c);
	return s->failed ? -1 : 0;
}

/* All are made, then all are seen, when none of them is young any more. */
static int batch(const struct mw_killer *k, struct switcher *s, struct count *c)
{
	static struct mw_kill_target t[BATCH];
	int r = 0;

	for (int i = 0; i < BATCH; i++) {
		t[i] = (struct mw_kill_target){ .pid = (uint64_t)(FIRST_PID + i) };
		if (!make(FIRST_PID + i))
			return -1;
	}
	pause_ms(20);
	for (int i = 0; i < BATCH; i++) {
		t[i].seen_ticks = mw_act_kill_ticks();
		if (mw_act_kill_prepare_now(k, &t[i]) < 0)
			return -1;
		mw_act_kill_done(&t[i], 1);
	}
	for (int i = 0; i < BATCH && !r; i++)
		r = one_round(k, s, &t[i], (enum when)(i % WHENS), &c[i % WHENS]);
	for (int i = 0; i < BATCH; i++)
		unmake(FIRST_PID + i);
	return r;
}

/* The priority can only be set by number: if the owner changes in that very instant, the next one
 * may get it.  Without such force a number comes again after all others only. */
static void say(enum when when, const struct count *c)
{
	bool fine = !c->wrong && (when == MEANWHILE || (!c->hit && !c->touched));

	printf("%s kill a pid used again %s: %lu rounds, %lu refused, %lu before it changed hands, "
	       "%lu wrong, %lu boosted in its place\n",
	       fine ? "ok" : "not ok", when_names[when], c->rounds, c->refused, c->hit, c->wrong,
	       c->touched);
}

static int in_namespace(unsigned long rounds)
{
	struct switcher s = {};
	struct count c[WHENS] = {}, sum = {};
	struct mw_arena arena = {};
	struct mw_problem problem;
	struct mw_killer k;
	struct mw_root *root;
	pthread_t thread;
	int r = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!is_alive(getpid())) {
		printf("skip kill reuse: no process_mrelease, by which a wrong kill would be "
		       "seen\n");
		return 0;
	}
	if (mount("proc", "/proc", "proc", 0, NULL) < 0 ||
	    mw_root_open(NULL, false, &root, &problem) < 0 ||
	    mw_act_killer_open(root, &arena, &k) < 0 ||
	    pthread_create(&thread, NULL, switch_owners, &s))
		return 2;
	while (!r && sum.rounds < rounds) {
		r = batch(&k, &s, c);
		sum = (struct count){};
		for (int i = 0; i < WHENS; i++) {
			sum.rounds += c[i].rounds;
			sum.wrong += c[i].wrong;
		}
	}
	__atomic_store_n(&s.state, 3, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	if (r < 0)
		return 3;
	for (enum when i = 0; i < WHENS; i++)
		say(i, &c[i]);
	return sum.wrong ? 1 : 0;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	int status;
	pid_t pid;

	setvbuf(stdout, NULL, _IONBF, 0);
	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		printf("skip kill reuse: may not have a PID namespace of its own\n");
		return 0;
	}
	pid = fork();
	if (!pid)
		_exit(in_namespace(rounds));
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		printf("not ok kill reuse: exit %d\n", status);
	_exit(status != 0); /* a leak checker could not begin in a namespace without an init */
}
