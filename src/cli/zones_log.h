/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_log - the zones of one report of a log, kept after the log was read.
 */
#pragma once

#include "kernel/oomlog.h"
#include "why/zones.h"

struct zones_log {
	struct mw_arena arena;	     /* all below lives here */
	const struct mw_snap *nodes; /* given: which CPUs a node has, if anything is known of it */
	uint64_t at_line;	     /* given: the report that has this line; 0: the last one */
	const char *kernel_wanted;   /* given: the release that wrote it; NULL: as it says */

	uint64_t seen, without; /* reports; after the one kept, or of all: without zones */
	enum mw_oom_kind last_kind;
	uint64_t last_line;

	bool no_memory; /* of an event, or for the log */
	bool found;
	struct mw_zone_map map;
	bool ask_known;
	struct mw_zone_ask ask; /* of the report itself */
	struct mw_val ask_cpu;	/* who asked ran there, and its node is not known */
	enum mw_oom_kind kind;
	uint64_t line;
	const char *kernel; /* "3.10.0-1160 (el7)" */
	bool kernel_inferred;
};

/* EXIT_DONE, or an exit status after a line on stderr.  path "-": standard input. */
int cli_zones_log(const char *path, struct zones_log *log);
