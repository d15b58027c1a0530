/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All memory cgroups of a snapshot: named in one answer, or by lists of folders.
 */
#include "cgroups_helper.h"

#define LONG "/a-name-that-is-long-enough-to-be-no-folder-that-is-opened-once"

/* Parents before children, a folder before its later siblings, whatever order they are named in. */
static void one_answer(void **state)
{
	static const char *const want[] = { "/", "/a", "/a/b", "/a/b c", "/a-b", "/z" };
	static const size_t parent[] = { MW_NO_MEMCG, 0, 1, 1, 0, 0 };
	_machine_ struct machine m = {};

	(void)state;
	machine_take(
		&m, HEAD V2_MOUNT
		"-- cg/meta/folders --\n1 /\n9 /z\n5 /a-b\n3 /a\n7 /a/b\\\\040c\n6 /a/b\n6 /a/b\n"
		"x /no\n8 no\n" V2_STAT("/a/b", "5", "1", "2") FILE1(
			"/a/b", "memory.current", "6000000") FILE1("/a/b", "memory.max", "max")
			FILE1("/a/b", "memory.high", "7000000") FILE1(
				"/a/b", "memory.events", "low 0\nhigh 3\nmax 4\noom 0\noom_kill 1")
				FILE1("/a/b", "cgroup.stat",
				      "nr_descendants 0\n"
				      "nr_dying_descendants 5") END);
	assert_int_equal(m.s.cgroups.n, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(mw_str_eq(m.s.cgroups.item[i].path, want[i]));
		assert_int_equal(m.s.cgroups.item[i].parent, parent[i]);
	}
	assert_int_equal(m.s.cgroups.item[2].ino, 6);
	assert_true(m.s.cgroups.item[2].charged);
	assert_false(m.s.cgroups.item[1].charged);
	expect_val(m.s.cgroups.item[2].usage_bytes, 6000000);
	expect_val(m.s.cgroups.item[2].high_bytes, 7000000);
	expect_why(m.s.cgroups.item[2].max_bytes, MW_ABSENT);
	expect_val(m.s.cgroups.item[2].max_count, 4);
	expect_val(m.s.cgroups.item[2].oom_kill_count, 1);
	expect_val(m.s.cgroups.item[2].dying_count, 5);
	expect_why(m.s.cgroups.item[2].dying_charged_count, MW_ABSENT);
	expect_val(m.s.cgroups.item[2].total.mapped_bytes, 1000000);
	expect_why(m.s.cgroups.item[1].total.mapped_bytes, MW_ABSENT);
}

/* Of a folder of files: each name is tried, and what is no folder has no list. */
static void lists_of_folders(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FILE1("/a", "memory.usage_in_bytes",
					     "4096") FILE1("/a/b", "memory.usage_in_bytes", "4096")
				 FILE1("/a/b", "memory.limit_in_bytes", "9223372036854771712")
					 FILE1("/a/b", "memory.failcnt", "7") END);
	assert_int_equal(m.s.cgroups.n, 3);
	assert_true(mw_str_eq(m.s.cgroups.item[2].path, "/a/b"));
	expect_why(m.s.cgroups.item[2].max_bytes, MW_ABSENT);
	expect_val(m.s.cgroups.item[2].max_count, 7);
	assert_int_equal(m.s.cgroups.item[2].ino, 0);
}

/* Where only a part is mounted paths are as /proc/PID/cgroup has them; and a process in a group
 * without the controller is charged above. */
static void below_a_part(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD
		     "-- proc/self/mountinfo --\n30 24 0:26 /docker/x /cg rw - cgroup2 c rw\n"
		     "-- cg/meta/folders --\n1 /\n2 /in\n3 /in/deep\n4 " LONG
		     "\n" FILE1("/in", "memory.current", "8") FILE1(LONG, "memory.current", "9")
			     PROC("7", "0::", "/docker/x/in/deep", "0", "0")
				     PROC("8", "0::", "/other", "0", "0")
					     PROC("9", "0::", "/docker/x" LONG, "0", "0") END);
	assert_true(mw_str_eq(m.s.cgroups.item[0].path, "/docker/x"));
	assert_true(mw_str_eq(m.s.cgroups.item[m.s.proc[0].charged].path, "/docker/x/in"));
	assert_int_equal(m.s.proc[1].charged, MW_NO_MEMCG);
	assert_true(mw_str_eq(m.s.cgroups.item[m.s.proc[2].charged].path, "/docker/x" LONG));
	expect_val(m.s.cgroups.item[m.s.proc[2].charged].usage_bytes, 9);
	assert_int_equal(m.all.outside_count, 1);
}

static void none(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD PROC("7", "0::", "/", "0", "0") END);
	assert_int_equal(m.s.cgroups.why, MW_ABSENT);
	assert_int_equal(m.all.n, 0);
	assert_int_equal(m.s.proc[0].charged, MW_NO_MEMCG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_answer),
		cmocka_unit_test(lists_of_folders),
		cmocka_unit_test(below_a_part),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
