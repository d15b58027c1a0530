/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each finding of the prediction: where it is said, and where not.
 */
#include "find_victims_helper.h"

static void nothing_to_say(void **state)
{
	struct world *w = *state;

	build(w);
	assert_int_equal(find_all(w)->n, 0);
	add_task(w, 1, 100, 0);
	add_task(w, 20, 5000, 0);
	add_task(w, 30, 1000, -1000);
	build(w);
	assert_int_equal(find_all(w)->n, 0);
}

/* 2 % of RAM, its swap counted. */
static void unkillable(void **state)
{
	static const char id[] = "MW-OOMADJ-UNKILLABLE-APP";
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 20000 - 1, -1000);

	assert_false(says(w, id));
	p->status.swap_bytes = PAGES(1);
	assert_true(says(w, id));
	assert_string_equal(find_nth(w, id, 0)->fix[0].command, "memwhy victims --set 20 -900");
	assert_string_equal(find_nth(w, id, 0)->fix[0].undo, "memwhy victims --set 20 -1000");
	p->oom.oom_score_adj = -999;
	assert_false(says(w, id));
	/* what others share with it is not its own */
	p->oom.oom_score_adj = -1000;
	p->smaps.pss_anon_bytes = PAGES(100);
	assert_false(says(w, id));
	p->smaps.pss_anon_bytes = mw_no(MW_ABSENT);
	p->smaps.anonymous_bytes = mw_no(MW_ABSENT);
	assert_false(says(w, id));
	/* init is spared for another reason */
	p->smaps.pss_anon_bytes = PAGES(50000);
	p->pid = 1;
	assert_false(says(w, id));
}

/* One for each, the largest first. */
static void several_unkillable(void **state)
{
	static const char id[] = "MW-OOMADJ-UNKILLABLE-APP";
	struct world *w = *state;

	add_task(w, 20, 30000, -1000);
	add_task(w, 30, 60000, -1000)->status.name = LIT("evil\n\x1b[2J");
	add_task(w, 40, 90000, 0);
	build(w);
	expect_words(find_nth(w, id, 0)->verdict, "evil\n\x1b[2J (pid 30)");
	expect_words(find_nth(w, id, 1)->verdict, "(pid 20)");
	assert_null(find_nth(w, id, 2));
}

static void floor_of_one(void **state)
{
	static const char id[] = "MW-OOM-FLOOR";
	struct world *w = *state;
	size_t g = add_group(w, "/pod", MW_NO_MEMCG, 250000);

	release_is(w, "5.8.0");
	put_in(w, add_task(w, 20, 10, -998), g);
	w->ask.kind = MW_DOMAIN_CGROUP;
	w->ask.cgroup = LIT("/pod");
	/* one alone ties with nobody */
	assert_false(says(w, id));
	put_in(w, add_task(w, 30, 200000, -998), g);
	assert_true(says(w, id));
	expect_words(find_nth(w, id, 0)->verdict, "all 2 tasks");
	expect_words(find_nth(w, id, 0)->verdict, "last one scanned dies: task (pid 30)");
	build_by(w, "3.10.0-1160.el7.x86_64");
	expect_words(find_nth(w, id, 0)->verdict, "first one scanned dies: task (pid 20)");
	build_by(w, "5.9");
	assert_null(find_nth(w, id, 0));
	build_by(w, "5.8");
	/* the machine has others */
	w->ask.kind = MW_DOMAIN_MACHINE;
	assert_false(says(w, id));
	w->ask.kind = MW_DOMAIN_CGROUP;
	put_in(w, add_task(w, 40, 10, 0), g);
	assert_false(says(w, id));
}

/* A kill below 5 % of RAM where 25 % are in shared memory and slab. */
static void useless(void **state)
{
	static const char id[] = "MW-OOM-VICTIM-USELESS";
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, RAM_PAGES / 20 - 1, 0);

	w->s.meminfo.shmem_bytes = PAGES(RAM_PAGES / 4 - 10);
	w->s.meminfo.slab_unreclaimable_bytes = PAGES(10);
	assert_true(says(w, id));
	p->smaps.pss_anon_bytes = PAGES(RAM_PAGES / 20);
	assert_false(says(w, id));
	p->smaps.pss_anon_bytes = PAGES(1);
	w->s.meminfo.slab_unreclaimable_bytes = mw_ok(0);
	assert_false(says(w, id));
	w->s.meminfo.slab_unreclaimable_bytes = mw_no(MW_ABSENT);
	assert_false(says(w, id));
	w->s.meminfo.slab_unreclaimable_bytes = PAGES(10);
	assert_true(says(w, id));
	/* nobody can be killed */
	p->oom.oom_score_adj = -1000;
	assert_false(says(w, id));
}

/* In a group its own shared memory counts, and all that one kill takes along. */
static void useless_in_a_group(void **state)
{
	static const char id[] = "MW-OOM-VICTIM-USELESS";
	struct world *w = *state;
	size_t g = add_group(w, "/a", add_group(w, "/", MW_NO_MEMCG, 0), 10000);

	put_in(w, add_task(w, 20, 400, 0), g);
	put_in(w, add_task(w, 30, 300, 0), g);
	w->ask.kind = MW_DOMAIN_CGROUP;
	w->ask.cgroup = LIT("/a");
	assert_false(says(w, id));
	w->group[g].shmem_bytes = PAGES(2500);
	assert_true(says(w, id));
	w->group[g].oom_group = mw_ok(1);
	assert_false(says(w, id));
	w->group[g].oom_group = mw_ok(0);
	w->group[g].shmem_bytes = mw_no(MW_ABSENT);
	assert_false(says(w, id));
}

/* Below 1000 pages a thousandth is 0. */
static void small_domain(void **state)
{
	static const char id[] = "MW-OOM-SMALL-DOMAIN";
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 999);
	struct mw_proc *p = add_task(w, 20, 400, 500);

	put_in(w, p, g);
	w->ask.kind = MW_DOMAIN_CGROUP;
	w->ask.cgroup = LIT("/a");
	assert_true(says(w, id));
	assert_int_equal(w->v.victim[0].badness, 400);
	expect_words(find_nth(w, id, 0)->fix[0].command, "3.90 MiB");
	/* el6 counts in 1/1000 of any domain */
	build_by(w, "3.2");
	assert_null(find_nth(w, id, 0));
	build_by(w, "3.10");
	w->group[g].limit_bytes = PAGES(1000);
	assert_false(says(w, id));
	w->group[g].limit_bytes = PAGES(999);
	p->oom.oom_score_adj = 0;
	assert_false(says(w, id));
	/* -1000 has its effect */
	p->oom.oom_score_adj = -1000;
	assert_false(says(w, id));
}

static void group_surprise(void **state)
{
	static const char id[] = "MW-OOM-GROUP-SURPRISE";
	struct world *w = *state;
	size_t root = add_group(w, "/", MW_NO_MEMCG, 0), g = add_group(w, "/db", root, 0);
	struct mw_proc *helper = add_task(w, 20, 100, 800), *db = add_task(w, 30, 9000, -900);

	put_in(w, helper, g);
	put_in(w, db, g);
	helper->status.name = LIT("helper");
	assert_false(says(w, id));
	w->group[g].oom_group = mw_ok(1);
	assert_true(says(w, id));
	expect_words(find_nth(w, id, 0)->verdict, "helper (pid 20) is chosen (kill 1)");
	expect_words(find_nth(w, id, 0)->verdict, "takes task (pid 30) along");
	assert_string_equal(find_nth(w, id, 0)->evidence[2].text, "/db");
	/* workers of one program belong together */
	helper->status.name = LIT("task");
	assert_false(says(w, id));
	helper->status.name = LIT("helper");
	/* who is taken along is no larger */
	db->smaps.pss_anon_bytes = PAGES(100);
	assert_false(says(w, id));
	db->smaps.pss_anon_bytes = PAGES(101);
	assert_true(says(w, id));
	/* one memory under two names is no group */
	db->oom.same_mm = 0;
	assert_false(says(w, id));
}

/* The group with the setting is named, which may be one above that of the chosen one. */
static void group_above(void **state)
{
	struct world *w = *state;
	size_t root = add_group(w, "/", MW_NO_MEMCG, 0), g = add_group(w, "/db", root, 0);
	size_t below = add_group(w, "/db/helper", g, 0);

	put_in(w, add_task(w, 20, 100, 800), below);
	put_in(w, add_task(w, 30, 9000, -900), g);
	w->proc[0].status.name = LIT("helper");
	w->group[g].oom_group = mw_ok(1);
	build(w);
	assert_string_equal(find_nth(w, "MW-OOM-GROUP-SURPRISE", 0)->evidence[2].text, "/db");
}

/* Only the first five kills are looked at. */
static void a_surprise_far_away(void **state)
{
	static const char id[] = "MW-OOM-GROUP-SURPRISE";
	struct world *w = *state;
	size_t root = add_group(w, "/", MW_NO_MEMCG, 0), g = add_group(w, "/db", root, 0);

	put_in(w, add_task(w, 20, 100, 0), g);
	put_in(w, add_task(w, 30, 9000, -900), g);
	w->proc[0].status.name = LIT("helper");
	w->group[g].oom_group = mw_ok(1);
	for (size_t i = 0; i < 4; i++)
		add_task(w, 40 + i, 500, 0);
	assert_true(says(w, id));
	expect_words(find_nth(w, id, 0)->verdict, "(kill 5)");
	add_task(w, 50, 500, 0);
	assert_false(says(w, id));
}

/* 1: where the whole machine is out of memory; 2: always. */
static void panic_set(void **state)
{
	static const char id[] = "MW-OOM-PANIC";
	static const struct {
		uint64_t set;
		enum mw_domain_kind kind;
		bool want;
	} cases[] = {
		{ 0, MW_DOMAIN_MACHINE, false }, { 1, MW_DOMAIN_MACHINE, true },
		{ 2, MW_DOMAIN_MACHINE, true },	 { 1, MW_DOMAIN_CGROUP, false },
		{ 2, MW_DOMAIN_CGROUP, true },	 { 1, MW_DOMAIN_NODES, false },
		{ 1, MW_DOMAIN_CPUSET, false },	 { 2, MW_DOMAIN_CPUSET, true },
	};
	struct world *w = *state;

	add_group(w, "/a", MW_NO_MEMCG, 999);
	w->ask.cgroup = LIT("/a");
	w->ask.nodes = LIT("0");
	for (size_t i = 0; i < COUNT(cases); i++) {
		w->s.oom_sysctl.panic_on_oom = mw_ok(cases[i].set);
		w->ask.kind = cases[i].kind;
		if (says(w, id) != cases[i].want)
			fail_msg("case %zu", i);
	}
	w->s.oom_sysctl.panic_on_oom = mw_no(MW_DENIED);
	w->ask.kind = MW_DOMAIN_MACHINE;
	assert_false(says(w, id));
	/* a group without a limit is the machine */
	w->s.oom_sysctl.panic_on_oom = mw_ok(1);
	w->group[0].limit_bytes = mw_no(MW_ABSENT);
	w->ask.kind = MW_DOMAIN_CGROUP;
	assert_true(says(w, id));
}

/* Not in a cgroup; a panic comes before. */
static void asker_dies(void **state)
{
	static const char id[] = "MW-OOM-ASKER-DIES";
	struct world *w = *state;

	add_group(w, "/a", MW_NO_MEMCG, 999);
	add_task(w, 20, 100, 0);
	assert_false(says(w, id));
	w->s.oom_sysctl.kill_allocating_task = mw_ok(2);
	assert_true(says(w, id));
	assert_true(w->v.asker_dies);
	assert_string_equal(find_nth(w, id, 0)->fix[0].undo,
			    "sysctl -w vm.oom_kill_allocating_task=2");
	w->ask.kind = MW_DOMAIN_NODES;
	w->ask.nodes = LIT("0");
	assert_true(says(w, id));
	w->ask.kind = MW_DOMAIN_CGROUP;
	w->ask.cgroup = LIT("/a");
	assert_false(says(w, id));
	w->ask.kind = MW_DOMAIN_MACHINE;
	w->s.oom_sysctl.panic_on_oom = mw_ok(1);
	assert_false(says(w, id));
	w->s.oom_sysctl.kill_allocating_task = mw_no(MW_DENIED);
	w->s.oom_sysctl.panic_on_oom = mw_ok(0);
	assert_false(says(w, id));
}

static void limit_over_parent(void **state)
{
	static const char id[] = "MW-CG-LIMIT-OVER-PARENT";
	struct world *w = *state;
	size_t root = add_group(w, "/", MW_NO_MEMCG, 0), a = add_group(w, "/it's", root, 500);
	size_t b = add_group(w, "/it's/b", a, 0), c = add_group(w, "/it's/b/c", b, 500);

	assert_false(says(w, id));
	w->group[c].limit_bytes = PAGES(501);
	assert_true(says(w, id));
	assert_string_equal(find_nth(w, id, 0)->fix[0].command,
			    "memwhy victims --cgroup '/it'\\''s'");
	/* the next above that has one decides */
	w->group[b].limit_bytes = PAGES(600);
	assert_true(says(w, id));
	expect_words(find_nth(w, id, 0)->verdict, "/it's/b is above that of /it's:");
	assert_int_equal(find_nth(w, id, 0)->evidence[2].value.v, 1);
	w->group[a].limit_bytes = mw_no(MW_DENIED);
	assert_false(says(w, id));
}

static void out_of_memory(void **state)
{
	struct world *w = *state;
	struct mw_thresholds limit = mw_thresholds_normal();

	add_task(w, 20, 60000, -1000);
	add_task(w, 30, 100, 0)->status.name = LIT("sshd");
	w->s.oom_sysctl.panic_on_oom = mw_ok(1);
	build(w);
	for (size_t n = 1;; n++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_findings all;

		mw_arena_fail_in(n);
		mw_find_victims(&(struct mw_victims_case){ &w->s, &w->v, &limit, &a }, &all);
		if (mw_arena_fail_in(0)) {
			assert_int_equal(all.n, 3);
			break;
		}
		assert_true(a.failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(nothing_to_say),	    WORLD(unkillable),	   WORLD(several_unkillable),
		WORLD(floor_of_one),	    WORLD(useless),	   WORLD(useless_in_a_group),
		WORLD(small_domain),	    WORLD(group_surprise), WORLD(group_above),
		WORLD(a_surprise_far_away), WORLD(panic_set),	   WORLD(asker_dies),
		WORLD(limit_over_parent),   WORLD(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
