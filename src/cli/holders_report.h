/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_report - who holds the memory of which nobody is known, as tables and notes.
 */
#pragma once

#include "kernel/census.h"
#include "report/report.h"

/* asked: it shall be said where nothing was searched. */
void cli_holders_report(struct mw_report *r, const struct mw_census *c, bool asked, uint64_t top);
