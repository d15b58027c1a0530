/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv - the first table of a report as comma-separated values (RFC 4180).
 *
 * The keys of JSON are the names of the columns; bytes and counts are plain numbers; what is not
 * known, or does not apply, is empty.
 */
#pragma once

#include "report/report.h"

void lab_csv(const struct mw_report *r, FILE *out);
