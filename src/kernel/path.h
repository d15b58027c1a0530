/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path - paths below a root, as text: "proc/1/status", no leading '/'.
 */
#pragma once

#include "base/arena.h"

struct mw_names {
	struct mw_str *item; /* after mw_names_sort(): in order of bytes, no doubles */
	size_t n;
};

void mw_names_sort(struct mw_names *names);

/* base/target/rest without empty parts, "." and "..": ".." never climbs above the root. */
struct mw_str mw_path_join(struct mw_arena *arena, struct mw_str base, struct mw_str target,
			   struct mw_str rest);

/* The last part that is not empty; empty: there is none. */
struct mw_str mw_path_last(struct mw_str path);

/* Does a part ".." occur? */
bool mw_path_climbs(struct mw_str path);
