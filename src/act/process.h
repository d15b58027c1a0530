/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process - the process that is meant, and no later owner of its pid.
 *
 * Invariant: its folder in /proc stays its own, whoever gets the pid next.
 */
#pragma once

#include "kernel/root.h"

/* A descriptor of its folder.  start_ticks: of the process that is meant; -ESRCH when it is gone,
 * its pid perhaps used again.  -EPERM when the root is not the live machine. */
int mw_act_process_open(const struct mw_root *root, uint64_t pid, uint64_t start_ticks);

/* Is it still there? */
bool mw_act_process_is_same(int dir, uint64_t start_ticks);

void mw_act_process_close(int dir);
