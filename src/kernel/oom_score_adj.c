/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/oom_score_adj.h"

#include <errno.h>

int mw_oom_score_adj_parse(struct mw_str s, int64_t *ret)
{
	int64_t v;
	int r = mw_str_i64(s, &v);

	if (r < 0)
		return r;
	if (v < -MW_OOM_SCORE_ADJ_MAX || v > MW_OOM_SCORE_ADJ_MAX)
		return -ERANGE;
	*ret = v;
	return 0;
}
