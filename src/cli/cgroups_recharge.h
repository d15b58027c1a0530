/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_recharge - memwhy cgroups --recharge: a plan by which a cgroup comes to pay for the files
 * that it uses; with --apply what of it needs nobody to be stopped is done, and measured.
 */
#pragma once

#include "cli/cmd.h"
#include "why/recharge.h"

/* The command, from its options to its exit status. */
int cli_cgroups_recharge(const struct options *o);

/* A look at the machine, and the plan for it. */
struct recharge_look {
	struct cli_job job;
	struct mw_accounts groups;
	struct mw_cgroups_case found; /* for the words about a group */
	struct mw_str path;	      /* of the group, there or not */
	bool needed;		      /* it uses what others pay for, or its files were named */
	struct mw_used_files files;
	struct mw_recharge plan;
	struct mw_val speed;
	bool speed_given;
};

#define _recharge_look_ __attribute__((cleanup(cli_recharge_look_done)))

void cli_recharge_look_done(struct recharge_look *look);

/* What was done. */
struct recharge_done {
	size_t dropped_count;		    /* files that were asked to go */
	uint64_t failed_count;		    /* each was said on stderr */
	bool reclaimed;			    /* the group where it is paid was told to evict */
	struct mw_val *cached_bytes;	    /* of each file of the look, after it */
	uint64_t before_bytes, after_bytes; /* of those files, in memory */
};

struct recharge_view {
	const struct options *o;
	const struct recharge_look *look;
	const struct recharge_done *done;  /* NULL: nothing was */
	const struct recharge_look *after; /* a look after it; NULL: none */
};

/* cgroups_recharge_report.c */
void cli_recharge_report(struct mw_report *r, const struct recharge_view *v);

/* cgroups_recharge_steps.c: what to type, in order, and how to prevent it. */
void cli_recharge_steps(struct mw_report *r, const struct recharge_view *v);
void cli_recharge_prevention(struct mw_report *r, const struct recharge_view *v);

/* "search.service", "container 4f5e0123abcd (docker)", "lockfile (pid 12)" */
const char *cli_recharge_stop_name(struct mw_arena *a, const struct recharge_view *v,
				   const struct mw_recharge_stop *s);
