/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may be killed, with how many points, and in which order equals are looked at.
 */
#include "victims_helper.h"

static void by_points(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 100, 0);

	p->status.swap_bytes = PAGES(30);
	p->status.page_tables_bytes = PAGES(4);
	p->status.page_middle_bytes = mw_ok(2 * PAGE + PAGE / 2);
	add_task(w, 30, 90, 1);
	add_task(w, 40, 5000, -6);
	build(w);
	/* a point of the setting is worth 1/1000 of the pages */
	expect_order(w, 30, 20, 40);
	assert_int_equal(w->v.victim[0].badness, 1090);
	assert_int_equal(w->v.victim[1].badness, 136);
	assert_int_equal(w->v.victim[2].badness, -1000);
	assert_true(w->v.victim[0].certain);
}

/* 3.6 to 5.8: at least 1, so that all who are below tie. */
static void the_floor(void **state)
{
	struct world *w = *state;

	add_task(w, 20, 10, -998);
	add_task(w, 30, 200000, -998);
	add_task(w, 40, 20, -998);
	build_by(w, "5.10");
	expect_order(w, 30, 40, 20);
	build_by(w, "5.8");
	expect_order(w, 40, 30, 20);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(w->v.victim[i].badness, 1);
	build_by(w, "5.2");
	expect_order(w, 20, 30, 40);
	/* 5.4 has the later rule from .195 on at the latest */
	build_by(w, "5.4.194");
	expect_order(w, 40, 30, 20);
	assert_false(w->v.rules.sure);
	build_by(w, "5.4.195");
	expect_order(w, 30, 40, 20);
	assert_true(w->v.rules.sure);
	build_by(w, "3.2");
	expect_order(w, 20, 30, 40);
	assert_int_equal(w->v.victim[0].badness, 1);
}

/* Up to 4.16 who has CAP_SYS_ADMIN keeps 3 % of its points. */
static void of_root(void **state)
{
	struct world *w = *state;

	add_task(w, 20, 1000, 0)->status.effective_caps = mw_ok(MW_CAP_SYS_ADMIN | 1);
	add_task(w, 30, 980, 0)->status.effective_caps = mw_ok(~MW_CAP_SYS_ADMIN);
	build_by(w, "4.16");
	expect_order(w, 30, 20);
	assert_int_equal(w->v.victim[1].badness, 970);
	build_by(w, "4.17");
	expect_order(w, 20, 30);
	w->proc[0].status.effective_caps = mw_no(MW_ABSENT);
	build_by(w, "4.16");
	expect_order(w, 20, 30);
}

/* 2.6.32 goes by time, which no snapshot tells: nobody is named. */
static void of_2_6_32(void **state)
{
	struct world *w = *state;

	add_task(w, 20, 1000, 0);
	build_by(w, "2.6.32");
	assert_int_equal(w->v.n_victims, 0);
	assert_int_equal(why_spared(w, 20), MW_SPARED_UNKNOWN);
	build_by(w, "2.6.32-754.el6.x86_64");
	expect_order(w, 20);
}

/* Equal points on the machine: by age, then by pid; the last from 5.3 on and in 4.8. */
static void ties_of_the_machine(void **state)
{
	static const struct {
		const char *release;
		bool last;
	} cases[] = { { "3.10", false }, { "4.7", false }, { "4.8", true }, { "4.9", false },
		      { "5.2", false },	 { "5.3", true },  { "7.2", true } };
	struct world *w = *state;

	add_task(w, 20, 100, 0)->oom.stat.start_ticks = 900;
	add_task(w, 30, 100, 0)->oom.stat.start_ticks = 50;
	add_task(w, 40, 100, 0)->oom.stat.start_ticks = 900;
	for (size_t i = 0; i < COUNT(cases); i++) {
		build_by(w, cases[i].release);
		if (cases[i].last)
			expect_order(w, 40, 20, 30);
		else
			expect_order(w, 30, 20, 40);
		assert_true(w->v.victim[0].certain && w->v.victim[1].certain);
	}
}

/* In a cgroup: pre-order, siblings as they were made, members as they joined. */
static void ties_in_nested_groups(void **state)
{
	struct world *w = *state;
	size_t top = add_group(w, "/t", MW_NO_MEMCG, 5000);
	size_t young = add_group(w, "/t/a", top, 0), inner = add_group(w, "/t/a/x", young, 0);
	size_t old = add_group(w, "/t/b", top, 0);
	const size_t groups[] = { inner, old, young, top, old, young };
	const size_t places[] = { 0, 1, 5, 3, 0, 2 };

	w->group[young].ino = 3000;
	w->group[inner].ino = 3001;
	w->group[old].ino = 2000;
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct mw_proc *p = add_task(w, 20 + i, 100, 0);

		put_in(w, p, groups[i]);
		p->oom.place = places[i];
	}
	build_in(w, "/t");
	expect_order(w, 20, 22, 25, 21, 24, 23);
	for (size_t i = 0; i < w->v.n; i++)
		assert_true(w->v.victim[i].certain);
	build_by(w, "4.19");
	expect_order(w, 23, 24, 21, 25, 22, 20);
	/* 4.8 went by the last on the machine alone */
	build_by(w, "4.8");
	expect_order(w, 23, 24, 21, 25, 22, 20);
	w->ask.cgroup = LIT("/t/a");
	w->group[young].limit_bytes = PAGES(500);
	build_by(w, "6.1");
	expect_order(w, 20, 22, 25);
}

static void expect_doubt(const struct world *w, const char *words)
{
	const struct mw_victim *x = &w->v.victim[0];

	if (!words) {
		assert_null(x->doubt);
		return;
	}
	if (!x->doubt || !strstr(x->doubt, words))
		fail_msg("the doubt is %s, not %s", x->doubt ? x->doubt : "none", words);
	assert_false(x->certain);
}

/* Where equals are looked at in an order that cannot be seen, it is said. */
static void doubts(void **state)
{
	struct world *w = *state;
	size_t top = add_group(w, "/t", MW_NO_MEMCG, 5000), a = add_group(w, "/t/a", top, 0);
	struct mw_proc *p = add_task(w, 20, 100, 0), *q = add_task(w, 30, 100, 0);

	put_in(w, p, top);
	put_in(w, q, top);
	build_in(w, "/t");
	expect_doubt(w, NULL);
	q->oom.place = MW_NO_PLACE;
	build(w);
	expect_doubt(w, "in which order they joined");
	w->s.memcgs.v2 = false;
	build(w);
	expect_doubt(w, "v1 does not show");
	/* the last of equals has nobody left to be mistaken for */
	assert_true(w->v.victim[1].certain);
	put_in(w, q, a);
	build(w);
	expect_doubt(w, NULL);
	w->group[a].ino = 0;
	build(w);
	expect_doubt(w, "which cgroup was made first");
	q->oom.stat.rss_pages = 101;
	build(w);
	expect_doubt(w, NULL);
}

static void more_doubts(void **state)
{
	struct world *w = *state;
	size_t top = add_group(w, "/t", MW_NO_MEMCG, 5000);
	struct mw_proc *p = add_task(w, 20, 100, 0), *q = add_task(w, 30, 100, 0);

	put_in(w, p, top);
	put_in(w, q, top);
	/* a group below without the controller: its members are charged to this one */
	q->cgroup = LIT("/t/plain");
	build_in(w, "/t");
	expect_doubt(w, "without a memory controller");
	w->ask.kind = MW_DOMAIN_MACHINE;
	build(w);
	expect_doubt(w, NULL);
	/* without stat nobody knows how old it is */
	q->oom.why = MW_DENIED;
	build(w);
	expect_doubt(w, "when they were started");
}

/* From 6.2 to 7.0 swapped pages are counted on each CPU: who is so close may be the other. */
static void counters_by_cpu(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 1000, 0), *q = add_task(w, 30, 1000, 0);

	release_is(w, "6.2.0");
	w->s.oom_sysctl.cpu_count = mw_ok(4);
	p->status.swap_bytes = PAGES(500);
	q->status.swap_bytes = PAGES(500 - 2 * 4 * 32);
	build(w);
	expect_doubt(w, "swapped pages on each CPU");
	assert_int_equal(w->v.victim[0].proc->pid, 20);
	q->status.swap_bytes = PAGES(500 - 2 * 4 * 32 - 1);
	build(w);
	expect_doubt(w, NULL);
	/* one alone has any: half as far */
	q->status.swap_bytes = mw_ok(0);
	q->oom.stat.rss_pages = 1500 - 4 * 32;
	build(w);
	expect_doubt(w, "swapped pages on each CPU");
	q->oom.stat.rss_pages--;
	build(w);
	expect_doubt(w, NULL);
	/* 64 CPUs have batches of 128 */
	w->s.oom_sysctl.cpu_count = mw_ok(64);
	p->status.swap_bytes = PAGES(64 * 128 + 371);
	build(w);
	expect_doubt(w, "swapped pages on each CPU");
	release_is(w, "6.1.0");
	build(w);
	expect_doubt(w, NULL);
	release_is(w, "7.1.0");
	w->proc[0].status.rss_bytes = w->proc[1].status.rss_bytes = mw_no(MW_ABSENT);
	build(w);
	expect_doubt(w, NULL);
}

/* Points at both ends of what a number holds. */
static void far_apart(void **state)
{
	struct world *w = *state;

	add_task(w, 20, UINT64_MAX / PAGE, 0)->oom.stat.rss_pages = UINT64_MAX;
	add_task(w, 30, 5, -999);
	w->s.meminfo.total_bytes = mw_ok(UINT64_MAX);
	w->s.host.page_bytes = 1;
	build(w);
	expect_order(w, 20, 30);
	assert_true(w->v.victim[0].badness == INT64_MAX && w->v.victim[1].badness == INT64_MIN);
	assert_true(w->v.victim[0].certain);
}

static void who_is_spared(void **state)
{
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 3000);

	add_task(w, 1, 100, 0);
	add_task(w, 20, 90, -1000);
	add_task(w, 30, 80, -999);
	put_in(w, &w->proc[0], g);
	put_in(w, &w->proc[1], g);
	build(w);
	expect_order(w, 30);
	assert_int_equal(why_spared(w, 1), MW_SPARED_INIT);
	assert_int_equal(why_spared(w, 20), MW_SPARED_ADJ);
	/* the spared ones stand there by size */
	assert_int_equal(w->v.victim[1].proc->pid, 1);
	/* others are in no list */
	build_in(w, "/a");
	assert_int_equal(w->v.n_victims, 0);
	assert_int_equal(w->v.n, 2);
	/* a container's init may be killed */
	w->s.global_init = false;
	build(w);
	expect_order(w, 1);
}

/* Who runs on its parent's memory until it execs (in_vfork(), since 4.8). */
static void in_vfork(void **state)
{
	struct world *w = *state;
	struct mw_proc *parent = add_task(w, 20, 100, 0), *child = add_task(w, 30, 100, 0);

	child->oom.stat.parent_pid = 20;
	child->oom.same_mm = 0;
	child->oom.score = mw_ok(666);
	build(w);
	assert_int_equal(w->v.victim[0].proc->pid, 30);
	/* its parent waits */
	parent->oom.stat.state = 'D';
	build(w);
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_VFORK);
	/* and with the parent it dies */
	expect_order(w, 20, 30);
	assert_int_equal(find_victim(w, 30)->chosen, 0);
	build_by(w, "4.7");
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_NOT);
	build_by(w, "4.8");
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_VFORK);
	/* another address space is no vfork */
	child->oom.same_mm = 1;
	build(w);
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_NOT);
}

/* Since 5.9 a score of 0 tells: where the one who waits is another thread of the parent. */
static void in_vfork_by_score(void **state)
{
	struct world *w = *state;
	struct mw_proc *child;

	add_task(w, 20, 100, 0);
	child = add_task(w, 30, 100, 0);
	child->oom.stat.parent_pid = 20;
	child->oom.same_mm = 0;
	child->oom.score = mw_ok(0);
	build(w);
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_VFORK);
	/* asked about other rules, the score is still that of the kernel that ran */
	build_by(w, "4.19");
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_VFORK);
	/* also where nobody may ask who shares memory with whom, if it can be */
	child->oom.same_mm = 1;
	w->ask.release = (struct mw_release){};
	build(w);
	assert_int_equal(why_spared(w, 30), MW_SPARED_VFORK);
	child->status.peak_bytes = PAGES(999);
	build(w);
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_NOT);
	child->status.peak_bytes = w->proc[0].status.peak_bytes;
	release_is(w, "5.8.0");
	build_by(w, "5.10");
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_NOT);
	release_is(w, "5.9.0");
	child->oom.oom_score_adj = -999;
	build(w);
	assert_int_equal(find_victim(w, 30)->spared, MW_SPARED_NOT);
}

static void expect_set(struct world *w, const char *want)
{
	bool set[COUNT(w->proc)] = { true };

	mw_victims_spread_set(&w->s, set, &w->arena);
	for (size_t i = 0; i < w->s.n_procs; i++)
		if (set[i] != (want[i] == 's'))
			fail_msg("process %zu of %s", i, want);
}

/* A number written to one is that of all who have its address space, but for init and a child in
 * vfork; and such a child's is its own. */
static void set_spreads(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 100, 0), *child;

	add_task(w, 30, 100, 0);
	add_task(w, 31, 100, 0)->oom.same_mm = 0;
	add_task(w, 1, 100, 0)->oom.same_mm = 0;
	expect_set(w, "s-s-");
	release_is(w, "4.7.0");
	expect_set(w, "s---");
	release_is(w, "4.8.0");
	expect_set(w, "s-s-");
	child = add_task(w, 40, 100, 0);
	child->oom.same_mm = 0;
	child->oom.stat.parent_pid = 20;
	expect_set(w, "s-s-s");
	p->oom.stat.state = 'D';
	expect_set(w, "s-s--");
	/* the first is in vfork itself */
	child->oom.stat.state = 'D';
	p->oom.stat.parent_pid = 40;
	child->oom.stat.parent_pid = 0;
	expect_set(w, "s----");
}

/* Whose points cannot be made is spared as unknown, never rated 0. */
static void unknown_figures(void **state)
{
	struct world *w = *state;

	add_task(w, 20, 100, 0)->status.swap_bytes = mw_no(MW_DENIED);
	add_task(w, 21, 100, 0)->status.page_tables_bytes = mw_no(MW_ABSENT);
	add_task(w, 22, 100, 0)->oom.adj_why = MW_DENIED;
	add_task(w, 23, 100, 0)->status.page_middle_bytes = mw_no(MW_BAD);
	add_task(w, 24, 100, 0);
	w->proc[4].oom.why = MW_DENIED;
	w->proc[4].status.rss_bytes = mw_no(MW_DENIED);
	/* what status says does, where stat does not */
	add_task(w, 25, 100, 0);
	w->proc[5].oom.why = MW_DENIED;
	/* an absent VmSwap is 0 where there is no swap */
	add_task(w, 26, 90, 0)->status.swap_bytes = mw_no(MW_ABSENT);
	build(w);
	expect_order(w, 25, 26);
	for (size_t pid = 20; pid < 25; pid++)
		assert_int_equal(why_spared(w, pid), MW_SPARED_UNKNOWN);
	w->s.meminfo.swap_total_bytes = PAGES(1);
	build(w);
	assert_int_equal(why_spared(w, 26), MW_SPARED_UNKNOWN);
	w->s.meminfo.total_bytes = mw_no(MW_BAD);
	build(w);
	assert_int_equal(w->v.n_victims, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(by_points),
		WORLD(the_floor),
		WORLD(of_root),
		WORLD(of_2_6_32),
		WORLD(ties_of_the_machine),
		WORLD(ties_in_nested_groups),
		WORLD(doubts),
		WORLD(more_doubts),
		WORLD(counters_by_cpu),
		WORLD(far_apart),
		WORLD(who_is_spared),
		WORLD(in_vfork),
		WORLD(in_vfork_by_score),
		WORLD(set_spreads),
		WORLD(unknown_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
