/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit - who was promised memory, how much of it was ever touched, and would more be promised?
 *
 * Pure: a snapshot taken with MW_WANT_COMMIT, _OOM and _SHMEM in, plain data out.
 *
 * Invariants:
 *  - An address space counts once, however many processes share it; so does a shared object.
 *  - The promisers and the remainder sum to Committed_AS; where they were read at another instant
 *    and exceed it, the remainder is MW_RACED.
 */
#pragma once

#include "base/finding.h"
#include "model/overcommit.h"
#include "snap/snap.h"
#include "why/thresholds.h"

struct mw_promiser {
	const char *kind; /* "process", "sysv", "shared_anon", "tmpfs", "memfd" ..., "remainder" */
	struct mw_str name;
	const struct mw_proc *proc; /* NULL: no process */
	struct mw_val pid;	    /* of a holder, where it is no process itself */
	struct mw_val bytes;	    /* that count in Committed_AS */
	struct mw_val touched_bytes;
	struct mw_val unused_bytes; /* promised, never touched */
	struct mw_val fork_bytes;   /* what a fork of it would add */
	/* What it takes more if all pages that are still shared since a fork are written to. */
	struct mw_val shared_bytes;
	struct mw_val excess_bytes; /* of a remainder that is MW_RACED: by how much */
	bool from_status; /* an upper bound for what counts: VmData and VmStk, the flags were not
			   * read */
	const char *note; /* NULL: none */
};

/* Promises of processes, added up by cgroup or by user. */
struct mw_promise_sum {
	struct mw_str cgroup;
	uint64_t uid;
	uint64_t proc_count;
	struct mw_val bytes, touched_bytes, unused_bytes;
};

struct mw_commit {
	struct mw_overcommit state;
	enum mw_overcommit_mode mode;
	struct mw_val mode_known;		    /* why it is not */
	struct mw_val limit_bytes, limit_ram_bytes; /* reckoned from the parts */
	struct mw_val kernel_limit_bytes;	    /* CommitLimit */
	struct mw_val committed_bytes;		    /* Committed_AS */
	struct mw_val moved_bytes;		/* by how much it moved while processes were read */
	struct mw_overcommit_answer root, user; /* of a small process, in the present mode */
	struct mw_val batch_bytes;		/* a CPU holds back less than that */

	struct mw_promiser *promiser; /* the largest unused promise first, the remainder last */
	size_t n_promisers;
	struct mw_val named_bytes;
	uint64_t from_flags_count, from_status_count, unknown_count; /* processes */
	struct mw_promise_sum *group, *user_sum;		     /* the largest first */
	size_t n_groups, n_users;
};

/* What the rule asks, from the counters and settings of a snapshot. */
struct mw_overcommit mw_overcommit_of(const struct mw_snap *s);

void mw_commit_build(const struct mw_snap *s, struct mw_arena *arena, struct mw_commit *ret);

/* How far what is named lies from Committed_AS, in 1/10000 of it, whichever is larger. */
struct mw_val mw_commit_off(const struct mw_commit *c);

struct mw_gauges;

struct mw_commit_case {
	const struct mw_snap *snap;
	const struct mw_commit *commit;
	const struct mw_thresholds *limit;
	struct mw_arena *arena;
	/* Limits of one process, and its name; NULL: none was asked about. */
	const struct mw_gauges *gauges;
	const char *name;
};

void mw_find_commit(const struct mw_commit_case *c, struct mw_findings *ret);
