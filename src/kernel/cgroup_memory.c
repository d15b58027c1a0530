/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cgroup_memory.h"

#include "base/fmt.h"
#include "kernel/fields.h"
#include "kernel/mountinfo.h"
#include "kernel/path.h"

#define NO_LIMIT_BYTES ((uint64_t)INT64_MAX - (1 << 20)) /* pages are of 1 MiB at most */

struct mw_val mw_cgroup_limit_parse(struct mw_str text)
{
	uint64_t v;

	text = mw_str_trim(text);
	if (mw_str_eq(text, "max"))
		return mw_no(MW_ABSENT);
	if (mw_str_u64(text, &v) < 0)
		return mw_no(MW_BAD);
	return v >= NO_LIMIT_BYTES ? mw_no(MW_ABSENT) : mw_ok(v);
}

struct mw_val mw_cgroup_key(struct mw_str text, const char *key)
{
	const struct mw_field field = { key, 0, MW_FIELD_COUNT };
	struct mw_val v;

	mw_fields_parse(text, ' ', &field, 1, &v);
	return v;
}

static struct mw_str without_slash(struct mw_str s)
{
	return mw_str_from(s, mw_str_starts(s, "/"));
}

bool mw_cgroup_mount_of(struct mw_str mountinfo, const char *controller, struct mw_arena *arena,
			struct mw_cgroup_mount *ret)
{
	struct mw_mount m;
	struct mw_str value;
	bool found = false;

	while (mw_mountinfo_next(&mountinfo, &m)) {
		bool v2 = mw_str_eq(m.type, "cgroup2");
		bool v1 = mw_str_eq(m.type, "cgroup") &&
			  mw_mount_option(m.super_options, controller, &value);

		/* The first mount of either shows what is mounted; later ones are copies. */
		if (!(v1 || (v2 && !found)) || (found && !ret->v2))
			continue;
		*ret = (struct mw_cgroup_mount){
			.point = without_slash(mw_fmt_unoctal(arena, m.point)),
			.root = mw_fmt_unoctal(arena, m.root),
			.v2 = v2,
		};
		found = true;
	}
	return found;
}

bool mw_cgroup_mount_find(struct mw_str mountinfo, struct mw_arena *arena,
			  struct mw_cgroup_mount *ret)
{
	return mw_cgroup_mount_of(mountinfo, "memory", arena, ret);
}

bool mw_cgroup_below(const struct mw_cgroup_mount *mount, struct mw_str path, struct mw_str *ret)
{
	struct mw_str below = path, root = mount->root;

	/* No name of the kernel's, and cut there it would be another one. */
	if (mw_str_find(path, '\0') < path.n)
		return false;
	if (root.n > 1) {
		if (path.n < root.n || !mw_str_same((struct mw_str){ path.p, root.n }, root) ||
		    (path.n > root.n && path.p[root.n] != '/'))
			return false;
		below = mw_str_from(path, root.n);
	}
	/* Outside the reader's cgroup namespace (kernfs_path_from_node(), fs/kernfs/dir.c). */
	if (mw_path_climbs(below))
		return false;
	*ret = without_slash(below);
	return true;
}

struct mw_str mw_cgroup_folder(const struct mw_cgroup_mount *mount, struct mw_str path,
			       struct mw_arena *arena)
{
	struct mw_str below;

	if (!mw_cgroup_below(mount, path, &below))
		return (struct mw_str){};
	return mw_str_of(mw_fmt(arena, "%.*s%s%.*s", (int)mount->point.n, mount->point.p,
				below.n ? "/" : "", (int)below.n, below.p));
}
