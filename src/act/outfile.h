/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outfile - a file written whole or not at all: under another name first, then renamed.
 */
#pragma once

#include <stdio.h>

#include "base/str.h"

/* Mode 0600, links are not followed, an older file is replaced.  0 or negative errno. */
int mw_outfile_write(const char *path, struct mw_str text);

/* The same of what `put` writes to a stream; `put` gives 0 or negative errno. */
int mw_outfile_put(const char *path, int (*put)(void *arg, FILE *out), void *arg);
