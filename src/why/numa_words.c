/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numa_words - a process by its name, and what to type to have it elsewhere.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/numa.h"

const char *mw_numa_name(const struct mw_proc *p, struct mw_arena *arena)
{
	struct mw_str name = p->numa.vm.n ? p->numa.vm : p->status.name;

	return mw_fmt(arena, "%s%.*s (%" PRIu64 ")", p->numa.vm.n ? "VM " : "", (int)name.n, name.p,
		      p->pid);
}

const char *mw_numa_taskset(uint64_t pid, struct mw_str cpus, struct mw_arena *arena)
{
	return mw_fmt(arena, "taskset -acp %s %" PRIu64, mw_fmt_shell(arena, cpus), pid);
}

const char *mw_numa_migratepages(uint64_t pid, const char *from, const char *to,
				 struct mw_arena *arena)
{
	return mw_fmt(arena, "migratepages %" PRIu64 " %s %s", pid, from, to);
}
