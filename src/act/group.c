/* SPDX-License-Identifier: Apache-2.0 */
#include "act/group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool is_root(const struct mw_killer *k, struct mw_str path)
{
	struct mw_str below;

	return k->memory.dir >= 0 && mw_cgroup_below(&k->memory.mount, path, &below) && !below.n;
}

int64_t mw_act_group_reclaim(const struct mw_killer *k, struct mw_str path, uint64_t bytes)
{
	char text[32];
	int r;

	if (is_root(k, path))
		return -EINVAL;
	if (bytes > MW_RECLAIM_STEP_BYTES)
		bytes = MW_RECLAIM_STEP_BYTES;
	snprintf(text, sizeof(text), "%llu\n", (unsigned long long)bytes);
	r = mw_hierarchy_write(&k->memory, path, "memory.reclaim", text);
	/* What it found less than asked for stays reclaimed (memory_reclaim(), mm/memcontrol.c). */
	return r == -EAGAIN ? 0 : r < 0 ? r : (int64_t)bytes;
}

int mw_act_group_high(const struct mw_killer *k, struct mw_str path, struct mw_val bytes,
		      struct mw_val *ret_before)
{
	char buf[32], text[32] = "max\n";
	struct mw_str before;
	int r;

	if (is_root(k, path))
		return -EINVAL;
	before = mw_hierarchy_read(&k->memory, path, "memory.high", buf, sizeof(buf), &r);
	if (r < 0)
		return r;
	if (mw_known(bytes))
		snprintf(text, sizeof(text), "%llu\n", (unsigned long long)bytes.v);
	r = mw_hierarchy_write(&k->memory, path, "memory.high", text);
	if (!r)
		*ret_before = mw_cgroup_limit_parse(before);
	return r;
}

int mw_act_group_freeze(const struct mw_killer *k, struct mw_str path, bool freeze)
{
	if (is_root(k, path))
		return -EINVAL;
	if (k->memory.mount.v2)
		return mw_hierarchy_write(&k->memory, path, "cgroup.freeze", freeze ? "1" : "0");
	return mw_hierarchy_write(&k->freezer, path, "freezer.state", freeze ? "FROZEN" : "THAWED");
}
