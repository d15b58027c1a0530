/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a snapshot holds for the OOM killer's questions: which cgroup is charged, which threads are
 * bound to what, who may be one address space.
 */
#include "helper.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snap/snap.h"

#define STAT(pid, threads)                                                                  \
	"-- proc/" pid "/stat --\n" pid " (a) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 " threads \
	" 0 50 409600 100 18446744073709551615 0 0 7000\n"
#define STATUS(path, mems)                                                                        \
	"-- proc/" path "/status --\nName:\ta\nState:\tS (sleeping)\nVmPeak:\t400 kB\n"           \
	"VmHWM:\t400 kB\nVmRSS:\t400 kB\nVmPTE:\t40 kB\nVmSwap:\t0 kB\nMems_allowed_list:\t" mems \
	"\n"
#define CGROUP(pid, path) "-- proc/" pid "/cgroup --\n" path "\n"
#define HEAD                                                  \
	"memwhy-capture 1\n-- meta/release nonl --\n6.12.0\n" \
	"-- proc/meminfo --\nMemTotal: 1000000 kB\nMemFree: 900000 kB\nSwapTotal: 0 kB\n"

/* What the snapshot points to lives in the root: free it after. */
static struct mw_root *take(const char *text, unsigned want, struct mw_arena *arena,
			    struct mw_snap *ret)
{
	const struct mw_snap_options options = { .want = MW_WANT_PROCS | MW_WANT_OOM | want };
	int fd = memfd_create("memwhy-unit", MFD_CLOEXEC);
	struct mw_root *root = NULL;
	struct mw_problem problem;
	char path[64];

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(mw_root_open(path, false, &root, &problem), 0);
	assert_int_equal(mw_snap_take(root, &options, arena, ret), 0);
	assert_false(arena->failed);
	close(fd);
	return root;
}

static void expect_text(struct mw_str got, const char *want)
{
	if (!mw_str_eq(got, want))
		fail_msg("\"%.*s\" is not \"%s\"", (int)got.n, got.p, want);
}

/* Who is in a group without the controller is charged to the next above that has it. */
static void group_without_controller(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	_mw_root_ struct mw_root *root = NULL;
	struct mw_snap s;

	(void)state;
	root = take(
		HEAD STAT("7", "1") STATUS("7", "0") CGROUP("7", "0::/a/plain/deep") STAT("8", "1")
			STATUS("8", "0") CGROUP(
				"8",
				"0::/a") "-- proc/self/mountinfo --\n"
					 "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
					 "-- sys/fs/cgroup/a/memory.current --\n4096\n"
					 "-- sys/fs/cgroup/a/memory.max --\n8192000\n-- end --\n",
		0, &a, &s);
	assert_int_equal(s.n_procs, 2);
	assert_int_equal(s.proc[0].memcg, s.proc[1].memcg);
	expect_text(s.memcgs.item[s.proc[0].memcg].path, "/a");
	expect_text(s.proc[0].cgroup, "/a/plain/deep");
	for (size_t i = 0; i < s.memcgs.n; i++)
		assert_int_equal(s.memcgs.item[i].charged,
				 mw_str_eq(s.memcgs.item[i].path, "/a") ||
					 mw_str_eq(s.memcgs.item[i].path, "/"));
}

/* v1 up to 5.10: a group may say that those below are not of it; later ones have no other. */
static void use_hierarchy(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	_mw_root_ struct mw_root *root = NULL;
	struct mw_snap s;

	(void)state;
	root = take(
		HEAD STAT("7", "1") STATUS("7", "0") CGROUP(
			"7",
			"4:memory:/flat/b") "-- proc/self/mountinfo --\n"
					    "30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup "
					    "rw,memory\n"
					    "-- sys/fs/cgroup/memory/flat/memory.usage_in_bytes "
					    "--\n4096\n"
					    "-- sys/fs/cgroup/memory/flat/memory.use_hierarchy "
					    "--\n0\n"
					    "-- sys/fs/cgroup/memory/flat/b/memory.usage_in_bytes "
					    "--\n4096\n-- end --\n",
		0, &a, &s);
	expect_text(s.memcgs.item[s.proc[0].memcg].path, "/flat/b");
	for (size_t i = 0; i < s.memcgs.n; i++)
		assert_int_equal(mw_or(s.memcgs.item[i].hierarchy, 1),
				 !mw_str_eq(s.memcgs.item[i].path, "/flat"));
}

/* Threads are asked where the first is bound; each other binding stands there once. */
static void bounds_of_threads(void **state)
{
	static const char text[] = HEAD STAT("7", "3") STATUS("7", "0") STATUS(
		"7/task/7", "0") STATUS("7/task/8", "1,3")
		STATUS("7/task/9", "1,3") "-- proc/7/numa_maps --\n00400000 bind:0 file=/a\n"
					  "-- proc/7/task/7/numa_maps --\n00400000 bind:0 file=/a\n"
					  "-- proc/7/task/8/numa_maps --\n00400000 bind:1 file=/a\n"
					  "-- proc/7/task/9/numa_maps --\n00400000 default "
					  "file=/a\n-- end --\n";
	_mw_arena_ struct mw_arena a = {};
	_mw_root_ struct mw_root *root = NULL;
	struct mw_snap s;

	(void)state;
	root = take(text, MW_WANT_POLICY, &a, &s);
	expect_text(s.proc[0].oom.policy, "bind:0");
	expect_text(s.proc[0].oom.thread_bounds, "bind:1\ndefault\n");
	mw_root_free(root);
	root = take(text, MW_WANT_MEMS, &a, &s);
	expect_text(s.proc[0].oom.thread_bounds, "1,3\n");
	mw_root_free(root);
	root = take(text, 0, &a, &s);
	expect_text(s.proc[0].oom.thread_bounds, "");
	assert_int_not_equal(s.proc[0].oom.policy_why, MW_OK);
}

/* Two that look like one: told, told apart, or nobody may say. */
static void one_or_two(void **state)
{
	static const struct {
		const char *answer;
		size_t mm;
		uint64_t like;
	} cases[] = { { "-- proc/meta/mm/7/8 --\nsame\n", 0, 0 },
		      { "-- proc/meta/mm/7/8 --\ndiffer\n", 1, 0 },
		      { "-- proc/meta/mm/7/8 EPERM --\n", 1, 7 },
		      { "-- proc/meta/mm/7/8 ENOSYS --\n", 1, 7 },
		      { "-- proc/meta/mm/7/8 ESRCH --\n", 1, 0 },
		      { "", 1, 7 } };
	char text[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		_mw_arena_ struct mw_arena a = {};
		_mw_root_ struct mw_root *root = NULL;
		struct mw_snap s;

		snprintf(text, sizeof(text), "%s%s-- end --\n",
			 HEAD STAT("7", "1") STATUS("7", "0") STAT("8", "1") STATUS("8", "0"),
			 cases[i].answer);
		root = take(text, 0, &a, &s);
		assert_int_equal(s.proc[1].oom.same_mm, cases[i].mm);
		assert_int_equal(s.proc[1].oom.like_pid, cases[i].like);
		assert_int_equal(s.proc[0].oom.like_pid, cases[i].like ? 8 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(group_without_controller),
		cmocka_unit_test(use_hierarchy),
		cmocka_unit_test(bounds_of_threads),
		cmocka_unit_test(one_or_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
