/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chunks - frames of the per-CPU allocator.  Its areas have no list of pages; but each page says of
 * which struct pcpu_chunk it is (pcpu_set_page_chunk(), mm/percpu.c: in page->index, later in
 * ->private), and the chunk which areas it has.  The first chunk is of memory reserved at boot.
 */
#pragma once

#include "pages/vmap.h"

/* In order; none where this kernel's BTF has no struct pcpu_chunk.  0, -EIO, -ENOMEM. */
int mw_chunks_frames(const struct mw_walked *w, const struct mw_vmap_areas *areas, uint64_t **ret,
		     size_t *ret_n);
