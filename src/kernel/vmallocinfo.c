/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/vmallocinfo.h"

static bool parse_line(struct mw_str line, struct mw_vmalloc_area *ret)
{
	struct mw_vmalloc_area area = {};
	struct mw_str word;

	if (!mw_str_word(&line, &word) || !mw_str_starts(word, "0x") || !mw_str_word(&line, &word))
		return false;
	while (mw_str_word(&line, &word)) {
		if (mw_str_starts(word, "pages=")) {
			if (mw_str_u64(mw_str_from(word, 6), &area.pages) < 0)
				return false;
		} else if (!area.caller.n && mw_str_find(word, '+') < word.n) {
			area.caller = (struct mw_str){ word.p, mw_str_find(word, '+') };
		} else if (!area.module.n && mw_str_starts(word, "[") && mw_str_ends(word, "]")) {
			area.module = word;
		}
	}
	*ret = area;
	return true;
}

bool mw_vmallocinfo_next(struct mw_str *rest, struct mw_vmalloc_area *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse_line(line, ret))
			return true;
	return false;
}

bool mw_vmalloc_is_stack(struct mw_str caller)
{
	static const char *const names[] = { "kernel_clone",
					     "_do_fork",
					     "copy_process",
					     "dup_task_struct",
					     "alloc_thread_stack_node",
					     "fork_idle",
					     "create_io_thread",
					     "kernel_thread" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mw_str_eq(caller, names[i]))
			return true;
	return false;
}
