/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sockets.h"

static bool parse_line(struct mw_str line, struct mw_protocol *ret)
{
	struct mw_protocol p = {};
	struct mw_str size, sockets, memory;

	if (!mw_str_word(&line, &p.name) || !mw_str_word(&line, &size) ||
	    !mw_str_word(&line, &sockets) || mw_str_u64(sockets, &p.sockets) < 0 ||
	    !mw_str_word(&line, &memory) || mw_str_u64(memory, &p.memory_pages) < 0)
		return false; /* a protocol without the counter prints -1 */
	*ret = p;
	return true;
}

bool mw_protocols_next(struct mw_str *rest, struct mw_protocol *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse_line(line, ret))
			return true;
	return false;
}
