/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glob - names by pattern, as a shell matches them: `*`, `?`, `[a-z]`, `[!a]`, and `\` before a
 * character that means itself.  One part of a path: nothing matches a `/`, and a name that begins
 * with a dot only matches a pattern that does.
 */
#pragma once

#include "base/arena.h"

bool mw_glob_match(struct mw_str pattern, struct mw_str name);

/* Does it have a character with a meaning? */
bool mw_glob_is_pattern(struct mw_str pattern);

/* What a pattern without meaning stands for: without its `\`. */
struct mw_str mw_glob_plain(struct mw_arena *a, struct mw_str pattern);

/* A pattern that matches this name alone. */
struct mw_str mw_glob_quote(struct mw_arena *a, struct mw_str name);
