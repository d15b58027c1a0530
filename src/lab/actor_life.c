/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the actors: they take their memory, one of them grows, and who dies is noted.
 *
 * Invariants: the grower takes a step only when it is told to, and who died is noted before the
 * next step.  A kill frees at least about what a step at the limit takes.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/actor.h"
#include "lab/knob.h"
#include "lab/lab.h"

#define STEP_MS 5
#define SIZED_NICE (-10)
#define SMAPS_BUDGET_US 1000000
#define LATE_MS 2000 /* that a killed process may take to die */

static int set_adj(int64_t adj)
{
	char text[16];

	snprintf(text, sizeof(text), "%lld", (long long)adj);
	return lab_knob_write("/proc/self/oom_score_adj", text);
}

/* exit_mmap() sets MMF_OOM_SKIP before tlb_finish_mmu() gives back what it has gathered, up to
 * 10000 pages; who runs out of memory in between has another one killed (seen on 6.18).  So all
 * run on one CPU, and who dies goes before the grower. */
static int share_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) < 0 ? -errno : 0;
}

static int prepare(const struct lab_actor *a)
{
	int r = share_cpu(a->cpu);

	return r < 0 ? r : set_adj(a->adj);
}

static int be_sized(void *arg, int fd)
{
	const struct lab_actor *a = arg;
	int r = prepare(a);

	/* Without CAP_SYS_NICE it dies as fast as it may. */
	setpriority(PRIO_PROCESS, 0, SIZED_NICE);
	if (!r && !lab_eat(a->bytes))
		r = -errno;
	lab_say(fd, r);
	lab_hold(fd);
	return r;
}

/* So many MiB as the word says, until the kernel ends it.  The first step is taken before it is
 * looked at: then it has all its code, which is resident too, but costs the group nothing. */
static int be_grower(void *arg, int fd)
{
	const struct lab_actor *a = arg;
	int64_t word;
	int r = prepare(a);

	if (!r && !lab_eat(LAB_MIB))
		r = -errno;
	lab_say(fd, r);
	while (!r && !lab_hear(fd, -1, &word)) {
		r = lab_eat((size_t)word * LAB_MIB) ? 0 : -errno;
		lab_say(fd, r);
	}
	return r;
}

/* Is the kernel willing to set -1000?  It asks for CAP_SYS_RESOURCE, of the machine's own user
 * namespace, so the only way to know is to try. */
static int be_protected(void *arg, int fd)
{
	(void)arg;
	return lab_say(fd, set_adj(-1000));
}

bool lab_actors_may_protect(const struct lab *lab)
{
	struct lab_child child = {};
	int r = lab_child_ready(lab, &(struct lab_body){ .comm = "lab-try", .run = be_protected },
				&child);

	lab_child_stop(&child);
	return !r;
}

int lab_actors_start(struct lab *lab, struct lab_actors *all)
{
	int cpu = sched_getcpu();

	if (cpu < 0)
		return -errno;
	for (size_t i = 0; i < all->n; i++) {
		struct lab_actor *a = &all->item[i];
		struct lab_body body = { .comm = a->name,
					 .group = &lab->group,
					 .run = a->bytes ? be_sized : be_grower,
					 .arg = a };
		int r;

		a->cpu = cpu;
		r = lab_child_ready(lab, &body, &a->child);

		if (r < 0)
			return r;
		a->pid = (uint64_t)a->child.pid;
	}
	return 0;
}

/* Its place in the picture; not there: s->n_procs. */
static size_t find(const struct mw_snap *s, const struct lab_actor *a)
{
	size_t i = 0;

	while (i < s->n_procs && s->proc[i].pid != a->pid)
		i++;
	return i;
}

int lab_actors_foretell(struct lab *lab, struct lab_actors *all)
{
	const struct mw_snap_options options = { .want = MW_WANT_PROCS | MW_WANT_OOM,
						 .smaps_budget_us = SMAPS_BUDGET_US };
	size_t at[LAB_ACTORS_MAX] = {};
	struct lab_fate *fate;
	struct mw_snap s;
	int r = mw_snap_take(lab->root, &options, lab->arena, &s);

	if (r < 0)
		return r;
	for (size_t i = 0; i < all->n; i++) {
		at[i] = find(&s, &all->item[i]);
		if (at[i] == s.n_procs)
			return -ESRCH;
	}
	r = lab_foretell(&s, at[all->n - 1], lab->arena, &fate);
	if (r < 0)
		return r;
	for (size_t i = 0; i < all->n; i++) {
		all->item[i].rss_bytes = s.proc[at[i]].status.rss_bytes;
		all->item[i].oom_score_count = s.proc[at[i]].oom.score;
		all->item[i].fate = fate[at[i]];
	}
	return 0;
}

/* Reaps it where it is dead. */
static void note_death(struct lab *lab, struct lab_actors *all, struct lab_actor *a)
{
	int status;

	if (!a->child.pid || waitpid(a->child.pid, &status, WNOHANG) != a->child.pid)
		return;
	close(a->child.fd);
	a->child = (struct lab_child){};
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		return;
	a->died = ++all->deaths;
	lab_talk(lab, "  %s was killed.", a->name);
}

/* The grower last: whoever else is dead died before it. */
static void note_deaths(struct lab *lab, struct lab_actors *all)
{
	for (size_t i = 0; i < all->n; i++)
		note_death(lab, all, &all->item[i]);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* A slow machine may have killed somebody who has not died yet: the group's count knows.  The
 * grower is noted after those. */
static void note_late_deaths(struct lab *lab, struct lab_actors *all)
{
	int64_t end = now_ms() + LATE_MS;
	uint64_t killed = mw_or(lab_group_kill_count(&lab->group), 1);

	while (all->deaths + 1 < killed && now_ms() < end) {
		for (size_t i = 0; i + 1 < all->n; i++)
			note_death(lab, all, &all->item[i]);
		sleep_ms(STEP_MS);
	}
	while (all->item[all->n - 1].child.pid && now_ms() < end) {
		note_deaths(lab, all);
		sleep_ms(STEP_MS);
	}
}

/* All but 1 MiB of what the group has left, and 1 MiB at the limit: on a busy machine each step
 * waits long for the CPU. */
static int64_t next_step_mib(const struct lab *lab, const struct lab_actors *all)
{
	struct mw_val room = mw_sub(mw_ok(all->limit_bytes), lab_group_usage_bytes(&lab->group));
	uint64_t mib = mw_or(room, 0) / LAB_MIB;

	return mib > 2 ? (int64_t)mib - 1 : 1;
}

int lab_actors_drive(struct lab *lab, struct lab_actors *all, unsigned seconds)
{
	int fd = all->item[all->n - 1].child.fd, r;
	int64_t end = now_ms() + seconds * 1000, left, word = 0;

	while ((left = end - now_ms()) > 0) {
		lab_say(fd, next_step_mib(lab, all));
		r = lab_hear(fd, (int)left, &word);
		if (r == -EPIPE) {
			note_late_deaths(lab, all);
			return 0;
		}
		if (r < 0 || word < 0)
			return r < 0 ? r : (int)word;
		note_deaths(lab, all);
		sleep_ms(STEP_MS);
	}
	return -ETIMEDOUT;
}

void lab_actors_stop(struct lab_actors *all)
{
	for (size_t i = 0; i < all->n; i++)
		lab_child_stop(&all->item[i].child);
}
