/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape - names from outside made harmless to a terminal.
 */
#pragma once

#include "base/arena.h"

/* Length of the valid UTF-8 character at the front of s that may be shown: 1 to 4; 0 where it is
 * a control character (C1 and the direction marks included) or no valid character. */
size_t mw_utf8_shown(struct mw_str s);

/* Whether valid as UTF-8 at all, shown or not: 1 to 4; else 0. */
size_t mw_utf8_valid(struct mw_str s);

/* What may not be shown as \xNN; the rest as it is. */
const char *mw_escape(struct mw_arena *a, struct mw_str s);

/* The same, and all that is no ASCII. */
const char *mw_escape_ascii(struct mw_arena *a, struct mw_str s);
