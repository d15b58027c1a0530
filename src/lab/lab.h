/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lab - small accidents with memory, reproduced on this machine in a memory cgroup of their own.
 *
 * An accident is one file: what it will do, what it needs, and the function that does it.  This
 * file holds the table, and what all of them have in common: telling, asking, the supervisor, the
 * group, and the removal.
 *
 * Invariants:
 *  - The worker never eats: what an accident eats is eaten by its children, in the group.
 *  - What is left of an accident is removed before its report is given, and after any death.
 *  - The table of results is the first table of the report, so that it can be written as CSV.
 */
#pragma once

#include "lab/child.h"
#include "lab/supervisor.h"
#include "report/report.h"
#include "snap/snap.h"

/* Exit statuses of the command. */
enum lab_status { LAB_AS_TOLD, LAB_FAILED, LAB_USAGE, LAB_NOT_PERMITTED };

enum lab_needs { LAB_NEEDS_ROOT = 1 << 0, LAB_NEEDS_GROUP = 1 << 1 };

#define LAB_MIB ((uint64_t)1 << 20)

/* What one run of an accident works with. */
struct lab {
	FILE *talk; /* what happens, while it happens */
	struct mw_root *root;
	struct mw_arena *arena;
	const struct mw_snap *snap; /* the counters before */
	struct mw_report *report;   /* .verdict stays NULL where there is nothing to show */
	struct lab_supervisor supervisor;
	struct lab_group group;
	char *const *arg; /* what stood behind the name */
	int n_args;
};

struct lab_accident {
	const char *name;    /* "oom-order" */
	const char *summary; /* one line */
	const char *story;   /* a few lines: what it will do */
	unsigned needs;
	uint64_t limit_bytes; /* of its group; 0: has none */
	unsigned seconds;     /* at most */
	/* NULL, or what is wrong with the words behind the name; without it there may be none. */
	const char *(*misuse)(char *const arg[], int n_args);
	/* NULL, or why it cannot be done here. */
	const char *(*check)(void);
	enum lab_status (*run)(struct lab *lab);
};

extern const struct lab_accident lab_shmem, lab_oom_order, lab_enomem, lab_stale_cache;

/* NULL: no such accident. */
const struct lab_accident *lab_find(const char *name);

/* The table of all accidents. */
void lab_list(struct mw_report *r);
void lab_names(FILE *out);

/* NULL, or why it is not possible here. */
const char *lab_obstacle(const struct lab_accident *a);

/* NULL, or what is wrong with the words behind the name. */
const char *lab_misuse(const struct lab_accident *a, char *const arg[], int n_args);

/* What it will do, what it will use, how long. */
void lab_tell(FILE *out, const struct lab_accident *a);

/* Asks on stderr, hears standard input: was it a yes? */
bool lab_ask(void);

/* Does it and removes what is left of it; .talk to .report are set by the caller. */
enum lab_status lab_perform(struct lab *lab, const struct lab_accident *a);

/* One line of what happens. */
void lab_talk(const struct lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One line on stderr; LAB_NOT_PERMITTED where the error says so, else LAB_FAILED. */
enum lab_status lab_fail(const char *what, int r);

/* The table of results, ready for rows. */
struct mw_table *lab_results(struct lab *lab, const char *id, const struct mw_col *col,
			     size_t n_cols, const char *title);
