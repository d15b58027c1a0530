/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmsg - what the kernel logs about processes it kills, from now on (/dev/kmsg).
 */
#pragma once

#include "base/arena.h"

/* Placed at the end of the log: a descriptor or negative errno. */
int lab_kmsg_open(void);

/* The next line since then that says "Killed process PID"; false when there is none (yet). */
bool lab_kmsg_next_kill(int fd, struct mw_arena *arena, uint64_t *ret_pid, struct mw_str *ret_line);
