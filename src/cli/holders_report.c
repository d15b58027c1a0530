/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/holders_report.h"

#include <inttypes.h>

#include "base/fmt.h"

#define COLUMNS(c) .col = (c), .n_cols = sizeof(c) / sizeof((c)[0])

/* How a word means memory, in plain words. */
static const char *form_text(struct mw_str form)
{
	static const struct {
		const char *form, *text;
	} forms[] = {
		{ "page", "its struct page" },
		{ "address", "its address" },
		{ "inside", "an address inside" },
		{ "list", "a list of pages" },
		{ "entry", "a mapping" },
		{ "physical", "its physical address, or a number" },
		{ "frame", "its frame number, or another number" },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (mw_str_eq(form, forms[i].form))
			return forms[i].text;
	return "";
}

static const char *kind_text(struct mw_str kind)
{
	static const struct {
		const char *kind, *text;
	} kinds[] = {
		{ "slab", "objects of" },
		{ "kmalloc", "large kmalloc()" },
		{ "vmalloc", "vmalloc() by" },
		{ "static", "the kernel's variable" },
		{ "percpu", "per-CPU memory" },
		{ "page_table", "page tables" },
		{ "boot", "memory reserved at boot" },
		{ "unknown", "memory of nobody known" },
		{ "stack", "the stack of" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (mw_str_eq(kind, kinds[i].kind))
			return kinds[i].text;
	return "";
}

static const char *where_text(struct mw_arena *a, const struct mw_census_holder *h)
{
	if (!h->object_bytes)
		return NULL;
	if (h->first_byte == h->last_byte)
		return mw_fmt(a, "at %" PRIu64 " of %" PRIu64, h->first_byte, h->object_bytes);
	return mw_fmt(a, "at %" PRIu64 " to %" PRIu64 " of %" PRIu64, h->first_byte, h->last_byte,
		      h->object_bytes);
}

static void row(struct mw_report *r, struct mw_table *t, const struct mw_census_holder *h,
		enum mw_row_in in)
{
	struct mw_row *row = mw_report_row(r, t, 0, in);
	const char *where = where_text(r->arena, h);

	mw_cell_str(row, 0, h->kind);
	mw_cell_str(row, 1, mw_str_of(kind_text(h->kind)));
	if (h->name.n)
		mw_cell_str(row, 2, h->name);
	if (where)
		mw_cell_str(row, 3, mw_str_of(where));
	mw_cell_str(row, 4, h->form);
	mw_cell_str(row, 5, mw_str_of(form_text(h->form)));
	mw_cell_val(row, 6, mw_ok(h->bytes));
	mw_cell_val(row, 7, mw_ok(h->blocks));
	mw_cell_str(row, 8, h->class);
	mw_cell_val(row, 9, mw_ok(h->chained));
	if (!h->object_bytes)
		return;
	mw_cell_val(row, 10, mw_ok(h->object_bytes));
	mw_cell_val(row, 11, mw_ok(h->first_byte));
	mw_cell_val(row, 12, mw_ok(h->last_byte));
}

static const char *title_of(struct mw_arena *a, struct mw_val frame)
{
	return mw_known(frame)
		       ? mw_fmt(a, "Words in the kernel's memory that mean page frame %" PRIu64 ":",
				frame.v)
		       : "Who likely holds the memory of which nobody is known:";
}

static void table(struct mw_report *r, const struct mw_census *c, uint64_t top)
{
	static const struct mw_col columns[] = {
		{ "kind", NULL, MW_TYPE_STR },
		{ NULL, "HELD BY", MW_TYPE_STR },
		{ "name", "NAME", MW_TYPE_STR },
		{ NULL, "WHERE", MW_TYPE_STR },
		{ "form", NULL, MW_TYPE_STR },
		{ NULL, "HAS", MW_TYPE_STR },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
		{ "blocks", "BLOCKS", MW_TYPE_COUNT },
		{ "class", "CLASS", MW_TYPE_STR },
		{ "chained", "THROUGH OTHERS", MW_TYPE_BOOL },
		{ "object_bytes", NULL, MW_TYPE_BYTES },
		{ "first_byte", NULL, MW_TYPE_COUNT },
		{ "last_byte", NULL, MW_TYPE_COUNT },
	};
	/* One frame is one block: what is counted are words. */
	static const struct mw_col of_frame[] = {
		{ "kind", NULL, MW_TYPE_STR },		 { NULL, "HELD BY", MW_TYPE_STR },
		{ "name", "NAME", MW_TYPE_STR },	 { NULL, "WHERE", MW_TYPE_STR },
		{ "form", NULL, MW_TYPE_STR },		 { NULL, "HAS", MW_TYPE_STR },
		{ "bytes", NULL, MW_TYPE_BYTES },	 { "words", "WORDS", MW_TYPE_COUNT },
		{ "class", "CLASS", MW_TYPE_STR },	 { "chained", NULL, MW_TYPE_BOOL },
		{ "object_bytes", NULL, MW_TYPE_BYTES }, { "first_byte", NULL, MW_TYPE_COUNT },
		{ "last_byte", NULL, MW_TYPE_COUNT },
	};
	struct mw_val frame = mw_census_fact(c, "who_frame");
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "holders",
				      .col = mw_known(frame) ? of_frame : columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = title_of(r->arena, frame) });

	for (size_t i = 0; i < c->n_holders; i++)
		row(r, t, &c->holder[i], !top || i < top ? MW_IN_BOTH : MW_IN_JSON);
}

static void figures(struct mw_report *r, const struct mw_census *c)
{
	static const struct {
		const char *name, *id;
	} facts[] = {
		{ "who_sought_bytes", "census.who_sought_bytes" },
		{ "who_held_bytes", "census.who_held_bytes" },
		{ "who_left_bytes", "census.who_left_bytes" },
		{ "who_searched_bytes", "census.who_searched_bytes" },
		{ "who_cpu_us", "census.who_cpu_us" },
		{ "who_wall_us", "census.who_wall_us" },
		{ "who_frame", "census.who_frame" },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct mw_val v = mw_census_fact(c, facts[i].name);

		if (mw_known(v))
			mw_report_figure(r, facts[i].id, v);
	}
}

static void notes(struct mw_report *r, const struct mw_census *c)
{
	struct mw_val left = mw_census_fact(c, "who_left_bytes");

	mw_report_note(
		r,
		mw_fmt(r->arena,
		       "who-points: of %s that nobody is known of, a holder of %s was found; %s of "
		       "the kernel's memory were read for it in %" PRIu64 " ms (CPU %" PRIu64
		       " ms)",
		       mw_fmt_val_bytes(r->arena, mw_census_fact(c, "who_sought_bytes")),
		       mw_fmt_val_bytes(r->arena, mw_census_fact(c, "who_held_bytes")),
		       mw_fmt_val_bytes(r->arena, mw_census_fact(c, "who_searched_bytes")),
		       mw_or(mw_census_fact(c, "who_wall_us"), 0) / 1000,
		       mw_or(mw_census_fact(c, "who_cpu_us"), 0) / 1000));
	if (mw_or(left, 0))
		mw_report_note(r,
			       mw_fmt(r->arena, "who-points: %s are too many and were not sought",
				      mw_fmt_val_bytes(r->arena, left)));
	mw_report_note(r,
		       "who-points: a holder is likely, not sure: an object that was freed still "
		       "has its words, and a number may look like an address");
}

void cli_holders_report(struct mw_report *r, const struct mw_census *c, bool asked, uint64_t top)
{
	struct mw_val refused = mw_census_fact(c, "who_refused");

	if (mw_known(refused)) {
		mw_report_note(r,
			       refused.v == 2 /* ENOENT */
				       ? "who-points: that page frame is no memory of this machine"
				       : "who-points: where memory is mapped is not known");
		return;
	}
	if (!mw_known(mw_census_fact(c, "who_sought_bytes"))) {
		if (asked)
			mw_report_note(r, "who-points: needs all pages, looked at by bpf or kcore");
		return;
	}
	figures(r, c);
	notes(r, c);
	table(r, c, top);
}
