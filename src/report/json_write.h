/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_write - the pieces of a JSON document, written as they come.
 *
 * Valid UTF-8 stands as it is; a byte that is not stands as the code point U+DC80..U+DCFF, so
 * that the name can be had back byte for byte.
 *
 * Invariants: whoever opens a scope closes it; a value follows a key, or in an array a
 * mw_json_separate().
 */
#pragma once

#include "report/report.h"

struct mw_json {
	FILE *out;
	size_t level; /* of scopes that are open */
	bool compact; /* all on one line */
	bool comma;   /* something stands before in this object or array */
};

/* Before each element of an array: a comma where one is due; a new line for the outer levels,
 * inner objects stay on theirs. */
void mw_json_separate(struct mw_json *j);
void mw_json_key(struct mw_json *j, const char *name);
void mw_json_key_str(struct mw_json *j, struct mw_str name);

/* By their first and last character: '{' or '['. */
void mw_json_open(struct mw_json *j, char c);
void mw_json_close(struct mw_json *j, char c);

/* Values; null where it is not known, or NULL. */
void mw_json_string(struct mw_json *j, struct mw_str s);
void mw_json_text(struct mw_json *j, const char *s);
void mw_json_val(struct mw_json *j, struct mw_val v);
void mw_json_signed(struct mw_json *j, struct mw_val v); /* .v is an int64_t */
void mw_json_bool(struct mw_json *j, struct mw_val v);

/* A key and its text; "" for NULL. */
void mw_json_field(struct mw_json *j, const char *name, struct mw_str s);
void mw_json_cstr(struct mw_json *j, const char *name, const char *s);

/* All figures of a report, and the "why" of those without a prefix. */
void mw_json_figures(struct mw_json *j, const struct mw_report *r);
