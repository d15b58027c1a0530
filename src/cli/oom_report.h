/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_report - one explained report of the kernel, as a report; and what many of them say together.
 */
#pragma once

#include "cli/cmd.h"
#include "why/oom.h"

/* The report lives in the case's arena.  top: how many tasks people see; 0 all. */
void cli_oom_report(struct mw_report *r, const struct mw_oom_case *c,
		    const struct mw_findings *findings, uint64_t top);

/* Its tables alone. */
void cli_oom_tables(struct mw_report *r, const struct mw_oom_case *c, uint64_t top);

/* "2022-06-15T06:37:51", or what stands in the log; empty: nothing. */
const char *cli_oom_time(const struct mw_oom_event *e, struct mw_arena *arena);

/* The unit, scope or pod of a cgroup's path; empty: none. */
struct mw_str cli_oom_unit(struct mw_str path);

/* Many reports, counted by what they have in common. */
struct cli_oom_summary;

/* Lives in the arena; NULL when out of memory. */
struct cli_oom_summary *cli_oom_summary_new(struct mw_arena *arena);
void cli_oom_summary_add(struct cli_oom_summary *s, const struct mw_oom_case *c);
void cli_oom_summary_tables(struct mw_report *r, const struct cli_oom_summary *s, uint64_t top);
