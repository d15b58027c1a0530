/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/csv.h"

#include <inttypes.h>

static void put_text(struct mw_str s, FILE *out)
{
	bool quote = false;

	for (size_t i = 0; i < s.n; i++)
		quote |= s.p[i] == ',' || s.p[i] == '"' || (unsigned char)s.p[i] < 0x20;
	if (!quote) {
		fwrite(s.p, 1, s.n, out);
		return;
	}
	fputc('"', out);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			fputc('"', out);
		fputc(s.p[i], out);
	}
	fputc('"', out);
}

static void put_cell(const struct mw_col *col, const struct mw_cell *cell, FILE *out)
{
	if (!cell->set)
		return;
	if (col->type == MW_TYPE_STR)
		put_text(cell->str, out);
	else if (mw_known(cell->val) && col->type == MW_TYPE_SIGNED)
		fprintf(out, "%" PRId64, (int64_t)cell->val.v);
	else if (mw_known(cell->val))
		fprintf(out, "%" PRIu64, cell->val.v);
}

/* row == NULL: the heading. */
static void put_line(const struct mw_table *t, const struct mw_row *row, FILE *out)
{
	bool comma = false;

	for (size_t i = 0; i < t->n_cols; i++) {
		if (!t->col[i].id)
			continue;
		if (comma)
			fputc(',', out);
		comma = true;
		if (row)
			put_cell(&t->col[i], &row->cell[i], out);
		else
			put_text(mw_str_of(t->col[i].id), out);
	}
	fputc('\n', out);
}

void lab_csv(const struct mw_report *r, FILE *out)
{
	const struct mw_table *t = r->first;

	if (!t)
		return;
	put_line(t, NULL, out);
	for (const struct mw_row *row = t->first; row; row = row->next)
		if (row->in != MW_IN_TEXT)
			put_line(t, row, out);
}
