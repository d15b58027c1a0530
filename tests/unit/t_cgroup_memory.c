/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cgroup_memory.h"

#include "helper.h"

static void limits(void **state)
{
	static const struct {
		const char *text;
		struct mw_val want;
	} cases[] = {
		{ "max\n", { 0, MW_ABSENT } },
		{ "max", { 0, MW_ABSENT } },
		{ "0\n", { 0, MW_OK } },
		{ "1073741824\n", { 1 << 30, MW_OK } },
		/* PAGE_COUNTER_MAX pages of 4, 16, 64 and 256 KiB; RES_COUNTER_MAX before 3.19 */
		{ "9223372036854771712\n", { 0, MW_ABSENT } },
		{ "9223372036854759424\n", { 0, MW_ABSENT } },
		{ "9223372036854710272\n", { 0, MW_ABSENT } },
		{ "9223372036854513664\n", { 0, MW_ABSENT } },
		{ "9223372036854775807\n", { 0, MW_ABSENT } },
		{ "18446744073709551615\n", { 0, MW_ABSENT } },
		{ "9223372036853000000\n", { 9223372036853000000, MW_OK } },
		{ "", { 0, MW_BAD } },
		{ "\n", { 0, MW_BAD } },
		{ "-1\n", { 0, MW_BAD } },
		{ "maximum\n", { 0, MW_BAD } },
		{ "max 5\n", { 0, MW_BAD } },
		{ "5 kB\n", { 0, MW_BAD } },
		{ "18446744073709551616\n", { 0, MW_BAD } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_val v = mw_cgroup_limit_parse(mw_str_of(cases[i].text));

		if (v.why != cases[i].want.why || (mw_known(v) && v.v != cases[i].want.v))
			fail_msg("%s gives %s %llu", cases[i].text, mw_why_name(v.why),
				 (unsigned long long)v.v);
	}
}

static void keys(void **state)
{
	static const char control[] = "oom_kill_disable 1\nunder_oom 0\noom_kill 3\n";

	(void)state;
	expect_val(mw_cgroup_key(mw_str_of(control), "oom_kill_disable"), 1);
	expect_val(mw_cgroup_key(mw_str_of(control), "oom_kill"), 3);
	expect_val(mw_cgroup_key(LIT("a 1\nb 2"), "b"), 2);
	expect_why(mw_cgroup_key(mw_str_of(control), "oom"), MW_ABSENT);
	expect_why(mw_cgroup_key(LIT(""), "shmem"), MW_ABSENT);
	expect_why(mw_cgroup_key(LIT("\n\n"), "shmem"), MW_ABSENT);
	expect_why(mw_cgroup_key(LIT("shmem\n"), "shmem"), MW_BAD);
	expect_why(mw_cgroup_key(LIT("shmem x\n"), "shmem"), MW_BAD);
	expect_why(mw_cgroup_key(LIT("shmem -1\nshmem 1\n"), "shmem"), MW_BAD);
	expect_val(mw_cgroup_key(LIT("shmem_thp 7\nshmem 1\n"), "shmem"), 1);
}

struct found {
	const char *name, *table, *point, *root;
	bool v2;
};

#define ROOTFS "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
#define V2 "30 21 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define UNIFIED "31 21 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"
#define CPU "32 21 0:28 / /sys/fs/cgroup/cpu rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
#define MEMORY "33 21 0:29 / /sys/fs/cgroup/memory rw shared:11 - cgroup cgroup rw,memory\n"

static const struct found tables[] = {
	{ "v2", ROOTFS V2, "sys/fs/cgroup", "/", true },
	{ "v1", ROOTFS CPU MEMORY, "sys/fs/cgroup/memory", "/", false },
	{ "hybrid", ROOTFS UNIFIED CPU MEMORY, "sys/fs/cgroup/memory", "/", false },
	{ "hybrid, v2 last", ROOTFS MEMORY UNIFIED, "sys/fs/cgroup/memory", "/", false },
	{ "v1 without memory", ROOTFS UNIFIED CPU, "sys/fs/cgroup/unified", "/", true },
	{ "v1 by systemd alone",
	  "32 21 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=memory\n" UNIFIED,
	  "sys/fs/cgroup/unified", "/", true },
	{ "with swap accounting off", "33 21 0:29 / /cg rw - cgroup none rw,cpuset,memory,blkio\n",
	  "cg", "/", false },
	{ "an old container",
	  "33 21 0:29 /docker/4f5e /sys/fs/cgroup/memory ro master:11 - cgroup cgroup rw,memory\n",
	  "sys/fs/cgroup/memory", "/docker/4f5e", false },
	{ "a container of v2",
	  "30 21 0:26 /../../a.slice /sys/fs/cgroup ro - cgroup2 cgroup rw,nsdelegate\n",
	  "sys/fs/cgroup", "/../../a.slice", true },
	{ "several of v2",
	  V2
	  "40 21 0:26 /x /mnt/copy rw - cgroup2 none rw\n41 21 0:26 / /run/b rw - cgroup2 a rw\n",
	  "sys/fs/cgroup", "/", true },
	{ "several of v1", MEMORY "42 21 0:29 /x /mnt/copy rw - cgroup cgroup rw,memory\n",
	  "sys/fs/cgroup/memory", "/", false },
	{ "escapes",
	  "33 21 0:29 /a\\040b\\134 /mnt/c\\011d\\012e rw - cgroup cgroup\\040x rw,memory\n",
	  "mnt/c\td\ne", "/a b\\", false },
	{ "an empty source", "33 21 0:29 / /cg rw - cgroup  rw,memory\n", "cg", "/", false },
	{ "malformed lines before", "x\n33 21\n\n" V2, "sys/fs/cgroup", "/", true },
};

static void mounts(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(tables); i++) {
		const struct found *f = &tables[i];
		struct mw_cgroup_mount m;

		if (!mw_cgroup_mount_find(mw_str_of(f->table), &a, &m))
			fail_msg("%s: not found", f->name);
		if (!mw_str_eq(m.point, f->point) || !mw_str_eq(m.root, f->root) || m.v2 != f->v2)
			fail_msg("%s: %.*s %.*s", f->name, (int)m.point.n, m.point.p, (int)m.root.n,
				 m.root.p);
	}
}

static void no_mount(void **state)
{
	static const char *const none[] = { "", ROOTFS, ROOTFS CPU,
					    "33 21 0:29 / /cg rw - cgroup cgroup rw,memory2\n",
					    "33 21 0:29 / /cg rw cgroup2 cgroup2 rw\n" };
	_mw_arena_ struct mw_arena a = {};
	struct mw_cgroup_mount m = { .v2 = true };

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++)
		assert_false(mw_cgroup_mount_find(mw_str_of(none[i]), &a, &m));
	assert_true(m.v2);
}

static void folders(void **state)
{
	static const struct {
		const char *point, *root, *path, *want;
	} cases[] = {
		{ "sys/fs/cgroup", "/", "/", "sys/fs/cgroup" },
		{ "sys/fs/cgroup", "/", "/a/b", "sys/fs/cgroup/a/b" },
		{ "sys/fs/cgroup/memory", "/", "/x y.slice", "sys/fs/cgroup/memory/x y.slice" },
		{ "cg", "/docker/4f", "/docker/4f", "cg" },
		{ "cg", "/docker/4f", "/docker/4f/in", "cg/in" },
		{ "cg", "/docker/4f", "/docker/4f5e", "" },
		{ "cg", "/docker/4f", "/docker", "" },
		{ "cg", "/docker/4f", "/", "" },
		{ "cg", "/docker/4f", "/other/4f", "" },
		/* of a process outside the cgroup namespace of the reader */
		{ "cg", "/", "/..", "" },
		{ "cg", "/", "/../../system.slice", "" },
		{ "cg", "/", "/..a", "cg/..a" },
		{ "cg", "/../../a", "/../../a/b", "cg/b" },
		{ "cg", "/../../a", "/../../a/../b", "" },
		{ "cg", "/", "/a/../../b", "" },
		{ "cg", "/", "../b", "" },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_cgroup_mount m = { mw_str_of(cases[i].point), mw_str_of(cases[i].root),
					     false };
		struct mw_str folder = mw_cgroup_folder(&m, mw_str_of(cases[i].path), &a);

		if (!mw_str_eq(folder, cases[i].want))
			fail_msg("%s: %.*s", cases[i].path, (int)folder.n, folder.p);
	}
}

static void no_folder_of_half_a_name(void **state)
{
	static const struct mw_cgroup_mount m = { { "cg", 2 }, { "/", 1 }, true };
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	expect_str(mw_cgroup_folder(&m, LIT("/a\0b"), &a), "");
	expect_str(mw_cgroup_folder(&m, LIT("/..\0b"), &a), "");
}

static void parse_all(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_cgroup_mount m;

	mw_cgroup_limit_parse(text);
	mw_cgroup_key(text, "cgroup");
	if (mw_cgroup_mount_find(text, &a, &m))
		mw_cgroup_folder(&m, text, &a);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT(UNIFIED MEMORY), parse_all);
	each_mangled(LIT(UNIFIED MEMORY), parse_all);
	each_mangled(LIT("9223372036854771712\n"), parse_all);
}

static void out_of_memory(void **state)
{
	(void)state;
	for (size_t n = 1; n < 5; n++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_cgroup_mount m;
		bool found;

		mw_arena_fail_in(n);
		found = mw_cgroup_mount_find(LIT(MEMORY), &a, &m);
		if (found)
			mw_cgroup_folder(&m, LIT("/a"), &a);
		assert_int_equal(a.failed, !mw_arena_fail_in(0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),	 cmocka_unit_test(keys),
		cmocka_unit_test(mounts),	 cmocka_unit_test(no_mount),
		cmocka_unit_test(folders),	 cmocka_unit_test(no_folder_of_half_a_name),
		cmocka_unit_test(hostile_bytes), cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
