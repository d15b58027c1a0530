/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_report - what memwhy commit says.
 */
#pragma once

#include "report/report.h"
#include "why/commit_try.h"

struct commit_view {
	const struct mw_snap *snap;
	const struct mw_commit *c;
	const struct mw_try *tries;	/* MW_TRY_KINDS of them; NULL: nobody asked */
	uint64_t try_bytes;		/* 0: only how much would succeed */
	const char *as;			/* "root", "user", "java (pid 4242)" */
	const struct mw_gauges *gauges; /* NULL: of no process */
	uint64_t top;			/* rows in text; 0: all */
};

void cli_commit_report(struct mw_report *r, const struct commit_view *w);

/* commit_tables.c: who was promised how much; by cgroup, by user; what a request would meet. */
void cli_commit_owners(struct mw_report *r, const struct commit_view *w);
void cli_commit_tries(struct mw_report *r, const struct commit_view *w);
void cli_commit_gauges(struct mw_report *r, const struct commit_view *w);
