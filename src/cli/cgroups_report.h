/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_report - what memwhy cgroups says.
 */
#pragma once

#include "report/report.h"
#include "why/cgroups.h"

struct cgroups_view {
	const struct mw_snap *snap;
	const struct mw_accounts *accounts;
	const struct mw_cgroups_case *found; /* what the findings were made from */
	size_t at;			     /* the group that was asked about; MW_NO_GROUP: all */
	bool dying;
	bool pages;   /* they were asked for */
	uint64_t top; /* 0: all */
};

void cli_cgroups_report(struct mw_report *r, const struct cgroups_view *v);

/* cgroups_pages.c: what is used of files and charged to others; removed cgroups, where pages tell
 * of them; for JSON all in the words of docs/json.md. */
void cli_cgroups_files(struct mw_report *r, const struct cgroups_view *v);
void cli_cgroups_dying(struct mw_report *r, const struct cgroups_view *v);
void cli_cgroups_groups(struct mw_report *r, const struct cgroups_view *v);

/* cgroups_detail.c: of one group its limits, working set and processes; what removed groups pin;
 * what was expected. */
void cli_cgroups_detail(struct mw_report *r, const struct cgroups_view *v);
void cli_cgroups_removed(struct mw_report *r, const struct cgroups_view *v);
void cli_cgroups_expected(struct mw_report *r, const struct cgroups_view *v);
