/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kallsyms - names for addresses of the kernel's code, of /proc/kallsyms (s_show(),
 * kernel/kallsyms.c); all addresses in it are 0 for whom they are hidden from.
 */
#pragma once

#include "base/arena.h"

struct mw_symbol {
	uint64_t address;	    /* that is asked for */
	uint64_t start;		    /* of the function it lies in; 0: not known */
	struct mw_str name, module; /* slices of text; module: "[ext4]", or empty */
};

/* Pure.  One pass over the text for all; the symbols must be sorted by address. */
void mw_kallsyms_find(struct mw_str text, struct mw_symbol *symbol, size_t n);
