/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mountinfo - the lines of /proc/PID/mountinfo (show_mountinfo(), fs/proc_namespace.c).
 */
#pragma once

#include "base/str.h"

struct mw_mount {
	struct mw_str id, parent;
	struct mw_str dev;   /* "0:25", decimal */
	struct mw_str root;  /* the folder of the file system that is mounted here */
	struct mw_str point; /* where, below the process's root; both escaped as \ooo */
	struct mw_str options;
	struct mw_str type; /* "tmpfs" */
	struct mw_str source;
	struct mw_str super_options; /* "rw,size=24684084k" */
};

/* The next well-formed line; others are skipped.  False at the end.  Slices of *rest. */
bool mw_mountinfo_next(struct mw_str *rest, struct mw_mount *ret);

/* tmpfs in one of its forms: what such a mount holds is counted as Shmem. */
bool mw_mount_is_shmem(const struct mw_mount *m);

/* By id, as mw_mount_never_waits() wants them. */
void mw_mount_sort(struct mw_mount *all, size_t n);

/* Is every file system on the way to m one that answers by itself, never a server or a program?
 * all: the table that holds m, sorted.  A way of more than 64 mounts is one that may wait. */
bool mw_mount_never_waits(const struct mw_mount *all, size_t n, const struct mw_mount *m);

/* Value of an option as "size" in "rw,size=4k"; false when it is not there. */
bool mw_mount_option(struct mw_str options, const char *name, struct mw_str *ret);
