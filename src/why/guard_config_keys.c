/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_config.h"
#include "why/guard_config_private.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define TIB (1ULL << 40)

#define AT(member) offsetof(struct mw_guard_config, member)
#define HOUR_MS 3600000

const struct mw_guard_key mw_guard_keys[MW_GUARD_KEYS] = {
	{ "when", "available", MW_GUARD_KEY_SHARE, AT(available_permille), 1, 900, true },
	{ "when", "available_least", MW_GUARD_KEY_SIZE, AT(available_least_bytes), MIB, TIB, true },
	{ "when", "available_most", MW_GUARD_KEY_SIZE, AT(available_most_bytes), 16 * MIB, TIB,
	  true },
	{ "when", "swap", MW_GUARD_KEY_SHARE, AT(swap_permille), 0, 1000 },
	{ "when", "full", MW_GUARD_KEY_STALL, AT(full) },
	{ "when", "some", MW_GUARD_KEY_STALL, AT(some) },
	{ "when", "pressure_available", MW_GUARD_KEY_SHARE, AT(pressure_available_permille), 1,
	  950 },
	{ "when", "warn", MW_GUARD_KEY_SHARE, AT(warn_available_permille), 1, 950, true },
	{ "when", "until", MW_GUARD_KEY_SHARE, AT(until_available_permille), 1, 950, true },
	{ "when", "own_limit", MW_GUARD_KEY_TRUTH, AT(own_limit) },
	{ "choose", "unit", MW_GUARD_KEY_UNIT, AT(unit) },
	{ "choose", "avoid", MW_GUARD_KEY_PATTERN, AT(avoid) },
	{ "choose", "prefer", MW_GUARD_KEY_PATTERN, AT(prefer) },
	{ "choose", "kill_group", MW_GUARD_KEY_PATTERN, AT(groups), .unit = MW_GUARD_GROUP },
	{ "choose", "kill_process", MW_GUARD_KEY_PATTERN, AT(groups), .unit = MW_GUARD_PROCESS },
	{ "choose", "builtin_avoid", MW_GUARD_KEY_TRUTH, AT(use_builtin_avoid) },
	{ "choose", "least", MW_GUARD_KEY_SIZE, AT(least_bytes), MIB, TIB },
	{ "choose", "prefer_more", MW_GUARD_KEY_SHARE, AT(prefer_permille), 1, 1000 },
	{ "steps", "term", MW_GUARD_KEY_TIME, AT(term_grace_ms), 100, HOUR_MS, true },
	{ "steps", "term_below", MW_GUARD_KEY_SHARE, AT(term_permille), 1, 900, true },
	{ "steps", "reclaim", MW_GUARD_KEY_TRUTH, AT(reclaim) },
	{ "steps", "throttle", MW_GUARD_KEY_TRUTH, AT(throttle) },
	{ "steps", "freeze", MW_GUARD_KEY_TRUTH, AT(freeze) },
	{ "steps", "restart_unit", MW_GUARD_KEY_TRUTH, AT(restart_unit) },
	{ "steps", "notify", MW_GUARD_KEY_TRUTH, AT(notify) },
	{ "steps", "hook", MW_GUARD_KEY_PATH, AT(hook) },
	{ "daemon", "settle", MW_GUARD_KEY_TIME, AT(settle_ms), 100, 60000 },
	{ "daemon", "idle", MW_GUARD_KEY_TIME, AT(idle_ms), 100, HOUR_MS },
	{ "daemon", "fill", MW_GUARD_KEY_SIZE, AT(fill_bytes_per_s), MIB, TIB },
	{ "daemon", "record_dir", MW_GUARD_KEY_PATH, AT(record_dir) },
	{ "daemon", "dry_run", MW_GUARD_KEY_TRUTH, AT(dry_run) },
};

void mw_guard_config_normal(struct mw_guard_config *ret)
{
	*ret = (struct mw_guard_config){
		.available_permille = 50,
		.available_most_bytes = 2 * GIB,
		.swap_permille = 100,
		.full = { 1000000, 2000000 },
		.pressure_available_permille = 120,
		.warn_available_permille = 100,
		.own_limit = true,
		.unit = MW_GUARD_PROCESS,
		.use_builtin_avoid = true,
		.least_bytes = 64 * MIB,
		.prefer_permille = 300,
		.settle_ms = 2000,
		.idle_ms = 10000,
		.fill_bytes_per_s = 4 * GIB,
	};
}
