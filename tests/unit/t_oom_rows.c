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
		       oom_says(f->evidence[i].text, want.words);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
