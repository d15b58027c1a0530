/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks - the stacks of all threads, from the kernel's own list of tasks.
 *
 * The list goes on changing while it is followed: it is followed for a bounded number of steps, and
 * only while it leads to addresses of the kernel.
 */
#pragma once

#include "base/arena.h"
#include "pages/kmem.h"

struct mw_task_stack {
	uint64_t address; /* the lowest of it */
	uint64_t pid;	  /* of the thread */
	char comm[17];
	uint64_t frames; /* found to be its pages */
};

struct mw_task_stacks {
	struct mw_task_stack *stack; /* by address */
	size_t n;
};

/* 0, -EIO or -ENOMEM; none where k->task is not known. */
int mw_tasks_stacks(struct mw_kmem *k, const struct mw_layout *l, struct mw_arena *arena,
		    struct mw_task_stacks *ret);

/* NULL: no thread's stack begins there. */
struct mw_task_stack *mw_task_stack_at(const struct mw_task_stacks *s, uint64_t address);
