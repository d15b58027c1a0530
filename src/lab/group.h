/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group - a memory cgroup of our own: "memwhy_lab_PID" below the root of the memory controller's
 * hierarchy, v2 or v1, and groups below that.
 *
 * Invariants:
 *  - Nothing outside a group whose name begins with memwhy_lab_ is ever written, and only
 *    members of such a group are ever signalled.
 *  - lab_group_join() succeeds only where /proc/self/cgroup names the group afterwards: who eats
 *    memory without having seen that may eat the machine's.
 *  - No group is without a limit, and its swap is limited to nothing: what it eats is in RAM.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/val.h"

#define LAB_GROUP_PREFIX "memwhy_lab_"

struct lab_group {
	char path[192];
	size_t root_n; /* path + root_n is what /proc/PID/cgroup ends with */
	bool v2;
};

/* The hierarchy in which groups may be made; NULL, or why there is none. */
const char *lab_group_find(struct lab_group *ret_root);

/* Names a group below another; nothing is made. */
int lab_group_below(const struct lab_group *parent, const char *name, struct lab_group *ret);

/* -EEXIST where it is there: then it is not ours. */
int lab_group_make(const struct lab_group *g);

/* Memory with swap; lifted: as much as the group above may have. */
int lab_group_limit(const struct lab_group *g, uint64_t bytes);
int lab_group_lift(const struct lab_group *g);

/* Lets groups below have limits and counters of their own (v2; v1 has them always). */
int lab_group_share(const struct lab_group *g);

/* The calling process moves in; -EXDEV where the kernel does not say so afterwards. */
int lab_group_join(const struct lab_group *g);

/* Does /proc/PID/cgroup name this very group? */
bool lab_group_holds(const struct lab_group *g, pid_t pid);

struct mw_val lab_group_usage_bytes(const struct lab_group *g);	   /* with the groups below */
struct mw_val lab_group_file_bytes(const struct lab_group *g);	   /* page cache, likewise */
struct mw_val lab_group_own_file_bytes(const struct lab_group *g); /* without; v1 only */
struct mw_val lab_group_hit_count(const struct lab_group *g);	   /* of the limit */

/* Processes in it that the kernel killed for lack of memory; MW_ABSENT before 4.13. */
struct mw_val lab_group_kill_count(const struct lab_group *g);

/* Kills what is in the group and in those below, until nobody is left: 0 or -ETIMEDOUT. */
int lab_group_kill(const struct lab_group *g);

/* Removes the groups below and the group; a group that is gone is fine. */
int lab_group_remove(const struct lab_group *g);
