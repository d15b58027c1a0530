/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_cgroup - the group that is charged for a process's memory, from /proc/PID/cgroup
 * (proc_cgroup_show(), kernel/cgroup/cgroup.c).
 */
#pragma once

#include "base/str.h"

/* The path in the hierarchy that has the memory controller (v1 "N:memory:/x"), else the path in
 * the v2 hierarchy ("0::/x"); empty when there is neither.  A slice of text. */
struct mw_str mw_pid_cgroup_memory(struct mw_str text);

/* The same of any controller ("pids"); *ret_v2: it is the path in the v2 hierarchy, or neither. */
struct mw_str mw_pid_cgroup_of(struct mw_str text, const char *controller, bool *ret_v2);

/* Is it the path in the v2 hierarchy (or neither)? */
bool mw_pid_cgroup_is_v2(struct mw_str text);
