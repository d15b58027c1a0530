/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages_report - the census as rows, beside the counters.
 */
#pragma once

#include "report/report.h"
#include "snap/snap.h"
#include "why/pages.h"

/* top: rows of a table in text; 0: all.  JSON has all. */
void cli_pages_report(struct mw_report *r, const struct mw_snap *s, const struct mw_pages *p,
		      uint64_t top);
