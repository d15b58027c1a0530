/* SPDX-License-Identifier: Apache-2.0 */
/* The memory cgroups of a set, v2 or v1, all below one whose name says that it is ours. */
#include <sys/stat.h>

#include "cast.h"

#define V2_TOP "/sys/fs/cgroup"
#define V1_TOP "/sys/fs/cgroup/memory"

const char *cgroup_top = "";
static char nursery[160];

bool write_number(const char *path, long n)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", n);
	return write_file(path, text) == 0;
}

bool find_cgroup_top(bool *ret_v2)
{
	char text[512];

	if (strstr(read_file(V2_TOP "/cgroup.controllers", text, sizeof(text)), "memory")) {
		cgroup_top = V2_TOP;
		*ret_v2 = true;
		return write_file(V2_TOP "/cgroup.subtree_control", "+memory") == 0;
	}
	if (access(V1_TOP "/memory.limit_in_bytes", R_OK) == 0) {
		cgroup_top = V1_TOP;
		*ret_v2 = false;
		return true;
	}
	return false;
}

static bool put(const char *dir, const char *file, long n)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return write_number(path, n);
}

static bool limit_to(bool v2, const char *dir, long bytes)
{
	return put(dir, v2 ? "memory.max" : "memory.limit_in_bytes", bytes);
}

bool nursery_make(bool v2)
{
	snprintf(nursery, sizeof(nursery), "%s/" CAST_PREFIX "%d_nursery", cgroup_top, getpid());
	return mkdir(nursery, 0755) == 0 && limit_to(v2, nursery, CAP_BYTES);
}

void nursery_remove(void)
{
	if (nursery[0])
		rmdir(nursery);
}

/* A group's files that must be written before there is one below it, or somebody in it. */
static bool group_prepare(const struct plan *p, const struct group *g)
{
	char path[320];

	if (!p->v2 && g->parent < 0 && !p->flat)
		put(g->path, "memory.use_hierarchy", 1); /* refused from 5.11 on: always 1 there */
	if (g->own_files && !limit_to(p->v2, g->path, CAP_BYTES))
		return false;
	if (p->v2 && g->own_files && g == &p->groups[p->domain] && p->swap_bytes >= 0)
		put(g->path, "memory.swap.max", p->swap_bytes);
	if (!p->v2 && p->no_swappiness)
		put(g->path, "memory.swappiness", 0);
	if (g->dies_whole && !put(g->path, "memory.oom.group", 1))
		return false;
	if (!p->v2 || !g->shares)
		return true;
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", g->path);
	return write_file(path, "+memory") == 0;
}

bool groups_make(struct plan *p)
{
	for (int i = 0; i < p->n_groups; i++) {
		struct group *g = &p->groups[i];

		snprintf(g->path, sizeof(g->path), "%.200s/%s",
			 g->parent < 0 ? cgroup_top : p->groups[g->parent].path, g->name);
		if (mkdir(g->path, 0755) < 0 || !group_prepare(p, g))
			return false;
	}
	return true;
}

long domain_usage_bytes(const struct plan *p)
{
	char path[320], text[32];

	snprintf(path, sizeof(path), "%s/%s", p->groups[p->domain].path,
		 p->v2 ? "memory.current" : "memory.usage_in_bytes");
	return atol(read_file(path, text, sizeof(text)));
}

/* The limit that bites, and at times one below that does not, for it is larger. */
bool groups_limit(const struct plan *p)
{
	const char *dir = p->groups[p->domain].path;
	long limit = domain_usage_bytes(p) / 4096 * 4096 + (long)p->headroom_pages * 4096;

	if (limit > CAP_BYTES)
		limit = CAP_BYTES;
	if (!limit_to(p->v2, dir, limit))
		return false;
	if (!p->v2 && p->swap_bytes >= 0)
		put(dir, "memory.memsw.limit_in_bytes", limit + p->swap_bytes);
	for (int i = 0; i < p->n_groups; i++)
		if (p->groups[i].loose &&
		    !limit_to(p->v2, p->groups[i].path, limit + (4096l << (i + 4))))
			return false;
	return true;
}

bool group_move(const struct plan *p, int group, pid_t pid)
{
	return put(group < 0 ? nursery : p->groups[group].path, "cgroup.procs", pid);
}

const char *domain_argument(const struct plan *p)
{
	return p->groups[p->domain].path + strlen(cgroup_top);
}

void groups_remove(const struct plan *p)
{
	for (int i = p->n_groups - 1; i >= 0; i--)
		for (int tries = 0; tries < 200 && p->groups[i].path[0]; tries++) {
			if (rmdir(p->groups[i].path) == 0 || errno != EBUSY)
				break;
			sleep_ms(5); /* the last task may still be on its way out */
		}
}
