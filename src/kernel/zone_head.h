/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_head - "Node 0, zone   Normal", with which the lines of zoneinfo, buddyinfo and pagetypeinfo
 * begin (mm/vmstat.c).
 */
#pragma once

#include "base/str.h"

/* Cuts it off the front of *line; false where it is malformed: *line is spoiled then.  The name is
 * a slice of it, without the comma that pagetypeinfo has behind it. */
bool mw_zone_head_cut(struct mw_str *line, uint64_t *ret_node, struct mw_str *ret_zone);
