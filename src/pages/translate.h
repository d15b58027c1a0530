/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translate - which frames are behind addresses of the kernel, by its own page tables: for areas
 * that keep no list of their pages.  x86-64, with four or five levels; elsewhere none is found.
 */
#pragma once

#include "pages/kmem.h"

/* Frames of 4 KiB behind n pages from address on; UINT64_MAX: not mapped, or not known. */
void mw_translate(struct mw_kmem *k, const struct mw_layout *l, uint64_t address, size_t n,
		  uint64_t *ret_frame);
