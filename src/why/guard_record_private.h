/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_record_private - the names that both directions of guard_record share.
 */
#pragma once

#include "why/guard.h"

#define MW_GUARD_RECORD_HEAD "memwhy-guard-record 1"

struct mw_guard_meter {
	const char *name;
	size_t offset; /* of a struct mw_val in struct mw_guard_meters */
};

#define MW_GUARD_METER_COUNT 24

extern const struct mw_guard_meter mw_guard_meters[MW_GUARD_METER_COUNT];

/* What is mistrusted, by its place; NULL at the end. */
extern const char *const mw_guard_mistrusts[];

#define MW_GUARD_WHYS "uOadgbr" /* by enum mw_why */

enum {
	MW_GUARD_FLAG_WOKEN = 1,
	MW_GUARD_FLAG_TRIGGERS = 2,
	MW_GUARD_FLAG_GROUPS = 4,
};
