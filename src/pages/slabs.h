/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slabs - the memory of a slab cache, found by its name: all objects of a kind, without a symbol
 * that leads to the first.  Objects that were freed are among them.
 */
#pragma once

#include "pages/walk.h"

struct mw_slab_run {
	uint64_t frame, frames;
	uint64_t cache;
};

struct mw_slabs {
	struct mw_slab_run *run;
	size_t n;
};

/* The frames of the cache of that name.  Where there is none it was merged into another: then, with
 * bytes given, those of each cache whose objects are of that size.  Lists live in w->arena.
 * 0, -EIO, -ENOMEM. */
int mw_slabs_of(const struct mw_walked *w, const char *name, uint64_t bytes, struct mw_slabs *ret);

/* Where the objects of these slabs are; only of slabs that SLUB has made.  0, -EIO, -ENOMEM. */
int mw_slabs_objects(const struct mw_walked *w, const struct mw_slabs *slabs, uint64_t bytes_min,
		     uint64_t **ret, size_t *ret_n);
