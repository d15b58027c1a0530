/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find - what is wrong with memory here, as findings.  Pure.
 */
#pragma once

#include "base/finding.h"
#include "why/ledger.h"
#include "why/thresholds.h"

/* What every search for findings looks at. */
struct mw_case {
	const struct mw_snap *snap;
	const struct mw_ledger *ledger;
	const struct mw_thresholds *limit;
	struct mw_arena *arena; /* texts of findings live here */
};

/* All of them, worst first; out of memory sticks in the arena. */
void mw_find_all(const struct mw_case *c, struct mw_findings *ret);

/* One family each: shared memory, kernel memory, processes. */
void mw_find_shmem(const struct mw_case *c, struct mw_findings *f);
void mw_find_kernel(const struct mw_case *c, struct mw_findings *f);
void mw_find_processes(const struct mw_case *c, struct mw_findings *f);

/* Is bytes more than `permille` of MemTotal? Unknown is no. */
bool mw_case_exceeds(const struct mw_case *c, struct mw_val bytes, uint64_t permille);

/* The same, and more than the floor. */
bool mw_case_is_large(const struct mw_case *c, struct mw_val bytes, uint64_t permille);

/* A finding to be filled: MW_WARNING, or MW_CRITICAL where little memory is available, with
 * weight; its first row of evidence is how much that is of MemTotal. */
struct mw_finding mw_case_finding(const struct mw_case *c, const char *id, struct mw_val weight,
				  const char *name, const char *source);

void mw_finding_bytes(struct mw_finding *f, const char *name, struct mw_val bytes,
		      const char *source);
void mw_finding_count(struct mw_finding *f, const char *name, uint64_t n, const char *source);
void mw_finding_text(struct mw_finding *f, const char *name, const char *text, const char *source);
void mw_finding_fix(struct mw_finding *f, struct mw_fix fix);
