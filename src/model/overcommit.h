/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overcommit - may so many more pages be promised?  By release.
 *
 * Mirrors __vm_enough_memory() and vm_commit_limit(), mm/util.c (mm/mmap.c before 4.8), 2.6.32 to
 * 7.2, el6 to el9.
 *
 * Invariants: pure; pages are base pages.  A term that is not known makes the answer unknown, with
 * its reason, unless the rule does not ask for it.
 */
#pragma once

#include "base/val.h"
#include "kernel/release.h"

/* vm.overcommit_memory */
enum mw_overcommit_mode { MW_OVERCOMMIT_GUESS, MW_OVERCOMMIT_ALWAYS, MW_OVERCOMMIT_NEVER };

/* What the rule may ask of the machine. */
struct mw_overcommit {
	struct mw_release release; /* not known: the newest rules */
	uint64_t page_bytes;
	struct mw_val ram_pages, swap_pages;
	struct mw_val hugetlb_pages; /* of all pools and sizes, free or not */
	struct mw_val ratio_percent;
	struct mw_val limit_kib; /* vm.overcommit_kbytes; 0 or MW_ABSENT: the ratio counts */
	struct mw_val admin_reserve_kib, user_reserve_kib;
	struct mw_val committed_pages; /* Committed_AS */
	struct mw_val cpu_count;
	/* Of GUESS before 5.2 alone. */
	struct mw_val free_pages, file_pages, shmem_pages, free_swap_pages, reclaimable_pages;
	struct mw_val reserve_pages; /* totalreserve_pages */
};

/* Who asks. */
struct mw_overcommit_asker {
	bool admin;		      /* CAP_SYS_ADMIN in the machine's own user namespace */
	struct mw_val total_vm_pages; /* of the address space that asks */
};

/* The term that decides. */
enum mw_overcommit_rule {
	MW_RULE_ALWAYS,	     /* nothing is refused */
	MW_RULE_ONE_REQUEST, /* since 5.2: one request must fit into RAM and swap */
	MW_RULE_FREE,	     /* before: into what is free or can be freed */
	MW_RULE_LIMIT,	     /* all promises together stay below the limit */
};

struct mw_overcommit_answer {
	enum mw_overcommit_rule rule;
	/* The largest request that passes; 0: none; UINT64_MAX: no end, as with MW_RULE_ALWAYS. */
	struct mw_val most_pages;
	/* NEVER: what the sum must stay below: the limit less the reserves.  May be below 0. */
	struct mw_val limit_known; /* why the next is not known */
	int64_t limit_pages;
	/* What was taken off for it. */
	struct mw_val admin_reserve_pages, user_reserve_pages;
	/* By so much the boundary may lie off in both directions: the kernel compares with a sum of
	 * which each CPU holds back a part (vm_committed_as).  0 where it reads no such counter. */
	struct mw_val drift_pages;
};

/* RAM less hugetlb by the ratio, or kbytes; and swap. */
struct mw_val mw_commit_limit_pages(const struct mw_overcommit *o);

/* Without swap: the part that ratio or kbytes give. */
struct mw_val mw_commit_limit_ram_pages(const struct mw_overcommit *o);

/* What a request would meet in a mode, the present one or another. */
void mw_overcommit_ask(const struct mw_overcommit *o, enum mw_overcommit_mode mode,
		       const struct mw_overcommit_asker *asker, struct mw_overcommit_answer *ret);

/* Does `pages` pass?  1, 0, or why that is not known. */
struct mw_val mw_overcommit_passes(const struct mw_overcommit_answer *a, uint64_t pages);

/* How far a read of the counter may be off in this mode: pages that one CPU holds back at most
 * (mm_compute_batch(), mm/mm_init.c). */
struct mw_val mw_commit_batch_pages(const struct mw_overcommit *o, enum mw_overcommit_mode mode);

/* Is Committed_AS in /proc/meminfo the exact sum (since 5.9)? */
bool mw_committed_is_exact(struct mw_release release);
