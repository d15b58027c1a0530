/* SPDX-License-Identifier: Apache-2.0 */
#include "report/report.h"

#include <string.h>

void mw_report_init(struct mw_report *r, struct mw_arena *arena, const char *schema)
{
	*r = (struct mw_report){ .arena = arena, .schema = schema };
	r->tail = &r->first;
	r->figure_tail = &r->first_figure;
	r->note_tail = &r->first_note;
}

static void add_figure(struct mw_report *r, struct mw_figure figure)
{
	struct mw_figure *f = mw_arena_alloc(r->arena, sizeof(*f));

	if (!f)
		return;
	*f = figure;
	*r->figure_tail = f;
	r->figure_tail = &f->next;
}

void mw_report_figure(struct mw_report *r, const char *id, struct mw_val val)
{
	add_figure(r, (struct mw_figure){ .id = id, .kind = MW_FIGURE_NUMBER, .val = val });
}

void mw_report_signed(struct mw_report *r, const char *id, enum mw_why why, int64_t v)
{
	add_figure(r, (struct mw_figure){
			      .id = id, .kind = MW_FIGURE_SIGNED, .val = { (uint64_t)v, why } });
}

void mw_report_bool(struct mw_report *r, const char *id, struct mw_val val)
{
	add_figure(r, (struct mw_figure){ .id = id, .kind = MW_FIGURE_BOOL, .val = val });
}

void mw_report_string(struct mw_report *r, const char *id, const char *text)
{
	add_figure(r, (struct mw_figure){ .id = id, .kind = MW_FIGURE_TEXT, .text = text });
}

void mw_report_strings(struct mw_report *r, const char *id, const char *const *s, size_t n)
{
	struct mw_figure figure = { .id = id, .kind = MW_FIGURE_STRINGS, .n_strings = n };
	const char **copy;

	if (s) {
		/* One more: an empty list is a list too. */
		copy = mw_arena_alloc(r->arena, (n + 1) * sizeof(*copy));
		if (!copy)
			return;
		if (n)
			memcpy(copy, s, n * sizeof(*copy));
		figure.string = copy;
	}
	add_figure(r, figure);
}

void mw_report_note(struct mw_report *r, const char *text)
{
	struct mw_note *note = mw_arena_alloc(r->arena, sizeof(*note));

	if (!note)
		return;
	note->text = text;
	*r->note_tail = note;
	r->note_tail = &note->next;
}

struct mw_table *mw_report_table(struct mw_report *r, struct mw_table table)
{
	struct mw_table *t = mw_arena_alloc(r->arena, sizeof(*t));

	if (!t)
		return NULL;
	*t = table;
	t->tail = &t->first;
	*r->tail = t;
	r->tail = &t->next;
	return t;
}

struct mw_row *mw_report_row(struct mw_report *r, struct mw_table *t, size_t depth,
			     enum mw_row_in in)
{
	struct mw_row *row;

	if (!t)
		return NULL;
	row = mw_arena_alloc(r->arena, sizeof(*row) + t->n_cols * sizeof(row->cell[0]));
	if (!row)
		return NULL;
	row->depth = depth;
	row->in = in;
	*t->tail = row;
	t->tail = &row->next;
	return row;
}

void mw_cell_str(struct mw_row *row, size_t i, struct mw_str s)
{
	if (row)
		row->cell[i] = (struct mw_cell){ .set = true, .str = s };
}

void mw_cell_val(struct mw_row *row, size_t i, struct mw_val v)
{
	if (row)
		row->cell[i] = (struct mw_cell){ .set = true, .val = v };
}

void mw_cell_signed(struct mw_row *row, size_t i, enum mw_why why, int64_t v)
{
	mw_cell_val(row, i, (struct mw_val){ (uint64_t)v, why });
}

void mw_report_source(struct mw_report *r, struct mw_report_source source)
{
	struct mw_report_source *list =
		mw_arena_grow(r->arena, r->source, r->n_sources, sizeof(*list));

	if (!list)
		return;
	r->source = list;
	r->source[r->n_sources++] = source;
}

bool mw_table_is_shown(const struct mw_table *t)
{
	for (const struct mw_row *row = t->first; row && t->title; row = row->next)
		if (row->in != MW_IN_JSON)
			return true;
	return false;
}
