/* SPDX-License-Identifier: Apache-2.0 */
/*
 * affinity - keeps the threads of a process to some CPUs (sched_setaffinity(2)).
 *
 * A thread gets those of the CPUs that it had before; one that had none of them is left alone.
 */
#pragma once

#include "base/arena.h"

/* A thread that was changed, and the CPUs that it had. */
struct mw_kept_thread {
	uint64_t tid;
	struct mw_str cpus; /* "0-7" */
};

struct mw_kept {
	struct mw_kept_thread *thread;
	size_t n;
	uint64_t other_count; /* left alone: they had none of the CPUs */
	int error;	      /* the last thread that refused; 0: none */
};

/* dir: mw_act_process_open() of the process.  Threads that begin meanwhile have the CPUs of their
 * parent: it goes through all until none has others.  -ESRCH: it is gone. */
int mw_act_keep_to_cpus(int dir, struct mw_str cpus, struct mw_arena *arena, struct mw_kept *ret);
