/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups - who pays for memory, and who uses it.
 *
 * A page is charged to the memory cgroup that touched it first, and stays so, whoever uses it
 * later.  Three proofs, of which the first two need no look at a page:
 *
 *  - Arithmetic.  What is charged to a group with all below it, less what is charged to it alone
 *    and to those below it that are still there, is charged to removed groups.  Exact in v1; v2
 *    does not tell what is charged to a group alone, so there it is the same as "alone".
 *  - Processes.  What the processes of a group lock (or map) of files, against what is charged to
 *    it and locked (or mapped) by anybody.  If they use more than it is charged for, the rest is
 *    charged to others: at least so much.  A page that several processes map counts for each its
 *    share (Pss), so no page counts twice.  Whoever is charged for more than its own processes use,
 *    by as much or more, is said to pay, and each for so much once, the largest first.  Which
 *    pages those are this cannot tell.
 *
 *  - Page by page: the census says for how much of which file each group is charged, removed ones
 *    too, and smaps who maps how much of it: see why/cgroups_pages.h.  Where it tells of a group
 *    it is believed, and the processes are not asked.
 *
 * Pure: a snapshot taken with MW_WANT_PROCS | MW_WANT_CGROUPS in, for the third proof also with
 * MW_WANT_FILES | MW_WANT_PAGES, plain data out.
 *
 * Invariants:
 *  - group[i] is of snap.cgroups.item[i]: parents stand before their children.
 *  - unpaid_bytes is a lower bound: what could not be read makes it smaller, or unknown.
 */
#pragma once

#include "base/finding.h"
#include "snap/snap.h"
#include "why/cgroups_pages.h"
#include "why/group_name.h"
#include "why/thresholds.h"

#define MW_NO_GROUP SIZE_MAX

enum mw_group_proof {
	MW_PROOF_NONE,
	MW_PROOF_LOCKED, /* locked by its processes, against unevictable of its own */
	MW_PROOF_MAPPED, /* mapped by its processes, against mapped_file of its own */
	MW_PROOF_ANON,	 /* anonymous memory of its processes, against that of its own */
	MW_PROOF_PAGES,	 /* mapped by its processes, charged to others, by file */
};

/* Arithmetic is always done. */
enum mw_proofs {
	MW_BY_ARITHMETIC = 0,
	MW_BY_PROCESSES = 1 << 0,
	MW_BY_PAGES = 1 << 1,
	MW_BY_ALL = MW_BY_PROCESSES | MW_BY_PAGES,
};

enum mw_payer {
	MW_PAYER_NONE,	  /* nothing worth asking for is unpaid */
	MW_PAYER_REMOVED, /* removed groups below .payer_at */
	MW_PAYER_ABOVE,	  /* .payer_at itself, a group above it */
	MW_PAYER_EITHER,  /* one of these two: this kernel does not tell which */
	MW_PAYER_OTHER,	  /* .payer_at, a group beside it */
	MW_PAYER_UNKNOWN, /* nobody has so much left over */
};

/* What the processes of a group use of files, whoever is charged; shared pages divided. */
struct mw_group_use {
	size_t proc_count;
	size_t unread_count;	    /* of these, whose smaps_rollup is not known */
	struct mw_val locked_bytes; /* anonymous memory included */
	struct mw_val anon_bytes;   /* in RAM */
	struct mw_val mapped_bytes; /* files and shared memory */
};

/* Anonymous memory that processes brought along when they were moved to a group: it stays charged
 * where it was touched first. */
struct mw_group_moved {
	struct mw_val bytes;
	enum mw_payer payer;
	size_t payer_at; /* MW_NO_GROUP: none */
};

struct mw_account {
	const struct mw_cgroup *cgroup;
	size_t parent, depth; /* MW_NO_GROUP: none */
	struct mw_group_name name;
	struct mw_cgroup_stat own;     /* v2: with removed groups directly below it */
	struct mw_cgroup_stat removed; /* charged to those; MW_ABSENT: this kernel does not tell */
	/* Files and shared memory of it: who has no processes has hardly any anonymous memory. */
	struct mw_val removed_bytes;
	struct mw_val removed_count;   /* how many they are, with those below them; v2 */
	bool removed_by_pages;	       /* v2: else by arithmetic */
	bool removed_at_most;	       /* what it was charged for itself, before, may be in it */
	struct mw_group_use use;       /* of the processes in it */
	struct mw_group_use use_below; /* with those in the groups below it */
	enum mw_group_proof proof;
	struct mw_val unpaid_bytes; /* its processes use so much that it is not charged for */
	enum mw_payer payer;	    /* by pages: of the largest part */
	size_t payer_at;	    /* MW_NO_GROUP: none, or not seen from here */
	bool by_pages;		    /* the pages tell of it: proof is MW_PROOF_PAGES or _NONE */
	struct mw_val unpaid_locked_bytes; /* by pages: of it, what is locked */
	struct mw_val
		removed_pages_bytes; /* by pages, for comparison; removed_bytes of v1 is exact */
	struct mw_group_moved moved;
	/* With the groups below: used there and charged outside, and the other way round. */
	struct mw_val elsewhere_bytes, for_others_bytes;
	/* The limit on the way up that has the least room; MW_NO_GROUP: there is none. */
	size_t bites_at;
	struct mw_val room_bytes;	 /* MW_RACED: used is above it */
	struct mw_val working_set_bytes; /* what kubelet calls so */
};

struct mw_accounts {
	struct mw_account *group;
	size_t n;
	bool v2;
	unsigned proofs;		   /* enum mw_proofs: that were asked for */
	const struct mw_page_proof *pages; /* NULL: no such proof */
	size_t unread_count;		   /* processes whose use is missing */
	size_t outside_count; /* processes whose group is not seen from here, or not known */
	struct mw_val unpaid_bytes, removed_bytes; /* sums of what is known */
};

/* Of what is unpaid and less than floor_bytes no payer is sought.  Out of memory sticks in the
 * arena. */
void mw_accounts_build(const struct mw_snap *snap, uint64_t floor_bytes, struct mw_arena *arena,
		       struct mw_accounts *ret);

/* The same by some of the proofs. */
void mw_accounts_build_by(const struct mw_snap *snap, unsigned proofs, uint64_t floor_bytes,
			  struct mw_arena *arena, struct mw_accounts *ret);

/* Charged to it for a certain use, less what its processes use of it; MW_RACED: they use more. */
struct mw_val mw_group_surplus(const struct mw_account *g, enum mw_group_proof proof);

/* Is a the group of index `above`, or below it? */
bool mw_group_is_in(const struct mw_accounts *all, size_t a, size_t above);

/* By path, by its last part, or by the first digits of a container's id: the first such group, or
 * MW_NO_GROUP. */
size_t mw_group_find(const struct mw_accounts *all, struct mw_str name);

const char *mw_group_proof_name(enum mw_group_proof proof);
const char *mw_payer_name(enum mw_payer payer);

/* What somebody says should be charged to a group, with those below it. */
struct mw_expected {
	size_t at;
	uint64_t bytes;
	/* Where it was reckoned: of these files, and of the anonymous memory of its processes. */
	size_t file_count; /* 0: it was given */
	uint64_t files_bytes, anon_bytes;
};

struct mw_cgroups_case {
	const struct mw_snap *snap;
	const struct mw_accounts *groups;
	const struct mw_thresholds *limit;
	struct mw_arena *arena;
	size_t within; /* only groups in this one; MW_NO_GROUP: all */
	const struct mw_expected *expected;
	size_t n_expected;
};

/* For a sentence: "cgroup /a", "container 4f5e0123abcd (docker)". */
const char *mw_group_called(const struct mw_cgroups_case *c, size_t at);
/* The same after "below": "/a". */
const char *mw_group_place(const struct mw_cgroups_case *c, size_t at);
const char *mw_group_path(const struct mw_cgroups_case *c, size_t at);

/* Does a group use enough of what others pay to be told? */
bool mw_group_is_unpaid(const struct mw_cgroups_case *c, const struct mw_account *g);

/* The same, and more than the libraries that every program maps? */
bool mw_group_is_serious(const struct mw_cgroups_case *c, const struct mw_account *g);

/* In words: "removed cgroups below /a", "cgroup /b beside it" */
const char *mw_group_payer_words(const struct mw_cgroups_case *c, const struct mw_account *g);

void mw_find_cgroups(const struct mw_cgroups_case *c, struct mw_findings *ret);
