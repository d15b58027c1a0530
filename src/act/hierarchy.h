/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hierarchy - a mounted hierarchy of cgroups, and the files of its groups.
 *
 * Paths of groups are as /proc/PID/cgroup says.  Nothing allocates but the opening.
 */
#pragma once

#include "base/val.h"
#include "kernel/cgroup_memory.h"
#include "kernel/root.h"

struct mw_hierarchy {
	struct mw_cgroup_mount mount;
	int dir; /* -1: there is none; then everything below gives -ENOENT */
};

/* Of a controller: v1, else v2.  The strings live in the arena.  0 also where there is none, or
 * -ENOMEM. */
int mw_hierarchy_open(struct mw_root *root, const char *controller, struct mw_arena *arena,
		      struct mw_hierarchy *ret);
void mw_hierarchy_close(struct mw_hierarchy *h);

/* A descriptor, or -ENOENT, -ENAMETOOLONG, ... */
int mw_hierarchy_file(const struct mw_hierarchy *h, struct mw_str path, const char *name,
		      int flags);

/* A whole small file of numbers into buf. */
struct mw_str mw_hierarchy_read(const struct mw_hierarchy *h, struct mw_str path, const char *name,
				char *buf, size_t size, int *ret_error);

/* Of the hierarchy of the controller "freezer": 1: the group is frozen, of v1 also when it is about
 * to be, be it by one around it.  freezer.state of v1, cgroup.events of v2.  The state of a task
 * does not tell: of v1 it is D (seen on 5.10 and 6.1.0-56), but TASK_FROZEN, of kernels from 6.1
 * on, has no letter in fs/proc/array.c, and may show as R. */
struct mw_val mw_hierarchy_frozen(const struct mw_hierarchy *freezer, struct mw_str path);

int mw_hierarchy_write(const struct mw_hierarchy *h, struct mw_str path, const char *name,
		       const char *text);
