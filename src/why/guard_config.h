/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_config - the guard's configuration from a text.
 *
 *	# a comment: a line of its own
 *	[when]
 *	available = 5%
 *	full = 50% of 2s
 *	[choose]
 *	avoid = comm:postgres
 *	avoid = unit:backup-*.service
 *
 * A parser of its own and not libinih: memwhyd links the C library only, an error must name its
 * line and word, and nothing may be allocated.
 *
 * Invariants:
 *  - Nothing is ignored in silence: an unknown or repeated key, a value out of range, a limit that
 *    another makes void are errors, and the configuration stays as it was.
 *  - Globs and texts are slices of the text, which must outlive the configuration.
 *  - Sizes 64K 512M 2G (powers of 1024), shares 5% 2.5%, times 500ms 30s 2m 1h, yes or no; "off"
 *    where a thing may be switched off.
 *  - warn and pressure_available, where they are not given, follow a larger available.
 */
#pragma once

#include "base/textbuf.h"
#include "why/guard.h"

struct mw_guard_config_error {
	size_t line; /* from 1; 0: of the configuration as a whole */
	struct mw_str word;
	const char *text; /* "no such key" */
};

/* What holds where nothing is said. */
void mw_guard_config_normal(struct mw_guard_config *ret);

/* 0 or -EINVAL; each output is set only in its case. */
int mw_guard_config_parse(struct mw_str text, struct mw_guard_config *ret,
			  struct mw_guard_config_error *ret_error);

/* All of it as a text that is read back to the same, with the prefix before each line. */
void mw_guard_config_write(const struct mw_guard_config *config, const char *prefix,
			   struct mw_textbuf *t);

const char *mw_guard_field_name(enum mw_guard_field f); /* "comm" */
