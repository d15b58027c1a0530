/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kallsyms - which function is at an address, by /proc/kallsyms (s_show(), kernel/kallsyms.c).
 * Others than root see all addresses as 0, which name nothing.
 */
#pragma once

#include "base/str.h"

struct mw_kallsym {
	uint64_t address; /* asked for: anywhere in a function */
	uint64_t start;	  /* of that function; 0: none was found */
	struct mw_str name;
	struct mw_str module; /* "[zfs]"; empty: the kernel itself */
};

/* Fills in what the text says of each address, which must be sorted.  Of several names at one place
 * the first counts; no function is over a MiB.  Pure; one pass over the text, of which slices are
 * kept. */
void mw_kallsyms_find(struct mw_str text, struct mw_kallsym *sym, size_t n);

/* The same of variables, which a kernel without CONFIG_KALLSYMS_ALL does not list. */
void mw_kallsyms_find_data(struct mw_str text, struct mw_kallsym *sym, size_t n);
