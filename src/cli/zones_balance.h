/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_balance - memwhy zones --balance: a plan that puts each large process on one node; with
 * --apply it is carried out, with --watch again and again.
 */
#pragma once

#include "cli/cmd.h"
#include "why/balance_watch.h"

/* The command, from its options to its exit status. */
int cli_zones_balance(const struct options *o);

/* A look at the machine, and the plan for it. */
struct balance_look {
	struct cli_job job;
	struct mw_zone_map map;
	struct mw_balance plan;
	struct mw_val some_permyriad; /* pressure */
	struct mw_val uptime_s;
};

#define _balance_look_ __attribute__((cleanup(cli_balance_look_done)))

/* EXIT_DONE, or an exit status after a line on stderr.  w: whom a service moved a short while ago;
 * NULL: it is none. */
int cli_balance_look(const struct options *o, const struct mw_watch *w,
		     const struct mw_watch_rule *rule, struct balance_look *ret);
void cli_balance_look_done(struct balance_look *look);

/* Root alone; a line on stderr else. */
bool cli_balance_may_act(const struct balance_look *look);

/* Pressure now, as the live machine or the capture says; MW_ABSENT: the kernel does not. */
struct mw_val cli_balance_pressure(struct mw_root *root, struct mw_arena *arena);

/* What was done. */
struct balance_done {
	uint64_t moved_bytes;
	uint64_t left_bytes;   /* were to move, and did not */
	const char *stopped;   /* why it ended early; NULL: it did not */
	uint64_t failed_count; /* processes; each was said on stderr */
	const char **undo;     /* commands */
	size_t n_undo;
};

/* zones_balance_apply.c: carries the plan out; on stderr how far it is, and how to undo it. */
void cli_balance_apply(const struct options *o, struct balance_look *look,
		       struct balance_done *ret);

/* zones_balance_watch.c: the service; its exit status. */
int cli_balance_watch(const struct options *o);

struct balance_view {
	const struct mw_balance *plan;
	const struct balance_done *done; /* NULL: nothing was */
	const struct mw_balance *after;	 /* a look after it; NULL: none */
};

/* zones_balance_report.c */
void cli_balance_report(struct mw_report *r, const struct balance_view *v);

/* part of whole in 1/10000 */
uint64_t cli_balance_permyriad(uint64_t part, uint64_t whole);
