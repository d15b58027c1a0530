/* SPDX-License-Identifier: Apache-2.0 */
/* Two NUMA nodes, of which one runs out: who is kept to which, by a policy or by a cpuset. */
#include <sys/stat.h>
#include <sys/syscall.h>

#include "cast.h"

#define TOP "/sys/fs/cgroup"

static const char *cpuset_name(unsigned mask)
{
	static char name[40];

	snprintf(name, sizeof(name), "/" CAST_PREFIX "nodes_%u", mask);
	return name;
}

const char *full_cpuset(void)
{
	return cpuset_name(1u << FULL_NODE);
}

bool nodes_prepare(void)
{
	static const char *const mems[] = { [1] = "0", [2] = "1", [3] = "0-1" };
	char path[160];

	if (write_file(TOP "/cgroup.subtree_control", "+cpuset") < 0)
		return false;
	for (unsigned mask = 1; mask <= 3; mask++) {
		snprintf(path, sizeof(path), TOP "%s", cpuset_name(mask));
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return false;
		strcat(path, "/cpuset.mems");
		if (write_file(path, mems[mask]) < 0)
			return false;
	}
	return true;
}

long node_free_kib(int node)
{
	char path[80], text[4096], *at;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/meminfo", node);
	read_file(path, text, sizeof(text));
	at = strstr(text, "MemFree:");
	return at ? atol(at + strlen("MemFree:")) : 0;
}

bool bind_here(int policy, unsigned nodes)
{
	unsigned long mask = nodes;

	return syscall(SYS_set_mempolicy, policy, &mask, 64ul) == 0;
}

bool settle(const struct task *t)
{
	char path[160];

	if (t->cpuset) {
		snprintf(path, sizeof(path), TOP "%s/cgroup.procs", cpuset_name(t->cpuset));
		if (write_file(path, "0") < 0)
			return false;
	}
	return !t->policy || bind_here(t->policy, t->nodes);
}
