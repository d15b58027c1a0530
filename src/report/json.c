/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: one document, whole or around a stream of items.
 */
#include <errno.h>
#include <string.h>

#include "report/json_write.h"

static void put_one_why(struct mw_json *j, const char *id, struct mw_val v)
{
	if (mw_known(v))
		return;
	mw_json_key(j, "why");
	mw_json_open(j, '{');
	mw_json_cstr(j, id, mw_why_name(v.why));
	mw_json_close(j, '}');
}

/* "why": which of the keys beside it are null for what reason. */
static void put_why(struct mw_json *j, const struct mw_table *t, const struct mw_row *row)
{
	bool any = false;

	for (size_t i = 0; i < t->n_cols; i++) {
		const struct mw_cell *cell = &row->cell[i];

		if (!t->col[i].id || !cell->set || t->col[i].type == MW_TYPE_STR ||
		    t->col[i].type == MW_TYPE_LIST || mw_known(cell->val))
			continue;
		if (!any) {
			mw_json_key(j, "why");
			mw_json_open(j, '{');
		}
		any = true;
		mw_json_cstr(j, t->col[i].id, mw_why_name(cell->val.why));
	}
	if (any)
		mw_json_close(j, '}');
}

/* What is no number is not known. */
static void put_list(struct mw_json *j, struct mw_str words)
{
	struct mw_str word;
	uint64_t v;

	mw_json_open(j, '[');
	while (mw_str_word(&words, &word)) {
		mw_json_separate(j);
		mw_json_val(j, mw_str_u64(word, &v) < 0 ? mw_no(MW_UNREAD) : mw_ok(v));
	}
	mw_json_close(j, ']');
}

static void put_cell(struct mw_json *j, enum mw_type type, const struct mw_cell *cell)
{
	switch (type) {
	case MW_TYPE_STR:
		mw_json_string(j, cell->str);
		break;
	case MW_TYPE_BYTES:
	case MW_TYPE_COUNT:
	case MW_TYPE_PERCENT:
		mw_json_val(j, cell->val);
		break;
	case MW_TYPE_SIGNED:
		mw_json_signed(j, cell->val);
		break;
	case MW_TYPE_BOOL:
		mw_json_bool(j, cell->val);
		break;
	case MW_TYPE_LIST:
		put_list(j, cell->str);
		break;
	}
}

static void put_cells(struct mw_json *j, const struct mw_table *t, const struct mw_row *row)
{
	for (size_t i = 0; i < t->n_cols; i++) {
		const struct mw_cell *cell = &row->cell[i];

		if (!t->col[i].id || !cell->set)
			continue;
		mw_json_key(j, t->col[i].id);
		put_cell(j, t->col[i].type, cell);
	}
	put_why(j, t, row);
}

static const struct mw_row *skip_hidden(const struct mw_row *row)
{
	while (row && row->in == MW_IN_TEXT)
		row = row->next;
	return row;
}

static const char *list_of(const struct mw_table *t, const struct mw_row *row)
{
	return row->list ? row->list : t->child_id[row->depth - 1];
}

/* Does another array of the same row above begin? */
static bool begins_list(const struct mw_table *t, const struct mw_row *row,
			const struct mw_row *next)
{
	return next && next->depth && next->depth == row->depth &&
	       strcmp(list_of(t, row), list_of(t, next)) != 0;
}

static void put_table(struct mw_json *j, const struct mw_table *t)
{
	const struct mw_row *row = skip_hidden(t->first), *next;
	size_t depth = 0;

	mw_json_key(j, t->id);
	mw_json_open(j, '[');
	for (; row; row = next) {
		next = skip_hidden(row->next);
		mw_json_separate(j);
		mw_json_open(j, '{');
		put_cells(j, t, row);
		if (next && next->depth > row->depth) {
			mw_json_key(j, list_of(t, next));
			mw_json_open(j, '[');
			depth = next->depth;
			continue;
		}
		mw_json_close(j, '}');
		if (begins_list(t, row, next)) {
			mw_json_close(j, ']');
			mw_json_key(j, list_of(t, next));
			mw_json_open(j, '[');
		}
		for (; depth > (next ? next->depth : 0); depth--) {
			mw_json_close(j, ']');
			mw_json_close(j, '}');
		}
	}
	mw_json_close(j, ']');
}

static void put_evidence(struct mw_json *j, const struct mw_evidence *e)
{
	mw_json_separate(j);
	mw_json_open(j, '{');
	mw_json_cstr(j, "name", e->name);
	mw_json_key(j, "value");
	if (e->unit == MW_UNIT_TEXT)
		mw_json_string(j, mw_str_of(e->text));
	else
		mw_json_val(j, e->value);
	mw_json_cstr(j, "unit", mw_unit_name(e->unit));
	mw_json_cstr(j, "source", e->source);
	if (e->unit != MW_UNIT_TEXT)
		put_one_why(j, "value", e->value);
	mw_json_close(j, '}');
}

static void put_fix(struct mw_json *j, const struct mw_fix *fix)
{
	mw_json_separate(j);
	mw_json_open(j, '{');
	mw_json_cstr(j, "command", fix->command);
	mw_json_cstr(j, "effect", fix->effect);
	mw_json_cstr(j, "risk", fix->risk);
	mw_json_cstr(j, "undo", fix->undo);
	mw_json_close(j, '}');
}

static void put_finding(struct mw_json *j, const struct mw_finding *f)
{
	mw_json_separate(j);
	mw_json_open(j, '{');
	mw_json_cstr(j, "id", f->id);
	mw_json_cstr(j, "severity", mw_severity_name(f->severity));
	mw_json_cstr(j, "verdict", f->verdict);
	mw_json_key(j, "evidence");
	mw_json_open(j, '[');
	for (size_t i = 0; i < f->n_evidence; i++)
		put_evidence(j, &f->evidence[i]);
	mw_json_close(j, ']');
	mw_json_key(j, "fixes");
	mw_json_open(j, '[');
	for (size_t i = 0; i < f->n_fixes; i++)
		put_fix(j, &f->fix[i]);
	mw_json_close(j, ']');
	mw_json_cstr(j, "check", f->check);
	mw_json_cstr(j, "sure", f->sure);
	mw_json_close(j, '}');
}

static void put_host(struct mw_json *j, const struct mw_report_host *h)
{
	mw_json_key(j, "host");
	mw_json_open(j, '{');
	mw_json_field(j, "kernel", h->kernel);
	mw_json_field(j, "arch", h->arch);
	mw_json_key(j, "page_bytes");
	mw_json_val(j, mw_ok(h->page_bytes));
	mw_json_key(j, "time_ns");
	mw_json_val(j, h->time_ns);
	put_one_why(j, "time_ns", h->time_ns);
	mw_json_close(j, '}');
}

static void put_sources(struct mw_json *j, const struct mw_report *r)
{
	mw_json_key(j, "partial");
	fputs(r->n_sources ? "true" : "false", j->out);
	mw_json_key(j, "sources");
	mw_json_open(j, '[');
	for (size_t i = 0; i < r->n_sources; i++) {
		mw_json_separate(j);
		mw_json_open(j, '{');
		mw_json_field(j, "path", r->source[i].path);
		mw_json_field(j, "error", r->source[i].error);
		mw_json_field(j, "example", r->source[i].example);
		mw_json_key(j, "count");
		mw_json_val(j, mw_ok(r->source[i].count));
		mw_json_close(j, '}');
	}
	mw_json_close(j, ']');
}

static void put_notes(struct mw_json *j, const struct mw_report *r)
{
	if (!r->first_note)
		return;
	mw_json_key(j, "notes");
	mw_json_open(j, '[');
	for (const struct mw_note *note = r->first_note; note; note = note->next) {
		mw_json_separate(j);
		mw_json_text(j, note->text ? note->text : "");
	}
	mw_json_close(j, ']');
}

static void put_body(struct mw_json *j, const struct mw_report *r)
{
	mw_json_cstr(j, "verdict", r->verdict);
	put_notes(j, r);
	mw_json_figures(j, r);
	for (const struct mw_table *t = r->first; t; t = t->next)
		if (t->id)
			put_table(j, t);
	mw_json_key(j, "findings");
	mw_json_open(j, '[');
	for (size_t i = 0; r->findings && i < r->findings->n; i++)
		put_finding(j, &r->findings->item[i]);
	mw_json_close(j, ']');
}

int mw_report_json(const struct mw_report *r, const struct mw_report_style *style, FILE *out)
{
	struct mw_json j = { .out = out, .compact = style->compact };

	if (r->arena->failed)
		return -ENOMEM;
	mw_json_open(&j, '{');
	mw_json_cstr(&j, "schema", r->schema);
	if (!r->item) {
		put_host(&j, &r->host);
		put_sources(&j, r);
	}
	put_body(&j, r);
	mw_json_close(&j, '}');
	fputc('\n', out);
	return 0;
}

int mw_report_json_begin(const struct mw_report *head, const struct mw_report_style *style,
			 FILE *out, const char *array_id)
{
	struct mw_json j = { .out = out, .compact = style->compact };

	if (head->arena->failed)
		return -ENOMEM;
	mw_json_open(&j, '{');
	mw_json_cstr(&j, "schema", head->schema);
	put_host(&j, &head->host);
	mw_json_key(&j, array_id);
	mw_json_open(&j, '[');
	return 0;
}

/* Inside the array that the begin opened. */
static struct mw_json in_array(const struct mw_report_style *style, bool first, FILE *out)
{
	return (struct mw_json){
		.out = out, .level = 2, .compact = style->compact, .comma = !first
	};
}

int mw_report_json_item(const struct mw_report *r, const struct mw_report_style *style, bool first,
			FILE *out)
{
	struct mw_json j = in_array(style, first, out);

	if (r->arena->failed)
		return -ENOMEM;
	mw_json_separate(&j);
	mw_json_open(&j, '{');
	put_body(&j, r);
	mw_json_close(&j, '}');
	return 0;
}

int mw_report_json_end(const struct mw_report *tail, const struct mw_report_style *style,
		       bool first, FILE *out)
{
	struct mw_json j = in_array(style, first, out);

	if (tail->arena->failed)
		return -ENOMEM;
	mw_json_close(&j, ']');
	put_sources(&j, tail);
	put_body(&j, tail);
	mw_json_close(&j, '}');
	fputc('\n', out);
	return 0;
}
