/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_pages - the third proof, page by page: for each file who pays for its pages, and who uses
 * them.
 *
 * The census gives for each group, removed ones too, how much of each file is charged to it; smaps
 * gives for each process how much of the file it maps, of a page that several map its share; its
 * descriptors say what else it holds open.  A group's own payment covers its own use first; what
 * it uses beyond that is paid by those who are charged for more of that file than they use, each
 * in proportion to what it has left.  With one payer that is exact; with several the sum is, and
 * who pays how much of it is a lower bound of what is not its own.
 *
 * What is only held open and mapped by nobody is told apart: it may be used, or not.
 *
 * What it does not see: anonymous memory; pages of drivers, which no cgroup is charged for as
 * files; what of a group is in files that have no row in the census (unseen_bytes).
 *
 * Pure; out of memory sticks in the arena.
 */
#pragma once

#include "snap/snap.h"

/* A group of the census. */
struct mw_page_payer {
	const struct mw_census_group *group;
	bool removed;
	/* Its account; of a removed one the nearest above it that is there.  MW_NO_GROUP: not seen
	 * from here. */
	size_t at;
	uint64_t listed_bytes; /* of its files, what is in .share */
	size_t first_share, n_shares;
};

struct mw_page_file {
	uint64_t dev, ino;
	const struct mw_census_file *row; /* NULL: none */
	struct mw_str path;		  /* empty: not known */
	bool shmem;
	bool deleted; /* as far as is known */
};

/* What a group is charged for of a file. */
struct mw_page_share {
	size_t payer, file;
	uint64_t bytes;
};

/* What one group uses of a file and another is charged for. */
struct mw_page_loan {
	size_t user; /* account */
	size_t payer, file;
	uint64_t mapped_bytes;
	uint64_t locked_bytes; /* of these */
	uint64_t held_bytes;   /* mapped by nobody, and open, or mapped in parts, there */
};

struct mw_page_proof {
	struct mw_page_payer *payer; /* as the groups of the census */
	struct mw_page_file *file;
	struct mw_page_share *share; /* by payer, the largest first */
	struct mw_page_loan *loan;   /* by user, the largest first */
	size_t n_payers, n_files, n_shares, n_loans;
	/* Mapped by groups, of files without a row, or more than what is charged to anybody. */
	uint64_t unseen_bytes;
};

struct mw_accounts;

/* The loans of a user: the first, and how many. */
size_t mw_page_loans_of(const struct mw_page_proof *p, size_t user, size_t *ret_n);

/* "/srv/index", "inode 12 of 8:1" */
struct mw_str mw_page_file_name(const struct mw_page_file *f, struct mw_arena *arena);

/* "cgroup /a", "removed cgroup /a (inode 1234)" */
const char *mw_page_payer_name(const struct mw_page_payer *p, struct mw_arena *arena);
