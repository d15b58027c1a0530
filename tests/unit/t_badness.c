/* SPDX-License-Identifier: Apache-2.0 */
#include "model/badness.h"

#include "helper.h"

static struct mw_badness_rules rules(const char *release, bool memcg)
{
	return mw_badness_rules(mw_release_parse(mw_str_of(release)), memcg);
}

static int64_t points(const char *release, struct mw_badness_task t, uint64_t total_pages)
{
	struct mw_badness_rules r = rules(release, false);
	int64_t p = 0;

	assert_true(mw_badness(&r, &t, total_pages, &p));
	return p;
}

static void rules_by_release(void **state)
{
	static const struct {
		const char *release;
		struct mw_badness_rules global;
	} cases[] = {
		{ "2.6.32", { MW_BADNESS_TIME, MW_TIE_FIRST, true, true, true } },
		{ "2.6.35", { MW_BADNESS_TIME, MW_TIE_FIRST, true, true, true } },
		{ "2.6.36", { MW_BADNESS_PERMILLE, MW_TIE_FIRST, true, true, true } },
		{ "2.6.32-642.el6.x86_64",
		  { MW_BADNESS_PERMILLE, MW_TIE_FIRST, true, true, true } },
		{ "3.2.41", { MW_BADNESS_PERMILLE, MW_TIE_FIRST, true, true, true } },
		{ "3.5", { MW_BADNESS_PERMILLE, MW_TIE_FIRST, true, true, true } },
		{ "3.6", { MW_BADNESS_FLOOR, MW_TIE_FIRST, true, true, true } },
		{ "3.10.0-1160.el7.x86_64", { MW_BADNESS_FLOOR, MW_TIE_FIRST, true, true, true } },
		{ "4.7", { MW_BADNESS_FLOOR, MW_TIE_FIRST, true, true, true } },
		{ "4.8.17", { MW_BADNESS_FLOOR, MW_TIE_LAST, true, true, true } },
		{ "4.9.80", { MW_BADNESS_FLOOR, MW_TIE_FIRST, true, true, true } },
		{ "4.16.13", { MW_BADNESS_FLOOR, MW_TIE_FIRST, true, true, true } },
		{ "4.17", { MW_BADNESS_FLOOR, MW_TIE_FIRST, false, true, true } },
		{ "4.18.0-147.el8.x86_64", { MW_BADNESS_FLOOR, MW_TIE_FIRST, false, true, false } },
		{ "5.0.1", { MW_BADNESS_FLOOR, MW_TIE_FIRST, false, true, true } },
		{ "5.2.1", { MW_BADNESS_FLOOR, MW_TIE_FIRST, false, false, true } },
		{ "5.3.1", { MW_BADNESS_FLOOR, MW_TIE_LAST, false, false, true } },
		{ "5.4.0-29-generic", { MW_BADNESS_FLOOR, MW_TIE_LAST, false, false, false } },
		{ "5.4.194", { MW_BADNESS_FLOOR, MW_TIE_LAST, false, false, false } },
		{ "5.4.195", { MW_BADNESS_SIGNED, MW_TIE_LAST, false, false, true } },
		{ "5.8.1", { MW_BADNESS_FLOOR, MW_TIE_LAST, false, false, true } },
		{ "5.9", { MW_BADNESS_SIGNED, MW_TIE_LAST, false, false, true } },
		{ "5.14.0-162.el9.x86_64", { MW_BADNESS_SIGNED, MW_TIE_LAST, false, false, true } },
		{ "7.2.8", { MW_BADNESS_SIGNED, MW_TIE_LAST, false, false, true } },
		{ "", { MW_BADNESS_SIGNED, MW_TIE_LAST, false, false, false } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_badness_rules r = rules(cases[i].release, false);

		assert_int_equal(r.rule, cases[i].global.rule);
		assert_int_equal(r.tie, cases[i].global.tie);
		assert_int_equal(r.root_bonus, cases[i].global.root_bonus);
		assert_int_equal(r.child_sacrifice, cases[i].global.child_sacrifice);
		assert_int_equal(r.sure, cases[i].global.sure);
	}
	assert_int_equal(rules("4.8.17", true).tie, MW_TIE_FIRST);
	assert_int_equal(rules("5.3", true).tie, MW_TIE_LAST);
}

/* Victims of real reports: what the kernel printed as their score. */
static void scores_of_kill_lines(void **state)
{
	static const struct {
		const char *release;
		struct mw_badness_task t;
		uint64_t total_pages, score;
	} cases[] = {
		{ "2.6.32-642.11.1.el6.x86_64",
		  { .rss_pages = 54136 },
		  8388607 - 181790 + 524287,
		  6 },
		{ "3.10.0-514.6.1.el7.x86_64",
		  { .rss_pages = 46349, .table_pages = 223, .root = true },
		  261021 - 8300,
		  178 },
		{ "3.10.0-514.6.1.el7.x86_64",
		  { .rss_pages = 45682, .table_pages = 221, .root = true },
		  261021 - 8300,
		  176 },
		{ "3.10.0-514.6.1.el7.x86_64",
		  { .rss_pages = 30730, .table_pages = 134 },
		  261021 - 8300,
		  122 },
		{ "3.13.0-27-generic",
		  { .rss_pages = 398810, .table_pages = 788 },
		  445340 - 10614,
		  919 },
		{ "4.4.0-47-generic",
		  { .rss_pages = 110965, .table_pages = 257 + 18, .root = true },
		  130972 - 5873,
		  862 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_badness_rules r = rules(cases[i].release, false);
		int64_t p;

		assert_true(mw_badness(&r, &cases[i].t, cases[i].total_pages, &p));
		assert_int_equal(mw_badness_score(&r, true, p, cases[i].total_pages),
				 cases[i].score);
	}
}

static void permille(void **state)
{
	const char *el6 = "2.6.32-642.el6.x86_64";

	(void)state;
	assert_int_equal(points(el6, (struct mw_badness_task){ 400, 50, 50, 0, false }, 1000), 500);
	assert_int_equal(points(el6, (struct mw_badness_task){ 400, 50, 50, 0, true }, 1000), 470);
	assert_int_equal(points(el6, (struct mw_badness_task){ 400, 50, 50, -100, false }, 1000),
			 400);
	assert_int_equal(points(el6, (struct mw_badness_task){ .root = true }, 1000), 1);
	assert_int_equal(points(el6, (struct mw_badness_task){ 900, 0, 0, 500, false }, 1000),
			 1000);
	assert_int_equal(points(el6, (struct mw_badness_task){ 1, 0, 0, 0, false }, 0), 1000);
}

/* 16 GiB, all tasks at -998: up to 5.8 they all score 1, whatever they hold. */
static void floor_of_1(void **state)
{
	struct mw_badness_task small = { .rss_pages = 10, .oom_score_adj = -998 };
	struct mw_badness_task large = { .rss_pages = 4000000, .oom_score_adj = -998 };

	(void)state;
	assert_int_equal(points("5.8.1", small, 4194304), 1);
	assert_int_equal(points("5.8.1", large, 4194304), 1);
	assert_int_equal(points("5.9.2", small, 4194304), 10 - 4185612);
	assert_int_equal(points("5.9.2", large, 4194304), 4000000 - 4185612);
	assert_int_equal(points("5.4.195", large, 4194304), 4000000 - 4185612);
}

/* The total is divided before it is multiplied. */
static void adj_of_small_domains(void **state)
{
	struct mw_badness_task t = { .rss_pages = 5, .oom_score_adj = 1000 };

	(void)state;
	assert_int_equal(points("6.12.1", t, 999), 5);
	assert_int_equal(points("6.12.1", t, 1999), 1005);
}

static void never_chosen(void **state)
{
	static const char *const releases[] = { "2.6.32", "2.6.36", "3.10.65", "5.4.195", "7.2" };
	struct mw_badness_task spared = { .rss_pages = 100, .oom_score_adj = -1000 };
	struct mw_badness_task t = { .rss_pages = 100 };
	struct mw_badness_rules old = rules("2.6.32", false);
	int64_t p = 77;

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++) {
		struct mw_badness_rules r = rules(releases[i], false);

		assert_false(mw_badness(&r, &spared, 1000, &p));
		assert_int_equal(mw_badness_score(&r, false, 500, 1000), 0);
	}
	assert_false(mw_badness(&old, &t, 1000, &p));
	assert_int_equal(p, 77);
}

static void ties(void **state)
{
	struct mw_badness_rules first = rules("4.19.78", false), last = rules("5.10.13", false);

	(void)state;
	assert_false(mw_badness_replaces(&first, 5, 5));
	assert_true(mw_badness_replaces(&first, 5, 6));
	assert_false(mw_badness_replaces(&first, 5, 4));
	assert_true(mw_badness_replaces(&last, 5, 5));
	assert_false(mw_badness_replaces(&last, 5, 4));
	assert_false(mw_badness_replaces(&last, -5, -6));
}

/* As measured on 6.18: an idle process at these adj. */
static void oom_score(void **state)
{
	static const struct {
		int64_t adj;
		uint64_t score;
	} cases[] = { { 0, 666 }, { 1, 667 }, { 500, 1000 }, { 1000, 1333 }, { -999, 0 } };
	struct mw_badness_rules r = rules("6.18.44", false), old = rules("5.8.1", false);
	int64_t p;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_badness_task t = { .oom_score_adj = cases[i].adj };

		assert_true(mw_badness(&r, &t, 4000000, &p));
		assert_int_equal(mw_badness_score(&r, true, p, 4000000), cases[i].score);
	}
	assert_int_equal(mw_badness_score(&r, true, 4000000, 4000000), 1333);
	assert_int_equal(mw_badness_score(&r, true, 8000000, 4000000), 2000);
	assert_int_equal(mw_badness_score(&old, true, 2000000, 4000000), 500);
	assert_int_equal(mw_badness_score(&old, true, 1, 4000000), 0);
}

static void largest_figures(void **state)
{
	const struct mw_badness_task huge = { UINT64_MAX, UINT64_MAX, UINT64_MAX, INT64_MAX, true };
	const struct mw_badness_task low = { .oom_score_adj = -999 };
	struct mw_badness_rules r = rules("7.2", false), old = rules("4.4", false);

	(void)state;
	assert_int_equal(points("2.6.36", huge, 1), 1000);
	assert_int_equal(points("4.4", huge, UINT64_MAX), INT64_MAX);
	assert_int_equal(points("7.2", huge, UINT64_MAX), INT64_MAX);
	assert_int_equal(points("7.2", huge, 0), INT64_MAX);
	assert_int_equal(points("7.2", low, UINT64_MAX), INT64_MIN);
	assert_int_equal(mw_badness_score(&r, true, INT64_MIN, 1), 0);
	assert_int_equal(mw_badness_score(&r, true, INT64_MAX, 0), UINT64_MAX);
	assert_int_equal(mw_badness_score(&old, true, INT64_MAX, 1), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_by_release),
		cmocka_unit_test(scores_of_kill_lines),
		cmocka_unit_test(permille),
		cmocka_unit_test(floor_of_1),
		cmocka_unit_test(adj_of_small_domains),
		cmocka_unit_test(never_chosen),
		cmocka_unit_test(ties),
		cmocka_unit_test(oom_score),
		cmocka_unit_test(largest_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
