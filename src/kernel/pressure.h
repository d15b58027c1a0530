/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pressure - /proc/pressure/memory, or memory.pressure of a cgroup, as data (psi_show(),
 * kernel/sched/psi.c).
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

/* The first two of the last 10 s, in 1/10000 of the time. */
struct mw_pressure {
	struct mw_val some_permyriad;	/* some task waited for memory */
	struct mw_val full_permyriad;	/* all did that could have run */
	struct mw_val some_us, full_us; /* the same since boot */
};

/* Pure; what is not there is MW_ABSENT. */
void mw_pressure_parse(struct mw_str text, struct mw_pressure *ret);
