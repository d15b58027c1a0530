/* SPDX-License-Identifier: Apache-2.0 */
/*
 * errname - errno values as the words of a capture file: "EACCES", "E123" for those without one.
 */
#pragma once

#include "base/arena.h"

/* -EACCES -> "EACCES".  Lives in the arena or for ever. */
struct mw_str mw_errname(int r, struct mw_arena *arena);

/* "EACCES" -> -EACCES; 0: no such word. */
int mw_errname_parse(struct mw_str word);
