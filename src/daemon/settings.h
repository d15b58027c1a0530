/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings - the configuration in force, from its file.
 *
 * Two buffers: a new text is parsed beside the old one, and takes its place only when all of it
 * is right.
 */
#pragma once

#include "why/guard_config.h"

#define MW_SETTINGS_PATH "/etc/memwhy/guard.conf"
#define MW_SETTINGS_BYTES ((size_t)32 << 10)

struct mw_settings {
	const char *path; /* NULL: MW_SETTINGS_PATH, which need not be there */
	bool dry_run;	  /* whatever the file says */
	struct mw_guard_config config;
	char text[2][MW_SETTINGS_BYTES];
	unsigned used;
	uint64_t loaded_count, refused_count;
};

/* 0; negative errno, and what was in force stays so.  -EINVAL: see *ret_error, whose word is in a
 * buffer that the next load overwrites. */
int mw_settings_load(struct mw_settings *s, struct mw_guard_config_error *ret_error);

const char *mw_settings_path(const struct mw_settings *s);
