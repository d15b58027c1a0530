/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_processes - what memwhy zones --processes says: on which nodes each process is, and where
 * its threads run.
 */
#pragma once

#include "cli/cmd.h"

/* Wants a snapshot with MW_WANT_NUMA; gives the exit status. */
int cli_zones_processes(struct cli_job *job, const struct options *o);
