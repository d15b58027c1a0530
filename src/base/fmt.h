/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fmt - text made in an arena.
 *
 * Names that come from outside stay raw bytes in what is made here; the writers escape them.
 * All return the empty string when out of memory (the arena remembers).
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/val.h"

const char *mw_fmt(struct mw_arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Binary units, three digits: "0 B", "980 KiB", "1.50 GiB", "23.5 GiB". */
const char *mw_fmt_bytes(struct mw_arena *a, uint64_t bytes);

/* The same, or the reason: "denied". */
const char *mw_fmt_val_bytes(struct mw_arena *a, struct mw_val bytes);

/* Quoted for a shell, so that a command that holds it may be pasted: control bytes as $'\x1b'. */
const char *mw_fmt_shell(struct mw_arena *a, struct mw_str s);

/* part of whole in 1/1000; 0 when whole is 0. */
uint64_t mw_permille(uint64_t part, uint64_t whole);

/* The same as "63.3 %". */
const char *mw_fmt_share(struct mw_arena *a, uint64_t part, uint64_t whole);

/* The kernel's own escape for names inside a line: blanks, newlines, controls and '\' as \ooo
 * (mangle_path(), fs/seq_file.c).  undo: bytes that are no such escape stay as they are. */
struct mw_str mw_fmt_octal(struct mw_arena *a, struct mw_str s);
struct mw_str mw_fmt_unoctal(struct mw_arena *a, struct mw_str s);
