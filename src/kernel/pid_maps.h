/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pid_maps - the lines of /proc/PID/maps (show_map_vma(), fs/proc/task_mmu.c).
 */
#pragma once

#include "base/str.h"

struct mw_map {
	uint64_t start, end;
	struct mw_str range;  /* "7f0000000000-7f0000001000", as map_files names it */
	struct mw_str perms;  /* "rw-s" */
	struct mw_str offset; /* in the file, hexadecimal */
	struct mw_str dev;    /* "00:01", hexadecimal */
	struct mw_str inode;  /* decimal */
	struct mw_str path;   /* newline as \012; empty for anonymous memory */
};

/* One line, without its newline; false when malformed. */
bool mw_map_parse(struct mw_str line, struct mw_map *ret);

/* The next well-formed line; others are skipped.  False at the end.  Slices of *rest. */
bool mw_maps_next(struct mw_str *rest, struct mw_map *ret);

/* Is a path the kernel's way to say that the file has no name any more? */
bool mw_map_is_deleted(struct mw_str path);
