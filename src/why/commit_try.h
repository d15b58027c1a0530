/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_try - would a request succeed now, in this mode and in the others, and which rule decides?
 *
 * Pure.  About promises: whether there is a page when one is touched is another question.
 */
#pragma once

#include "why/commit.h"
#include "why/gauge.h"

enum mw_try_kind {
	MW_TRY_MALLOC,	  /* as the GNU C library maps it: with its header, in whole pages */
	MW_TRY_PRIVATE,	  /* mmap(), private and writable */
	MW_TRY_NORESERVE, /* the same with MAP_NORESERVE */
	MW_TRY_SHARED,	  /* mmap(), shared and anonymous */
	MW_TRY_SHM,	  /* shmget() */
	MW_TRY_FORK,  /* of the process; without one: of a process that has the size in one map */
	MW_TRY_TMPFS, /* write() to /dev/shm */
	MW_TRY_KINDS
};

#define MW_OVERCOMMIT_MODES 3

struct mw_try_answer {
	struct mw_val succeeds;	   /* 1, 0, or why that cannot be told */
	struct mw_val most_bytes;  /* the largest that does; MW_ABSENT: nothing ends it */
	struct mw_val drift_bytes; /* by so much that may lie off */
	const char *rule;	   /* stable: "overcommit-limit", "rlimit-as" ...: what decides */
};

struct mw_try {
	const char *request;			      /* stable: "malloc", "mmap_private" ... */
	const char *label;			      /* for people */
	struct mw_val bytes;			      /* that it takes */
	struct mw_try_answer in[MW_OVERCOMMIT_MODES]; /* by enum mw_overcommit_mode */
};

struct mw_try_ask {
	uint64_t bytes;
	bool admin;			/* CAP_SYS_ADMIN */
	const struct mw_asker *asker;	/* NULL: a small process without limits of its own */
	const struct mw_promiser *self; /* what it was promised; NULL: not known */
};

void mw_try(const struct mw_snap *s, const struct mw_commit *c, const struct mw_try_ask *ask,
	    struct mw_arena *arena, struct mw_try ret[MW_TRY_KINDS]);
