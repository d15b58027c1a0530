/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_maps.h"

static bool parse_range(struct mw_map *m)
{
	struct mw_str start, end = m->range;

	return mw_str_cut(&end, '-', &start) && !mw_str_hex64(start, &m->start) &&
	       !mw_str_hex64(end, &m->end) && m->start < m->end;
}

bool mw_map_parse(struct mw_str line, struct mw_map *ret)
{
	struct mw_map m = {};

	/* The range first: of smaps most lines are none, and are done with at once. */
	if (!mw_str_word(&line, &m.range) || !parse_range(&m) || !mw_str_word(&line, &m.perms) ||
	    !mw_str_word(&line, &m.offset) || !mw_str_word(&line, &m.dev) ||
	    !mw_str_word(&line, &m.inode))
		return false;
	while (line.n && line.p[0] == ' ')
		line = mw_str_from(line, 1);
	m.path = line;
	*ret = m;
	return true;
}

bool mw_maps_next(struct mw_str *rest, struct mw_map *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (mw_map_parse(line, ret))
			return true;
	return false;
}

bool mw_map_is_deleted(struct mw_str path)
{
	return mw_str_ends(path, " (deleted)");
}
