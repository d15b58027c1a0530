/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text_table.h"

#include <errno.h>
#include <libsmartcols.h>

static int add_columns(struct libscols_table *tb, const struct mw_table *table)
{
	for (size_t i = 0; i < table->n_cols; i++) {
		const struct mw_col *c = &table->col[i];
		int flags = c->tree			? SCOLS_FL_TREE
			    : mw_text_is_right(c->type) ? SCOLS_FL_RIGHT
							: 0;

		if (c->label && !scols_table_new_column(tb, c->label, 0, flags))
			return -ENOMEM;
	}
	return 0;
}

static int add_row(struct libscols_table *tb, const struct mw_table *table,
		   const struct mw_row *row, struct libscols_line *parent[],
		   const struct mw_report_style *style, struct mw_arena *arena)
{
	struct libscols_line *up = row->depth ? parent[row->depth - 1] : NULL;
	struct libscols_line *line = scols_table_new_line(tb, up);
	size_t at = 0;

	if (!line)
		return -ENOMEM;
	parent[row->depth] = line;
	for (size_t i = 0; i < table->n_cols; i++) {
		const struct mw_col *col = &table->col[i];

		if (col->label &&
		    scols_line_set_data(line, at++, mw_text_cell(col, &row->cell[i], style, arena)))
			return -ENOMEM;
	}
	return 0;
}

int mw_text_table(const struct mw_table *table, const struct mw_report_style *style,
		  struct mw_arena *arena, FILE *out)
{
	struct libscols_table *tb = scols_new_table();
	struct libscols_line *parent[MW_DEPTHS] = {};
	int r = tb ? add_columns(tb, table) : -ENOMEM;

	for (const struct mw_row *row = table->first; row && !r; row = row->next)
		if (row->in != MW_IN_JSON)
			r = add_row(tb, table, row, parent, style, arena);
	if (!r) {
		scols_table_set_stream(tb, out);
		scols_table_enable_noencoding(tb, 1); /* escaped already */
		scols_table_set_termforce(tb, style->width ? SCOLS_TERMFORCE_ALWAYS
							   : SCOLS_TERMFORCE_NEVER);
		if (style->width)
			scols_table_set_termwidth(tb, style->width);
		r = scols_print_table(tb) ? -ENOMEM : 0;
	}
	scols_unref_table(tb);
	return r;
}
