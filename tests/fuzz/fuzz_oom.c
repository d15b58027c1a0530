/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log is read as the program does it, each report in it explained and searched for findings:
 * what the headers promise of them must hold for each log anybody can write.
 */
#include <string.h>

#include "kernel/oomfeed.h"
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
	struct mw_str text = fuzz_text(data, size);
	struct mw_oomfeed f;
	size_t room;

	must(!mw_oomfeed_init(&f, seen, NULL));
	while (text.n) {
		char *p = mw_oomfeed_room(&f, &room);

		room = room < text.n ? room : text.n;
		memcpy(p, text.p, room);
		mw_oomfeed_filled(&f, room);
		text = mw_str_from(text, room);
	}
	mw_oomfeed_done(&f);
	return 0;
}
