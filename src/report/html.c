/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTML for people: what text says, in the same order, for a browser of any size.
 */
#include <errno.h>
#include <inttypes.h>

#include "report/html_write.h"
#include "report/text_table.h"

struct html {
	const struct mw_report *r;
	const char *heading; /* of what stands below the verdict */
	FILE *out;
};

/* An element that holds nothing but text; `tag` may have attributes of ours. */
static void put_element(struct html *h, const char *tag, const char *text)
{
	struct mw_str name = mw_str_of(tag);

	name.n = mw_str_find(name, ' ');
	fprintf(h->out, "<%s>", tag);
	mw_html_text(h->out, text);
	fprintf(h->out, "</%.*s>\n", (int)name.n, name.p);
}

/* People read "1.50 GiB"; who points at it sees the bytes. */
static void put_exact(struct html *h, bool is_bytes, struct mw_val v)
{
	if (is_bytes && mw_known(v))
		fprintf(h->out, " title=\"%" PRIu64 " bytes\"", v.v);
}

static void put_evidence(struct html *h, const struct mw_evidence *e)
{
	bool is_text = e->unit == MW_UNIT_TEXT;
	const char *class = is_text		 ? ""
			    : mw_known(e->value) ? " class=\"number\""
						 : " class=\"number unknown\"";

	fputs("<tr>\n<th scope=\"row\">", h->out);
	mw_html_text(h->out, e->name);
	fprintf(h->out, "</th>\n<td%s", class);
	put_exact(h, e->unit == MW_UNIT_BYTES, e->value);
	fputc('>', h->out);
	mw_html_text(h->out, mw_text_evidence(e, h->r->arena));
	fputs("</td>\n", h->out);
	put_element(h, "td class=\"dim\"", e->source);
	fputs("</tr>\n", h->out);
}

static void put_fix(struct html *h, const struct mw_fix *fix)
{
	put_element(h, "pre", fix->command);
	fputs("<p class=\"dim\">effect: ", h->out);
	mw_html_text(h->out, fix->effect);
	fputs("; risk: ", h->out);
	mw_html_text(h->out, fix->risk);
	fputs("; undo: ", h->out);
	mw_html_text(h->out, fix->undo);
	fputs("</p>\n", h->out);
}

static void put_finding(struct html *h, const struct mw_finding *f)
{
	const char *severity = mw_severity_name(f->severity);

	fprintf(h->out, "<section class=\"finding %s\">\n<p><b>%s</b> ", severity, severity);
	mw_html_text(h->out, f->id);
	fputs("</p>\n", h->out);
	put_element(h, h->heading, f->verdict);
	fputs("<div class=\"wide\">\n<table>\n", h->out);
	for (size_t i = 0; i < f->n_evidence; i++)
		put_evidence(h, &f->evidence[i]);
	fputs("</table>\n</div>\n", h->out);
	for (size_t i = 0; i < f->n_fixes; i++)
		put_fix(h, &f->fix[i]);
	fputs("<p>check with: <code>", h->out);
	mw_html_text(h->out, f->check);
	fputs("</code></p>\n<p class=\"dim\">how sure: ", h->out);
	mw_html_text(h->out, f->sure);
	fputs("; more: memwhy explain ", h->out);
	mw_html_text(h->out, f->id);
	fputs("</p>\n</section>\n", h->out);
}

/* The column that names a row: that of the tree, else the first. */
static size_t naming_column(const struct mw_table *t)
{
	size_t first = t->n_cols;

	for (size_t i = t->n_cols; i-- > 0;) {
		if (!t->col[i].label)
			continue;
		if (t->col[i].tree)
			return i;
		first = i;
	}
	return first;
}

static void put_class(struct html *h, const struct mw_col *col, const struct mw_row *row,
		      const struct mw_cell *cell)
{
	bool number = mw_text_is_right(col->type);

	if (col->tree && row->depth)
		fprintf(h->out, " class=\"depth%d\"", row->depth == 1 ? 1 : MW_DEPTHS - 1);
	else if (number && cell->set && !mw_known(cell->val))
		fputs(" class=\"number unknown\"", h->out);
	else if (number)
		fputs(" class=\"number\"", h->out);
}

static void put_row(struct html *h, const struct mw_table *t, const struct mw_row *row)
{
	static const struct mw_report_style plain = {};
	size_t naming = naming_column(t);

	fputs("<tr>\n", h->out);
	for (size_t i = 0; i < t->n_cols; i++) {
		const struct mw_col *col = &t->col[i];
		const struct mw_cell *cell = &row->cell[i];

		if (!col->label)
			continue;
		fputs(i == naming ? "<th scope=\"row\"" : "<td", h->out);
		put_class(h, col, row, cell);
		put_exact(h, col->type == MW_TYPE_BYTES && cell->set, cell->val);
		fputc('>', h->out);
		mw_html_text(h->out, mw_text_cell(col, cell, &plain, h->r->arena));
		fputs(i == naming ? "</th>\n" : "</td>\n", h->out);
	}
	fputs("</tr>\n", h->out);
}

static void put_table(struct html *h, const struct mw_table *t)
{
	fputs("<div class=\"wide\">\n<table>\n", h->out);
	put_element(h, "caption", t->title);
	fputs("<thead>\n<tr>\n", h->out);
	for (size_t i = 0; i < t->n_cols; i++)
		if (t->col[i].label)
			put_element(h,
				    mw_text_is_right(t->col[i].type)
					    ? "th scope=\"col\" class=\"number\""
					    : "th scope=\"col\"",
				    t->col[i].label);
	fputs("</tr>\n</thead>\n<tbody>\n", h->out);
	for (const struct mw_row *row = t->first; row; row = row->next)
		if (row->in != MW_IN_JSON)
			put_row(h, t, row);
	fputs("</tbody>\n</table>\n</div>\n", h->out);
}

static void put_sources(struct html *h)
{
	const struct mw_report *r = h->r;

	if (!r->n_sources || r->item)
		return;
	put_element(h, h->heading, "Could not be read, so the answer is partial:");
	fputs("<ul>\n", h->out);
	for (size_t i = 0; i < r->n_sources; i++) {
		const struct mw_report_source *s = &r->source[i];

		fputs("<li>", h->out);
		mw_html_str(h->out, s->count > 1 ? s->path : s->example);
		fputs(": ", h->out);
		mw_html_text(h->out, s->reason);
		if (s->count > 1)
			fprintf(h->out, ", %" PRIu64 " times", s->count);
		fputs("</li>\n", h->out);
	}
	fputs("</ul>\n", h->out);
}

static void put_body(struct html *h)
{
	const struct mw_report *r = h->r;

	for (const struct mw_note *note = r->first_note; note; note = note->next)
		put_element(h, "p", note->text);
	for (size_t i = 0; r->findings && i < r->findings->n; i++)
		put_finding(h, &r->findings->item[i]);
	for (const struct mw_table *t = r->first; t; t = t->next)
		if (mw_table_is_shown(t))
			put_table(h, t);
	put_sources(h);
	if (r->closing)
		put_element(h, "p", r->closing);
}

int mw_report_html(const struct mw_report *r, const struct mw_report_style *style, FILE *out)
{
	struct html h = { .r = r, .heading = r->item ? "h3" : "h2", .out = out };

	if (r->arena->failed)
		return -ENOMEM;
	if (r->item) {
		fputs(style->compact ? "<details>\n<summary>\n" : "<details open>\n<summary>\n",
		      out);
		put_element(&h, "h2", r->verdict);
		fputs("</summary>\n", out);
	} else {
		fputs("<article>\n", out);
		put_element(&h, "h1", r->verdict);
	}
	put_body(&h);
	fputs(r->item ? "</details>\n" : "</article>\n", out);
	return r->arena->failed ? -ENOMEM : 0;
}
