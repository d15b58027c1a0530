/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logscan - finds the places in a log that may be a line of interest to `memwhy oom`, at the
 * speed of memory; only around them are lines cut and parsed.
 *
 * Invariants: pure; the vector code and its portable twin give equal results for every input.
 * What is found is a place where one of the markers stands (logscan.c has the list); whether its
 * line means something, oomlog decides.
 */
#pragma once

#include "base/str.h"

/* Offset of a marker that lies in text from `from` on: of those there, the one whose rarest bytes
 * stand first; text.n: none. */
size_t mw_logscan_find(struct mw_str text, size_t from);
size_t mw_logscan_find_portable(struct mw_str text, size_t from);

/* How many '\n' there are. */
size_t mw_logscan_lines(struct mw_str text);
size_t mw_logscan_lines_portable(struct mw_str text);

/* The longest marker: where a text ends, so many bytes less one may be the begin of one. */
#define MW_LOGSCAN_MARKER_MAX 24
