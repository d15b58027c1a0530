/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root_library - shared libraries that are loaded when first needed, so that the program also
 * runs where they are not installed.
 *
 * A library once loaded stays: some keep threads' keys and cannot be taken out again.
 */
#pragma once

#include <stddef.h>

/* A function, and where its address goes. */
struct mw_symbol {
	const char *name;
	size_t offset; /* in the struct that is filled */
};

/* 0, or -ENOSYS: the library or one of the functions is not there.  On failure what stands in
 * *ret has no meaning. */
int mw_library_load(const char *soname, const struct mw_symbol *symbols, size_t n, void *ret);
