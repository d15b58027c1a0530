/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_address - what stands behind one address, as a report.
 */
#pragma once

#include "cli/cmd.h"
#include "why/address.h"

void cli_address_report(struct mw_report *r, const struct mw_address_facts *f,
			const struct mw_address *x);

/* One line each, for people: who pays for the promise; what the page is. */
const char *cli_address_promise(const struct mw_address *x);
const char *cli_address_page(const struct mw_address *x, struct mw_arena *a);

/* Lines after the verdict; what to type next. */
void cli_address_notes(struct mw_report *r, const struct mw_address_facts *f,
		       const struct mw_address *x);
void cli_address_next(struct mw_report *r, const struct mw_address_facts *f,
		      const struct mw_address *x);
