/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_pages_private - what the files of cgroups_pages share while who pays and who uses is set
 * side by side.
 */
#pragma once

#include "base/index.h"
#include "why/cgroups_private.h"

/* What a group is charged for of a file, and how much of that nobody was said to use yet. */
struct mw_join_share {
	struct mw_page_share of;
	uint64_t dev, ino, left;
};

/* What the processes of a group use of a file. */
struct mw_join_user {
	size_t file, group;
	uint64_t pss, locked, need; /* need: beyond what it is charged for itself */
};

struct mw_page_join {
	const struct mw_snap *snap;
	struct mw_accounts *all;
	struct mw_arena *arena;
	struct mw_page_proof *p;
	struct mw_index by_ino, by_path; /* accounts */
	struct mw_index payer_by_ino;
	struct mw_index below; /* files that overlayfs shows under another device */
	struct mw_join_share *share;
	struct mw_join_user *user;
	size_t n_shares, n_users;
	uint64_t *unseen; /* of each account */
	size_t *read;	  /* of each account: processes whose files are known */
};

/* cgroups_loans.c: of each file who uses what others pay; then what that means for each group. */
void mw_page_join_settle(struct mw_page_join *j);
void mw_page_join_conclude(struct mw_page_join *j, uint64_t floor_bytes);
