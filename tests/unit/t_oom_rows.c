/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

static struct {
	const char *first, *other, *words; /* the finding, a row of it, words there */
} want;

static void expect_row(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_finding *f = oom_found(found, want.first);
	bool any = false;

	(void)c;
	for (size_t i = 0; f && i < f->n_evidence; i++)
		any |= oom_says(f->evidence[i].name, want.other) &&
		       (!want.words || oom_says(f->evidence[i].text, want.words));
	assert_true(any);
}

static void shows(const struct oom_pieces *p, const char *id, const char *name, const char *words)
{
	want.first = id;
	want.other = name;
	want.words = words;
	oom_with(p, expect_row);
}

/* The largest is no single task; the one by the rule first was passed over. */
static void rows_of_tasks(void **state)
{
	struct oom_pieces p = { .tasks = OOM_TABLE
				"[     60]     0    60     9000     4000    81920       30"
				"             0 large\n"
				"[     61]     0    61     9000     2300    81920        0"
				"             0 worker\n"
				"[     62]     0    62     9000     2300    81920        0"
				"             0 work\n"
				"[     63]     0    63     9000     2300    81920        0"
				"             0 worker\n"
				"[     64]     0    64     9000     2300    81920        0"
				"             0 worker\n" };

	(void)state;
	shows(&p, "MW-OOM-TRUE-SHORTAGE", "most by name", "3 tasks worker: 26.9 MiB resident");
	p.tasks = NULL;
	p.summary = "";
	p.kill = "Out of memory and no killable processes...\n"
		 "Kernel panic - not syncing: System is deadlocked on memory\n";
	shows(&p, "MW-OOM-PANIC", "passed over", "large (pid 60) with 15.6 MiB resident");
}

/* Page cache that waits for the disk is why it was not given back. */
static void unwritten_cache(void **state)
{
	struct oom_pieces p = { .zones = "",
				.tail = "",
				.counters = "memory: usage 48000kB, limit 48000kB, failcnt 9\n"
					    "swap: usage 0kB, limit 0kB, failcnt 0\n"
					    "Memory cgroup stats for /job:\nanon 1000000\n"
					    "file 46000000\nshmem 0\nfile_dirty 40000000\n"
					    "file_writeback 1000000\n",
				.summary = "",
				.kill = "Memory cgroup out of memory: Killed process 60 (large) "
					"total-vm:36000kB\n" };

	(void)state;
	shows(&p, "MW-OOM-MEMCG-LIMIT", "not on the disk yet", NULL);
	p = (struct oom_pieces){ .counters = "Mem-Info:\nactive_anon:1000 inactive_anon:3000 "
					     "isolated_anon:0\n"
					     " active_file:100 inactive_file:2000 isolated_file:0\n"
					     " unevictable:50 dirty:900 writeback:200\n"
					     " slab_reclaimable:300 slab_unreclaimable:400\n"
					     " mapped:10 shmem:150 pagetables:60\n"
					     " free:500 free_pcp:20 free_cma:0\n" };
	shows(&p, "MW-OOM-TRUE-SHORTAGE", "not on the disk yet", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_tasks),
		cmocka_unit_test(unwritten_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
