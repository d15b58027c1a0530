/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_memory - limits of a memory cgroup, and where its hierarchy is mounted.
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"

/* A limit: bytes; MW_ABSENT where there is none ("max" of v2; of v1 what PAGE_COUNTER_MAX or
 * RES_COUNTER_MAX pages are, 2^63 rounded down to a page); MW_BAD. */
struct mw_val mw_cgroup_limit_parse(struct mw_str text);

/* A line of memory.oom_control (v1) or memory.events (v2): "oom_kill_disable 0". */
struct mw_val mw_cgroup_key(struct mw_str text, const char *key);

struct mw_cgroup_mount {
	struct mw_str point; /* below the root of files: "sys/fs/cgroup/memory" */
	struct mw_str root;  /* of the hierarchy: what is mounted there, as /proc/PID/cgroup says */
	bool v2;
};

/* From /proc/PID/mountinfo: the v1 hierarchy with the memory controller, else v2.  False: neither
 * is mounted. */
bool mw_cgroup_mount_find(struct mw_str mountinfo, struct mw_arena *arena,
			  struct mw_cgroup_mount *ret);

/* The same of any controller: "pids". */
bool mw_cgroup_mount_of(struct mw_str mountinfo, const char *controller, struct mw_arena *arena,
			struct mw_cgroup_mount *ret);

/* Folder of the group that /proc/PID/cgroup calls `path`, below what is mounted: "a/b", "" for the
 * root.  False: outside of it.  A slice of path. */
bool mw_cgroup_below(const struct mw_cgroup_mount *mount, struct mw_str path, struct mw_str *ret);

/* The same below the root of files; empty: outside what is mounted. */
struct mw_str mw_cgroup_folder(const struct mw_cgroup_mount *mount, struct mw_str path,
			       struct mw_arena *arena);
