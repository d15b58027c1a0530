/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log is read as the program does it, each report in it explained and searched for findings:
 * what the headers promise of them must hold for each log anybody can write.
 */

#include "oom_check.h"

static struct mw_val node_of(const void *of, uint64_t cpu)
{
	(void)of;
	return cpu % 3 ? mw_ok(cpu % 3) : mw_no(MW_UNREAD);
}

static void seen(void *to, struct mw_oom_event *e)
{
	const struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_arena arena = {};
	struct mw_findings found;
	struct mw_oom_case c;

	(void)to;
	mw_oom_explain(e, node_of, NULL, &arena, &c);
	mw_find_oom(&c, &limit, &found);
	must(c.event == e);
	must_be_explained(&c, &found);
	mw_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	feed_oom(fuzz_text(data, size), seen);
	return 0;
}
