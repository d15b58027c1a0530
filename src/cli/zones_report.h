/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_report - what memwhy zones says.
 */
#pragma once

#include "cli/zones_log.h"
#include "report/report.h"
#include "why/zones.h"

struct zones_view {
	const struct mw_zone_map *zones;
	const struct mw_zones_walk *walk; /* of the request, or of GFP_KERNEL for one page */
	const struct zones_log *log;	  /* NULL: of a machine, not of a report */
	const char *log_path;
	bool asked;	  /* somebody gave a request, or the report has its own */
	bool own_request; /* of the report */
	bool all_orders;
	bool ascii;
};

void cli_zones_report(struct mw_report *r, const struct zones_view *v);

/* zones_tables.c: the zones, by node; the steps of the walk; what would help; the frontier. */
void cli_zones_nodes(struct mw_report *r, const struct zones_view *v);
void cli_zones_steps(struct mw_report *r, const struct zones_view *v);
void cli_zones_remedies(struct mw_report *r, const struct zones_view *v);
void cli_zones_orders(struct mw_report *r, const struct zones_view *v);

/* "order 2, 16 KiB" */
const char *cli_zones_block(struct mw_arena *a, const struct zones_view *v, unsigned order);
