/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharers - other processes with the same address space (CLONE_VM without CLONE_THREAD).
 *
 * None of its memory is free before the last of them dies, and process_mrelease() refuses the first
 * until all are dying.  kcmp(2) tells; it needs the right to trace both (CAP_SYS_PTRACE) and
 * CONFIG_KCMP.
 */
#pragma once

#include "act/kill.h"

/* Prepares at most `max` of them.  How many there are; may be more than max, then only max were
 * prepared.  Or negative errno, and none is open: -ESRCH: the target is gone or has no memory any
 * more, -EPERM, -ENOSYS. */
int mw_act_sharers_find(const struct mw_killer *k, const struct mw_kill_target *t,
			struct mw_kill_target *ret, size_t max);
