/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon - the guard at work: memwhyd, and memwhy guard in the foreground.
 *
 *	look -> decide (why/guard.h) -> act (deed.h) -> follow what comes of it -> sleep
 *
 * It sleeps until the policy wants to look again, a trigger fires, a victim is gone, somebody asks,
 * or a signal comes.  Its memory and descriptors are taken at the start; between the trigger and
 * the memory's return nothing is allocated, no process made, no file created: the journal, the
 * record and the hook come after that.
 *
 * SIGHUP reads the configuration again, SIGTERM and SIGINT end it.  Held groups are let go then.
 */
#pragma once

#include <stdbool.h>

struct mw_daemon_options {
	const char *config; /* NULL: the usual file, which need not be there */
	const char *socket; /* NULL: none listens */
	bool dry_run;
	bool by_person; /* speaks to standard error, for a person */
	bool no_sandbox;
};

/* Until it is told to end.  0, or a negative errno after a line that says why. */
int mw_daemon_run(const struct mw_daemon_options *o);
