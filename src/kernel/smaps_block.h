/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smaps_block - what /proc/PID/smaps says of one mapping (show_smap(), fs/proc/task_mmu.c): the
 * pseudo file proc/PID/meta/smaps/ADDRESS.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"
#include "kernel/pid_maps.h"

struct mw_smaps_block {
	struct mw_val size_bytes, rss_bytes, swap_bytes, locked_bytes;
	struct mw_val page_bytes; /* KernelPageSize: larger where it is hugetlb */
	struct mw_val anon_huge_bytes, shmem_huge_bytes, file_huge_bytes;
	struct mw_str flags; /* "rd wr mr mw me ac sd"; empty: not told (before 3.8) */
};

/* One of the mappings of a whole smaps. */
struct mw_smaps_mapping {
	struct mw_map map;
	struct mw_str head, body; /* its line as of maps; the lines about it */
	struct mw_str flags;	  /* as above */
};

/* The next one; what is before it is skipped.  False at the end.  Slices of *rest. */
bool mw_smaps_next(struct mw_str *rest, struct mw_smaps_mapping *ret);

/* Pure; -ENODATA where there is no Rss line.  Slices of text. */
int mw_smaps_block_parse(struct mw_str text, struct mw_smaps_block *ret);

/* Is the code one of them? */
bool mw_vm_flags_have(struct mw_str flags, const char *code);

/* "ac" -> "counted in Committed_AS"; NULL: a code that is not known here. */
const char *mw_vm_flag_words(struct mw_str code);
