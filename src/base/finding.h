/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finding - one answer: verdict, evidence, fix, check.
 *
 * Plain data: the analyses make findings, the reports show them, and neither knows the other.
 *
 * Invariants:
 *  - id is stable and has a page docs/findings/<id>.md.
 *  - There is no finding without at least one row of evidence.
 *  - Strings may hold raw names from outside; writers escape.  Commands in fixes are already
 *    quoted for a shell.
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"

enum mw_severity { MW_INFO, MW_WARNING, MW_CRITICAL };

/* What the number counts; MW_UNIT_TEXT rows carry .text in place of .value. */
enum mw_unit { MW_UNIT_BYTES, MW_UNIT_COUNT, MW_UNIT_PERMILLE, MW_UNIT_TEXT };

struct mw_evidence {
	const char *name;
	struct mw_val value;
	const char *text;
	enum mw_unit unit;
	const char *source; /* the file it came from: "proc/meminfo" */
};

struct mw_fix {
	const char *command; /* to paste; a line that begins with # only explains */
	const char *effect;
	const char *risk;
	const char *undo;
};

#define MW_EVIDENCE_MAX 8
#define MW_FIX_MAX 4

struct mw_finding {
	const char *id;
	enum mw_severity severity;
	const char *verdict;
	struct mw_evidence evidence[MW_EVIDENCE_MAX];
	size_t n_evidence;
	struct mw_fix fix[MW_FIX_MAX];
	size_t n_fixes;
	const char *check;     /* how to see that the fix worked */
	const char *sure;      /* how sure this is, and what would settle it */
	uint64_t weight_bytes; /* orders findings of one severity */
};

struct mw_findings {
	struct mw_finding *item;
	size_t n;
};

/* Adds a copy; out of memory sticks in the arena. */
void mw_findings_add(struct mw_findings *f, struct mw_arena *a, const struct mw_finding *finding);

/* All of another list, after its own. */
void mw_findings_join(struct mw_findings *f, struct mw_arena *a, const struct mw_findings *more);

/* Worst first: by severity, then by weight, then by id. */
void mw_findings_sort(struct mw_findings *f);

const char *mw_severity_name(enum mw_severity s);
const char *mw_unit_name(enum mw_unit u);
