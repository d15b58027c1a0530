/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vmap - the areas of vmalloc(): every struct vmap_area of its slab cache that has a struct
 * vm_struct which knows it too (setup_vmalloc_vm(), mm/vmalloc.c).
 *
 * An area that was given back looks alive for as long as nobody uses its two structures again.  It
 * is stale, and has no frames, where an entry of its list is no struct page, or where its first or
 * its last page is now free or of a process.  What passes that too is told from the living by its
 * user: where two areas have the same frame, one of them is stale.
 */
#pragma once

#include "pages/walk.h"

struct mw_vmap_area {
	uint64_t start, bytes; /* of addresses, with the guard page */
	uint64_t area;	       /* its struct vm_struct */
	uint64_t caller;       /* where in the kernel it was asked for */
	uint64_t pages;	       /* vector of struct page; 0: it has none of its own */
	uint32_t count;	       /* of it */
	bool stale;
	size_t first; /* in .frame, count of them */
};

struct mw_vmap_areas {
	struct mw_vmap_area *area; /* by .start */
	size_t n, n_stale;
	uint64_t *frame; /* of all areas */
};

/* 0, also where the cache has no name that is known; -EIO, -ENOMEM.  w->k->direct is known. */
int mw_vmap_areas_take(const struct mw_walked *w, struct mw_vmap_areas *ret);

/* The area that begins there, and is not stale; NULL. */
struct mw_vmap_area *mw_vmap_area_at(const struct mw_vmap_areas *a, uint64_t start);
