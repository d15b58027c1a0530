/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zram - /sys/block/zramN/mm_stat (mm_stat_show(), drivers/block/zram/zram_drv.c, since 4.1).
 */
#pragma once

#include "base/str.h"

struct mw_zram {
	uint64_t stored_bytes; /* what was written to the device */
	uint64_t compressed_bytes;
	uint64_t used_bytes; /* pages taken from RAM for it */
};

/* Pure: 0 or -EINVAL. */
int mw_zram_parse(struct mw_str text, struct mw_zram *ret);
