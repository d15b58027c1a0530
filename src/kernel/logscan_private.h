/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logscan_private - the markers, and what the vector code shares with its portable twin.
 *
 * Of each marker the three rarest bytes of it in ordinary logs are its print; where a print is
 * found, the whole marker is compared.  Prints are put into groups, a bit each, so that the vector
 * code can ask for all of them at once; a group may match what none of its prints is, but seldom.
 */
#pragma once

#include "kernel/logscan.h"

struct mw_marker {
	const char *text;
	uint8_t n, at; /* length; where its print begins */
	uint8_t group; /* 0..7 */
};

extern const struct mw_marker mw_markers[];
extern const size_t mw_marker_count;

#define MW_PRINT_BYTES 3

/* A marker whose print begins at offset `at` and that begins at `from` or later: its begin; text.n:
 * none. */
size_t mw_logscan_verify(struct mw_str text, size_t from, size_t at);

/* The vector code: false where this CPU has none.  What is left over at the end, less than a
 * vector, is not looked at: *ret_at says from where. */
bool mw_logscan_vector_find(struct mw_str text, size_t from, size_t *ret_at, size_t *ret_found);
bool mw_logscan_vector_lines(struct mw_str text, size_t *ret_at, size_t *ret_lines);
