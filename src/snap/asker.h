/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker - what one process may still ask the kernel for: its limits, those of the groups and of
 * the machine that it counts in, and what of each is used.
 *
 * Invariants: plain data, as a snapshot; a limit that does not exist is MW_UNLIMITED; a file that
 * could not be read is a line in snap.sources.
 */
#pragma once

#include "kernel/pid_limits.h"
#include "snap/snap.h"

struct mw_asker_map {
	uint64_t start, end;
	bool read, write, shared;
	bool stack; /* grows down: a gap is kept free below it */
	bool heap;
};

/* A group that has the limit, from the process's own upwards. */
struct mw_asker_group {
	const char *file; /* of the limit */
	struct mw_str path;
	struct mw_val used, limit; /* tasks, bytes */
};

struct mw_asker_groups {
	enum mw_why why; /* MW_ABSENT: the controller is not mounted */
	struct mw_asker_group *item;
	size_t n;
};

/* The pool of one size of huge pages. */
struct mw_asker_pool {
	uint64_t page_bytes;
	struct mw_val total_count, free_count, reserved_count, surplus_count;
	struct mw_val surplus_limit_count;   /* nr_overcommit_hugepages */
	struct mw_asker_groups reservations; /* hugetlb.SIZE.rsvd, since 5.7; bytes */
};

/* /proc/sys, beside what the snapshot has */
struct mw_asker_sysctl {
	struct mw_val thread_limit_count, pid_limit_count;
	struct mw_val mmap_min_addr;
};

struct mw_asker {
	uint64_t pid;
	struct mw_pid_status status;
	/* 1: it lives in the machine's own user namespace: capabilities count against limits. */
	struct mw_val init_userns;
	struct mw_pid_limits limits;

	enum mw_why maps_why;
	struct mw_asker_map *map; /* by address */
	size_t n_maps;

	/* Tasks of its user that can be seen here: those of other user namespaces count apart, and
	 * hidden ones are missing. */
	struct mw_val user_task_count;
	struct mw_val task_count; /* of the machine */
	struct mw_asker_sysctl sysctl;

	struct mw_asker_groups pids;
	struct mw_asker_groups memory; /* all that is charged */
	struct mw_asker_groups kernel; /* v1 memory.kmem, enforced up to 5.15 */
	struct mw_asker_pool *pool;
	size_t n_pools;
	size_t default_pool; /* n_pools: not known */
};

/* The snapshot has the rules of overcommitting already (MW_WANT_OVERCOMMIT).  -ESRCH when there is
 * no such process, -ENODATA when it has no memory of its own.
 * tasks: count those of its user and of the machine too: that reads the status of every process. */
int mw_take_asker(struct mw_root *root, uint64_t pid, bool tasks, struct mw_arena *arena,
		  struct mw_snap *s, struct mw_asker *ret);
