/* SPDX-License-Identifier: Apache-2.0 */
#include "why/numa.h"

#include "base/fmt.h"
#include "helper.h"

#define GIB ((uint64_t)1 << 30)

static struct mw_arena arena;

static int start(void **state)
{
	(void)state;
	arena = (struct mw_arena){};
	return 0;
}

static int end(void **state)
{
	(void)state;
	assert_false(arena.failed);
	mw_arena_done(&arena);
	return 0;
}

/* GiB and threads on nodes 0 to 2. */
static struct mw_proc_numa on(const uint64_t gib[3], const uint64_t threads[3])
{
	struct mw_proc_numa n = { .why = MW_OK, .threads_why = MW_OK };

	n.node = mw_arena_alloc(&arena, 3 * sizeof(*n.node));
	n.threads = mw_arena_alloc(&arena, 3 * sizeof(*n.threads));
	for (size_t i = 0; i < 3; i++) {
		if (gib[i])
			n.node[n.n_nodes++] =
				(struct mw_proc_node){ .node = i, .bytes = gib[i] * GIB };
		if (threads[i])
			n.threads[n.n_threads++] = (struct mw_proc_threads){ i, threads[i] };
	}
	return n;
}

#define ON(a, b, c, x, y, z) on((const uint64_t[]){ a, b, c }, (const uint64_t[]){ x, y, z })

static struct mw_val remote(struct mw_proc_numa n)
{
	return mw_numa_remote_bytes(&n);
}

static void average_over_threads(void **state)
{
	struct mw_proc_numa odd = ON(1, 0, 0, 1, 2, 0);

	(void)state;
	expect_val(remote(ON(8, 0, 0, 4, 0, 0)), 0);
	expect_val(remote(ON(2, 6, 0, 4, 0, 0)), 6 * GIB);
	expect_val(remote(ON(2, 6, 0, 2, 2, 0)), 4 * GIB);
	expect_val(remote(ON(2, 6, 0, 1, 3, 0)), 3 * GIB);
	expect_val(remote(ON(2, 6, 0, 0, 0, 1)), 8 * GIB); /* a node without memory */
	expect_val(remote(ON(0, 0, 0, 1, 1, 1)), 0);
	expect_val(remote(ON(3, 3, 3, 1, 1, 1)), 6 * GIB);
	/* Down to whole bytes. */
	odd.node[0].bytes = 10;
	expect_val(remote(odd), 6);
}

static void not_known(void **state)
{
	struct mw_proc_numa n = ON(1, 1, 0, 1, 0, 0);

	(void)state;
	n.why = MW_DENIED;
	expect_why(remote(n), MW_DENIED);
	expect_why(mw_numa_bytes(&n), MW_DENIED);
	n.why = MW_OK;
	n.threads_why = MW_GONE;
	expect_why(remote(n), MW_GONE);
	expect_val(mw_numa_bytes(&n), 2 * GIB);
	n.threads_why = MW_OK;
	n.thread_nowhere_count = 1;
	expect_why(remote(n), MW_ABSENT);
	n.thread_nowhere_count = 0;
	n.thread_unread_count = 9; /* as if they were where the others are */
	expect_val(remote(n), GIB);
	n.node[1].bytes = UINT64_MAX;
	expect_why(remote(n), MW_BAD);
	expect_why(remote(ON(1, 0, 0, 0, 0, 0)), MW_BAD);
}

/* No sum of products is cut to 64 bits. */
static void large(void **state)
{
	struct mw_proc_numa n = ON(1, 1, 0, 1, 1, 0);

	(void)state;
	n.node[0].bytes = n.node[1].bytes = (uint64_t)1 << 62;
	n.threads[0].count = n.threads[1].count = (uint64_t)1 << 40;
	expect_val(remote(n), (uint64_t)1 << 62);
}

static void build(struct mw_proc *proc, size_t n_procs, struct mw_zone_map *z, struct mw_snap *s,
		  struct mw_numa *ret)
{
	*s = (struct mw_snap){ .proc = proc, .n_procs = n_procs };
	*z = (struct mw_zone_map){ .snap = s };
	mw_numa_build(z, &arena, ret);
}

static void rows_and_groups(void **state)
{
	struct mw_proc proc[] = {
		{ .pid = 1, .cgroup = LIT("/a"), .numa = ON(1, 0, 0, 1, 0, 0) },
		{ .pid = 2, .cgroup = LIT("/b"), .numa = ON(0, 2, 0, 1, 0, 0) },
		{ .pid = 3, .cgroup = LIT("/a"), .numa = ON(0, 1, 0, 1, 0, 0) },
		{ .pid = 4, .cgroup = LIT("/b"), .numa = { .why = MW_DENIED } },
		{ .pid = 5, .cgroup = LIT("/a"), .numa = ON(0, 0, 5, 0, 1, 0) },
		{ .pid = 6, .cgroup = LIT("/c"), .numa = { .why = MW_UNREAD } },
		{ .pid = 7, .numa = ON(3, 0, 0, 1, 0, 0) },
	};
	static const uint64_t pids[] = { 5, 2, 3, 7, 1, 4, 6 };
	struct mw_zone_map z;
	struct mw_numa n;
	struct mw_snap s;

	(void)state;
	proc[4].numa.vm = LIT("/b"); /* a machine of the name of a cgroup */
	build(proc, COUNT(proc), &z, &s, &n);
	assert_int_equal(n.n_nodes, 3);
	assert_false(n.one_node);
	assert_int_equal(n.n_rows, COUNT(pids));
	for (size_t i = 0; i < COUNT(pids); i++)
		assert_int_equal(n.row[i].proc->pid, pids[i]);
	assert_int_equal(n.n_groups, 5);
	expect_str(n.group[0].name, "/b");
	assert_true(n.group[0].is_vm);
	expect_val(n.group[0].remote_bytes, 5 * GIB);
	expect_str(n.group[1].name, "/b");
	assert_false(n.group[1].is_vm);
	assert_int_equal(n.group[1].n, 2);
	assert_int_equal(n.group[1].unknown_count, 1);
	expect_val(n.group[1].bytes, 2 * GIB);
	expect_str(n.group[2].name, "/a");
	assert_int_equal(mw_numa_group_bytes_on(&n.group[2], 0), GIB);
	assert_int_equal(mw_numa_group_bytes_on(&n.group[2], 1), GIB);
	assert_int_equal(mw_numa_group_threads_on(&n.group[2], 0), 2);
	assert_int_equal(n.group[3].name.n, 0);
	expect_why(n.group[4].bytes, MW_UNREAD);
	expect_val(n.all.bytes, 12 * GIB);
	expect_val(n.all.remote_bytes, 8 * GIB);
	assert_int_equal(n.all.unknown_count, 2);
}

/* Of whom pages alone are known counts, but not in what remote is a share of. */
static void judged(void **state)
{
	struct mw_proc proc[] = {
		{ .pid = 1, .numa = ON(1, 1, 0, 1, 0, 0) },
		{ .pid = 2, .numa = ON(4, 0, 0, 0, 0, 0) },
	};
	struct mw_zone_map z;
	struct mw_numa n;
	struct mw_snap s;

	(void)state;
	proc[1].numa.threads_why = MW_ABSENT;
	build(proc, COUNT(proc), &z, &s, &n);
	expect_val(n.all.bytes, 6 * GIB);
	expect_val(n.all.judged_bytes, 2 * GIB);
	expect_val(n.all.remote_bytes, GIB);
	build(proc + 1, 1, &z, &s, &n);
	assert_true(n.one_node);
	expect_val(n.all.bytes, 4 * GIB);
	expect_why(n.all.judged_bytes, MW_ABSENT);
	build(proc, 0, &z, &s, &n);
	assert_int_equal(n.n_nodes + n.n_rows + n.n_groups, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(average_over_threads, start, end),
		cmocka_unit_test_setup_teardown(not_known, start, end),
		cmocka_unit_test_setup_teardown(large, start, end),
		cmocka_unit_test_setup_teardown(rows_and_groups, start, end),
		cmocka_unit_test_setup_teardown(judged, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
