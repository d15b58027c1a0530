/* SPDX-License-Identifier: Apache-2.0 */
/*
 * psi - triggers on /proc/pressure/memory: to be woken when tasks wait for memory.
 *
 * With CAP_SYS_RESOURCE a trigger has a thread of the kernel's own, and a window of any size from
 * 500 ms on.  Without, since 6.4 (and in stable kernels before), windows are multiples of 2 s, and
 * each reader of the file steals the check that would have fired the trigger (psi_show(),
 * kernel/sched/psi.c): such triggers help, but the guard must poll as if there were none.
 *
 * Invariant: an event counts only if the total moved by what the trigger waits for; the first one
 * after arming may be false (the two totals it is made of differ).
 */
#pragma once

#include "kernel/root.h"
#include "why/guard.h"

enum mw_psi_kind {
	MW_PSI_NONE,	 /* off, absent, or refused: error says why */
	MW_PSI_BORROWED, /* unprivileged: may starve */
	MW_PSI_OWN,
};

struct mw_psi_trigger {
	int fd; /* -1: none */
	enum mw_psi_kind kind;
	uint64_t stall_us, window_us; /* as armed */
	int error;
	/* Since the last event or the arming: what total= was, and when. */
	struct mw_val at_us;
	uint64_t at_ns;
	uint64_t missed_count; /* windows over the limit without an event */
};

struct mw_psi {
	struct mw_psi_trigger some, full;
	uint64_t event_count, false_count;
};

/* Live machines only; a limit of 0 arms none. */
void mw_psi_open(const struct mw_root *root, const struct mw_guard_config *config,
		 struct mw_psi *ret);
void mw_psi_close(struct mw_psi *p);

/* After poll: *ret_true when an event is borne out by these meters. */
void mw_psi_event(struct mw_psi *p, bool some, bool full, const struct mw_guard_meters *m,
		  bool *ret_true);

/* May the guard sleep on them alone: all that are wanted are armed, and none is borrowed? */
bool mw_psi_is_own(const struct mw_psi *p);

/* "own, 500 ms windows", "borrowed", "none: permission denied". */
const char *mw_psi_words(const struct mw_psi *p);
