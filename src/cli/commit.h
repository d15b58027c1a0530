/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit - the parts of `memwhy commit` that are commands of their own, one file each.
 */
#pragma once

#include "cli/cmd.h"

/* --run -- COMMAND: exit status of COMMAND. */
int cli_commit_run(const struct options *o);

/* --address PID ADDR: what stands behind one virtual address. */
int cli_commit_address(const struct options *o);
