/* SPDX-License-Identifier: Apache-2.0 */
/* What a task of a set does: eats what the plan says, has the family that the plan says, waits. */
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "cast.h"

#define CHILD_STACK 65536

static void futex_wait(_Atomic uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

void wake(_Atomic uint32_t *word, uint32_t value)
{
	*word = value;
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static _Noreturn void idle(void)
{
	for (;;)
		pause();
}

static _Noreturn void give_up(struct seat *seat)
{
	seat->state = SEAT_BAD;
	_exit(1);
}

/* Who eats without having seen that it is in a group of ours may eat the machine's memory. */
static bool is_in_our_group(void)
{
	char text[4096];

	return strstr(read_file("/proc/self/cgroup", text, sizeof(text)), "/" CAST_PREFIX);
}

static bool eat(struct stage *s, const struct task *t)
{
	static const char page[PAGE];
	int fd;

	if (t->own_pages) {
		char *p = map_private(t->own_pages * PAGE);

		if (!p)
			return false;
		touch(p, t->own_pages * PAGE);
		if (t->locked)
			mlock(p, t->own_pages * PAGE); /* a host may allow less: no matter */
		if (t->out_pages)
			madvise(p, t->out_pages * PAGE, 21 /* MADV_PAGEOUT, 5.4 */);
	}
	touch(s->shared, t->map_pages * PAGE);
	if (!t->file_pages)
		return true;
	fd = memfd_create("cast", MFD_CLOEXEC);
	for (unsigned i = 0; i < t->file_pages; i++)
		if (fd < 0 || write(fd, page, PAGE) != (ssize_t)PAGE)
			return false;
	return true;
}

static void *thread_body(void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (arg)
		bind_here(2 /* MPOL_BIND */, 1u << FULL_NODE);
	idle();
}

static bool start_threads(unsigned n, bool apart)
{
	pthread_attr_t small;
	pthread_t t;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	while (n--)
		if (pthread_create(&t, &small, thread_body, apart ? &small : NULL))
			return false;
	return true;
}

struct born {
	struct stage *stage;
	int task;
};

/* Runs in memory that it shares with its parent: calls nothing that keeps state there. */
static int be_sharer(void *arg)
{
	const struct born *b = arg;
	struct seat *seat = &b->stage->board->seats[b->task];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, b->stage->plan->tasks[b->task].name);
	if (b->stage->plan->tasks[b->task].policy)
		bind_here(b->stage->plan->tasks[b->task].policy,
			  b->stage->plan->tasks[b->task].nodes);
	seat->pid = (pid_t)syscall(SYS_getpid);
	seat->state = SEAT_READY;
	idle();
}

static int be_child(void *arg)
{
	const struct born *b = arg;

	b->stage->board->seats[b->task].go = 1;
	act(b->stage, b->task);
}

/* The child's stack, and what it is to do, stay where they are: in memory that may be shared. */
static bool bear(struct stage *s, int child)
{
	static const int flags[] = {
		[LINK_FORK] = 0,
		[LINK_VM] = CLONE_VM,
		[LINK_VFORK] = CLONE_VM | CLONE_VFORK,
		[LINK_WAITED] = CLONE_VFORK,
	};
	enum link link = s->plan->tasks[child].link;
	bool shares = link == LINK_VM || link == LINK_VFORK;
	char *stack = map_private(CHILD_STACK);
	struct born *b = (struct born *)stack;

	if (!stack)
		return false;
	*b = (struct born){ s, child };
	return clone(shares ? be_sharer : be_child, stack + CHILD_STACK, flags[link] | SIGCHLD, b) >
	       0;
}

/* The child that the parent waits for is the last: bear() returns only when it is dead. */
static bool bear_all(struct stage *s, int parent)
{
	for (int i = parent + 1; i < s->plan->n_tasks; i++)
		if (s->plan->tasks[i].parent == parent && !bear(s, i))
			return false;
	return true;
}

/* Grows until it is stopped; at its limit it says so.  Sleeps at times, for where there is one CPU
 * the director would else see a death late, and others would follow. */
static void run_out_of_memory(struct stage *s, struct seat *seat)
{
	static const char page[PAGE];
	const struct plan *p = s->plan;
	size_t limit = s->board->limit_pages;
	int fd = memfd_create("cast-trigger", MFD_CLOEXEC), refused = 0;
	char *memory = p->eats_file ? NULL : map_private(limit * PAGE);

	if (fd < 0 || write(fd, page, PAGE) < 0 || (!memory && !p->eats_file))
		give_up(seat);
	seat->state = SEAT_READY;
	while (seat->go != 2)
		futex_wait(&seat->go, 1);
	while (seat->grown_pages < limit && refused < 3) {
		while (seat->go == 3) {
			seat->state = SEAT_PAUSED;
			futex_wait(&seat->go, 3);
			seat->state = SEAT_READY;
		}
		if (memory) {
			memory[seat->grown_pages * PAGE] = 1;
		} else if (write(fd, page, PAGE) != (ssize_t)PAGE) {
			refused++;
			continue;
		}
		if (++seat->grown_pages % 64 == 0 && (p->global || p->swap))
			sleep_ms(1);
	}
	seat->state = refused ? SEAT_REFUSED : SEAT_FULL;
}

_Noreturn void act(struct stage *s, int task)
{
	const struct task *t = &s->plan->tasks[task];
	struct seat *seat = &s->board->seats[task];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, t->name);
	while (!seat->go)
		futex_wait(&seat->go, 0);
	if (!s->plan->global && !is_in_our_group())
		give_up(seat);
	if (!settle(t) || !eat(s, t) || !start_threads(t->threads, t->threads_apart))
		give_up(seat);
	seat->pid = getpid();
	if (t->trigger)
		run_out_of_memory(s, seat);
	else
		seat->state = SEAT_READY;
	if (!bear_all(s, task))
		give_up(seat);
	if (t->leader_leaves && t->threads)
		syscall(SYS_exit, 0);
	idle();
}
