/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vmallocinfo - the areas of /proc/vmallocinfo (s_show() / vmalloc_info_show(), mm/vmalloc.c).
 */
#pragma once

#include "base/str.h"

struct mw_vmalloc_area {
	struct mw_str caller; /* "kernel_clone": offset and size cut off; "" when not shown */
	struct mw_str module; /* "[nvidia]"; "": the kernel itself */
	uint64_t pages;	      /* 0: an area that maps what is no memory of its own */
};

/* The next area; malformed lines are skipped.  False at the end. */
bool mw_vmallocinfo_next(struct mw_str *rest, struct mw_vmalloc_area *ret);

/* Callers whose areas are kernel stacks (CONFIG_VMAP_STACK): counted as KernelStack too. */
bool mw_vmalloc_is_stack(struct mw_str caller);
