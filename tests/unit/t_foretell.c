/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In which order the members of a group die while one of them grows.
 */
#include <errno.h>

#include "lab/foretell.h"
#include "victims_helper.h"

#define LIMIT_PAGES 10000 /* so that 1 of oom_score_adj is 10 pages */
#define TABLE_ENTRIES 512

static size_t group_with(struct world *w, uint64_t used_pages)
{
	size_t g = add_group(w, "/memwhy_lab_1", MW_NO_MEMCG, LIMIT_PAGES);

	w->group[g].used_bytes = PAGES(used_pages);
	w->group[g].swap_limit_bytes = mw_ok(0);
	return g;
}

static struct mw_proc *member(struct world *w, uint64_t pid, uint64_t rss, int64_t adj)
{
	struct mw_proc *p = add_task(w, pid, rss, adj);

	put_in(w, p, 0);
	return p;
}

/* The last one grows. */
static const struct lab_fate *foretell(struct world *w)
{
	struct lab_fate *fate = NULL;

	assert_int_equal(lab_foretell(&w->s, w->s.n_procs - 1, &w->arena, &fate), 0);
	return fate;
}

static void expect_places_at(const struct lab_fate *fate, const size_t *place, size_t n, int line)
{
	for (size_t i = 0; i < n; i++)
		_assert_int_equal(fate[i].place, place[i], __FILE__, line);
}

#define expect_places(fate, ...)                                \
	expect_places_at(fate, (const size_t[]){ __VA_ARGS__ }, \
			 COUNT(((const size_t[]){ __VA_ARGS__ })), __LINE__)

/* What a death gives back is the grower's: so the third dies, which was larger than it before. */
static void the_dead_feed_the_grower(void **state)
{
	struct world *w = *state;
	const struct lab_fate *fate;

	group_with(w, 8100);
	member(w, 20, 500, 600);
	member(w, 30, 4000, 0);
	member(w, 40, 3500, 0);
	member(w, 50, 100, 0);
	fate = foretell(w);
	/* 2000, then 2500, then 6500 */
	expect_places(fate, 1, 2, 0, 3);
	assert_int_equal(fate[0].badness_pages, 6500);
	assert_int_equal(fate[1].badness_pages, 4000);
	assert_int_equal(fate[2].badness_pages, 3500);
	assert_int_equal(fate[3].badness_pages, 6500);
	for (size_t i = 0; i < 4; i++)
		assert_true(fate[i].rated && !fate[i].doubt);
	/* the picture stays as it was */
	assert_int_equal(w->proc[3].oom.stat.rss_pages, 100);
	assert_int_equal(w->proc[0].memcg, 0);
}

/* Its tables are part of what it takes, and of its points. */
static void tables_grow_too(void **state)
{
	struct world *w = *state;
	const struct lab_fate *fate;

	group_with(w, LIMIT_PAGES - 2 * (TABLE_ENTRIES + 1));
	member(w, 20, 700, 0)->status.page_tables_bytes = PAGES(400);
	member(w, 30, 10, 0);
	fate = foretell(w);
	/* 1036 against 1100, and then all of it */
	expect_places(fate, 1, 2);
	assert_int_equal(fate[0].badness_pages, 1100);
	assert_int_equal(fate[1].badness_pages, 1036 + 1100);
}

static void the_grower_first(void **state)
{
	struct world *w = *state;
	const struct lab_fate *fate;

	group_with(w, 3000);
	member(w, 20, 900, 600);
	member(w, 30, 2000, -1000);
	member(w, 40, 100, 0);
	fate = foretell(w);
	/* 7100 against 6900: that is too near to be sure */
	expect_places(fate, 0, 0, 1);
	assert_int_equal(fate[0].badness_pages, 6900);
	assert_false(fate[1].rated);
	assert_non_null(fate[2].doubt);
	w->proc[0].oom.oom_score_adj = 500;
	fate = foretell(w);
	expect_places(fate, 0, 0, 1);
	assert_null(fate[2].doubt);
	w->proc[0].oom.oom_score_adj = 640;
	fate = foretell(w);
	expect_places(fate, 1, 0, 2);
	assert_non_null(fate[0].doubt);
	assert_null(fate[2].doubt);
}

static void the_protected_live(void **state)
{
	struct world *w = *state;
	const struct lab_fate *fate;

	group_with(w, 9000);
	member(w, 20, 8000, -1000);
	member(w, 30, 800, -999);
	member(w, 40, 100, 0);
	fate = foretell(w);
	expect_places(fate, 0, 0, 1);
	assert_false(fate[0].rated);
	assert_true(fate[1].rated);
	assert_int_equal(fate[1].badness_pages, 800 - 9990);
}

/* Of equals the last that joined dies first; v1 does not show who that was. */
static void equals(void **state)
{
	struct world *w = *state;
	const struct lab_fate *fate;

	group_with(w, 9000);
	member(w, 20, 4000, 300);
	member(w, 30, 4000, 300);
	member(w, 40, 100, 0);
	fate = foretell(w);
	/* 1100, then 5100, against 7000 */
	expect_places(fate, 2, 1, 3);
	assert_null(fate[1].doubt);
	w->s.memcgs.v2 = false;
	for (size_t i = 0; i < 3; i++)
		w->proc[i].oom.place = MW_NO_PLACE;
	fate = foretell(w);
	expect_places(fate, 2, 1, 3);
	assert_non_null(fate[1].doubt);
	/* then it is alone */
	assert_null(fate[0].doubt);
	release_is(w, "4.19");
	expect_places(foretell(w), 1, 2, 3);
}

/* Others on the machine are not asked, however large. */
static void only_the_group(void **state)
{
	struct world *w = *state;

	group_with(w, 9000);
	add_task(w, 10, 500000, 1000);
	member(w, 20, 5000, 0);
	member(w, 40, 100, 0);
	expect_places(foretell(w), 0, 1, 2);
}

/* Two of one address space die in one kill, and give back once. */
static void sharers_die_together(void **state)
{
	struct world *w = *state;
	const struct lab_fate *fate;

	group_with(w, 5000);
	member(w, 20, 2000, 500);
	member(w, 30, 2000, 500)->oom.same_mm = 0;
	member(w, 40, 1000, 0);
	fate = foretell(w);
	expect_places(fate, 1, 1, 2);
	assert_int_equal(fate[2].badness_pages, 8000);
}

static void unknown_is_not_zero(void **state)
{
	struct world *w = *state;
	struct lab_fate *fate;

	group_with(w, 9000);
	member(w, 20, 500, 900);
	member(w, 30, 100, 0)->oom.adj_why = MW_DENIED;
	member(w, 40, 100, 0);
	assert_non_null(foretell(w)[0].doubt);
	w->proc[0].status.rss_anon_bytes = mw_no(MW_DENIED);
	w->proc[0].smaps_why = MW_DENIED;
	assert_int_equal(lab_foretell(&w->s, 2, &w->arena, &fate), -ENODATA);
	w->group[0].used_bytes = mw_no(MW_DENIED);
	assert_int_equal(lab_foretell(&w->s, 2, &w->arena, &fate), -ENODATA);
	w->group[0].used_bytes = PAGES(100);
	w->group[0].limit_bytes = mw_no(MW_ABSENT);
	assert_int_equal(lab_foretell(&w->s, 2, &w->arena, &fate), -ENODATA);
	w->proc[2].memcg = MW_NO_MEMCG;
	assert_int_equal(lab_foretell(&w->s, 2, &w->arena, &fate), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(the_dead_feed_the_grower),
		WORLD(tables_grow_too),
		WORLD(the_grower_first),
		WORLD(the_protected_live),
		WORLD(equals),
		WORLD(only_the_group),
		WORLD(sharers_die_together),
		WORLD(unknown_is_not_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
