/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_table - a table for people: aligned columns, a tree in the first.  By libsmartcols, or in a
 * static build by a plain printer of its own.
 */
#pragma once

#include "report/report.h"

/* Without its title; 0 or -ENOMEM. */
int mw_text_table(const struct mw_table *table, const struct mw_report_style *style,
		  struct mw_arena *arena, FILE *out);

/* What stands in one cell, escaped. */
const char *mw_text_cell(const struct mw_col *col, const struct mw_cell *cell,
			 const struct mw_report_style *style, struct mw_arena *arena);

/* Numbers stand at the right of their column. */
bool mw_text_is_right(enum mw_type type);

/* What a row of evidence says, escaped. */
const char *mw_text_evidence(const struct mw_evidence *e, struct mw_arena *arena);
