/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idle - frames that nobody holds and that the buddy allocator does not have: on the list of a CPU,
 * to be given out next (free_unref_page(), mm/page_alloc.c), or loose.
 */
#pragma once

#include "base/val.h"
#include "pages/walk.h"

struct mw_idle {
	struct mw_val listed_frames; /* as the pagesets of /proc/zoneinfo count them */
	struct mw_val loose_frames;  /* tails of blocks without a head; on their way */
};

/* A frame is listed where the next one of its list points back to it, or where it can be of the
 * block of such a frame.  MW_ABSENT: this kernel's BTF does not say where lists are.  0, -EIO where
 * the reader failed, -ENOMEM. */
int mw_idle_take(const struct mw_walked *w, struct mw_idle *ret);
