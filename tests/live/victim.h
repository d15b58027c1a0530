/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victim - a process of a given shape, to be killed: in a memory cgroup of its own, with what slows
 * its death beside it.
 *
 * Everything is made by this process and ends with it: children by PR_SET_PDEATHSIG, mounts with
 * the mount namespace.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "lab/group.h"

enum victim_way {
	VICTIM_PLAIN,
	VICTIM_NICE19,	/* with four busy processes on its CPU, as the next two */
	VICTIM_IDLE,	/* SCHED_IDLE */
	VICTIM_SHARES,	/* cpu.shares 2; of v2 cpu.weight 1 */
	VICTIM_QUOTA,	/* 1 ms of CPU in 100 ms, and it spins */
	VICTIM_THREADS, /* 200, nice 19, with the four */
	VICTIM_LOCKED,
	VICTIM_RT_HOG,	/* a SCHED_FIFO task never leaves its CPU */
	VICTIM_D_STATE, /* waits for a file server that does not answer */
	VICTIM_FROZEN,	/* freezer of v1 */
	VICTIM_STOPPED, /* SIGSTOP */
	VICTIM_SHARED,	/* its memory is shared: dies with the last one that maps it */
	VICTIM_SHARER,	/* another process has its address space */
	VICTIM_WAYS
};

struct victim_plan {
	enum victim_way way;
	size_t bytes;
	bool huge; /* transparent huge pages */
};

#define VICTIM_HOGS 4

struct victim {
	struct victim_plan plan;
	struct lab_group group;
	pid_t pid, sharer, server;
	pid_t hog[VICTIM_HOGS];
	char cpu_group[96], freezer_group[96], mount[64];
};

/* Once, before anything else: a mount namespace of its own, and a first look at what there is.
 * NULL, or why nothing can be shown here. */
const char *victims_begin(void);

const char *victim_name(enum victim_way way);

/* NULL: it stands there with all its memory; or why this machine cannot have it. */
const char *victim_start(const struct victim_plan *plan, struct victim *ret);

/* Whatever became of it: all are dead and all groups removed afterwards. */
void victim_end(struct victim *v);
