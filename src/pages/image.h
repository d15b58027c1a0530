/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image - where the kernel's own variables lie in memory, and at which address it has them.
 */
#pragma once

#include "base/str.h"

#define MW_IMAGE_PARTS 8

struct mw_image {
	struct {
		uint64_t from, to; /* physical bytes; to: the first behind it */
	} part[MW_IMAGE_PARTS];	   /* rodata, data, bss */
	size_t n;
	uint64_t code; /* physical; 0: not known */
	uint64_t text; /* the same as an address; 0: not known */
};

/* Pure.  Texts of /proc/iomem (request_standard_resources() and the like: "Kernel code", "Kernel
 * data" ...) and /proc/kallsyms (_text); what they do not tell stays 0. */
void mw_image_of(struct mw_str iomem, struct mw_str kallsyms, struct mw_image *ret);

/* Is this a variable, and at which address?  0 in *ret_address: that is not known. */
bool mw_image_has(const struct mw_image *i, uint64_t physical, uint64_t *ret_address);
