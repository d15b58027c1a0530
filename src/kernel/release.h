/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release - a kernel's version: "6.18.44-amd64" -> 6, 18, 44.  Vendor kernels carry back-ports:
 * for those the number says what a rule looked like at most, not at least, so the vendor is kept.
 */
#pragma once

#include "base/str.h"

/* Red Hat's kernels (and CentOS, Rocky, Alma, Oracle's compatible ones): ".el7" in the release, and
 * the number that vendor ships: 2.6, 3.10, 4.18, 5.14, 6.12. */
enum mw_vendor { MW_UPSTREAM, MW_EL6, MW_EL7, MW_EL8, MW_EL9, MW_EL10 };

struct mw_release {
	uint64_t major, minor; /* 0.0: not known */
	uint64_t patch;	       /* 0: none, or not known; for 2.6.32 the 32 */
	enum mw_vendor vendor;
};

struct mw_release mw_release_parse(struct mw_str text);

/* The third word of /proc/version: "Linux version 6.1.0 (...". */
struct mw_str mw_release_of_version(struct mw_str text);

bool mw_release_is_known(struct mw_release r);
bool mw_release_at_least(struct mw_release r, uint64_t major, uint64_t minor);
