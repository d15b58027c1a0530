/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_processes_tables - processes, their groups and the nodes they are on, as tables.
 */
#pragma once

#include "report/report.h"
#include "why/numa.h"

/* So many processes, and groups, for people; JSON has all. */
void cli_numa_tables(struct mw_report *r, const struct mw_numa *n, size_t shown);
