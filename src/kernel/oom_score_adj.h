/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_score_adj - /proc/PID/oom_score_adj as data (oom_score_adj_read(), fs/proc/base.c), and as
 * reports print it.
 */
#pragma once

#include "base/str.h"

#define MW_OOM_SCORE_ADJ_MAX 1000 /* and from as far below 0 */

/* The whole slice, a sign and digits: 0; -EINVAL or -ERANGE. */
int mw_oom_score_adj_parse(struct mw_str s, int64_t *ret);
