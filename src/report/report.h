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
 *  - Everything lives in the arena given to mw_report_init(); out of memory sticks there.
 */
#pragma once

#include <stdio.h>

#include "base/finding.h"

enum mw_type { MW_TYPE_STR, MW_TYPE_BYTES, MW_TYPE_COUNT, MW_TYPE_PERCENT };

#define MW_DEPTHS 3

struct mw_col {
	const char *id;	   /* JSON key; NULL: text only */
	const char *label; /* heading; NULL: JSON only */
	enum mw_type type; /* MW_TYPE_PERCENT counts 1/10000 */
	bool tree;	   /* text: the column that shows the tree */
};

struct mw_cell {
	bool set;
	struct mw_str str;
	struct mw_val val;
};

enum mw_row_in { MW_IN_BOTH, MW_IN_TEXT, MW_IN_JSON };

struct mw_row {
	struct mw_row *next;
	size_t depth; /* 0, or one more than the row it belongs to */
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

/* A figure or a text of the whole document, in JSON only. */
struct mw_figure {
	struct mw_figure *next;
	const char *id;
	const char *text; /* NULL: it is a figure */
	struct mw_val val;
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
	const char *verdict; /* the first line */
	struct mw_figure *first_figure, **figure_tail;
	struct mw_table *first, **tail;
	const struct mw_findings *findings; /* NULL: none were looked for */
	struct mw_report_source *source;    /* what could not be read */
	size_t n_sources;
	const char *closing; /* the last line; NULL: none */
};

struct mw_report_style {
	bool color;
	bool compact; /* JSON on one line */
	bool ascii;   /* no UTF-8 in tables: the C library has no locale for it */
	size_t width; /* of the terminal; 0: none */
};

void mw_report_init(struct mw_report *r, struct mw_arena *arena, const char *schema);
void mw_report_figure(struct mw_report *r, const char *id, struct mw_val val);
void mw_report_string(struct mw_report *r, const char *id, const char *text);
struct mw_table *mw_report_table(struct mw_report *r, struct mw_table table);

/* NULL when out of memory; the cell functions take that. */
struct mw_row *mw_report_row(struct mw_report *r, struct mw_table *t, size_t depth,
			     enum mw_row_in in);
void mw_cell_str(struct mw_row *row, size_t i, struct mw_str s);
void mw_cell_val(struct mw_row *row, size_t i, struct mw_val v);
void mw_report_source(struct mw_report *r, struct mw_report_source source);

/* 0 or negative errno (-ENOMEM also when the report itself could not be built). */
int mw_report_text(const struct mw_report *r, const struct mw_report_style *style, FILE *out);
int mw_report_json(const struct mw_report *r, const struct mw_report_style *style, FILE *out);
