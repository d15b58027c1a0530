/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idle - frames that nobody holds and that are in no list of the buddy allocator: those in a list
 * of a CPU (struct per_cpu_pages) are told from the others by it: the next page points back.
 */
#pragma once

#include "pages/walk.h"

/* Those that are in no list become MW_PAGE_OTHER: parts of blocks without a head, or on their way.
 * 0, -EIO or -ENOMEM. */
int mw_idle_tell(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		 struct mw_walk_of_pages *w);
