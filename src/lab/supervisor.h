/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor - a process that outlives the accident, and removes what it leaves.
 *
 * Forked first; it waits at the end of a pipe that only the worker holds, so it learns of the
 * worker's end however that came, by SIGKILL too.  It stands in a session of its own, so that
 * neither Ctrl-C nor the end of the terminal reaches it, and never in the group.
 */
#pragma once

#include "lab/leftovers.h"

struct lab_supervisor {
	pid_t pid;
	int fd; /* the worker's end of the pipe: children of the worker close it */
	struct lab_leftovers *left;
};

/* 0 or negative errno. */
int lab_supervisor_start(struct lab_supervisor *ret);

/* Lets it remove everything, and waits for that: 0, or negative when something is left. */
int lab_supervisor_finish(struct lab_supervisor *s);
