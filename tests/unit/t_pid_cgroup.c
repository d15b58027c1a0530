/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_cgroup.h"

#include "helper.h"

static void versions(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "4:memory:/a/b\n3:cpu,cpuacct:/c\n1:name=systemd:/d\n", "/a/b" },
		{ "0::/user.slice/session-1.scope\n", "/user.slice/session-1.scope" },
		{ "0::/\n", "/" },
		{ "12:cpu,memory,pids:/m\n", "/m" },
		/* both: the memory controller decides, wherever it stands */
		{ "0::/v2\n4:memory:/v1\n", "/v1" },
		{ "4:memory:/v1\n0::/v2\n", "/v1" },
		{ "5:memoryx:/a\n0::/v2\n", "/v2" },
		{ "5:xmemory,mem:/a\n", "" },
		{ "5:name=memory:/a\n", "" },
		{ "1:name=systemd:/d\n", "" },
		{ "", "" },
		/* of a group that is gone */
		{ "0::/gone (deleted)\n", "/gone (deleted)" },
		/* no newline at the end */
		{ "0::/x", "/x" },
		{ "4:memory:/x", "/x" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_same(mw_pid_cgroup_memory(mw_str_of(cases[i].text)),
			    mw_str_of(cases[i].want));
}

static void which_hierarchy(void **state)
{
	(void)state;
	assert_true(mw_pid_cgroup_is_v2(LIT("0::/a\n")));
	assert_true(mw_pid_cgroup_is_v2(LIT("1:name=systemd:/d\n0::/\n")));
	assert_false(mw_pid_cgroup_is_v2(LIT("0::/v2\n4:memory:/v1\n")));
	assert_false(mw_pid_cgroup_is_v2(LIT("12:cpu,memory,pids:/m\n")));
}

static void hostile_paths(void **state)
{
	(void)state;
	expect_str(mw_pid_cgroup_memory(LIT("0::/a:b::c\n")), "/a:b::c");
	expect_str(mw_pid_cgroup_memory(LIT("4:memory:/a:memory:/b\n")), "/a:memory:/b");
	expect_str(mw_pid_cgroup_memory(LIT("0::/a b\t\x1b[2J\xff\0z\n")), "/a b\t\x1b[2J\xff\0z");
}

static void malformed(void **state)
{
	static const char *const bad[] = { "memory",	"4",	"4:", "4:memory",
					   "4:memory:", "\n\n", "::", ":" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_pid_cgroup_memory(mw_str_of(bad[i])).n, 0);
}

static void any(struct mw_str text)
{
	assert_true(mw_pid_cgroup_memory(text).n <= text.n);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("5:cpu,\0:/x\n4:pids,memory:/a:b\xff\n0::/v2\n"), any);
	each_mangled(LIT("4:cpu,memory:/a\n0::/v2\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),	 cmocka_unit_test(which_hierarchy),
		cmocka_unit_test(hostile_paths), cmocka_unit_test(malformed),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
