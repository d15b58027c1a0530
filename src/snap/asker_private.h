/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asker_private - what the files of the asker share while it is taken.
 */
#pragma once

#include "snap/asker.h"
#include "snap/snap_private.h"

struct mw_asker_take {
	struct mw_root *root;
	struct mw_arena *arena, *temp;
	struct mw_snap *s;
	struct mw_asker *asker;
	struct mw_at at; /* its folder */
};

/* The groups of the process with a limit, and the pools of huge pages. */
void mw_take_asker_groups(struct mw_asker_take *t);
