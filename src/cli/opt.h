/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt - the options: one table each for all commands and for every command, from which the
 * parser, the help, the completion and the check against the manual are made.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "why/thresholds.h"

#define OPT_LIST_MAX 32

/* What was given to an option that may be given several times. */
struct opt_list {
	const char *item[OPT_LIST_MAX];
	size_t n;
};

/* The values of all options; what a command does not have stays at its default. */
struct options {
	const char *root;
	bool json, ndjson, check, help, help_short, version, dump;
	const char *color;
	const char *save_capture;
	struct mw_thresholds threshold;
	uint64_t smaps_budget_ms, tree_min_bytes, top;
	const char *explain, *class;
	bool counters, full;
	bool pages;
	const char *reader; /* of the census */
	uint64_t sample_ppm;
	bool who_points;
	uint64_t who_frame; /* UINT64_MAX: not asked */
	bool ascii;	    /* set by main: there is no UTF-8 locale */
	bool yes, dry_run, csv;
	bool summary, html;
	const char *since, *until, *host, *split;
	const char *cgroup, *nodes, *cpuset, *kernel, *set[2];
	uint64_t until_bytes;
	/* Of memwhy commit. */
	uint64_t try_bytes; /* UINT64_MAX: not asked */
	const char *as, *address[2];
	bool run;
	const char *output;
	/* Of memwhy zones. */
	const char *request, *report;
	uint64_t report_line; /* 0: the last one */
	bool all_orders, processes;
	bool balance, apply, watch;
	uint64_t interval_s;
	/* Of memwhy cgroups. */
	bool dying;
	struct opt_list expect; /* "PATH=BYTES", "PATH" */
	struct opt_list files;	/* patterns */
	const char *recharge;	/* PATH */
	uint64_t disk_speed;	/* bytes a second; 0: to be measured */
	const char *proof;	/* NULL: the best that there is */
	/* Of memwhy guard. */
	const char *replay, *config;
	bool check_config, status, last;
	const char *socket;
	char **arg; /* what is no option */
	int n_args;
};

/* OPT_PAIR takes two words, into a const char *[2]; the second may begin with a dash.  OPT_LIST
 * adds to a struct opt_list.  OPT_SHARE: "0.01" or "1%", more than nothing and at most all, in
 * parts of a million. */
enum opt_kind {
	OPT_FLAG,
	OPT_TEXT,
	OPT_PAIR,
	OPT_LIST,
	OPT_NUMBER,
	OPT_SIZE,
	OPT_SHARE,
	OPT_THRESHOLD,
};

struct opt {
	const char *name; /* without the dashes */
	char letter;	  /* 0: none */
	const char *arg;  /* "FILE"; NULL: takes none */
	const char *help; /* one line; NULL: not shown */
	enum opt_kind kind;
	size_t offset; /* in struct options */
};

extern const struct opt opt_common[];
extern const size_t opt_common_count;

struct options opt_defaults(void);

/* Parses what stands before the first word that is no option (command == NULL) or all of it, by
 * the common table and `own`.  Index of the first argument not taken, or -1 when wrong (a line
 * was printed on stderr). */
int opt_parse(struct options *o, const char *command, const struct opt *own, size_t n_own, int argc,
	      char *argv[]);

/* "512", "64K", "2G" in bytes; whole numbers only. */
bool opt_parse_size(struct mw_str s, uint64_t *ret);

void opt_help(FILE *out, const struct opt *table, size_t n);

/* A line an option: COMMAND, --name, -letter, ARG, with tabs between: for tests and completion. */
void opt_dump(FILE *out, const char *command, const struct opt *table, size_t n);
