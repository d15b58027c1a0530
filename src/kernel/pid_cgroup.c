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

/* The line's path; the controller's own hierarchy if there is one, else that of v2. */
static struct mw_str find(struct mw_str text, bool *ret_v2)
{
	struct mw_str line, id, controllers, v2 = {};

	*ret_v2 = false;
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
	*ret_v2 = true;
	return v2;
}

struct mw_str mw_pid_cgroup_memory(struct mw_str text)
{
	bool is_v2;

	return find(text, &is_v2);
}

bool mw_pid_cgroup_is_v2(struct mw_str text)
{
	bool is_v2;

	find(text, &is_v2);
	return is_v2;
}
