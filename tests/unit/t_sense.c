/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sense.h"

#include <stdlib.h>
#include <unistd.h>

#include "helper.h"

#define ZEROES " 0 0 0 0 0"
#define STAT(pid, comm, state, flags, start)                                             \
	"-- proc/" pid "/stat --\n" pid " (" comm ") " state " 1 1 1 0 -1 " flags ZEROES \
	" 0 0 0 20 0 3 0 " start " 4096 100 18446744073709551615" ZEROES ZEROES ZEROES "\n"

/* 10: a large one with an odd name; 11: a kernel thread; 12: too small; 13: swapped out; 14: gone
 * between the two looks. */
#define TEXT                                                                                     \
	"memwhy-capture 1\n"                                                                     \
	"-- proc/10/cgroup --\n4:memory:/a.service\n"                                            \
	"-- proc/10/cmdline nonl --\nhog\\0-x\\0\n"                                              \
	"-- proc/10/oom_score_adj --\n-500\n" STAT(                                              \
		"10", "a) b", "S", "4194304",                                                    \
		"77") "-- proc/10/statm --\n40000 30000 1000 0 0 35000 0\n"                      \
		      "-- proc/10/status --\nName:\ta) b\nUid:\t33\t33\t33\t33\nVmSwap:\t8 kB\n" \
		      "RssAnon:\t116000 kB\nSigPnd:\t0\nShdPnd:\t0\nSigBlk:\t0\nSigIgn:\t4000\n" \
		      "-- proc/11/statm --\n0 0 0 0 0 0 0\n"                                     \
		      "-- proc/12/statm --\n900 500 400 0 0 300 0\n"                             \
		      "-- proc/13/oom_score_adj --\n0\n" STAT(                                   \
			      "13", "old", "S", "4194304",                                       \
			      "5") "-- proc/13/statm --\n90000 100 90 0 0 80000 0\n"             \
				   "-- proc/14/statm --\n90000 80000 90 0 0 80000 0\n"           \
				   "-- proc/meminfo --\nMemTotal: 1000 kB\nMemAvailable: 500 "   \
				   "kB\nActive(file): 30 kB\n"                                   \
				   "Inactive(file): 12 kB\nSwapTotal: 100 kB\nSwapFree: 40 kB\n" \
				   "-- proc/pressure/memory --\nsome avg10=0.00 avg60=0.00 "     \
				   "avg300=0.00 total=7\n"                                       \
				   "full avg10=0.00 avg60=0.00 avg300=0.00 total=3\n"            \
				   "-- proc/vmstat --\nworkingset_refault_file 9\npswpin "       \
				   "1\npswpout 2\n"                                              \
				   "-- end --\n"

static struct mw_root *capture(void)
{
	char path[] = "/tmp/memwhy-t-sense-XXXXXX";
	struct mw_problem problem;
	struct mw_root *root;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, TEXT, sizeof(TEXT) - 1), sizeof(TEXT) - 1);
	close(fd);
	assert_int_equal(mw_root_open(path, false, &root, &problem), 0);
	unlink(path);
	return root;
}

static void meters(void **state)
{
	struct mw_root *root = capture();
	struct mw_guard_meters m;
	struct mw_sense s;

	(void)state;
	assert_int_equal(mw_sense_open(root, &s), 0);
	mw_sense_meters(&s, &m);
	expect_val(m.total_bytes, 1000 * 1024);
	expect_val(m.available_bytes, 500 * 1024);
	expect_val(m.file_bytes, 42 * 1024);
	expect_val(m.some_us, 7);
	expect_val(m.full_us, 3);
	expect_val(m.refault_count, 9);
	expect_val(m.swap_out_count, 2);
	assert_int_equal(m.free_bytes.why, MW_ABSENT);
	assert_int_equal(m.arc_bytes.why, MW_ABSENT);
	assert_int_equal(m.zram_bytes.why, MW_ABSENT);
	assert_int_equal(m.group_limit_bytes.why, MW_ABSENT);
	mw_sense_close(&s);
	mw_root_free(root);
}

static void tasks(void **state)
{
	const struct mw_guard_target target = { .task = 0 };
	struct mw_root *root = capture();
	struct mw_guard_view v = {};
	const struct mw_guard_task *t;
	struct mw_sense s;

	(void)state;
	assert_int_equal(mw_sense_open(root, &s), 0);
	mw_sense_meters(&s, &v.meters);
	assert_int_equal(mw_sense_tasks(&s, 64 << 20, false, &v), 0);
	assert_int_equal(v.n_tasks, 2);
	t = &v.task[0];
	assert_int_equal(t->pid, 10);
	assert_string_equal(t->comm, "a) b");
	assert_int_equal(t->start_ticks, 77);
	assert_int_equal(t->thread_count, 3);
	expect_val(t->adj, 500);
	expect_val(t->rss_bytes, 30000 * s.page_bytes);
	assert_int_equal(t->detail_why, MW_UNREAD);
	assert_int_equal(v.task[1].pid, 13); /* by what it may have in swap */
	mw_sense_details(&s, &v, &target, 1);
	expect_val(t->uid, 33);
	expect_val(t->anon_bytes, 116000 * 1024);
	expect_val(t->swap_bytes, 8 * 1024);
	expect_val(t->ignores_term, 1);
	assert_true(mw_str_eq(t->cmdline, "hog -x"));
	assert_true(mw_str_eq(t->unit, "a.service"));
	assert_int_equal(t->detail_why, MW_ABSENT); /* no capture holds exe */
	mw_sense_close(&s);
	mw_root_free(root);
}

static void small_ones_when_asked(void **state)
{
	struct mw_root *root = capture();
	struct mw_guard_view v = {};
	struct mw_sense s;

	(void)state;
	assert_int_equal(mw_sense_open(root, &s), 0);
	mw_sense_meters(&s, &v.meters);
	assert_int_equal(mw_sense_tasks(&s, (uint64_t)1 << 40, false, &v), 0);
	assert_int_equal(v.n_tasks, 0);
	s.also_pid = 10;
	assert_int_equal(mw_sense_tasks(&s, (uint64_t)1 << 40, false, &v), 0);
	assert_int_equal(v.n_tasks, 1);
	mw_sense_close(&s);
	mw_root_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meters),
		cmocka_unit_test(tasks),
		cmocka_unit_test(small_ones_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
