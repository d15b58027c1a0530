/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: one document.  Valid UTF-8 stands as it is; a byte that is not stands as the code point
 * U+DC80..U+DCFF, so that the name can be had back byte for byte.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "report/escape.h"
#include "report/report.h"

struct json {
	FILE *out;
	size_t level;
	bool compact;
	bool comma; /* something stands before in this object or array */
};

static void put_string(struct json *j, struct mw_str s)
{
	fputc('"', j->out);
	for (size_t i = 0; i < s.n;) {
		size_t n = mw_utf8_valid(mw_str_from(s, i));
		unsigned char c = (unsigned char)s.p[i];

		if (!n)
			fprintf(j->out, "\\udc%02x", c);
		else if (c == '"' || c == '\\')
			fprintf(j->out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", j->out);
		else if (c < 0x20 || c == 0x7f)
			fprintf(j->out, "\\u%04x", c);
		else
			fwrite(s.p + i, 1, n, j->out);
		i += n ? n : 1;
	}
	fputc('"', j->out);
}

/* A new line for the outer levels; inner objects stay on theirs. */
static void separate(struct json *j)
{
	if (j->comma)
		fputc(',', j->out);
	if (j->compact || j->level > 4)
		fputs(j->comma ? " " : "", j->out);
	else if (j->level)
		fprintf(j->out, "\n%*s", (int)j->level * 2, "");
	j->comma = true;
}

static void key(struct json *j, const char *name)
{
	separate(j);
	put_string(j, mw_str_of(name));
	fputs(": ", j->out);
}

static void open_scope(struct json *j, char c)
{
	fputc(c, j->out);
	j->level++;
	j->comma = false;
}

static void close_scope(struct json *j, char c)
{
	j->level--;
	if (j->comma && !j->compact && j->level <= 3)
		fprintf(j->out, "\n%*s", (int)j->level * 2, "");
	fputc(c, j->out);
	j->comma = true;
}

static void put_val(struct json *j, struct mw_val v)
{
	if (mw_known(v))
		fprintf(j->out, "%" PRIu64, v.v);
	else
		fputs("null", j->out);
}

static void put_field(struct json *j, const char *name, struct mw_str s)
{
	key(j, name);
	put_string(j, s);
}

static void put_cstr(struct json *j, const char *name, const char *s)
{
	put_field(j, name, mw_str_of(s ? s : ""));
}

static void put_one_why(struct json *j, const char *id, struct mw_val v)
{
	if (mw_known(v))
		return;
	key(j, "why");
	open_scope(j, '{');
	put_cstr(j, id, mw_why_name(v.why));
	close_scope(j, '}');
}

/* "why": which of the keys beside it are null for what reason. */
static void put_why(struct json *j, const struct mw_table *t, const struct mw_row *row)
{
	bool any = false;

	for (size_t i = 0; i < t->n_cols; i++) {
		const struct mw_cell *cell = &row->cell[i];

		if (!t->col[i].id || !cell->set || t->col[i].type == MW_TYPE_STR ||
		    mw_known(cell->val))
			continue;
		if (!any) {
			key(j, "why");
			open_scope(j, '{');
		}
		any = true;
		put_cstr(j, t->col[i].id, mw_why_name(cell->val.why));
	}
	if (any)
		close_scope(j, '}');
}

static void put_cells(struct json *j, const struct mw_table *t, const struct mw_row *row)
{
	for (size_t i = 0; i < t->n_cols; i++) {
		const struct mw_cell *cell = &row->cell[i];

		if (!t->col[i].id || !cell->set)
			continue;
		key(j, t->col[i].id);
		if (t->col[i].type == MW_TYPE_STR)
			put_string(j, cell->str);
		else
			put_val(j, cell->val);
	}
	put_why(j, t, row);
}

static const struct mw_row *skip_hidden(const struct mw_row *row)
{
	while (row && row->in == MW_IN_TEXT)
		row = row->next;
	return row;
}

static void put_table(struct json *j, const struct mw_table *t)
{
	const struct mw_row *row = skip_hidden(t->first), *next;
	size_t depth = 0;

	key(j, t->id);
	open_scope(j, '[');
	for (; row; row = next) {
		next = skip_hidden(row->next);
		separate(j);
		open_scope(j, '{');
		put_cells(j, t, row);
		if (next && next->depth > row->depth) {
			key(j, t->child_id[row->depth]);
			open_scope(j, '[');
			depth = next->depth;
			continue;
		}
		close_scope(j, '}');
		for (; depth > (next ? next->depth : 0); depth--) {
			close_scope(j, ']');
			close_scope(j, '}');
		}
	}
	close_scope(j, ']');
}

static void put_evidence(struct json *j, const struct mw_evidence *e)
{
	separate(j);
	open_scope(j, '{');
	put_cstr(j, "name", e->name);
	key(j, "value");
	if (e->unit == MW_UNIT_TEXT)
		put_string(j, mw_str_of(e->text));
	else
		put_val(j, e->value);
	put_cstr(j, "unit", mw_unit_name(e->unit));
	put_cstr(j, "source", e->source);
	if (e->unit != MW_UNIT_TEXT)
		put_one_why(j, "value", e->value);
	close_scope(j, '}');
}

static void put_fix(struct json *j, const struct mw_fix *fix)
{
	separate(j);
	open_scope(j, '{');
	put_cstr(j, "command", fix->command);
	put_cstr(j, "effect", fix->effect);
	put_cstr(j, "risk", fix->risk);
	put_cstr(j, "undo", fix->undo);
	close_scope(j, '}');
}

static void put_finding(struct json *j, const struct mw_finding *f)
{
	separate(j);
	open_scope(j, '{');
	put_cstr(j, "id", f->id);
	put_cstr(j, "severity", mw_severity_name(f->severity));
	put_cstr(j, "verdict", f->verdict);
	key(j, "evidence");
	open_scope(j, '[');
	for (size_t i = 0; i < f->n_evidence; i++)
		put_evidence(j, &f->evidence[i]);
	close_scope(j, ']');
	key(j, "fixes");
	open_scope(j, '[');
	for (size_t i = 0; i < f->n_fixes; i++)
		put_fix(j, &f->fix[i]);
	close_scope(j, ']');
	put_cstr(j, "check", f->check);
	put_cstr(j, "sure", f->sure);
	close_scope(j, '}');
}

static void put_host(struct json *j, const struct mw_report_host *h)
{
	key(j, "host");
	open_scope(j, '{');
	put_field(j, "kernel", h->kernel);
	put_field(j, "arch", h->arch);
	key(j, "page_bytes");
	put_val(j, mw_ok(h->page_bytes));
	key(j, "time_ns");
	put_val(j, h->time_ns);
	put_one_why(j, "time_ns", h->time_ns);
	close_scope(j, '}');
}

static void put_sources(struct json *j, const struct mw_report *r)
{
	key(j, "partial");
	fputs(r->n_sources ? "true" : "false", j->out);
	key(j, "sources");
	open_scope(j, '[');
	for (size_t i = 0; i < r->n_sources; i++) {
		separate(j);
		open_scope(j, '{');
		put_field(j, "path", r->source[i].path);
		put_field(j, "error", r->source[i].error);
		put_field(j, "example", r->source[i].example);
		key(j, "count");
		put_val(j, mw_ok(r->source[i].count));
		close_scope(j, '}');
	}
	close_scope(j, ']');
}

static void put_figures(struct json *j, const struct mw_report *r)
{
	bool any = false;

	for (const struct mw_figure *f = r->first_figure; f; f = f->next) {
		if (f->text) {
			put_cstr(j, f->id, f->text);
			continue;
		}
		key(j, f->id);
		put_val(j, f->val);
		any |= !mw_known(f->val);
	}
	if (!any)
		return;
	key(j, "why");
	open_scope(j, '{');
	for (const struct mw_figure *f = r->first_figure; f; f = f->next)
		if (!f->text && !mw_known(f->val))
			put_cstr(j, f->id, mw_why_name(f->val.why));
	close_scope(j, '}');
}

int mw_report_json(const struct mw_report *r, const struct mw_report_style *style, FILE *out)
{
	struct json j = { .out = out, .compact = style->compact };

	if (r->arena->failed)
		return -ENOMEM;
	open_scope(&j, '{');
	put_cstr(&j, "schema", r->schema);
	put_host(&j, &r->host);
	put_sources(&j, r);
	put_cstr(&j, "verdict", r->verdict);
	put_figures(&j, r);
	for (const struct mw_table *t = r->first; t; t = t->next)
		if (t->id)
			put_table(&j, t);
	key(&j, "findings");
	open_scope(&j, '[');
	for (size_t i = 0; r->findings && i < r->findings->n; i++)
		put_finding(&j, &r->findings->item[i]);
	close_scope(&j, ']');
	close_scope(&j, '}');
	fputc('\n', out);
	return 0;
}
