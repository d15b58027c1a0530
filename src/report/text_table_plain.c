/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of a static build: columns as wide as their widest cell, the tree by indentation.
 */
#include <string.h>

#include "report/text_table.h"

#define COLUMNS_MAX 32

/* Characters, not bytes: what is no start of one is part of the one before. */
static int width_of(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static int indent(const struct mw_col *col, const struct mw_row *row)
{
	return col->tree ? (int)row->depth * 2 : 0;
}

static void measure(const struct mw_table *table, const struct mw_report_style *style,
		    struct mw_arena *arena, int width[])
{
	for (size_t i = 0; i < table->n_cols; i++)
		width[i] = table->col[i].label ? width_of(table->col[i].label) : 0;
	for (const struct mw_row *row = table->first; row; row = row->next)
		for (size_t i = 0; i < table->n_cols && row->in != MW_IN_JSON; i++) {
			const struct mw_col *col = &table->col[i];
			int n = indent(col, row) +
				width_of(mw_text_cell(col, &row->cell[i], style, arena));

			if (n > width[i])
				width[i] = n;
		}
}

static void put_cell(const struct mw_col *col, const char *text, int before, int width, FILE *out)
{
	int pad = width - before - width_of(text);

	if (!mw_text_is_right(col->type))
		fprintf(out, "%*s%s%*s ", before, "", text, pad, "");
	else
		fprintf(out, "%*s%s ", pad, "", text);
}

int mw_text_table(const struct mw_table *table, const struct mw_report_style *style,
		  struct mw_arena *arena, FILE *out)
{
	int width[COLUMNS_MAX] = {};

	if (table->n_cols > COLUMNS_MAX)
		return 0;
	measure(table, style, arena, width);
	for (size_t i = 0; i < table->n_cols; i++)
		if (table->col[i].label)
			put_cell(&table->col[i], table->col[i].label, 0, width[i], out);
	fputc('\n', out);
	for (const struct mw_row *row = table->first; row; row = row->next) {
		if (row->in == MW_IN_JSON)
			continue;
		for (size_t i = 0; i < table->n_cols; i++)
			if (table->col[i].label)
				put_cell(&table->col[i],
					 mw_text_cell(&table->col[i], &row->cell[i], style, arena),
					 indent(&table->col[i], row), width[i], out);
		fputc('\n', out);
	}
	return 0;
}
