/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release - a kernel's version: "6.18.44-amd64" -> 6, 18.  Vendor kernels carry back-ports: the
 * number says what a rule looked like at most, not at least.
 */
#pragma once

#include "base/str.h"

struct mw_release {
	uint64_t major, minor; /* 0.0: not known */
};

struct mw_release mw_release_parse(struct mw_str text);

/* The third word of /proc/version: "Linux version 6.1.0 (...". */
struct mw_str mw_release_of_version(struct mw_str text);

bool mw_release_is_known(struct mw_release r);
bool mw_release_at_least(struct mw_release r, uint64_t major, uint64_t minor);
