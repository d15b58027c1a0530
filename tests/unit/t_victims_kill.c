/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one kill takes along, what it gives back, and what /proc/PID/oom_score should be.
 */
#include "victims_helper.h"

/* Up to 5.0 the child with the most points dies first, then its siblings, then the parent. */
static void children_first(void **state)
{
	struct world *w = *state;

	add_task(w, 20, 1000, 0);
	add_task(w, 30, 50, 0)->oom.stat.parent_pid = 20;
	add_task(w, 31, 70, 0)->oom.stat.parent_pid = 20;
	add_task(w, 32, 60, -1000)->oom.stat.parent_pid = 20;
	add_task(w, 33, 10, 0)->oom.stat.parent_pid = 31;
	add_task(w, 40, 900, 0);
	build_by(w, "5.0");
	expect_order(w, 31, 30, 20, 40, 33);
	assert_ptr_equal(w->v.victim[0].instead_of, &w->proc[0]);
	assert_ptr_equal(w->v.victim[1].instead_of, &w->proc[0]);
	assert_null(w->v.victim[2].instead_of);
	build_by(w, "5.1");
	expect_order(w, 20, 40, 31, 30, 33);
	assert_null(w->v.victim[2].instead_of);
}

/* Of children with equal points the oldest, also where the group is scanned in another order; one
 * that shares the parent's memory, or has no points, is none. */
static void which_child(void **state)
{
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 100000);

	add_task(w, 20, 1000, 0);
	add_task(w, 30, 70, 0);
	add_task(w, 31, 70, 0);
	add_task(w, 32, 1000, 0)->oom.same_mm = 0;
	for (size_t i = 0; i < 4; i++) {
		w->proc[i].oom.stat.parent_pid = i ? 20 : 1;
		w->proc[i].oom.place = 9 - i;
		put_in(w, &w->proc[i], g);
	}
	w->proc[0].oom.stat.rss_pages = 1001;
	build_by(w, "4.19");
	assert_int_equal(w->v.victim[0].proc->pid, 30);
	build_in(w, "/a");
	assert_int_equal(w->v.victim[0].proc->pid, 30);
	/* not of the group: it may not be killed for it */
	w->proc[1].memcg = MW_NO_MEMCG;
	build(w);
	assert_int_equal(w->v.victim[0].proc->pid, 31);
	w->proc[0].oom.stat.parent_pid = 20; /* its own child: no such thing */
	build(w);
	assert_int_equal(w->v.victim[0].proc->pid, 31);
}

/* All who have the memory of the victim die with it; before 4.8 not those on -1000. */
static void sharers(void **state)
{
	struct world *w = *state;

	add_task(w, 1, 1, 0)->oom.same_mm = 3;
	add_task(w, 20, 10, -1000)->oom.same_mm = 3;
	add_task(w, 25, 50, 0);
	add_task(w, 30, 100, 0);
	add_task(w, 31, 100, -500)->oom.same_mm = 3;
	build(w);
	expect_order(w, 30, 20, 31, 25);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(w->v.victim[i].rank, 1);
		assert_int_equal(w->v.victim[i].chosen, 0);
	}
	assert_int_equal(w->v.victim[3].rank, 2);
	assert_int_equal(why_spared(w, 1), MW_SPARED_INIT);
	build_by(w, "4.8");
	expect_order(w, 30, 20, 31, 25);
	build_by(w, "4.7");
	expect_order(w, 30, 31, 25);
	assert_int_equal(why_spared(w, 20), MW_SPARED_ADJ);
}

/* Sharers die wherever they are: also outside the cgroup that is full. */
static void sharers_outside(void **state)
{
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 5000);

	put_in(w, add_task(w, 20, 100, 0), g);
	add_task(w, 30, 100, 0)->oom.same_mm = 0;
	add_task(w, 31, 100, -1000)->oom.same_mm = 0;
	build_in(w, "/a");
	expect_order(w, 20, 30, 31);
	build_by(w, "4.4");
	expect_order(w, 20, 30);
	assert_int_equal(w->v.n, 2);
}

static void with_groups(struct world *w, size_t ret[4])
{
	ret[0] = add_group(w, "/", MW_NO_MEMCG, 0);
	ret[1] = add_group(w, "/a", ret[0], 50000);
	ret[2] = add_group(w, "/a/b", ret[1], 20000);
	ret[3] = add_group(w, "/a/b/c", ret[2], 0);
	put_in(w, add_task(w, 20, 100, 0), ret[1]);
	put_in(w, add_task(w, 30, 200, 0), ret[2]);
	put_in(w, add_task(w, 31, 10, 0), ret[2]);
	put_in(w, add_task(w, 32, 10, -1000), ret[2]);
	put_in(w, add_task(w, 40, 300, 0), ret[3]);
	put_in(w, add_task(w, 41, 5, 0), ret[3]);
	put_in(w, add_task(w, 50, 50, 0), ret[0]);
}

/* memory.oom.group: the highest above the victim, up to the domain; who is on -1000 lives. */
static void groups_die_as_one(void **state)
{
	struct world *w = *state;
	size_t g[4];

	with_groups(w, g);
	build(w);
	expect_order(w, 40, 30, 20, 50, 31, 41);
	w->group[g[3]].oom_group = mw_ok(1);
	build(w);
	expect_order(w, 40, 41, 30, 20, 50, 31);
	w->group[g[2]].oom_group = mw_ok(1);
	build(w);
	expect_order(w, 40, 30, 31, 41, 20, 50);
	assert_int_equal(why_spared(w, 32), MW_SPARED_ADJ);
	assert_int_equal(find_victim(w, 41)->rank, 1);
	assert_int_equal(find_victim(w, 41)->chosen, 0);
	assert_int_equal(find_victim(w, 20)->rank, 2);
	/* a group without one that is chosen in it lives on */
	w->proc[1].oom.oom_score_adj = w->proc[4].oom.oom_score_adj = -999;
	build(w);
	expect_order(w, 20, 50, 31, 30, 40, 41);
}

/* Not above the domain, not the root, not v1, not before 4.18 (el8 has it there). */
static void where_groups_do_not_count(void **state)
{
	struct world *w = *state;
	size_t g[4];

	with_groups(w, g);
	w->group[g[0]].oom_group = mw_ok(1);
	build(w);
	expect_order(w, 40, 30, 20, 50, 31, 41);
	w->group[g[1]].oom_group = mw_ok(1);
	build_in(w, "/a/b");
	expect_order(w, 40, 30, 31, 41);
	assert_int_equal(w->v.victim[1].rank, 2);
	build_in(w, "/a");
	expect_order(w, 40, 20, 30, 31, 41);
	assert_int_equal(w->v.victim[4].rank, 1);
	build_by(w, "4.18");
	assert_int_equal(w->v.victim[4].rank, 1);
	build_by(w, "4.17");
	assert_int_equal(w->v.victim[4].rank, 5);
	w->ask.release = (struct mw_release){};
	w->s.memcgs.v2 = false;
	build(w);
	assert_int_equal(w->v.victim[4].rank, 5);
	w->s.memcgs.v2 = true;
	w->group[g[1]].oom_group = mw_no(MW_ABSENT);
	build(w);
	assert_int_equal(w->v.victim[4].rank, 5);
	w->group[g[1]].oom_group = mw_ok(1);
	w->s.host.release = (struct mw_release){};
	build(w);
	assert_int_equal(w->v.victim[4].rank, 1);
}

/* Each of the group is killed as a victim is: those who share its memory die too. */
static void sharers_of_a_group(void **state)
{
	struct world *w = *state;
	size_t g[4];

	with_groups(w, g);
	w->group[g[3]].oom_group = mw_ok(1);
	w->proc[0].oom.same_mm = 5;
	w->proc[3].oom.same_mm = 5;
	build(w);
	expect_order(w, 40, 41, 20, 32, 30, 50, 31);
	assert_int_equal(find_victim(w, 32)->rank, 1);
	expect_val(find_victim(w, 20)->frees_bytes, 0);
}

/* What a death gives back: memory that nobody else has, with its page tables. */
static void freed(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 1000, 0);

	p->status.page_tables_bytes = PAGES(7);
	p->smaps.pss_anon_bytes = PAGES(400);
	add_task(w, 30, 900, 0)->smaps.pss_anon_bytes = mw_no(MW_ABSENT);
	w->proc[1].smaps.anonymous_bytes = PAGES(300);
	add_task(w, 40, 800, 0)->smaps_why = MW_UNREAD;
	add_task(w, 50, 700, 0)->oom.same_mm = 0;
	build(w);
	expect_order(w, 20, 50, 30, 40);
	expect_val(w->v.victim[0].frees_bytes, 407 * PAGE);
	assert_false(w->v.victim[0].frees_at_most);
	/* one memory is given back once */
	expect_val(w->v.victim[1].frees_bytes, 0);
	expect_val(w->v.victim[2].frees_bytes, 300 * PAGE);
	assert_true(w->v.victim[2].frees_at_most);
	expect_val(w->v.victim[3].frees_bytes, 800 * PAGE);
	assert_true(w->v.victim[3].frees_at_most);
	expect_val(w->v.victim[3].sum_bytes, 1507 * PAGE);
}

static void until(void **state)
{
	struct world *w = *state;

	add_task(w, 20, 1000, 0);
	add_task(w, 30, 500, 0);
	add_task(w, 40, 200, 0);
	assert_int_equal(build(w)->until_rank, 0);
	w->ask.until_bytes = mw_ok(0);
	assert_int_equal(build(w)->until_rank, 1);
	w->ask.until_bytes = PAGES(1000);
	assert_int_equal(build(w)->until_rank, 1);
	w->ask.until_bytes = mw_ok(1000 * PAGE + 1);
	assert_int_equal(build(w)->until_rank, 2);
	w->ask.until_bytes = PAGES(1700);
	assert_int_equal(build(w)->until_rank, 3);
	w->ask.until_bytes = PAGES(1701);
	assert_int_equal(build(w)->until_rank, 0);
	/* behind what is not known no sum is */
	w->proc[1].smaps_why = MW_UNREAD;
	w->proc[1].status.rss_anon_bytes = mw_no(MW_ABSENT);
	w->ask.until_bytes = PAGES(1100);
	assert_int_equal(build(w)->until_rank, 0);
	expect_why(w->v.victim[2].sum_bytes, MW_ABSENT);
}

/* --set: these are rated with another setting; scores stay what they are. */
static void set(void **state)
{
	struct world *w = *state;
	const bool only_second[] = { false, true, false };

	add_task(w, 20, 1000, 0)->oom.score = mw_ok(667);
	add_task(w, 30, 500, -1000)->oom.score = mw_ok(0);
	add_task(w, 40, 200, 0)->oom.adj_why = MW_DENIED;
	build(w);
	expect_order(w, 20);
	w->ask.set = only_second;
	w->ask.set_adj = 500;
	build(w);
	expect_order(w, 30, 20);
	assert_int_equal(w->v.victim[0].oom_score_adj, 500);
	assert_int_equal(w->v.victim[0].badness, 500500);
	assert_int_equal(w->v.scores.agree, 2);
	w->ask.set_adj = -1000;
	build(w);
	assert_int_equal(why_spared(w, 30), MW_SPARED_ADJ);
	/* who is set needs no setting that could be read */
	w->ask.set = (const bool[]){ false, false, true };
	w->ask.set_adj = 0;
	build(w);
	expect_order(w, 20, 40);
}

/* The kernel's own score beside the model's. */
static void scores(void **state)
{
	struct world *w = *state;

	add_task(w, 1, 100000, 0)->oom.score = mw_ok(0);
	add_task(w, 20, 100000, 0)->oom.score = mw_ok(733);
	add_task(w, 30, 100000, 500)->oom.score = mw_ok(1066);
	add_task(w, 40, 100, -1000)->oom.score = mw_ok(0);
	add_task(w, 50, 100000, 0)->oom.score = mw_ok(734);
	w->proc[4].oom.still = false;
	add_task(w, 60, 100000, 0)->oom.score = mw_ok(732);
	add_task(w, 70, 100000, 0)->oom.score = mw_no(MW_DENIED);
	add_task(w, 80, 100000, 0)->oom.score = mw_ok(733);
	w->proc[7].oom.adj_why = MW_DENIED;
	build(w);
	assert_int_equal(w->v.scores.agree, 4);
	assert_int_equal(w->v.scores.moved, 1);
	assert_int_equal(w->v.scores.differ, 1);
	assert_int_equal(w->v.scores.unknown, 2);
	expect_val(find_victim(w, 30)->score_model, 1066);
	/* in a domain of another size the scores are those of the machine */
	put_in(w, &w->proc[1], add_group(w, "/a", MW_NO_MEMCG, 200000));
	build_in(w, "/a");
	expect_val(find_victim(w, 20)->score_model, 733);
}

/* By the rules of another kernel, or of one that is not known, nothing can be compared. */
static void scores_of_other_kernels(void **state)
{
	struct world *w = *state;

	release_is(w, "5.8.0");
	add_task(w, 20, 100000, 0)->oom.score = mw_ok(100);
	assert_int_equal(build(w)->scores.agree, 1);
	assert_int_equal(build_by(w, "6.1")->scores.unknown, 1);
	expect_val(w->v.victim[0].score_model, 733);
	w->ask.release = (struct mw_release){};
	w->s.host.release = (struct mw_release){};
	assert_int_equal(build(w)->scores.unknown, 1);
	release_is(w, "2.6.32");
	assert_int_equal(build(w)->scores.unknown, 1);
}

/* Many who tie cost no more than a few, and allocation may fail anywhere. */
static void out_of_memory(void **state)
{
	struct world *w = *state;
	size_t g[4], n;

	with_groups(w, g);
	w->ask.kind = MW_DOMAIN_CGROUP;
	w->ask.cgroup = LIT("/a");
	for (n = 1;; n++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_victims v;

		mw_arena_fail_in(n);
		assert_int_equal(mw_victims_build(&w->s, &w->ask, &a, &v), 0);
		if (mw_arena_fail_in(0)) {
			assert_false(a.failed);
			break;
		}
		assert_true(a.failed);
		assert_true(v.n <= w->s.n_procs);
	}
	assert_true(n > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(children_first),
		WORLD(which_child),
		WORLD(sharers),
		WORLD(sharers_outside),
		WORLD(groups_die_as_one),
		WORLD(where_groups_do_not_count),
		WORLD(sharers_of_a_group),
		WORLD(freed),
		WORLD(until),
		WORLD(set),
		WORLD(scores),
		WORLD(scores_of_other_kernels),
		WORLD(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
