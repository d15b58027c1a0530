/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/allocinfo.h"

static bool parse_line(struct mw_str line, struct mw_alloc_site *ret)
{
	struct mw_alloc_site s = {};
	struct mw_str bytes, calls;

	if (!mw_str_word(&line, &bytes) || mw_str_u64(bytes, &s.bytes) < 0 ||
	    !mw_str_word(&line, &calls) || mw_str_u64(calls, &s.calls) < 0)
		return false;
	s.site = mw_str_trim(line);
	*ret = s;
	return s.site.n;
}

bool mw_allocinfo_next(struct mw_str *rest, struct mw_alloc_site *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse_line(line, ret))
			return true;
	return false;
}
