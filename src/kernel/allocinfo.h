/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocinfo - kernel memory by the line of source that asked for it, from /proc/allocinfo
 * (allocinfo_show(), lib/alloc_tag.c, since 6.10 with CONFIG_MEM_ALLOC_PROFILING).
 */
#pragma once

#include "base/str.h"

struct mw_alloc_site {
	uint64_t bytes, calls;
	struct mw_str site; /* "mm/shmem.c:1234 func:shmem_alloc_folio" */
};

/* The next site; headings and malformed lines are skipped.  False at the end. */
bool mw_allocinfo_next(struct mw_str *rest, struct mw_alloc_site *ret);
