/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_oom_fix - how to set a limit, or to raise one: each age of the kernel, and each who manages
 * cgroups, has its own way.
 */
#include "base/fmt.h"
#include "kernel/path.h"
#include "why/find_oom_private.h"

static bool is_unit(struct mw_str name)
{
	return mw_str_ends(name, ".service") || mw_str_ends(name, ".scope") ||
	       mw_str_ends(name, ".slice");
}

static bool holds(struct mw_str path, const char *what)
{
	return mw_str_search(path, what) < path.n;
}

const char *mw_oom_group_file(const struct mw_oom_case *c, struct mw_str group, const char *v1,
			      const char *v2)
{
	bool old = mw_oom_is_v1(c);

	return mw_fmt(c->arena, "/sys/fs/cgroup%s%s/%s", old ? "/memory" : "",
		      group.n ? mw_fmt_shell(c->arena, group) : "/<group>", old ? v1 : v2);
}

static struct mw_fix in_file(const struct mw_oom_case *c, struct mw_str group, bool memsw)
{
	const char *v1 = memsw ? "memory.memsw.limit_in_bytes" : "memory.limit_in_bytes";
	const char *file = mw_oom_group_file(c, group, v1, "memory.max");

	return (struct mw_fix){ .command = mw_fmt(c->arena, "echo <size> > %s", file),
				.undo = mw_fmt(c->arena, "echo <the value before> > %s", file) };
}

/* systemd 219 of el7 knows MemoryLimit= alone, and no revert. */
static struct mw_fix in_unit(const struct mw_oom_case *c, const char *unit, bool of_user)
{
	const char *user = of_user ? "--user " : "";
	bool el7 = c->release.vendor == MW_EL7;

	return (struct mw_fix){
		.command = mw_fmt(c->arena, "systemctl %sset-property %s %s=<size>", user, unit,
				  el7 ? "MemoryLimit" : "MemoryMax"),
		.undo = el7 ? "the same with the value before"
			    : mw_fmt(c->arena, "systemctl %srevert %s", user, unit),
	};
}

struct mw_fix mw_oom_fix_raise(const struct mw_oom_case *c, struct mw_str group, bool memsw)
{
	struct mw_str unit = mw_path_last(group);
	struct mw_fix f;

	if (holds(group, "kubepods") && (holds(group, "/pod") || holds(group, "-pod")))
		f = (struct mw_fix){ .command = "kubectl set resources <workload> "
						"--limits=memory=<size>",
				     .undo = "the same with the value before" };
	else if (holds(group, "/docker/") || holds(group, "/docker-"))
		f = (struct mw_fix){ .command = "docker update --memory <size> --memory-swap "
						"<size> <container>",
				     .undo = "the same with the values before" };
	else if (is_unit(unit) && !memsw)
		f = in_unit(c, mw_fmt_shell(c->arena, unit),
			    holds(group, "/user@") && !mw_str_starts(unit, "user@"));
	else if (group.n)
		f = in_file(c, group, memsw);
	else
		f = in_unit(c, "<unit>", false);
	f.effect = "a higher limit, where what it holds is needed";
	f.risk = "so much less for the others";
	return f;
}

struct mw_fix mw_oom_fix_limit(const struct mw_oom_case *c)
{
	struct mw_fix f = in_unit(c, "<unit>", false);

	f.effect = "the one that grows dies alone, before the machine is short";
	f.risk = "too low a limit kills it in normal work";
	if (c->release.major > 2)
		return f;
	/* el6 and its like have no systemd. */
	return (struct mw_fix){ .command = "ulimit -v <KiB>  # in the script that starts the one "
					   "that grows",
				.effect = "it is refused memory before the machine is short",
				.risk = "a program that cannot cope with that ends",
				.undo = "ulimit -v unlimited" };
}
