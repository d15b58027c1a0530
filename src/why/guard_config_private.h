/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_config_private - what the parts of guard_config share: the keys and the values.
 */
#pragma once

#include "why/guard.h"

enum mw_guard_kind {
	MW_GUARD_KEY_SIZE,
	MW_GUARD_KEY_SHARE,
	MW_GUARD_KEY_TIME, /* ms */
	MW_GUARD_KEY_TRUTH,
	MW_GUARD_KEY_STALL,
	MW_GUARD_KEY_UNIT,
	MW_GUARD_KEY_PATTERN,
	MW_GUARD_KEY_PATH,
};

struct mw_guard_key {
	const char *section, *name;
	enum mw_guard_kind kind;
	size_t offset; /* in struct mw_guard_config */
	uint64_t least, most;
	bool can_be_off;	 /* 0 is "off", below .least or not */
	enum mw_guard_unit unit; /* of a pattern */
};

#define MW_GUARD_KEYS 31

extern const struct mw_guard_key mw_guard_keys[MW_GUARD_KEYS];

/* Each gives NULL, or what is wrong with the word. */
const char *mw_guard_size(struct mw_str s, uint64_t *ret_bytes);
const char *mw_guard_share(struct mw_str s, uint64_t *ret_permille);
const char *mw_guard_time(struct mw_str s, uint64_t *ret_us);
const char *mw_guard_truth(struct mw_str s, bool *ret);

/* "40% of 2s", "800ms of 2s". */
const char *mw_guard_stall(struct mw_str s, struct mw_guard_pressure *ret);

/* "comm:glob"; the unit stays as it is. */
const char *mw_guard_pattern_parse(struct mw_str s, struct mw_guard_pattern *ret);
