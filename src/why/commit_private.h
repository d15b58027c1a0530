/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_private - what the files of commit share.
 */
#pragma once

#include "why/commit.h"

/* Fills in the sums by cgroup and by user. */
void mw_commit_sum(struct mw_arena *arena, struct mw_commit *c);
