/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of cgroups: each finding fires, and does not where a figure is below its threshold.
 */
#include "cgroups_helper.h"

#define FOLDERS "-- cg/meta/folders --\n1 /\n2 /p\n3 /p/a\n4 /p/b\n"
#define V1 "4:memory:"
#define V2 "0::"
#define V1_USAGE(path, mib) FILE1(path, "memory.usage_in_bytes", mib M)
#define V1_LIMIT(path, mib) FILE1(path, "memory.limit_in_bytes", mib M)
#define V2_USAGE(path, mib) FILE1(path, "memory.current", mib M)

/* A process in /p/a has locked 200 MB, charged to removed groups below /p. */
#define STORY                                                                       \
	HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "205", "205", "205")       \
		V1_STAT("/p", "0", "0", "0", "205", "205", "205")                   \
			V1_STAT("/p/a", "0", "0", "0", "0", "0", "0")               \
				V1_STAT("/p/b", "0", "0", "0", "0", "0", "0")       \
					V1_USAGE("/p", "206") V1_USAGE("/p/a", "1") \
						V1_USAGE("/p/b", "0")               \
							PROC("7", V1, "/p/a", "200000", "210000")

static struct mw_findings find_within(struct machine *m, const char *within,
				      struct mw_thresholds limit)
{
	struct mw_findings all;

	mw_find_cgroups(
		&(struct mw_cgroups_case){ .snap = &m->s,
					   .groups = &m->all,
					   .limit = &limit,
					   .arena = &m->arena,
					   .within = mw_group_find(&m->all, mw_str_of(within)) },
		&all);
	assert_false(m->arena.failed);
	for (size_t i = 0; i < all.n; i++) {
		const struct mw_finding *f = &all.item[i];

		assert_true(f->n_evidence && f->n_fixes && f->check && f->sure);
		assert_true(!i || f[-1].severity >= f->severity);
		for (size_t k = 0; k < f->n_fixes; k++)
			assert_true(f->fix[k].command[0] && f->fix[k].effect && f->fix[k].risk &&
				    f->fix[k].undo);
	}
	return all;
}

static const struct mw_finding *find(struct machine *m, const char *id)
{
	struct mw_findings all = find_within(m, "none", mw_thresholds_normal());

	for (size_t i = 0; i < all.n; i++)
		if (!strcmp(all.item[i].id, id))
			return &all.item[i];
	return NULL;
}

static bool says(const char *text, const char *id)
{
	_machine_ struct machine m = {};

	machine_take(&m, text);
	return find(&m, id);
}

static void expect_words(const struct mw_finding *f, const char *words)
{
	assert_non_null(f);
	if (!strstr(f->verdict, words))
		fail_msg("\"%s\" is not in \"%s\"", words, f->verdict);
}

static void uncharged(void **state)
{
	_machine_ struct machine m = {};
	const struct mw_finding *f;

	(void)state;
	machine_take(&m, STORY END);
	f = find(&m, "MW-CG-UNCHARGED-CACHE");
	expect_words(f, "cgroup /p/a uses 195 MiB that it is not charged for; paid by removed "
			"cgroups below /p");
	assert_int_equal(f->severity, MW_WARNING);
	assert_string_equal(f->fix[0].command, "echo 0 >/cg/p/memory.force_empty");
	assert_string_equal(f->check, "memwhy cgroups /p/a");
	assert_null(find(&m, "MW-CG-LIMIT-BLIND"));
	assert_null(find(&m, "MW-CG-PARENT-UNLIMITED"));
	assert_null(find(&m, "MW-CG-SIBLING-PAYS"));
}

/* Below the floor, and below its part of what the group uses. */
static void too_little(void **state)
{
	struct mw_thresholds limit = mw_thresholds_normal();
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, STORY END);
	limit.cg_floor_mib = 200;
	assert_int_equal(find_within(&m, "none", limit).n, 0);
	limit.cg_floor_mib = 16;
	limit.cg_uncharged_permille = 999;
	limit.cg_dying_permille = 999;
	assert_int_equal(find_within(&m, "none", limit).n, 0);
	assert_int_equal(find_within(&m, "/p/b", mw_thresholds_normal()).n, 0);
	assert_true(find_within(&m, "/p/a", mw_thresholds_normal()).n > 0);
}

/* Mapped and not locked: a warning only where it is much. */
static void mapped_is_weaker(void **state)
{
	struct mw_thresholds limit = mw_thresholds_normal();
	_machine_ struct machine m = {};
	struct mw_findings all;

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT("/p", "0", "0", "0", "205", "205", "0")
				 V1_STAT("/p/a", "0", "0", "0", "0", "0", "0") V1_USAGE("/p/a", "1")
					 PROC("7", V1, "/p/a", "0", "200000") END);
	all = find_within(&m, "/p/a", limit);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.item[0].severity, MW_WARNING);
	limit.cg_mapped_permille = 100;
	assert_int_equal(find_within(&m, "/p/a", limit).item[0].severity, MW_INFO);
}

static void blind(void **state)
{
	_machine_ struct machine m = {};
	const struct mw_finding *f;

	(void)state;
	machine_take(&m, STORY V1_LIMIT("/p/a", "64") FILE1("/p/a", "memory.failcnt", "0") END);
	f = find(&m, "MW-CG-LIMIT-BLIND");
	expect_words(f, "the limit of cgroup /p/a (61.0 MiB) does not bite");
	assert_string_equal(f->check, "memwhy cgroups /p/a");
	expect_words(find(&m, "MW-CG-PARENT-UNLIMITED"), "none from cgroup /p up");
	expect_words(find(&m, "MW-CG-MLOCK-OVER-LIMIT"), "processes in cgroup /p/a have locked");
	/* A limit that holds all of it is not blind; one above who pays sees it. */
	assert_false(says(STORY V1_LIMIT("/p/a", "900") END, "MW-CG-LIMIT-BLIND"));
	assert_false(says(STORY V1_LIMIT("/p/a", "900") END, "MW-CG-MLOCK-OVER-LIMIT"));
	assert_false(says(STORY V1_LIMIT("/p", "300") END, "MW-CG-LIMIT-BLIND"));
	assert_false(says(STORY V1_LIMIT("/p/a", "64") V1_LIMIT("/p", "300") END,
			  "MW-CG-PARENT-UNLIMITED"));
}

static void sibling(void **state)
{
	_machine_ struct machine m = {};
	const struct mw_finding *f;

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT("/p", "0", "0", "0", "205", "205", "205")
				 V1_STAT("/p/a", "0", "0", "0", "0", "0",
					 "0") V1_STAT("/p/b", "205", "205", "205", "205", "205",
						      "205") V1_USAGE("/p/a", "1")
					 V1_USAGE("/p/b", "206") V1_LIMIT("/p/b", "400")
						 PROC("7", V1, "/p/a", "200000", "200000") END);
	f = find(&m, "MW-CG-SIBLING-PAYS");
	expect_words(f, "cgroup /p/b pays for 196 MiB that only others use");
	assert_int_equal(f->severity, MW_INFO);
	assert_null(find(&m, "MW-CG-UNCHARGED-CACHE"));
}

#define ANON_STAT(path, anon)                                                        \
	"-- cg" path "/memory.stat --\nanon " anon M "\nfile 0\nkernel 0\nshmem 0\n" \
	"file_mapped 0\ninactive_file 0\nactive_file 0\nunevictable 0\n"
#define ANON_PROC(pid, path, kib)                                                            \
	"-- proc/" pid "/status --\nName:\ta\nState:\tS (sleeping)\nVmRSS:\t400 kB\n"        \
	"-- proc/" pid "/cgroup --\n0::" path "\n-- proc/" pid "/smaps_rollup --\nRss: " kib \
	" kB\nPss: " kib " kB\nPss_Anon: " kib " kB\nPss_File: 0 kB\nPss_Shmem: 0 kB\n"      \
	"Anonymous: " kib " kB\nLocked: 0 kB\n"

/* It was moved from /p/b to /p/a, which is charged for what it touched since. */
static void moved_task(void **state)
{
	_machine_ struct machine m = {};
	const struct mw_finding *f;

	(void)state;
	machine_take(&m,
		     HEAD V2_MOUNT FOLDERS ANON_STAT("", "220") ANON_STAT("/p", "220")
			     ANON_STAT("/p/a", "10") ANON_STAT("/p/b", "210") V2_USAGE("/p/a", "10")
				     V2_USAGE("/p/b", "210") ANON_PROC("7", "/p/a", "200000")
					     ANON_PROC("8", "/p/b", "1000") END);
	f = find(&m, "MW-CG-MOVED-TASK");
	expect_words(f, "processes of cgroup /p/a have 186 MiB of anonymous memory that it is not "
			"charged for: they brought it along; paid by cgroup /p/b beside it");
	assert_null(find(&m, "MW-CG-UNCHARGED-CACHE"));
}

static void stayed_where_it_was(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V2_MOUNT FOLDERS ANON_STAT("", "220") ANON_STAT("/p", "220")
				 ANON_STAT("/p/a", "205") ANON_STAT("/p/b", "15")
					 V2_USAGE("/p/a", "205") V2_USAGE("/p/b", "15")
						 ANON_PROC("7", "/p/a", "200000")
							 ANON_PROC("8", "/p/b", "15000") END);
	assert_null(find(&m, "MW-CG-MOVED-TASK"));
}

static void removed(void **state)
{
#define JOBS(shmem, anon)                                                                      \
	HEAD V2_MOUNT                                                                          \
		"-- cg/meta/folders --\n1 /\n2 /jobs\n-- cg/jobs/memory.stat --\nanon " anon M \
		"\nfile 300" M "\nshmem " shmem M                                              \
		"\nunevictable 0\nfile_mapped 0\n" V2_USAGE("/jobs", "301")
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m,
		     JOBS("100", "0") FILE1("/jobs", "cgroup.stat", "nr_dying_descendants 9") END);
	expect_words(find(&m, "MW-CG-DYING"),
		     "removed cgroups below /jobs are still charged for at most 286 MiB");
	expect_words(find(&m, "MW-CG-TMPFS-OUTLIVES"), "at most 95.3 MiB of tmpfs");
	/* None is removed, and what is charged there is its own. */
	assert_false(says(JOBS("100", "0") FILE1("/jobs", "cgroup.stat", "nr_dying_descendants 0")
				  END,
			  "MW-CG-DYING"));
	assert_false(says(JOBS("100", "0") FILE1("/jobs", "cgroup.stat", "nr_dying_descendants 0")
				  END,
			  "MW-CG-TMPFS-OUTLIVES"));
	assert_false(says(JOBS("9", "0") FILE1("/jobs", "cgroup.stat", "nr_dying_descendants 9")
				  END,
			  "MW-CG-TMPFS-OUTLIVES"));
}

static void throttled(void **state)
{
#define SLOW(usage, times, percent)                                                             \
	HEAD V2_MOUNT "-- cg/meta/folders --\n1 /\n2 /s\n" V2_USAGE("/s", usage)                \
		FILE1("/s", "memory.high", "100" M) FILE1("/s", "memory.events", "high " times) \
			FILE1("/s", "memory.pressure",                                          \
			      "some avg10=" percent " avg60=0.00 avg300=0.00 total=0") END
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, SLOW("99", "7", "45.10"));
	expect_words(find(&m, "MW-CG-HIGH-THROTTLED"), "waited for memory in 45 %");
	assert_false(says(SLOW("99", "7", "9.99"), "MW-CG-HIGH-THROTTLED"));
	assert_false(says(SLOW("99", "0", "45.10"), "MW-CG-HIGH-THROTTLED"));
	assert_false(says(SLOW("50", "7", "45.10"), "MW-CG-HIGH-THROTTLED"));
}

/* Names are for sentences; what is to be pasted is quoted. */
static void hostile_name(void **state)
{
	_machine_ struct machine m = {};
	const struct mw_finding *f;

	(void)state;
	machine_take(
		&m, HEAD V2_MOUNT
		"-- cg/meta/folders --\n1 /\n2 /$(x)\n" FILE1("/$(x)", "memory.current", "99" M)
			FILE1("/$(x)", "memory.high", "100" M) FILE1("/$(x)", "memory.events",
								     "high 5")
				FILE1("/$(x)", "memory.pressure",
				      "some avg10=50.00 avg60=0.00 avg300=0.00 total=0") END);
	f = find(&m, "MW-CG-HIGH-THROTTLED");
	assert_non_null(f);
	assert_string_equal(f->check, "cat '/cg/$(x)/memory.pressure'");
}

static void expected(void **state)
{
	struct mw_thresholds limit = mw_thresholds_normal();
	_machine_ struct machine m = {};
	struct mw_expected e = { .bytes = 100000000 };
	struct mw_cgroups_case c = { .snap = &m.s,
				     .groups = &m.all,
				     .limit = &limit,
				     .arena = &m.arena,
				     .within = MW_NO_GROUP,
				     .expected = &e,
				     .n_expected = 1 };
	struct mw_findings all;

	(void)state;
	machine_take(&m,
		     HEAD V2_MOUNT "-- cg/meta/folders --\n1 /\n2 /s\n" V2_USAGE("/s", "96") END);
	e.at = mw_group_find(&m.all, LIT("/s"));
	mw_find_cgroups(&c, &all);
	assert_int_equal(all.n, 0);
	e.bytes = 200000000;
	mw_find_cgroups(&c, &all);
	assert_int_equal(all.n, 1);
	expect_words(&all.item[0], "99.1 MiB less than the 191 MiB expected");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uncharged),	    cmocka_unit_test(too_little),
		cmocka_unit_test(mapped_is_weaker), cmocka_unit_test(blind),
		cmocka_unit_test(sibling),	    cmocka_unit_test(removed),
		cmocka_unit_test(moved_task),	    cmocka_unit_test(stayed_where_it_was),
		cmocka_unit_test(throttled),	    cmocka_unit_test(hostile_name),
		cmocka_unit_test(expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
