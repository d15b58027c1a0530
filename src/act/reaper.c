/* SPDX-License-Identifier: Apache-2.0 */
#include "act/reaper.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "act/thread.h"

#define PRIORITY 49 /* below threaded interrupts, which are at 50 */
#define PATIENCE_MS 200
#define PAUSE_MS 2

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool is_gone(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

/* EAGAIN: some mapping could not be taken without waiting (an MMU notifier).  EINVAL: it writes its
 * core, which the SIGKILL ends soon, or a sharer was not killed, which will not pass. */
static int reap(int pidfd)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000 };

	for (int ms = 0;; ms += PAUSE_MS) {
		if (!syscall(SYS_process_mrelease, pidfd, 0))
			return 0;
		if ((errno != EAGAIN && errno != EINTR && errno != EINVAL) || ms >= PATIENCE_MS)
			return errno;
		if (is_gone(pidfd))
			return ESRCH;
		nanosleep(&pause, NULL);
	}
}

/* Writes its number into a cgroup.procs: all threads that are not exiting yet. */
static bool move_to(int procs, const struct mw_reap_job *job)
{
	char text[16];
	int n;

	if (procs < 0 || is_gone(job->pidfd))
		return false;
	n = snprintf(text, sizeof(text), "%d\n", job->pid);
	return write(procs, text, (size_t)n) == n;
}

struct mw_reap_result mw_reap_now(const struct mw_reap_job *job)
{
	struct mw_reap_result r = { .error = ECANCELED };

	if (job->reap)
		r.error = reap(job->pidfd);
	r.done_ns = now_ns();
	r.thawed = move_to(job->freezer_procs, job);
	r.unthrottled = move_to(job->cpu_procs, job);
	return r;
}

/* FREE -> QUEUED by who puts; -> TAKEN -> DONE by a thread; -> FREE by who drops, or, if that was
 * earlier (the bit DROPPED), by the thread. */
enum { FREE, QUEUED, TAKEN, DONE, DROPPED = 4 };

static int load(const struct mw_reap *reap)
{
	return __atomic_load_n(&reap->state, __ATOMIC_ACQUIRE);
}

static bool change(struct mw_reap *reap, int from, int to)
{
	return __atomic_compare_exchange_n(&reap->state, &from, to, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

static void close_and_free(struct mw_reap *reap)
{
	close(reap->job.pidfd);
	__atomic_store_n(&reap->state, FREE, __ATOMIC_RELEASE);
}

/* The one that waits longest; NULL: another thread was quicker. */
static struct mw_reap *take(struct mw_reaper *r)
{
	struct mw_reap *first = NULL;
	uint64_t least = UINT64_MAX;

	for (size_t i = 0; i < MW_REAPS_MAX; i++) {
		struct mw_reap *reap = &r->reap[i];
		uint64_t turn;

		if ((load(reap) & ~DROPPED) != QUEUED)
			continue;
		turn = __atomic_load_n(&reap->turn, __ATOMIC_RELAXED);
		if (turn < least) {
			first = reap;
			least = turn;
		}
	}
	if (first &&
	    (change(first, QUEUED, TAKEN) || change(first, QUEUED | DROPPED, TAKEN | DROPPED)))
		return first;
	return NULL;
}

static void work(struct mw_reap *reap)
{
	reap->result = mw_reap_now(&reap->job);
	if (!change(reap, TAKEN, DONE))
		close_and_free(reap);
}

static void *loop(void *arg)
{
	struct mw_reaper *r = arg;

	if (mw_schedule(0, SCHED_FIFO, PRIORITY) < 0) {
		setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), -20);
		__atomic_store_n(&r->is_realtime, false, __ATOMIC_RELAXED);
	}
	if (mw_rights_keep(0, NULL) < 0)
		__atomic_store_n(&r->has_no_rights, false, __ATOMIC_RELAXED);
	sem_post(&r->ready);
	for (;;) {
		struct mw_reap *reap;

		while (sem_wait(&r->work) < 0)
			;
		if (__atomic_load_n(&r->stop, __ATOMIC_ACQUIRE))
			return NULL;
		while (!(reap = take(r)))
			;
		work(reap);
	}
}

int mw_reaper_start(struct mw_reaper *r)
{
	int e = 0;

	memset(r, 0, sizeof(*r));
	r->is_realtime = r->has_no_rights = true;
	if (sem_init(&r->work, 0, 0) < 0 || sem_init(&r->ready, 0, 0) < 0)
		return -errno;
	while (r->n_threads < MW_REAPER_THREADS &&
	       !(e = mw_thread_start(&r->thread[r->n_threads], loop, r)))
		r->n_threads++;
	for (unsigned i = 0; i < r->n_threads; i++)
		while (sem_wait(&r->ready) < 0)
			;
	if (e)
		mw_reaper_stop(r);
	return e;
}

void mw_reaper_stop(struct mw_reaper *r)
{
	__atomic_store_n(&r->stop, true, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < r->n_threads; i++)
		sem_post(&r->work);
	for (unsigned i = 0; i < r->n_threads; i++)
		pthread_join(r->thread[i], NULL);
	for (size_t i = 0; i < MW_REAPS_MAX; i++)
		if (r->reap[i].state != FREE)
			close(r->reap[i].job.pidfd);
	sem_destroy(&r->work);
	sem_destroy(&r->ready);
	r->n_threads = 0;
}

struct mw_reap *mw_reaper_put(struct mw_reaper *r, const struct mw_reap_job *job)
{
	for (size_t i = 0; i < MW_REAPS_MAX; i++) {
		struct mw_reap *reap = &r->reap[i];

		if (load(reap) != FREE)
			continue;
		reap->job = *job;
		__atomic_store_n(&reap->turn, r->turns++, __ATOMIC_RELAXED);
		__atomic_store_n(&reap->state, QUEUED, __ATOMIC_RELEASE);
		sem_post(&r->work);
		return reap;
	}
	return NULL;
}

bool mw_reap_look(const struct mw_reap *reap, struct mw_reap_result *ret)
{
	if (load(reap) != DONE)
		return false;
	*ret = reap->result;
	return true;
}

void mw_reap_drop(struct mw_reap *reap)
{
	if (__atomic_fetch_or(&reap->state, DROPPED, __ATOMIC_ACQ_REL) == DONE)
		close_and_free(reap);
}
