/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_stat.h"

#include <errno.h>

#include "base/fmt.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size), tail;
	struct mw_pid_stat s = { .state = '?' }, again;
	int r = mw_pid_stat_parse(text, &s);

	must(!r || (r == -EINVAL && s.state == '?'));
	if (r)
		return 0;
	/* The name has no say: what follows the last bracket is all. */
	tail = mw_str_from(text, mw_str_rfind(text, ')') + 1);
	text = mw_arena_copy(&arena, tail);
	text = mw_str_of(mw_fmt(&arena, "7 (x)%s", text.p));
	if (mw_str_find(tail, '\0') < tail.n)
		return 0;
	must(!mw_pid_stat_parse(text, &again));
	must(s.state == again.state && s.flags == again.flags);
	must(s.parent_pid == again.parent_pid && s.start_ticks == again.start_ticks);
	must(s.thread_count == again.thread_count && s.rss_pages == again.rss_pages);
	must(s.address_space_bytes == again.address_space_bytes);
	must(s.stack_address == again.stack_address);
	return 0;
}
