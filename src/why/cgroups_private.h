/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_private - what the files of cgroups share while the accounts are built.
 */
#pragma once

#include "why/cgroups.h"
#include "why/cgroups_pages.h"

/* What nobody has been said to use yet: of removed groups below it, and of its own. */
struct mw_left_over {
	struct mw_val removed[3], own[3]; /* locked, mapped, anonymous */
};

struct mw_accounting {
	const struct mw_snap *snap;
	struct mw_accounts *all;
	uint64_t floor_bytes;
	unsigned proofs; /* enum mw_proofs */
	struct mw_arena *arena;
	struct mw_left_over *left; /* of each group */
};

/* cgroups_split.c, by arithmetic: what is charged to each alone, and to removed groups below it. */
void mw_accounts_split(struct mw_accounting *b);

/* cgroups_payer.c, by processes: what each uses that it is not charged for, and who pays. */
void mw_accounts_unpaid(struct mw_accounting *b);
void mw_accounts_payers(struct mw_accounting *b);

/* cgroups_pages.c, page by page: both of these, where the pages tell. */
void mw_accounts_pages(struct mw_accounting *b);
