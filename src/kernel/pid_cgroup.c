/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_cgroup.h"

static bool has(struct mw_str controllers, const char *controller)
{
	struct mw_str one;

	while (mw_str_cut(&controllers, ',', &one))
		if (mw_str_eq(one, controller))
			return true;
	return false;
}

struct mw_str mw_pid_cgroup_of(struct mw_str text, const char *controller, bool *ret_v2)
{
	struct mw_str line, id, controllers, v2 = {};

	*ret_v2 = false;
	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_cut(&line, ':', &id))
			continue;
		controllers = (struct mw_str){ line.p, mw_str_find(line, ':') };
		line = mw_str_from(line, controllers.n + 1);
		if (has(controllers, controller))
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

	return mw_pid_cgroup_of(text, "memory", &is_v2);
}

bool mw_pid_cgroup_is_v2(struct mw_str text)
{
	bool is_v2;

	mw_pid_cgroup_of(text, "memory", &is_v2);
	return is_v2;
}
