/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread - threads of a program that steps in: their start, their rights, their place in the queue.
 */
#pragma once

#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MW_RIGHT(cap) ((uint64_t)1 << (cap))

/* With a small stack and all signals blocked.  0 or negative errno. */
int mw_thread_start(pthread_t *ret, void *(*run)(void *), void *arg);

/* All others are given up by this thread, for good.  ret_had: what it had; may be NULL.  0 or
 * negative errno. */
int mw_rights_keep(uint64_t keep, uint64_t *ret_had);

/* sched_setscheduler(2) and sched_getscheduler(2) of one thread, 0: of this one; by the kernel
 * itself, for musl's functions always fail (ENOSYS).  0 or the policy, or -1 with errno. */
static inline int mw_schedule(pid_t tid, int policy, int priority)
{
	const struct sched_param param = { .sched_priority = priority };

	return (int)syscall(SYS_sched_setscheduler, tid, policy, &param);
}

static inline int mw_scheduled(pid_t tid)
{
	return (int)syscall(SYS_sched_getscheduler, tid);
}
