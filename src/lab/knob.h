/* SPDX-License-Identifier: Apache-2.0 */
/*
 * knob - a small kernel file, read or written whole.
 *
 * Invariants: a write is one write(2), for the kernel judges each on its own; a text that does
 * not fit is cut at the buffer's end, which callers may take for the whole (they read short
 * files, or read again until nothing is left).
 */
#pragma once

#include <sys/types.h>

#include "base/str.h"
#include "base/val.h"

/* A path made of parts; -ENAMETOOLONG when it does not fit. */
int lab_path(char *ret, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The text, or an empty slice with *ret_error negative. */
struct mw_str lab_knob_read(const char *path, char *buf, size_t size, int *ret_error);

/* 0 or negative errno. */
int lab_knob_write(const char *path, const char *text);

/* The file as one number; MW_ABSENT where there is no such file. */
struct mw_val lab_knob_number(const char *path);

/* The number behind "KEY " at the start of a line. */
struct mw_val lab_knob_key(const char *path, const char *key);
