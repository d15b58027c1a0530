/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's test, reckoned by hand for a machine of round numbers.
 */
#include "model/overcommit.h"

#include "helper.h"

static struct mw_overcommit machine(const char *release)
{
	return (struct mw_overcommit){ .release = mw_release_parse(mw_str_of(release)),
				       .page_bytes = 4096,
				       .ram_pages = mw_ok(1000000),
				       .swap_pages = mw_ok(200000),
				       .hugetlb_pages = mw_ok(100000),
				       .ratio_percent = mw_ok(50),
				       .limit_kib = mw_ok(0),
				       .admin_reserve_kib = mw_ok(8192),  /* 2048 pages */
				       .user_reserve_kib = mw_ok(131072), /* 32768 pages */
				       .committed_pages = mw_ok(300000),
				       .cpu_count = mw_ok(4),
				       .free_pages = mw_ok(50000),
				       .file_pages = mw_ok(400000),
				       .shmem_pages = mw_ok(30000),
				       .free_swap_pages = mw_ok(150000),
				       .reclaimable_pages = mw_ok(20000),
				       .reserve_pages = mw_ok(10000) };
}

static struct mw_overcommit_answer ask(const struct mw_overcommit *o, enum mw_overcommit_mode mode,
				       bool admin, uint64_t total_vm)
{
	struct mw_overcommit_asker asker = { admin, mw_ok(total_vm) };
	struct mw_overcommit_answer a;

	mw_overcommit_ask(o, mode, &asker, &a);
	return a;
}

static void limit(void **state)
{
	struct mw_overcommit o = machine("6.1");

	(void)state;
	/* (1000000 - 100000) / 2 + 200000 */
	expect_val(mw_commit_limit_ram_pages(&o), 450000);
	expect_val(mw_commit_limit_pages(&o), 650000);
	o.ratio_percent = mw_ok(33); /* 297000 */
	o.hugetlb_pages = mw_ok(1);  /* 999999 * 33 / 100 = 329999.67 */
	expect_val(mw_commit_limit_pages(&o), 529999);
	o.ratio_percent = mw_ok(0);
	expect_val(mw_commit_limit_pages(&o), 200000);
	/* a fixed number: huge pages and ratio do not matter, not even unknown ones */
	o.limit_kib = mw_ok(1000003);
	o.hugetlb_pages = mw_no(MW_DENIED);
	o.ratio_percent = mw_no(MW_DENIED);
	expect_val(mw_commit_limit_ram_pages(&o), 250000);
	expect_val(mw_commit_limit_pages(&o), 450000);
}

static void limit_of_unknown_parts(void **state)
{
	struct mw_overcommit o = machine("3.10.33");

	(void)state;
	o.limit_kib = mw_no(MW_ABSENT); /* this kernel has no such setting */
	expect_val(mw_commit_limit_pages(&o), 650000);
	o.limit_kib = mw_no(MW_DENIED);
	expect_why(mw_commit_limit_pages(&o), MW_DENIED);
	o = machine("6.1");
	o.swap_pages = mw_no(MW_GONE);
	expect_val(mw_commit_limit_ram_pages(&o), 450000);
	expect_why(mw_commit_limit_pages(&o), MW_GONE);
	o = machine("6.1");
	o.ratio_percent = mw_no(MW_DENIED);
	expect_why(mw_commit_limit_pages(&o), MW_DENIED);
	o = machine("6.1");
	o.hugetlb_pages = mw_no(MW_UNREAD);
	expect_why(mw_commit_limit_pages(&o), MW_UNREAD);
	/* more huge pages than RAM: read at different instants */
	o.hugetlb_pages = mw_ok(1000001);
	expect_why(mw_commit_limit_pages(&o), MW_RACED);
	o = machine("6.1");
	o.ram_pages = mw_ok(UINT64_MAX);
	expect_why(mw_commit_limit_pages(&o), MW_BAD);
	o = machine("6.1");
	o.page_bytes = 512;
	o.limit_kib = mw_ok(8);
	expect_why(mw_commit_limit_pages(&o), MW_BAD);
}

static void guess_by_release(void **state)
{
	static const struct {
		const char *release;
		enum mw_overcommit_rule rule;
		uint64_t root, user;
	} cases[] = {
		/* f = 400000 + 150000 + 20000, n = 50000 - 10000; 570000 + 40000 - 1;
		 * 570000 - 17812 + 40000 - 1250 - 1 */
		{ "2.6.32", MW_RULE_FREE, 609999, 590937 },
		{ "2.6.32-642.el6.x86_64", MW_RULE_FREE, 609999, 590937 },
		/* 50000 + 370000 + 150000 + 20000 - 10000 - 1; - 2048 */
		{ "3.10.0-1160.el7.x86_64", MW_RULE_FREE, 579999, 577951 },
		{ "3.16", MW_RULE_FREE, 579999, 577951 },
		{ "4.4.11", MW_RULE_FREE, 579999, 577951 },
		{ "4.19.78", MW_RULE_FREE, 579999, 577951 },
		{ "5.1", MW_RULE_FREE, 579999, 577951 },
		{ "5.2.1", MW_RULE_ONE_REQUEST, 1200000, 1200000 },
		{ "5.8.1", MW_RULE_ONE_REQUEST, 1200000, 1200000 },
		{ "5.9", MW_RULE_ONE_REQUEST, 1200000, 1200000 },
		{ "6.1.176", MW_RULE_ONE_REQUEST, 1200000, 1200000 },
		{ "6.12.107", MW_RULE_ONE_REQUEST, 1200000, 1200000 },
		{ "7.2.8", MW_RULE_ONE_REQUEST, 1200000, 1200000 },
		{ "", MW_RULE_ONE_REQUEST, 1200000, 1200000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_overcommit o = machine(cases[i].release);
		struct mw_overcommit_answer a = ask(&o, MW_OVERCOMMIT_GUESS, true, 3200000);

		assert_int_equal(a.rule, cases[i].rule);
		expect_val(a.most_pages, cases[i].root);
		expect_val(a.drift_pages, 0);
		expect_val(mw_overcommit_passes(&a, cases[i].root), 1);
		expect_val(mw_overcommit_passes(&a, cases[i].root + 1), 0);
		a = ask(&o, MW_OVERCOMMIT_GUESS, false, 3200000);
		expect_val(a.most_pages, cases[i].user);
	}
}

/* Nothing is free above the reserve. */
static void guess_without_free_pages(void **state)
{
	struct mw_overcommit o = machine("2.6.32");

	(void)state;
	o.free_pages = mw_ok(9999);
	expect_val(ask(&o, MW_OVERCOMMIT_GUESS, true, 0).most_pages, 569999);
	o = machine("4.19");
	o.reserve_pages = mw_ok(590000);
	expect_val(ask(&o, MW_OVERCOMMIT_GUESS, true, 0).most_pages, 0);
	o.reserve_pages = mw_ok(590001);
	expect_val(ask(&o, MW_OVERCOMMIT_GUESS, true, 0).most_pages, 0);
	o.reserve_pages = mw_ok(589000); /* 1000 left, less than the reserve of root */
	expect_val(ask(&o, MW_OVERCOMMIT_GUESS, true, 0).most_pages, 999);
	expect_val(ask(&o, MW_OVERCOMMIT_GUESS, false, 0).most_pages, 0);
}

static void guess_of_unknown_parts(void **state)
{
	struct mw_overcommit o = machine("4.19");
	struct mw_overcommit_answer a;

	(void)state;
	o.reclaimable_pages = mw_no(MW_DENIED);
	a = ask(&o, MW_OVERCOMMIT_GUESS, true, 0);
	expect_why(a.most_pages, MW_DENIED);
	expect_why(mw_overcommit_passes(&a, 1), MW_DENIED);
	/* later kernels ask for RAM and swap alone */
	o.release = mw_release_parse(LIT("5.10"));
	expect_val(ask(&o, MW_OVERCOMMIT_GUESS, true, 0).most_pages, 1200000);
	o.swap_pages = mw_no(MW_UNREAD);
	expect_why(ask(&o, MW_OVERCOMMIT_GUESS, true, 0).most_pages, MW_UNREAD);
}

static void always_passes(void **state)
{
	struct mw_overcommit o = { .release = mw_release_parse(LIT("6.1")) };
	struct mw_overcommit_answer a = ask(&o, MW_OVERCOMMIT_ALWAYS, false, 0);

	(void)state;
	assert_int_equal(a.rule, MW_RULE_ALWAYS);
	expect_val(a.most_pages, UINT64_MAX);
	expect_val(mw_overcommit_passes(&a, UINT64_MAX), 1);
}

static void never_by_release(void **state)
{
	static const struct {
		const char *release;
		uint64_t root, user, large, drift;
	} cases[] = {
		/* 650000 - 300000 - 1; 450000 / 32 = 14062 less; 3200000 / 32 = 100000 less, from
		 * 3.10 on 32768.  A CPU holds back 31, from 3.11 on 975; who asks nothing. */
		{ "2.6.32", 349999, 335937, 249999, 93 },
		{ "2.6.32-642.el6.x86_64", 349999, 335937, 249999, 93 },
		{ "3.9", 349999, 335937, 249999, 93 },
		{ "3.10.0-1160.el7.x86_64", 349999, 347951, 317231, 93 },
		{ "3.16", 349999, 347951, 317231, 2925 },
		{ "4.4.11", 349999, 347951, 317231, 2925 },
		{ "4.19.78", 349999, 347951, 317231, 2925 },
		{ "5.1", 349999, 347951, 317231, 2925 },
		{ "5.8.1", 349999, 347951, 317231, 2925 },
		{ "5.9", 349999, 347951, 317231, 2925 },
		{ "6.12.107", 349999, 347951, 317231, 2925 },
		{ "7.2.8", 349999, 347951, 317231, 2925 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_overcommit o = machine(cases[i].release);
		struct mw_overcommit_answer a = ask(&o, MW_OVERCOMMIT_NEVER, true, 31);

		assert_int_equal(a.rule, MW_RULE_LIMIT);
		assert_int_equal(a.limit_pages, 650000);
		expect_val(a.admin_reserve_pages, 0);
		expect_val(a.most_pages, cases[i].root);
		expect_val(a.drift_pages, cases[i].drift);
		expect_val(mw_overcommit_passes(&a, cases[i].root), 1);
		expect_val(mw_overcommit_passes(&a, cases[i].root + 1), 0);
		expect_val(ask(&o, MW_OVERCOMMIT_NEVER, false, 0).most_pages, cases[i].user);
		a = ask(&o, MW_OVERCOMMIT_NEVER, true, 3200000);
		expect_val(a.most_pages, cases[i].large);
		expect_val(a.user_reserve_pages, 349999 - cases[i].large);
	}
}

/* A small asker leaves 1/32 of itself, whatever the reserve is. */
static void never_small_asker(void **state)
{
	struct mw_overcommit o = machine("6.1");

	(void)state;
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 320000).most_pages, 339999);
	o.user_reserve_kib = mw_ok(0);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 320000).most_pages, 349999);
	o.user_reserve_kib = mw_no(MW_DENIED);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 31).most_pages, 349999);
	expect_why(ask(&o, MW_OVERCOMMIT_NEVER, true, 32).most_pages, MW_DENIED);
}

/* The reserves are more than the limit: nothing passes.  Without a sign, up to 3.16, all does. */
static void never_below_the_reserves(void **state)
{
	struct mw_overcommit o = machine("6.1");
	struct mw_overcommit_answer a;

	(void)state;
	o.ram_pages = mw_ok(10000);
	o.hugetlb_pages = o.swap_pages = o.committed_pages = mw_ok(0);
	o.ratio_percent = mw_ok(10);
	a = ask(&o, MW_OVERCOMMIT_NEVER, false, 0);
	expect_val(a.limit_known, 3048); /* known: of all its parts */
	assert_int_equal(a.limit_pages, -1048);
	expect_val(a.most_pages, 0);
	expect_val(mw_overcommit_passes(&a, 1), 0);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 999);
	o.release = mw_release_parse(LIT("3.16"));
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, false, 0).most_pages, UINT64_MAX);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 999);
	/* more is promised than the limit, as after swapoff or a switch of modes */
	o = machine("6.1");
	o.committed_pages = mw_ok(650001);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 0);
	o.committed_pages = mw_ok(649999);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 0);
	o.committed_pages = mw_ok(649998);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 1);
}

static void never_of_unknown_parts(void **state)
{
	struct mw_overcommit o = machine("6.1");
	struct mw_overcommit_answer a;

	(void)state;
	o.committed_pages = mw_no(MW_GONE);
	a = ask(&o, MW_OVERCOMMIT_NEVER, true, 0);
	assert_int_equal(a.limit_pages, 650000);
	expect_why(a.most_pages, MW_GONE);
	o.committed_pages = mw_ok((uint64_t)INT64_MAX + 1);
	expect_why(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, MW_BAD);
	o = machine("6.1");
	o.swap_pages = mw_ok((uint64_t)INT64_MAX);
	a = ask(&o, MW_OVERCOMMIT_NEVER, true, 0);
	expect_why(a.limit_known, MW_BAD);
	expect_why(a.most_pages, MW_BAD);
	o = machine("6.1");
	o.admin_reserve_kib = mw_no(MW_DENIED);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 349999);
	expect_why(ask(&o, MW_OVERCOMMIT_NEVER, false, 0).most_pages, MW_DENIED);
	o = machine("6.1");
	o.cpu_count = mw_no(MW_DENIED);
	a = ask(&o, MW_OVERCOMMIT_NEVER, true, 0);
	expect_val(a.most_pages, 349999);
	expect_why(a.drift_pages, MW_DENIED);
	mw_overcommit_ask(&o, MW_OVERCOMMIT_NEVER,
			  &(struct mw_overcommit_asker){ true, mw_no(MW_DENIED) }, &a);
	expect_why(a.most_pages, MW_DENIED);
}

static void batches(void **state)
{
	static const struct {
		const char *release;
		bool exact;
		uint64_t cpus, ram, never, guess;
	} cases[] = {
		{ "2.6.32", false, 4, 1000000, 32, 32 },
		{ "2.6.32", false, 100, 1000000, 200, 200 },
		{ "3.10.0-1160.el7.x86_64", false, 4, 1000000, 32, 32 },
		{ "3.16", false, 4, 1000000, 976, 976 },
		{ "5.8.1", false, 4, 1000000, 976, 976 },
		{ "5.9", true, 4, 1000000, 976, 62500 },
		{ "7.2.8", true, 4, 1000000, 976, 62500 },
		{ "7.2.8", true, 64, 1000000, 128, 3906 },
		{ "", true, 1, 131072, 512, 32768 },
		{ "6.1", true, 1, UINT64_MAX, INT32_MAX, INT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_overcommit o = machine(cases[i].release);

		o.cpu_count = mw_ok(cases[i].cpus);
		o.ram_pages = mw_ok(cases[i].ram);
		expect_val(mw_commit_batch_pages(&o, MW_OVERCOMMIT_NEVER), cases[i].never);
		expect_val(mw_commit_batch_pages(&o, MW_OVERCOMMIT_GUESS), cases[i].guess);
		expect_val(mw_commit_batch_pages(&o, MW_OVERCOMMIT_ALWAYS), cases[i].guess);
		assert_int_equal(mw_committed_is_exact(o.release), cases[i].exact);
	}
}

static void batches_of_unknown_parts(void **state)
{
	struct mw_overcommit o = machine("6.1");

	(void)state;
	o.cpu_count = mw_ok(0);
	expect_why(mw_commit_batch_pages(&o, MW_OVERCOMMIT_NEVER), MW_BAD);
	o.cpu_count = mw_ok(UINT64_MAX);
	expect_why(mw_commit_batch_pages(&o, MW_OVERCOMMIT_NEVER), MW_BAD);
	o.cpu_count = mw_ok(4);
	o.ram_pages = mw_no(MW_DENIED);
	expect_why(mw_commit_batch_pages(&o, MW_OVERCOMMIT_NEVER), MW_DENIED);
	o.release = mw_release_parse(LIT("2.6.32"));
	expect_val(mw_commit_batch_pages(&o, MW_OVERCOMMIT_NEVER), 32);
}

/* Close to the limit the one that asks may hold back as well. */
static void drift_of_small_requests(void **state)
{
	struct mw_overcommit o = machine("6.1");

	(void)state;
	o.committed_pages = mw_ok(650000 - 977);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 976);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).drift_pages, 2925);
	o.committed_pages = mw_ok(650000 - 976);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).most_pages, 975);
	expect_val(ask(&o, MW_OVERCOMMIT_NEVER, true, 0).drift_pages, 3900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limit),
		cmocka_unit_test(limit_of_unknown_parts),
		cmocka_unit_test(guess_by_release),
		cmocka_unit_test(guess_without_free_pages),
		cmocka_unit_test(guess_of_unknown_parts),
		cmocka_unit_test(always_passes),
		cmocka_unit_test(never_by_release),
		cmocka_unit_test(never_small_asker),
		cmocka_unit_test(never_below_the_reserves),
		cmocka_unit_test(never_of_unknown_parts),
		cmocka_unit_test(batches),
		cmocka_unit_test(batches_of_unknown_parts),
		cmocka_unit_test(drift_of_small_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
