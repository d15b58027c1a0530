/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sense_private - what the files of sense share.
 */
#pragma once

#include "daemon/sense.h"

/* "PID/NAME" */
const char *mw_sense_path(char buf[48], uint64_t pid, const char *name);

/* Start time and state of a process: 0 or negative errno. */
struct mw_pid_stat;
int mw_sense_stat(struct mw_sense *s, uint64_t pid, struct mw_pid_stat *ret, char *ret_comm);

/* A copy that lives as long as the view; empty where there is no room. */
struct mw_str mw_sense_keep(struct mw_sense *s, struct mw_str text, size_t max_bytes);

/* Is its group frozen? */
struct mw_val mw_sense_frozen(struct mw_sense *s, uint64_t pid);

/* Index in view.group of the memory cgroup that pays for a process: added where it is new.
 * MW_GUARD_NO_GROUP: not known, *ret_why says why. */
size_t mw_sense_group(struct mw_sense *s, struct mw_guard_view *view, uint64_t pid,
		      enum mw_why *ret_why);
