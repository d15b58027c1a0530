/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arcstats - the ZFS cache, from /proc/spl/kstat/zfs/arcstats.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

struct mw_arcstats {
	struct mw_val size_bytes; /* all of it, headers in slab caches included */
	struct mw_val min_bytes;  /* c_min: below this it is not given back */
	struct mw_val data_bytes; /* data and metadata buffers: pages of their own (ABD) */
	struct mw_val metadata_bytes;
};

/* Pure; every field may be MW_ABSENT. */
void mw_arcstats_parse(struct mw_str text, struct mw_arcstats *ret);
