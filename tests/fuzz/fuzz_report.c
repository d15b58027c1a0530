/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report whose every text and number comes from outside, through all writers: alone and as an
 * item of a stream.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "html_check.h"
#include "json_check.h"
#include "report/report.h"

#define PIECE_MAX 256

enum column { NAME, BYTES, PID, SHARE, MARGIN, LEFT, NOTE, N_COLUMNS };

static const struct mw_col columns[N_COLUMNS] = {
	[NAME] = { "name", "NAME", MW_TYPE_STR, .tree = true },
	[BYTES] = { "bytes", "SIZE", MW_TYPE_BYTES },
	[PID] = { "pid", "PID", MW_TYPE_COUNT },
	[SHARE] = { NULL, "%", MW_TYPE_PERCENT },
	[MARGIN] = { "margin_pages", "MARGIN", MW_TYPE_SIGNED },
	[LEFT] = { "left", "LEFT", MW_TYPE_BOOL },
	[NOTE] = { "note", "NOTE", MW_TYPE_STR },
};

/* Hands out the input piece by piece, and again from the front; a 0xf0 byte ends a piece. */
struct source {
	struct mw_arena *arena;
	struct mw_str text, rest;
};

static struct mw_str piece(struct source *s)
{
	struct mw_str p;

	if (!mw_str_cut(&s->rest, '\xf0', &p)) {
		s->rest = s->text;
		if (!mw_str_cut(&s->rest, '\xf0', &p))
			return s->text;
	}
	if (p.n > PIECE_MAX)
		p.n = PIECE_MAX;
	return p;
}

static const char *text(struct source *s)
{
	struct mw_str p = piece(s);

	return p.n == 1 ? NULL : mw_arena_cstr(s->arena, p);
}

static struct mw_val number(struct source *s)
{
	struct mw_str p = piece(s);
	struct mw_val v = mw_ok(0);

	memcpy(&v.v, p.p, p.n < sizeof(v.v) ? p.n : sizeof(v.v));
	v.why = p.n % 4 ? MW_OK : (enum mw_why)(p.n % 7);
	return v;
}

static void figures(struct mw_report *r, struct source *s)
{
	struct mw_val v = number(s);
	const char *const list[] = { text(s), text(s), text(s) };

	mw_report_figure(r, "count", number(s));
	mw_report_signed(r, "gfp.adj", v.why, (int64_t)v.v);
	mw_report_bool(r, "gfp.known", number(s));
	mw_report_string(r, "comm", text(s));
	mw_report_strings(r, "gfp.names", list, number(s).v % 4);
	mw_report_strings(r, "none", NULL, 0);
	mw_report_string(r, "asker.comm", text(s));
	mw_report_figure(r, "asker.pid", number(s));
	mw_report_note(r, text(s));
	mw_report_note(r, text(s));
}

static void table(struct mw_report *r, struct source *s)
{
	struct mw_table *t = mw_report_table(r, (struct mw_table){ .id = "rows",
								   .child_id = { "a", "b" },
								   .title = "Rows",
								   .col = columns,
								   .n_cols = N_COLUMNS });

	for (size_t i = 0; i < 6; i++) {
		static const size_t depth[] = { 0, 1, 2, 1, 0, 1 };
		struct mw_row *row = mw_report_row(r, t, depth[i], MW_IN_BOTH);
		struct mw_val v = number(s);

		mw_cell_str(row, NAME, piece(s));
		mw_cell_val(row, BYTES, number(s));
		mw_cell_val(row, PID, number(s));
		mw_cell_val(row, SHARE, number(s));
		mw_cell_signed(row, MARGIN, v.why, (int64_t)v.v);
		mw_cell_val(row, LEFT, number(s));
		if (mw_known(v))
			mw_cell_str(row, NOTE, piece(s));
	}
}

static struct mw_findings *findings(struct source *s)
{
	struct mw_findings *list = mw_arena_alloc(s->arena, sizeof(*list));

	must(list);
	for (size_t i = 0; i <= MW_UNIT_TEXT; i++) {
		struct mw_finding f = { .id = "MW-FUZZ",
					.severity = (enum mw_severity)(number(s).v % 3),
					.verdict = text(s),
					.n_evidence = 1,
					.n_fixes = 1,
					.check = text(s),
					.sure = text(s) };
		const char *name = text(s);

		f.evidence[0] = (struct mw_evidence){ name ? name : "", number(s), "",
						      (enum mw_unit)i, text(s) };
		f.evidence[0].text = mw_arena_cstr(s->arena, piece(s));
		f.fix[0] = (struct mw_fix){ text(s), text(s), text(s), text(s) };
		mw_findings_add(list, s->arena, &f);
	}
	return list;
}

static void describe(struct mw_report *r, struct source *s, bool item)
{
	mw_report_init(r, s->arena, "memwhy.fuzz/1");
	r->item = item;
	r->host = (struct mw_report_host){ piece(s), piece(s), number(s).v, number(s) };
	r->verdict = text(s);
	r->closing = text(s);
	r->findings = findings(s);
	figures(r, s);
	table(r, s);
	for (size_t i = 0; i < 2; i++)
		mw_report_source(r, (struct mw_report_source){ piece(s), piece(s), piece(s),
							       text(s), number(s).v });
}

/* What people see holds nothing that a terminal obeys. */
static void must_be_harmless(struct mw_str shown)
{
	while (shown.n) {
		size_t n = shown.p[0] == '\n' ? 1 : mw_utf8_shown(shown);

		must(n);
		shown = mw_str_from(shown, n);
	}
}

enum form { TEXT, JSON, JSON_STREAM, HTML, N_FORMS };

static void write_all(const struct mw_report *r, const struct mw_report *item, enum form form,
		      const struct mw_report_style *style, FILE *out)
{
	switch (form) {
	case TEXT:
		must(!mw_report_text(r, style, out) && !mw_report_text(item, style, out));
		return;
	case JSON:
		must(!mw_report_json(style->compact ? item : r, style, out));
		return;
	case JSON_STREAM:
		must(!mw_report_json_begin(r, style, out, "events"));
		for (size_t i = 0; i < 2 && !style->ascii; i++)
			must(!mw_report_json_item(item, style, !i, out));
		must(!mw_report_json_end(r, style, style->ascii, out));
		return;
	case HTML:
		must(!mw_report_html_begin(r->verdict, out));
		must(!mw_report_html(item, style, out) && !mw_report_html(r, style, out));
		must(!mw_report_html_end(out));
		return;
	case N_FORMS:
		return;
	}
}

static void check(const struct mw_report *r, const struct mw_report *item, enum form form,
		  const struct mw_report_style *style)
{
	char *p = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&p, &n);
	struct mw_str shown;

	must(out);
	write_all(r, item, form, style, out);
	must(!fclose(out));
	shown = (struct mw_str){ p, n };
	if (form == HTML)
		must(html_check(shown));
	else if (form == TEXT)
		must_be_harmless(shown);
	else
		must(json_check(shown));
	if (form != HTML && form != TEXT && style->compact)
		must(mw_str_find(shown, '\n') == n - 1);
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct source s = { .arena = &arena, .text = fuzz_text(data, size) };
	struct mw_report r, item;

	if (!size)
		return 0;
	/* As the program does: in other locales libsmartcols 2.38 hangs on names in UTF-8. */
	must(setlocale(LC_CTYPE, "C.UTF-8"));
	describe(&r, &s, false);
	describe(&item, &s, true);
	for (size_t i = 0; i < N_FORMS * 2; i++)
		check(&r, &item, (enum form)(i / 2),
		      &(struct mw_report_style){ .compact = i % 2, .ascii = data[0] & 1 });
	must(!arena.failed);
	return 0;
}
