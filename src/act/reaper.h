/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reaper - threads that take the memory of dying processes back (process_mrelease(2), since 5.15).
 *
 * Threads, not a process: a job is a descriptor number, which is worth nothing outside the process
 * that opened it, and capset(2) is for each thread alone.  Two of them, so that one victim whose
 * memory is locked by somebody else does not hold up the next.
 *
 * They run at SCHED_FIFO: at an ordinary priority they would wait behind those who ate the memory,
 * with the victim's lock held.  They hold no capability, for process_mrelease() needs none; what is
 * left is the user they run as, by whom root may still write cgroup.procs of v1.
 *
 * Invariants:
 *  - Between start and stop nothing allocates; who puts a job never waits.
 *  - A descriptor that was put belongs to the job: it is closed by mw_reap_drop(), or after that by
 *    the thread that still works on it.
 *  - Who wants the threads' text and stacks in memory calls mlockall() before the start.
 */
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef SYS_process_mrelease
#define SYS_process_mrelease 448 /* the same on all machines */
#endif

#define MW_REAPS_MAX 256
#define MW_REAPER_THREADS 2

struct mw_reap_job {
	int pidfd, pid;
	bool reap;		      /* else only what follows */
	int cpu_procs, freezer_procs; /* moved there afterwards; -1: not */
};

struct mw_reap_result {
	int error;	  /* 0 or the errno of process_mrelease; ECANCELED: not asked for */
	uint64_t done_ns; /* CLOCK_MONOTONIC */
	bool thawed, unthrottled;
};

/* .state and .turn are changed by both sides, atomically. */
struct mw_reap {
	int state; /* 0: free */
	uint64_t turn;
	struct mw_reap_job job;
	struct mw_reap_result result;
};

struct mw_reaper {
	struct mw_reap reap[MW_REAPS_MAX];
	uint64_t turns;
	sem_t work, ready;
	bool stop;
	pthread_t thread[MW_REAPER_THREADS];
	unsigned n_threads;
	bool is_realtime, has_no_rights; /* what the kernel granted */
};

/* Sets SCHED_FIFO, drops rights.  0 or negative errno; what was not granted is in the struct. */
int mw_reaper_start(struct mw_reaper *r);

/* Waits for what is being done; drops the rest. */
void mw_reaper_stop(struct mw_reaper *r);

/* NULL: full.  From one thread only. */
struct mw_reap *mw_reaper_put(struct mw_reaper *r, const struct mw_reap_job *job);

/* Has it ended?  Then *ret is filled. */
bool mw_reap_look(const struct mw_reap *reap, struct mw_reap_result *ret);

/* Nobody will ask again. */
void mw_reap_drop(struct mw_reap *reap);

/* The same by the caller itself. */
struct mw_reap_result mw_reap_now(const struct mw_reap_job *job);
