/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may use the nodes that run out.
 */
#include "victims_helper.h"

/* A cpuset that is full: who may use none of its nodes is spared.  A node whose requests are bound
 * to it: who is bound to others is. */
static void by_nodes(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *policy, *mems;
	} tasks[] = { { "default", "0" },	 { "bind:0", "1" },	  { "bind:1-3", "0-1" },
		      { "interleave:0", "2,4" }, { "bind=static:2", "" }, { "", "0-9" } };

	w->zone[0] = (struct mw_zone){ .node = 2,
				       .present_pages = mw_ok(9000),
				       .spanned_pages = mw_ok(9000) };
	w->s.zoneinfo.n_zones = 1;
	for (size_t i = 0; i < COUNT(tasks); i++) {
		struct mw_proc *p = add_task(w, 20 + i, 1000 - i, 0);

		p->oom.policy = mw_str_of(tasks[i].policy);
		p->status.mems_allowed = mw_str_of(tasks[i].mems);
	}
	w->ask.kind = MW_DOMAIN_CPUSET;
	w->ask.nodes = LIT("2");
	build(w);
	expect_order(w, 23, 24, 25);
	assert_int_equal(why_spared(w, 20), MW_SPARED_NODES);
	w->ask.kind = MW_DOMAIN_NODES;
	build(w);
	expect_order(w, 20, 22, 23, 24, 25);
	assert_int_equal(why_spared(w, 21), MW_SPARED_NODES);
	/* up to 5.13 interleaving counted too */
	build_by(w, "5.13");
	expect_order(w, 20, 22, 24, 25);
	build_by(w, "5.14");
	expect_order(w, 20, 22, 23, 24, 25);
}

/* One thread that may is enough; a first thread that has ended has no policy left. */
static void nodes_of_threads(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 100, 0);

	w->zone[0] = (struct mw_zone){ .node = 1, .present_pages = mw_ok(9000) };
	w->s.zoneinfo.n_zones = 1;
	w->ask.nodes = LIT("1");
	w->ask.kind = MW_DOMAIN_NODES;
	p->oom.policy = LIT("bind:0");
	assert_int_equal(build(w)->n_victims, 0);
	assert_string_equal(w->v.domain, "node 1");
	p->oom.thread_bounds = LIT("bind:0,2\nbind=static:3\n");
	assert_int_equal(build(w)->n_victims, 0);
	p->oom.thread_bounds = LIT("bind:0,2\nbind=static:1-2\n");
	assert_int_equal(build(w)->n_victims, 1);
	p->oom.thread_bounds = LIT("bind:0,2\nprefer:0\n");
	assert_int_equal(build(w)->n_victims, 1);
	p->oom.thread_bounds = LIT("");
	p->oom.thread = LIT("task/21/");
	assert_int_equal(build(w)->n_victims, 1);
	w->ask.kind = MW_DOMAIN_CPUSET;
	p->status.mems_allowed = LIT("0");
	assert_int_equal(build(w)->n_victims, 0);
	p->oom.thread_bounds = LIT("0,2\n3\n");
	assert_int_equal(build(w)->n_victims, 0);
	p->oom.thread_bounds = LIT("0,2\n1-3\n");
	assert_int_equal(build(w)->n_victims, 1);
	w->ask.nodes = LIT("1,3");
	assert_string_equal(build(w)->domain, "nodes 1,3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(by_nodes),
		WORLD(nodes_of_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
