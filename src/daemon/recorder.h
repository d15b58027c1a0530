/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recorder - the last views and decisions as a recording (why/guard_record.h), in two halves that
 * take turns: when one is full, the older one is overwritten.
 *
 * Invariants: nothing allocates; a view is in it whole, or, where its texts are too long for a
 * half, without its tasks.
 */
#pragma once

#include "why/guard_record.h"

#define MW_RECORDER_BYTES ((size_t)128 << 10) /* of a half */

struct mw_recorder {
	char half[2][MW_RECORDER_BYTES];
	size_t n[2];
	unsigned now;
};

void mw_recorder_add(struct mw_recorder *r, const struct mw_guard_view *view,
		     const struct mw_guard_decision *decision);

/* Head and both halves into a new file of mode 0600 that replaces an older one. */
int mw_recorder_write(const struct mw_recorder *r, const struct mw_guard_config *config,
		      const char *path);
