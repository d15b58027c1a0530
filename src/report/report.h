/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report - what a command wants to say, before anyone decides how it looks.
 *
 * A command fills one report; the writers all walk the same one, so no command knows about
 * formats and no writer knows about memory.
 *
 * Invariants:
 *  - ids are stable and lower_snake_case: they are the JSON keys.
 *  - A cell that is not set is left out; one that is not known keeps its reason, as a word in
 *    text, as null with an entry in "why" in JSON.
 *  - Strings may hold any bytes: the writers escape.
 *  - A report that is an item is one of many in a stream: each is filled, written, and its arena
 *    reset, so that a stream of any length needs the memory of its largest item.
 *  - Everything lives in the arena given to mw_report_init(); out of memory sticks there.
 */
#pragma once

#include <stdio.h>

#include "base/finding.h"

enum mw_type {
	MW_TYPE_STR,
	MW_TYPE_BYTES,
	MW_TYPE_COUNT,
	MW_TYPE_PERCENT, /* counts 1/10000 */
	MW_TYPE_SIGNED,	 /* a count that may be below zero */
	MW_TYPE_BOOL,	 /* 0 is no, all else yes */
	MW_TYPE_LIST,	 /* counts: as text with blanks between, in JSON an array of numbers */
};

#define MW_DEPTHS 3

struct mw_col {
	const char *id;	   /* JSON key; NULL: text only */
	const char *label; /* heading; NULL: JSON only */
	enum mw_type type;
	bool tree; /* text: the column that shows the tree */
};

struct mw_cell {
	bool set;
	union {
		struct mw_str str; /* of a column of MW_TYPE_STR or _LIST */
		struct mw_val val; /* of all others; MW_TYPE_SIGNED: .v is an int64_t */
	};
};

enum mw_row_in { MW_IN_BOTH, MW_IN_TEXT, MW_IN_JSON };

struct mw_row {
	struct mw_row *next;
	size_t depth; /* 0, or one more than the row it belongs to */
	/* JSON: key of the array it is in, in place of the child_id; rows of one array stand
	 * together. */
	const char *list;
	enum mw_row_in in;
	struct mw_cell cell[];
};

struct mw_table {
	struct mw_table *next;
	const char *id;			     /* key of the array; NULL: not in JSON */
	const char *child_id[MW_DEPTHS - 1]; /* key of the array inside a row of depth 0, 1 */
	const char *title;		     /* line above it; NULL: the table is not in text */
	const struct mw_col *col;
	size_t n_cols;
	struct mw_row *first, **tail;
};

enum mw_figure_kind {
	MW_FIGURE_NUMBER,
	MW_FIGURE_SIGNED,
	MW_FIGURE_BOOL,
	MW_FIGURE_TEXT,
	MW_FIGURE_STRINGS,
};

/* A fact of the whole document, in JSON only. */
struct mw_figure {
	struct mw_figure *next;
	const char *id;
	enum mw_figure_kind kind;
	struct mw_val val;	   /* of the first three; MW_FIGURE_SIGNED: .v is an int64_t */
	const char *text;	   /* MW_FIGURE_TEXT; NULL: there is none */
	const char *const *string; /* MW_FIGURE_STRINGS; NULL: there are none */
	size_t n_strings;
};

/* A line for people, and one of "notes" in JSON: the steps of a sum, for instance. */
struct mw_note {
	struct mw_note *next;
	const char *text;
};

struct mw_report_host {
	struct mw_str kernel, arch;
	uint64_t page_bytes;
	struct mw_val time_ns;
};

struct mw_report_source {
	struct mw_str path, error, example;
	const char *reason; /* the error in words */
	uint64_t count;
};

struct mw_report {
	struct mw_arena *arena;
	const char *schema; /* "memwhy.ledger/1": bump when a key changes meaning */
	struct mw_report_host host;
	bool item;	     /* one of a stream: without host and sources */
	const char *verdict; /* the first line */
	struct mw_note *first_note, **note_tail;
	struct mw_figure *first_figure, **figure_tail;
	struct mw_table *first, **tail;
	const struct mw_findings *findings; /* NULL: none were looked for */
	struct mw_report_source *source;    /* what could not be read */
	size_t n_sources;
	const char *closing; /* the last line; NULL: none */
};

struct mw_report_style {
	bool color;
	bool compact; /* JSON on one line; the items of a page closed */
	bool ascii;   /* no UTF-8 in tables: the C library has no locale for it */
	size_t width; /* of the terminal; 0: none */
};

void mw_report_init(struct mw_report *r, struct mw_arena *arena, const char *schema);

/*
 * Figures.  An id with a dot, as "gfp.mask", is the key "mask" in an object "gfp", which stands
 * where the first figure of that prefix does and holds its own "why".  One dot at most; a prefix
 * is no id of its own.  Ids and strings are kept, not copied; the array of strings is copied.
 */
void mw_report_figure(struct mw_report *r, const char *id, struct mw_val val);
void mw_report_signed(struct mw_report *r, const char *id, enum mw_why why, int64_t v);
void mw_report_bool(struct mw_report *r, const char *id, struct mw_val val);  /* 0 or 1 */
void mw_report_string(struct mw_report *r, const char *id, const char *text); /* NULL: null */
void mw_report_strings(struct mw_report *r, const char *id, const char *const *s, size_t n);

/* A line after the verdict, before the findings; kept, not copied. */
void mw_report_note(struct mw_report *r, const char *text);

struct mw_table *mw_report_table(struct mw_report *r, struct mw_table table);

/* NULL when out of memory; the cell functions take that. */
struct mw_row *mw_report_row(struct mw_report *r, struct mw_table *t, size_t depth,
			     enum mw_row_in in);
void mw_cell_str(struct mw_row *row, size_t i, struct mw_str s);
void mw_cell_val(struct mw_row *row, size_t i, struct mw_val v);

/* For MW_TYPE_SIGNED; v counts only where why is MW_OK. */
void mw_cell_signed(struct mw_row *row, size_t i, enum mw_why why, int64_t v);
void mw_report_source(struct mw_report *r, struct mw_report_source source);

/* Whether people see the table: it has a title, and a row that is not for JSON alone. */
bool mw_table_is_shown(const struct mw_table *t);

/* The writers.  0 or negative errno (-ENOMEM also when the report itself could not be built);
 * whether the stream took it all is for its owner to ask. */
int mw_report_text(const struct mw_report *r, const struct mw_report_style *style, FILE *out);

/* One document and a newline; of an item without "host", "partial" and "sources". */
int mw_report_json(const struct mw_report *r, const struct mw_report_style *style, FILE *out);

/*
 * One document around a stream of items: begin, each item, end.  At the begin only .schema and
 * .host are asked; all else is of the tail, and follows the array.  `first`: no item was written
 * before (of the end: none at all).  A call that fails has written nothing.
 */
int mw_report_json_begin(const struct mw_report *head, const struct mw_report_style *style,
			 FILE *out, const char *array_id);
int mw_report_json_item(const struct mw_report *r, const struct mw_report_style *style, bool first,
			FILE *out);
int mw_report_json_end(const struct mw_report *tail, const struct mw_report_style *style,
		       bool first, FILE *out);

/*
 * One page of HTML that needs nothing else: begin, any number of reports and items, end.  An item
 * can be folded; its verdict stays.
 */
int mw_report_html_begin(const char *title, FILE *out);
int mw_report_html(const struct mw_report *r, const struct mw_report_style *style, FILE *out);
int mw_report_html_end(FILE *out);
