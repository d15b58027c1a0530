/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gauge - each limit that can refuse a process memory or a task: used, limit, room.
 *
 * Invariants: pure; room is what one more request could get at most, by that limit alone, and
 * follows the kernel's own test; a gauge that is not known says why in .room.
 */
#pragma once

#include "base/finding.h"
#include "snap/asker.h"

enum mw_limit_rule {
	MW_LIMIT_MAP_COUNT,
	MW_LIMIT_ADDRESS_SPACE,
	MW_LIMIT_MEMLOCK,
	MW_LIMIT_AS,
	MW_LIMIT_DATA,
	MW_LIMIT_STACK,
	MW_LIMIT_OVERCOMMIT,
	MW_LIMIT_HUGETLB,
	MW_LIMIT_HUGETLB_CGROUP,
	MW_LIMIT_CGROUP_KMEM,
	MW_LIMIT_CGROUP,
	MW_LIMIT_NPROC,
	MW_LIMIT_THREADS_MAX,
	MW_LIMIT_PID_MAX,
	MW_LIMIT_PIDS_MAX,
	MW_LIMIT_UNMAPPED, /* no limit: part of the range that a call named is not mapped */
	MW_LIMITS
};

struct mw_gauge {
	enum mw_limit_rule rule;
	const char *id; /* "rlimit-as" */
	enum mw_unit unit;
	struct mw_val used, limit; /* MW_UNLIMITED: there is none */
	struct mw_val room;	   /* MW_UNLIMITED: no end */
	/* So far off the boundary may be, to both sides: the counter is kept roughly. */
	uint64_t drift;
	const char *exempt;	  /* "CAP_IPC_LOCK": why it does not hold here; or NULL */
	const char *source;	  /* the file that says the limit */
	struct mw_str group;	  /* of a cgroup its path; else empty */
	uint64_t huge_page_bytes; /* of a pool; else 0 */
	const char *note;	  /* what one should know of it; or NULL */
};

struct mw_gauges {
	struct mw_gauge *item; /* the nearest to its limit first; then exempt, unlimited, unknown */
	size_t n;
};

void mw_gauges_build(const struct mw_snap *s, const struct mw_asker *a, struct mw_arena *arena,
		     struct mw_gauges *ret);

const char *mw_limit_rule_id(enum mw_limit_rule rule);

/* "RLIMIT_AS": for people. */
const char *mw_limit_rule_name(enum mw_limit_rule rule);
