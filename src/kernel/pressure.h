/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pressure - a file of pressure stall information (psi_show(), kernel/sched/psi.c, since 4.20):
 * proc/pressure/memory, memory.pressure of a cgroup.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

/* In which part of the last 10 and 60 seconds did some, or all, wait for memory?  In 1/10000. */
struct mw_pressure {
	struct mw_val some10_permyriad, some60_permyriad;
	struct mw_val full10_permyriad, full60_permyriad;
};

/* Pure.  A line that the text does not hold is MW_ABSENT. */
struct mw_pressure mw_pressure_parse(struct mw_str text);
