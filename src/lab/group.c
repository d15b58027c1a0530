/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/group.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/pid_cgroup.h"
#include "lab/knob.h"

#define ROOT_V2 "/sys/fs/cgroup"
#define ROOT_V1 "/sys/fs/cgroup/memory"

static bool lists_memory(const char *path)
{
	char buf[1024];
	struct mw_str text, word;
	int r;

	text = lab_knob_read(path, buf, sizeof(buf), &r);
	while (mw_str_word(&text, &word))
		if (mw_str_eq(word, "memory"))
			return true;
	return false;
}

const char *lab_group_find(struct lab_group *ret_root)
{
	bool v2 = lists_memory(ROOT_V2 "/cgroup.controllers");
	const char *root = v2 ? ROOT_V2 : ROOT_V1;

	if (v2 && !lists_memory(ROOT_V2 "/cgroup.subtree_control"))
		return "groups below " ROOT_V2 " have no memory controller: "
		       "its cgroup.subtree_control does not list memory";
	if (!v2 && access(ROOT_V1 "/memory.limit_in_bytes", F_OK) < 0)
		return "no memory cgroups: neither " ROOT_V2 " nor " ROOT_V1 " has the controller";
	if (access(root, W_OK) < 0)
		return v2 ? "may not make a memory cgroup in " ROOT_V2
			  : "may not make a memory cgroup in " ROOT_V1;
	*ret_root = (struct lab_group){ .root_n = strlen(root), .v2 = v2 };
	return lab_path(ret_root->path, sizeof(ret_root->path), "%s", root) < 0 ? "path too long"
										: NULL;
}

int lab_group_below(const struct lab_group *parent, const char *name, struct lab_group *ret)
{
	struct lab_group g = { .root_n = parent->root_n, .v2 = parent->v2 };
	int r = lab_path(g.path, sizeof(g.path), "%s/%s", parent->path, name);

	if (r < 0)
		return r;
	*ret = g;
	return 0;
}

/* The gate before everything that changes a group. */
static bool is_ours(const struct lab_group *g)
{
	static const char begin[] = "/" LAB_GROUP_PREFIX;

	return g->root_n && !strncmp(g->path + g->root_n, begin, sizeof(begin) - 1);
}

static int file_of(const struct lab_group *g, const char *name, char *ret, size_t size)
{
	return lab_path(ret, size, "%s/%s", g->path, name);
}

static int set(const struct lab_group *g, const char *name, const char *text)
{
	char path[256];
	int r = file_of(g, name, path, sizeof(path));

	if (!is_ours(g))
		return -EPERM;
	return r < 0 ? r : lab_knob_write(path, text);
}

static struct mw_val get(const struct lab_group *g, const char *name, const char *key)
{
	char path[256];

	if (file_of(g, name, path, sizeof(path)) < 0)
		return mw_no(MW_BAD);
	return key ? lab_knob_key(path, key) : lab_knob_number(path);
}

/* Not every kernel has each file: without swap accounting there is no swap to limit, and v1 groups
 * will lose memory.use_hierarchy one day. */
static int set_if_there(const struct lab_group *g, const char *name, const char *text)
{
	int r = set(g, name, text);

	return r == -ENOENT ? 0 : r;
}

int lab_group_make(const struct lab_group *g)
{
	if (!is_ours(g))
		return -EPERM;
	if (mkdir(g->path, 0755) < 0)
		return -errno;
	/* Before 5.11 a v1 group did not limit those below, unless told to. */
	return g->v2 ? 0 : set_if_there(g, "memory.use_hierarchy", "1");
}

int lab_group_limit(const struct lab_group *g, uint64_t bytes)
{
	char text[32];
	int r;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	r = set(g, g->v2 ? "memory.max" : "memory.limit_in_bytes", text);
	if (r < 0)
		return r;
	return g->v2 ? set_if_there(g, "memory.swap.max", "0")
		     : set_if_there(g, "memory.memsw.limit_in_bytes", text);
}

int lab_group_lift(const struct lab_group *g)
{
	int r;

	if (g->v2)
		return set(g, "memory.max", "max");
	/* Memory with swap may not be below memory alone. */
	r = set_if_there(g, "memory.memsw.limit_in_bytes", "-1");
	return r < 0 ? r : set(g, "memory.limit_in_bytes", "-1");
}

int lab_group_share(const struct lab_group *g)
{
	return g->v2 ? set(g, "cgroup.subtree_control", "+memory") : 0;
}

bool lab_group_holds(const struct lab_group *g, pid_t pid)
{
	char path[64], buf[8192];
	struct mw_str text;
	int r = lab_path(path, sizeof(path), "/proc/%d/cgroup", (int)pid);

	if (r < 0 || !is_ours(g))
		return false;
	text = lab_knob_read(path, buf, sizeof(buf), &r);
	/* Where there is no cgroup namespace, what is above our root stands before it. */
	return mw_str_ends(mw_pid_cgroup_memory(text), g->path + g->root_n);
}

int lab_group_join(const struct lab_group *g)
{
	int r = set(g, "cgroup.procs", "0");

	if (r < 0)
		return r;
	return lab_group_holds(g, getpid()) ? 0 : -EXDEV;
}

struct mw_val lab_group_usage_bytes(const struct lab_group *g)
{
	return get(g, g->v2 ? "memory.current" : "memory.usage_in_bytes", NULL);
}

struct mw_val lab_group_file_bytes(const struct lab_group *g)
{
	return get(g, "memory.stat", g->v2 ? "file" : "total_cache");
}

struct mw_val lab_group_own_file_bytes(const struct lab_group *g)
{
	return g->v2 ? mw_no(MW_ABSENT) : get(g, "memory.stat", "cache");
}

struct mw_val lab_group_hit_count(const struct lab_group *g)
{
	return g->v2 ? get(g, "memory.events", "max") : get(g, "memory.failcnt", NULL);
}

struct mw_val lab_group_kill_count(const struct lab_group *g)
{
	return get(g, g->v2 ? "memory.events" : "memory.oom_control", "oom_kill");
}
