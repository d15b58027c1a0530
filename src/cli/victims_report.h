/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims_report - a predicted order of death as a report.
 */
#pragma once

#include "cli/cmd.h"
#include "why/victims.h"

struct victims_view {
	const struct mw_snap *snap;
	const struct mw_victims *v;
	const struct mw_victims *now; /* before a change that was asked about; NULL: none was */
	uint64_t top;		      /* rows for people; 0: all */
	struct mw_val until_bytes;    /* unknown: not asked */
};

void cli_victims_report(struct mw_report *r, const struct victims_view *view);
