/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for people: the verdict, the findings with what to type, the tables, and at the end what
 * could not be read.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "report/escape.h"
#include "report/text_table.h"

struct text {
	const struct mw_report *r;
	const struct mw_report_style *style;
	FILE *out;
};

static const char *shown(struct text *t, const char *s)
{
	return mw_escape(t->r->arena, mw_str_of(s ? s : ""));
}

/* Bold, red ... around a text, where colours are wanted. */
static const char *paint(struct text *t, const char *code, const char *s)
{
	return t->style->color ? mw_fmt(t->r->arena, "\033[%sm%s\033[0m", code, s) : s;
}

static const char *severity_color(enum mw_severity s)
{
	switch (s) {
	case MW_INFO:
		return "36";
	case MW_WARNING:
		return "33";
	case MW_CRITICAL:
		return "31";
	}
	return "0";
}

static void put_evidence(struct text *t, const struct mw_evidence *e)
{
	if (e->unit == MW_UNIT_TEXT) {
		fprintf(t->out, "  %s: %s", shown(t, e->name), shown(t, e->text));
		fprintf(t->out, "  (%s)\n", shown(t, e->source));
		return;
	}
	fprintf(t->out, "  %12s  %s", mw_text_evidence(e, t->r->arena), shown(t, e->name));
	fprintf(t->out, "  (%s)\n", shown(t, e->source));
}

static void put_fix(struct text *t, const struct mw_fix *fix)
{
	fprintf(t->out, "  %s\n", paint(t, "1", shown(t, fix->command)));
	fprintf(t->out, "      effect: %s; risk: %s; undo: %s\n", shown(t, fix->effect),
		shown(t, fix->risk), shown(t, fix->undo));
}

static void put_finding(struct text *t, const struct mw_finding *f)
{
	fprintf(t->out, "\n%s %s: %s\n",
		paint(t, severity_color(f->severity), mw_severity_name(f->severity)), f->id,
		shown(t, f->verdict));
	for (size_t i = 0; i < f->n_evidence; i++)
		put_evidence(t, &f->evidence[i]);
	for (size_t i = 0; i < f->n_fixes; i++)
		put_fix(t, &f->fix[i]);
	fprintf(t->out, "  check with: %s\n", shown(t, f->check));
	fprintf(t->out, "  how sure: %s; more: memwhy explain %s\n", shown(t, f->sure), f->id);
}

static int put_table(struct text *t, const struct mw_table *table)
{
	if (!mw_table_is_shown(table))
		return 0;
	fprintf(t->out, "\n%s\n", paint(t, "1", table->title));
	return mw_text_table(table, t->style, t->r->arena, t->out);
}

static void put_sources(struct text *t)
{
	const struct mw_report *r = t->r;

	if (!r->n_sources)
		return;
	fprintf(t->out, "\n%s\n", paint(t, "1", "Could not be read, so the answer is partial:"));
	for (size_t i = 0; i < r->n_sources; i++) {
		const struct mw_report_source *s = &r->source[i];

		fprintf(t->out, "  %s: %s",
			mw_escape(r->arena, s->count > 1 ? s->path : s->example),
			shown(t, s->reason));
		if (s->count > 1)
			fprintf(t->out, ", %" PRIu64 " times", s->count);
		fputc('\n', t->out);
	}
}

int mw_report_text(const struct mw_report *r, const struct mw_report_style *style, FILE *out)
{
	struct text t = { r, style, out };
	int error = 0;

	if (r->arena->failed)
		return -ENOMEM;
	fprintf(out, "%s\n", paint(&t, "1", shown(&t, r->verdict)));
	for (const struct mw_note *note = r->first_note; note; note = note->next)
		fprintf(out, "%s\n", shown(&t, note->text));
	for (size_t i = 0; r->findings && i < r->findings->n; i++)
		put_finding(&t, &r->findings->item[i]);
	for (const struct mw_table *table = r->first; table && !error; table = table->next)
		error = put_table(&t, table);
	if (!r->item)
		put_sources(&t);
	if (r->closing)
		fprintf(out, "\n%s\n", shown(&t, r->closing));
	return error ? -ENOMEM : r->arena->failed ? -ENOMEM : 0;
}
