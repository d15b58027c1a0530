/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger - where did the memory go?
 *
 * Pure: reads a snapshot, writes a ledger.  No files, no clock.
 *
 * Invariants:
 *  - The classes partition MemTotal: their known bytes and `unaccounted`, the last class, sum to
 *    total_bytes exactly wherever unaccounted is known.  A class that is not known is left out
 *    of the sum, and so its memory shows in unaccounted.
 *  - The owners of a class partition it, and the parts of an owner partition that: what is left
 *    over is an owner of kind "remainder".  Where the owners were read at another instant and
 *    exceed their class, the remainder is MW_RACED.
 *  - Facts overlap with classes; `inside` names the one.
 */
#pragma once

#include "snap/snap.h"

struct mw_owner {
	const char *kind; /* "process", "tmpfs", "file", "slab", "remainder" ... */
	struct mw_str name;
	struct mw_val bytes;
	struct mw_val pid;	    /* MW_ABSENT: none */
	struct mw_val inode;	    /* MW_ABSENT: none */
	struct mw_val limit_bytes;  /* of a file system; MW_ABSENT: none */
	struct mw_val holder_count; /* processes that hold it; MW_ABSENT: not asked */
	struct mw_val excess_bytes; /* of a remainder: by how much the others exceed the whole */
	struct mw_str mount;	    /* the file system a file lies on */
	struct mw_str comm;	    /* of pid, where the owner is no process itself */
	const char *note;	    /* NULL: none */
	struct mw_owner *part;
	size_t n_parts;
};

struct mw_class {
	const char *id;	   /* stable: "page_cache" */
	const char *label; /* for people: "page cache" */
	struct mw_val bytes;
	const char *source;	/* "proc/meminfo" */
	enum mw_why owners_why; /* MW_UNREAD: nobody looks for owners of this class */
	struct mw_owner *owner; /* largest first, the remainder last */
	size_t n_owners;
	const char *note;
};

struct mw_fact {
	const char *id, *label;
	struct mw_val bytes;
	const char *inside; /* class id; NULL: outside the classes */
	const char *source;
};

/* Memory of processes by the group that is charged for it. */
struct mw_group {
	struct mw_str path;
	uint64_t proc_count;
	struct mw_val anon_bytes, file_bytes, shmem_bytes, swap_bytes;
	bool rss_used; /* some of its figures are RSS, not PSS */
};

enum mw_class_id {
	MW_NOT_HANDED_OUT,
	MW_FREE,
	MW_PERCPU_LISTS,
	MW_ANON,
	MW_SWAP_CACHE,
	MW_PAGE_CACHE,
	MW_BUFFERS,
	MW_SHMEM,
	MW_SLAB_RECLAIMABLE,
	MW_SLAB_UNRECLAIMABLE,
	MW_KERNEL_MISC_RECLAIMABLE,
	MW_VMALLOC,
	MW_KERNEL_STACK,
	MW_PAGE_TABLES,
	MW_SEC_PAGE_TABLES,
	MW_PERCPU,
	MW_HUGETLB,
	MW_ZSMALLOC,
	MW_ZSWAP,

	MW_GPU,
	MW_ZFS_ARC,
	MW_BOUNCE,
	MW_WRITEBACK_TMP,
	MW_HARDWARE_CORRUPTED,
	MW_UNACCOUNTED,
	MW_CLASS_COUNT
};

#define MW_FACTS_MAX 40

struct mw_ledger {
	struct mw_val total_bytes;
	struct mw_class class[MW_CLASS_COUNT]; /* by enum mw_class_id */
	struct mw_fact fact[MW_FACTS_MAX];
	size_t n_facts;
	struct mw_group *group; /* by path */
	size_t n_groups;
};

/* The owners' lists live in the arena; out of memory sticks there. */
void mw_ledger_build(const struct mw_snap *snap, struct mw_arena *arena, struct mw_ledger *ret);

/* The largest class that is known, holds something and is not in `taken`; MW_CLASS_COUNT: none. */
size_t mw_ledger_largest(const struct mw_ledger *l, const bool taken[]);

/* The share of total_bytes that is in named classes, in 1/10000; unknown as unaccounted is. */
struct mw_val mw_ledger_named(const struct mw_ledger *l);
