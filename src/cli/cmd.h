/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd - the contract between main.c and the one-file commands.
 *
 * A command reads as four steps: options, snapshot, analysis, report.
 */
#pragma once

#include "cli/opt.h"
#include "report/report.h"
#include "snap/snap.h"
#include "why/find.h"

/* With --check a finished answer is EXIT_CHECK plus the code of a monitoring plugin; all else is
 * unknown, 3. */
enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_PARTIAL, EXIT_CHECK = 16 };
enum { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN };

struct cmd {
	const char *name;
	const char *args;    /* "FILE..."; NULL: takes none */
	const char *summary; /* one line for the help */
	const struct opt *opt;
	size_t n_opts;
	/* Exit status; what goes wrong was said on stderr. */
	int (*run)(const struct options *o);
};

extern const struct cmd cmd_summary, cmd_ledger, cmd_oom, cmd_victims, cmd_commit, cmd_capture,
	cmd_explain, cmd_completion, cmd_lab, cmd_zones, cmd_cgroups, cmd_guard;

extern const struct cmd *const cmd_list[];
extern const size_t cmd_count;

/* The whole program, from its arguments to its exit status. */
int cli_main(int argc, char *argv[]);

/* What a command works on: opened, read and freed as one. */
struct cli_job {
	struct mw_root *root;
	struct mw_arena arena;
	struct mw_snap snap;
};

#define _cli_job_ __attribute__((cleanup(cli_job_done)))

/* Opens the root and takes the snapshot; EXIT_DONE, or an exit status after a line on stderr. */
int cli_job_start(struct cli_job *job, const struct options *o, unsigned want);
void cli_job_done(struct cli_job *job);

/* Fills in host and sources. */
void cli_job_describe(struct cli_job *job, struct mw_report *r);

/* Does that, writes as the options ask, and gives the exit status. */
int cli_job_emit(struct cli_job *job, const struct options *o, struct mw_report *r);

/* --color, NO_COLOR and what standard output is; width 0: no terminal. */
bool cli_wants_color(const struct options *o);
size_t cli_terminal_width(void);

/* One line on stderr; gives EXIT_FAILED. */
int cli_fail(const char *what, int r);

/* The same of what was asked about and could not be read; gives EXIT_PARTIAL. */
int cli_unread(const char *what, int r);

/* The same of an option whose value makes no sense; gives EXIT_USAGE. */
int cli_wrong(const char *option, const char *text);

/* The classes of a ledger as a table with their owners; top: how many owners each in text, 0 all
 * of them; class: only this one (NULL: all). */
void cli_ledger_table(struct mw_report *r, const struct mw_ledger *l, uint64_t top,
		      const char *class);
void cli_ledger_figures(struct mw_report *r, const struct mw_ledger *l);

/* "23.5 GiB of RAM: free 8.01 GiB (34.1 %), ..." */
const char *cli_ledger_verdict(const struct mw_ledger *l, struct mw_arena *arena);

/* The pages of docs/ that the program can print, made at build time. */
struct cli_page {
	const char *name; /* "MW-SHMEM-TMPFS", "meminfo" */
	const char *text;
};

extern const struct cli_page cli_pages[];
extern const size_t cli_page_count;

const char *cli_page_find(struct mw_str name);
