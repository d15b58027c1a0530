/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones - the parts of `memwhy zones` that are commands of their own, one file each.
 */
#pragma once

#include "cli/cmd.h"

/* --report FILE: the zones of the last report in a kernel log. */
int cli_zones_of_report(const struct options *o);
