/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cgroup_memory.h"

#include "fuzz.h"

/* As a limit, a file of keys, a table of mounts, and the path of a group below what is found. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mw_cgroup_mount usual = { { "cg", 2 }, { "/", 1 }, true };
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size), folder;
	struct mw_val v = mw_cgroup_limit_parse(text);
	struct mw_cgroup_mount m;

	must(v.why == MW_OK || v.why == MW_ABSENT || v.why == MW_BAD);
	must(!mw_known(v) || v.v < (uint64_t)1 << 63);
	v = mw_cgroup_key(text, "oom_kill_disable");
	must(v.why == MW_OK || v.why == MW_ABSENT || v.why == MW_BAD);
	folder = mw_cgroup_folder(&usual, text, &arena);
	must(!folder.n || mw_str_starts(folder, "cg"));
	must(!mw_str_starts(folder, "cg/../") && !mw_str_eq(folder, "cg/.."));
	if (!mw_cgroup_mount_find(text, &arena, &m))
		return 0;
	must(m.root.n <= size && m.point.n <= size);
	/* What is mounted there is there; a NUL is in no name of the kernel's. */
	if (m.root.n > 1 && mw_str_find(m.root, '\0') == m.root.n &&
	    mw_str_find(m.point, '\0') == m.point.n)
		must(mw_str_same(mw_cgroup_folder(&m, m.root, &arena), m.point));
	mw_cgroup_folder(&m, text, &arena);
	must(!arena.failed);
	return 0;
}
