/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On which nodes a snapshot says that processes and their threads are.
 */
#include "helper.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "snap/snap.h"

#define HEAD                                                          \
	"memwhy-capture 1\n-- meta/release nonl --\n6.12.0\n"         \
	"-- proc/meminfo --\nMemTotal: 1000000 kB\nMemFree: 500 kB\n" \
	"-- sys/devices/system/node/node0/cpulist --\n0-1\n"
#define TWO_NODES HEAD "-- sys/devices/system/node/node1/cpulist --\n2-3\n"
#define STATUS(path, rss, threads)                           \
	"-- proc/" path "/status --\nName:\ta\nVmRSS:\t" rss \
	" kB\nRssAnon:\t4 kB\nThreads:\t" threads            \
	"\nCpus_allowed_list:\t0-3\nMems_allowed_list:\t0-1\n"
#define THREAD(path, cpu, allowed) THREAD_IN(path, "S", cpu, allowed)
#define THREAD_IN(path, state, cpu, allowed)                          \
	"-- proc/" path "/stat --\n7 (a) " state                      \
	" 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 50 4096 1 "           \
	"18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 " cpu " 0\n" \
	"-- proc/" path "/status --\nName:\ta\nCpus_allowed_list:\t" allowed "\n"

/* What the snapshot points to lives in the root: free it after. */
static struct mw_root *take(const char *text, uint64_t budget_us, struct mw_arena *arena,
			    struct mw_snap *ret)
{
	const struct mw_snap_options options = { .want = MW_WANT_ZONES | MW_WANT_NUMA,
						 .smaps_budget_us = budget_us };
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

static void expect_node(const struct mw_proc_numa *n, size_t i, uint64_t node, uint64_t kib)
{
	assert_true(i < n->n_nodes);
	assert_int_equal(n->node[i].node, node);
	assert_int_equal(n->node[i].bytes, kib << 10);
}

static void expect_threads(const struct mw_proc_numa *n, size_t i, uint64_t node, uint64_t count)
{
	assert_true(i < n->n_threads);
	assert_int_equal(n->threads[i].node, node);
	assert_int_equal(n->threads[i].count, count);
}

static void two_nodes(void **state)
{
	static const char text[] = TWO_NODES STATUS("7", "9000", "4") THREAD("7/task/7", "0", "0-3")
		THREAD_IN("7/task/8", "R", "2", "0-3")
		/* pinned elsewhere since it ran; on a CPU that no node has */
		THREAD("7/task/9", "0", "3")
			THREAD("7/task/10", "9",
			       "0-9") "-- proc/7/meta/vm --\nweb\\\\040one\n"
				      "-- proc/7/meta/numa --\n0 default N0=2 kernelpagesize_kB=4\n"
				      "0 default mapmax=2 N0=1 N1=1 kernelpagesize_kB=4\n"
				      "0 bind:1 huge N1=2 kernelpagesize_kB=2048\n"
				      "0 prefer (many):0\n-- end --\n";
	_mw_arena_ struct mw_arena a = {};
	_mw_root_ struct mw_root *root = NULL;
	struct mw_snap s;
	const struct mw_proc_numa *n;

	(void)state;
	root = take(text, 1000000, &a, &s);
	assert_int_equal(s.n_procs, 1);
	n = &s.proc[0].numa;
	assert_int_equal(n->why, MW_OK);
	assert_false(n->by_rss);
	expect_node(n, 0, 0, 12);
	expect_node(n, 1, 1, 4100);
	assert_int_equal(n->node[0].shared_bytes, 4096);
	assert_int_equal(n->node[1].hugetlb_bytes, 4 << 20);
	expect_str(n->policies, "bind:1 prefer (many):0");
	assert_int_equal(n->policy_bytes, 4 << 20);
	assert_int_equal(n->threads_why, MW_OK);
	expect_threads(n, 0, 0, 1);
	expect_threads(n, 1, 1, 2);
	assert_int_equal(n->threads[0].running_count, 0);
	assert_int_equal(n->threads[1].running_count, 1);
	assert_int_equal(n->start_ticks, 50);
	assert_int_equal(n->thread_nowhere_count, 1);
	assert_int_equal(n->thread_unread_count, 0);
	expect_str(n->cpus_allowed, "0-3");
	expect_str(n->mems_allowed, "0-1");
	expect_str(n->vm, "web one");
}

/* All is there by definition: nothing is walked, whatever the budget. */
static void one_node(void **state)
{
	static const char text[] = HEAD STATUS("7", "9000", "4") "-- end --\n";
	_mw_arena_ struct mw_arena a = {};
	_mw_root_ struct mw_root *root = NULL;
	struct mw_snap s;
	const struct mw_proc_numa *n;

	(void)state;
	root = take(text, 0, &a, &s);
	n = &s.proc[0].numa;
	assert_int_equal(n->why, MW_OK);
	assert_true(n->by_rss);
	expect_node(n, 0, 0, 9000);
	expect_threads(n, 0, 0, 4);
	expect_str(n->vm, "");
}

#define MAPS(pid, pages) \
	"-- proc/" pid "/meta/numa --\n0 default N1=" pages " kernelpagesize_kB=4\n"

/* The largest comes first, what is too large for what is left is left out. */
static void budget(void **state)
{
	static const char text[] = TWO_NODES STATUS("7", "4", "1") MAPS(
		"7", "1") "-- proc/7/statm --\n100 1 0 0 0 0 0\n" STATUS("8", "400000", "1")
		MAPS("8", "100000") "-- proc/8/statm --\n100000 100000 0 0 0 0 0\n" STATUS(
			"9", "200000", "1")
			MAPS("9",
			     "50000") "-- proc/9/statm --\n100000 50000 0 0 0 0 0\n-- end --\n";
	static const struct {
		uint64_t budget_us;
		enum mw_why why[3];
	} cases[] = { { 0, { MW_UNREAD, MW_UNREAD, MW_UNREAD } },
		      { 200, { MW_OK, MW_UNREAD, MW_UNREAD } },
		      { 6400, { MW_UNREAD, MW_OK, MW_UNREAD } },
		      { 6600, { MW_OK, MW_OK, MW_UNREAD } },
		      { 6200, { MW_OK, MW_UNREAD, MW_OK } },
		      { 20000, { MW_OK, MW_OK, MW_OK } } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		_mw_arena_ struct mw_arena a = {};
		_mw_root_ struct mw_root *root = NULL;
		struct mw_snap s;

		root = take(text, cases[i].budget_us, &a, &s);
		assert_int_equal(s.n_procs, 3);
		for (size_t k = 0; k < 3; k++) {
			assert_int_equal(s.proc[k].pid, 7 + k);
			assert_int_equal(s.proc[k].numa.why, cases[i].why[k]);
		}
	}
}

/* A folder of another tool may hold the file itself, or nothing; sums that no machine has. */
static void other_texts(void **state)
{
	static const struct {
		const char *text;
		enum mw_why why;
	} cases[] = {
		{ "-- proc/7/numa_maps --\n1 default N1=3 kernelpagesize_kB=4\n", MW_OK },
		{ "", MW_ABSENT },
		{ "-- proc/7/meta/numa EACCES --\n", MW_DENIED },
		{ "-- proc/7/meta/numa --\n", MW_GONE },
		{ "-- proc/7/meta/numa --\n0 default\n", MW_OK }, /* all swapped out */
		{ "-- proc/7/meta/numa --\n0 a N1=18446744073709551615 kernelpagesize_kB=4\n",
		  MW_BAD },
		{ "-- proc/7/meta/numa --\n0 a N1=4503599627370495 kernelpagesize_kB=4\n"
		  "0 b N1=4503599627370495 kernelpagesize_kB=4\n",
		  MW_BAD },
	};
	char text[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		_mw_arena_ struct mw_arena a = {};
		_mw_root_ struct mw_root *root = NULL;
		struct mw_snap s;

		snprintf(text, sizeof(text), "%s%s-- end --\n", TWO_NODES STATUS("7", "12", "1"),
			 cases[i].text);
		root = take(text, 1000000, &a, &s);
		assert_int_equal(s.proc[0].numa.why, cases[i].why);
		assert_int_equal(s.proc[0].numa.threads_why, MW_ABSENT);
	}
}

/* Of very many threads the first are asked; how many were not is known. */
static void many_threads(void **state)
{
	enum { THREADS = MW_NUMA_THREADS_MAX + 900, ROOM = 1 << 20 };
	_mw_arena_ struct mw_arena a = {};
	_mw_root_ struct mw_root *root = NULL;
	char *text = calloc(1, ROOM);
	int n;
	struct mw_snap s;

	(void)state;
	assert_non_null(text);
	n = snprintf(text, ROOM, "%s", TWO_NODES STATUS("7", "4", "4996") MAPS("7", "1"));
	for (int i = 0; i < THREADS; i++)
		n += snprintf(
			text + n, (size_t)(ROOM - n),
			"-- proc/7/task/%d/stat --\n7 (a) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 "
			"1 0 50 4096 1 0 0 0 0 0 0 0 0 0 0 0 0 0 17 %d\n",
			10000 + i, i % 4);
	snprintf(text + n, (size_t)(ROOM - n), "-- end --\n");
	root = take(text, 10000000, &a, &s);
	free(text);
	assert_int_equal(s.proc[0].numa.threads_why, MW_OK);
	expect_threads(&s.proc[0].numa, 0, 0, MW_NUMA_THREADS_MAX / 2);
	expect_threads(&s.proc[0].numa, 1, 1, MW_NUMA_THREADS_MAX / 2);
	assert_int_equal(s.proc[0].numa.thread_unread_count, 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_nodes),	cmocka_unit_test(one_node),
		cmocka_unit_test(budget),	cmocka_unit_test(other_texts),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
