/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_cgroups_private - what the files of find_cgroups share.
 */
#pragma once

#include "why/cgroups.h"
#include "why/find.h"

/* A finding about a group, to be filled. */
struct mw_finding mw_group_finding(const char *id, enum mw_severity severity, struct mw_val weight);

const char *mw_group_size(const struct mw_cgroups_case *c, struct mw_val bytes);

/* A file of a group, quoted for a shell. */
const char *mw_group_file(const struct mw_cgroups_case *c, size_t at, const char *name);

/* "memory.max", "memory.limit_in_bytes" */
const char *mw_group_limit_file(const struct mw_cgroups_case *c);

/* More than the floor, and than so much of RAM; unknown is no. */
bool mw_group_is_large(const struct mw_cgroups_case *c, struct mw_val bytes, uint64_t permille);

/* Drops cache that is charged to the group and those below it. */
void mw_group_fix_reclaim(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at,
			  struct mw_val bytes);
/* A limit for the group, from what it needs; none at the top. */
void mw_group_fix_limit(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at,
			struct mw_val need);
void mw_group_check(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at);

/* Of a group of which the pages tell (find_cgroups_pages.c): who pays for what it uses, the largest
 * first; the files; is shared memory among them? */
const char *mw_group_pages_payers(const struct mw_cgroups_case *c, const struct mw_account *g);
void mw_group_pages_evidence(const struct mw_cgroups_case *c, struct mw_finding *f,
			     const struct mw_account *g);
bool mw_group_uses_shmem(const struct mw_cgroups_case *c, const struct mw_account *g);
/* The largest files that removed groups directly below one are charged for. */
void mw_group_removed_evidence(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at,
			       bool shmem_alone);

/* Where what it uses was read. */
const char *mw_group_use_source(const struct mw_account *g);

/* Only a copy moves the charge of a file on a tmpfs. */
void mw_group_fix_copy(struct mw_finding *f);

/* Anonymous memory that processes of a group brought along. */
void mw_find_cgroups_moved(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all);

/* One family each: what is used and paid elsewhere; what removed groups pin. */
void mw_find_cgroups_use(const struct mw_cgroups_case *c, struct mw_findings *all);
void mw_find_cgroups_removed(const struct mw_cgroups_case *c, struct mw_findings *all);
