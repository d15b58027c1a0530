/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields - files of "Key:   123 kB" lines (meminfo, status, smaps_rollup) and of "key 123" lines
 * (vmstat) read into a struct of mw_val by a table.
 *
 * Invariants: bytes where the table says so, whatever the file prints; a key that the text does
 * not hold is MW_ABSENT, one that is malformed or stands twice is MW_BAD; unknown keys are
 * skipped.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

enum mw_field_kind {
	MW_FIELD_KIB,	/* "123 kB" -> bytes */
	MW_FIELD_COUNT, /* "123" as it stands */
};

struct mw_field {
	const char *key;
	size_t offset; /* of a struct mw_val */
	enum mw_field_kind kind;
};

/* sep is what follows the key: ':' or ' '.  Pure; fastest when table and text have one order. */
void mw_fields_parse(struct mw_str text, char sep, const struct mw_field *table, size_t n,
		     void *out);

/* A file that holds one decimal number and a newline. */
struct mw_val mw_number_parse(struct mw_str text);
