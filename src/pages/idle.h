/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idle - frames that nobody holds and that the buddy allocator does not have: on the list of a CPU,
 * to be given out next (free_unref_page(), mm/page_alloc.c), or lost: parts of a block without a
 * head, or on their way.
 */
#pragma once

#include "pages/walk.h"

/* Those that are lost become MW_PAGE_OTHER, so that MW_PAGE_IDLE is what the pagesets of
 * /proc/zoneinfo count.  A frame is on a list where the next one of its list points back to it, or
 * where it can be of the block of such a frame.  Nothing is done where this kernel's BTF does not
 * say where lists are.  0, -EIO where the reader failed, -ENOMEM. */
int mw_idle_tell(const struct mw_walked *w);
