/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address - what stands behind one virtual address: the mapping, its promise, the page.
 *
 * Pure.  A fact that cannot be had keeps its reason; what a page cannot have (a frame where there
 * is none) is MW_ABSENT.
 */
#pragma once

#include "snap/address.h"

enum mw_address_kind {
	MW_ADDRESS_HOLE,
	MW_ADDRESS_UNKNOWN, /* the mappings could not be read */
	MW_ADDRESS_ANON,
	MW_ADDRESS_HEAP,
	MW_ADDRESS_STACK,
	MW_ADDRESS_SHARED_ANON,
	MW_ADDRESS_MEMFD,
	MW_ADDRESS_SYSV,
	MW_ADDRESS_TMPFS,	 /* a file of a tmpfs, shared */
	MW_ADDRESS_FILE,	 /* any other file, shared */
	MW_ADDRESS_PRIVATE_FILE, /* of any of these */
	MW_ADDRESS_HUGETLB,
	MW_ADDRESS_SPECIAL,  /* [vdso], [vvar] ... */
	MW_ADDRESS_VSYSCALL, /* of the kernel's half, the same for all */
};

/* Who pays for it in Committed_AS. */
enum mw_promise {
	MW_PROMISE_UNKNOWN,
	MW_PROMISE_MAPPING, /* the mapping, its whole length */
	MW_PROMISE_OBJECT,  /* the shared object, its whole length since it was made */
	MW_PROMISE_BLOCKS,  /* the shared object, page by page as it gets them */
	MW_PROMISE_POOL,    /* nobody: hugetlb has reservations of its own */
	MW_PROMISE_NONE,
};

enum mw_page_state {
	MW_PAGE_UNKNOWN,
	MW_PAGE_PRESENT,
	MW_PAGE_SWAPPED,
	MW_PAGE_UNTOUCHED, /* private memory: never touched, or given back */
	MW_PAGE_UNMAPPED,  /* of a file or an object: not in this process's page table */
	MW_PAGE_GUARD,	   /* MADV_GUARD_INSTALL */
	MW_PAGE_SPECIAL,   /* being moved, on a device, a marker */
	MW_PAGE_OUTSIDE,   /* no page of the process */
};

struct mw_address {
	enum mw_address_kind kind;
	enum mw_promise promise;
	struct mw_val counted;	 /* 1: the mapping has the flag ac */
	struct mw_val noreserve; /* 1: the flag nr */
	uint64_t hole_start, hole_end;
	struct mw_val hole_bytes; /* of a hole; MW_ABSENT: nothing above it */

	enum mw_page_state state;
	enum mw_why state_why;
	bool moved; /* to another frame, or away, while it was read */
	struct mw_val frame, map_count, exclusive;
	struct mw_val zero;	   /* 1: the kernel's page of zeros */
	struct mw_val file_page;   /* 1: of a file or a shared object */
	struct mw_val copy;	   /* 1: this process's own copy of a page of a file */
	struct mw_val huge;	   /* 1: part of a block of several frames */
	struct mw_val huge_mapped; /* 1: by one entry of the page table's upper level */
	struct mw_val block_bytes;
	struct mw_val flags; /* of kpageflags */
	struct mw_val swap_type, swap_offset;
	struct mw_val soft_dirty, file_offset_bytes, cgroup_ino;
	bool charged_elsewhere; /* to another group than the process is in */
};

void mw_address_explain(const struct mw_address_facts *f, struct mw_address *ret);

const char *mw_address_kind_name(enum mw_address_kind kind); /* "private anonymous memory" */
const char *mw_promise_name(enum mw_promise promise);	     /* "mapping" */
const char *mw_page_state_name(enum mw_page_state state);    /* "present" */
