/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine - the guard's own place: locked in memory, last to be killed, and with no right or system
 * call that it does not use.
 *
 * Invariant: what the machine does not grant is noted and said, and never ends the guard.
 */
#pragma once

#include <stdbool.h>

struct mw_confine {
	/* 0 or negative errno: pages stay in memory once touched; oom_score_adj -900; SCHED_FIFO,
	 * for who decides must not wait behind those who eat the memory. */
	int locked, adj, realtime;
	int rights;	   /* all capabilities but those four are gone */
	int sandbox;	   /* other system calls fail with EPERM */
	bool has_resource; /* of the four CAP_SYS_RESOURCE is held */
};

/* Before threads are started and memory is taken: what is touched from now on stays. */
void mw_confine_memory(struct mw_confine *c);

/* After everything that has to be opened: this cannot be taken back, and holds for all threads. */
void mw_confine_rights(struct mw_confine *c);

/* "in memory" ...: what was not granted, for people; empty: all was. */
const char *mw_confine_words(const struct mw_confine *c, char *buf, unsigned bytes);
