/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_cgroup.h"

static bool has_memory(struct mw_str controllers)
{
	struct mw_str one;

	while (mw_str_cut(&controllers, ',', &one))
		if (mw_str_eq(one, "memory"))
			return true;
	return false;
}

struct mw_str mw_pid_cgroup_memory(struct mw_str text)
{
	struct mw_str line, id, controllers, v2 = {};

	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_cut(&line, ':', &id))
			continue;
		controllers = (struct mw_str){ line.p, mw_str_find(line, ':') };
		line = mw_str_from(line, controllers.n + 1);
		if (has_memory(controllers))
			return line;
		if (!controllers.n)
			v2 = line;
	}
	return v2;
}
