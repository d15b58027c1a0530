/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of how many pages a domain is, as constrained_alloc() and mem_cgroup_get_max() count.
 */
#include "victims_helper.h"

#include <errno.h>

static void the_machine(void **state)
{
	struct world *w = *state;

	expect_val(build(w)->total_pages, RAM_PAGES);
	w->s.meminfo.swap_total_bytes = PAGES(5000);
	expect_val(build(w)->total_pages, RAM_PAGES + 5000);
	assert_string_equal(w->v.domain, "the machine");
	w->s.meminfo.swap_total_bytes = mw_no(MW_ABSENT);
	expect_why(build(w)->total_pages, MW_ABSENT);
	w->s.meminfo.swap_total_bytes = mw_ok(UINT64_MAX);
	w->s.host.page_bytes = 1;
	expect_why(build(w)->total_pages, MW_BAD);
}

static void large_pages(void **state)
{
	struct world *w = *state;

	w->s.host.page_bytes = 65536;
	expect_val(build(w)->total_pages, RAM_PAGES / 16);
}

/* memory.max, and of the swap what memory.swap.max leaves. */
static void a_group_of_v2(void **state)
{
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 3000);

	expect_val(build_in(w, "/a")->total_pages, 3000);
	w->s.meminfo.swap_total_bytes = PAGES(5000);
	expect_val(build(w)->total_pages, 8000);
	expect_val(w->v.machine_pages, RAM_PAGES + 5000);
	w->group[g].swap_limit_bytes = mw_ok(0);
	expect_val(build(w)->total_pages, 3000);
	w->group[g].swap_limit_bytes = PAGES(4999);
	expect_val(build(w)->total_pages, 7999);
	w->group[g].swap_limit_bytes = PAGES(5001);
	expect_val(build(w)->total_pages, 8000);
	w->group[g].swap_limit_bytes = mw_no(MW_DENIED);
	expect_why(build(w)->total_pages, MW_DENIED);
}

/* In v2 the machine's swappiness counts, and 0 takes all swap away. */
static void swappiness_of_v2(void **state)
{
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 3000);

	w->s.meminfo.swap_total_bytes = PAGES(5000);
	w->group[g].swappiness = mw_ok(0);
	expect_val(build_in(w, "/a")->total_pages, 8000);
	w->s.oom_sysctl.swappiness = mw_ok(0);
	expect_val(build(w)->total_pages, 3000);
	w->s.oom_sysctl.swappiness = mw_no(MW_ABSENT);
	expect_why(build(w)->total_pages, MW_ABSENT);
	/* Where there is no swap, nobody has to know. */
	w->s.meminfo.swap_total_bytes = mw_ok(0);
	expect_val(build(w)->total_pages, 3000);
}

/* min(limit + all swap, memsw limit) */
static void a_group_of_v1(void **state)
{
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 3000);

	w->s.memcgs.v2 = false;
	w->s.meminfo.swap_total_bytes = PAGES(5000);
	expect_val(build_in(w, "/a")->total_pages, 8000);
	w->group[g].swap_limit_bytes = PAGES(3000);
	expect_val(build(w)->total_pages, 3000);
	w->group[g].swap_limit_bytes = PAGES(7000);
	expect_val(build(w)->total_pages, 7000);
	w->group[g].swap_limit_bytes = PAGES(9000);
	expect_val(build(w)->total_pages, 8000);
	w->group[g].swap_limit_bytes = PAGES(2999);
	expect_why(build(w)->total_pages, MW_RACED);
	w->group[g].swap_limit_bytes = mw_no(MW_ABSENT);
	w->s.oom_sysctl.swappiness = mw_ok(0);
	expect_val(build(w)->total_pages, 8000);
	w->group[g].swappiness = mw_ok(0);
	expect_val(build(w)->total_pages, 3000);
	w->group[g].swappiness = mw_no(MW_ABSENT);
	expect_why(build(w)->total_pages, MW_ABSENT);
}

/* A limit above all that the machine has counts as it stands; one of less than a page is 1. */
static void limits_of_all_sizes(void **state)
{
	struct world *w = *state;
	size_t g = add_group(w, "/a", MW_NO_MEMCG, 1);

	add_task(w, 20, 100, 500);
	put_in(w, &w->proc[0], g);
	w->s.meminfo.swap_total_bytes = PAGES(10);
	w->group[g].limit_bytes = PAGES(RAM_PAGES * 8ULL);
	expect_val(build_in(w, "/a")->total_pages, RAM_PAGES * 8ULL + 10);
	w->s.meminfo.swap_total_bytes = mw_ok(0);
	w->group[g].limit_bytes = mw_ok(0);
	expect_val(build(w)->total_pages, 1);
	w->group[g].limit_bytes = mw_ok(PAGE - 1);
	expect_val(build(w)->total_pages, 1);
	w->group[g].limit_bytes = mw_ok(UINT64_MAX);
	expect_val(build(w)->total_pages, UINT64_MAX / PAGE);
	expect_order(w, 20);
}

/* Only a limit can be reached: that of the group, else of the next above, else the machine's. */
static void whose_limit(void **state)
{
	struct world *w = *state;
	size_t root = add_group(w, "/", MW_NO_MEMCG, 0), a = add_group(w, "/a", root, 3000);
	size_t b = add_group(w, "/a/b.slice", a, 0), c = add_group(w, "/a/b.slice/c", b, 0);

	add_task(w, 20, 100, 0);
	put_in(w, &w->proc[0], c);
	assert_ptr_equal(build_in(w, "/a/b.slice/c")->group, &w->group[a]);
	assert_string_equal(w->v.moved_from, "/a/b.slice/c");
	expect_val(w->v.total_pages, 3000);
	expect_order(w, 20);
	assert_ptr_equal(build_in(w, "/a")->group, &w->group[a]);
	assert_null(w->v.moved_from);
	/* A group without the controller cannot have a limit. */
	w->group[b].charged = false;
	w->group[b].limit_bytes = PAGES(7);
	assert_ptr_equal(build_in(w, "/a/b.slice")->group, &w->group[a]);
	w->group[a].limit_bytes = mw_no(MW_ABSENT);
	assert_null(build_in(w, "/a/b.slice/c")->group);
	assert_string_equal(w->v.moved_from, "/a/b.slice/c");
	assert_int_equal(w->v.kind, MW_DOMAIN_MACHINE);
	expect_val(w->v.total_pages, RAM_PAGES);
	/* One that could not be read is no missing one. */
	w->group[a].limit_bytes = mw_no(MW_DENIED);
	assert_ptr_equal(build_in(w, "/a")->group, &w->group[a]);
	expect_why(w->v.total_pages, MW_DENIED);
	assert_int_equal(why_spared(w, 20), MW_SPARED_UNKNOWN);
}

/* Up to 5.10 a group of v1 may stand for itself alone: neither those below are of it, nor does its
 * limit bind them. */
static void without_a_hierarchy(void **state)
{
	struct world *w = *state;
	size_t a = add_group(w, "/a", MW_NO_MEMCG, 3000), b = add_group(w, "/a/b", a, 0);

	w->s.memcgs.v2 = false;
	put_in(w, add_task(w, 20, 100, 0), a);
	put_in(w, add_task(w, 30, 200, 0), b);
	w->group[a].hierarchy = mw_ok(1);
	build_in(w, "/a");
	expect_order(w, 30, 20);
	assert_ptr_equal(build_in(w, "/a/b")->group, &w->group[a]);
	w->group[a].hierarchy = mw_ok(0);
	build_in(w, "/a");
	expect_order(w, 20);
	assert_null(build_in(w, "/a/b")->group);
	expect_order(w, 30, 20);
	w->group[b].limit_bytes = PAGES(500);
	build_in(w, "/a/b");
	expect_order(w, 30);
}

static void names_of_groups(void **state)
{
	static const char *const good[] = { "/a.slice/b.service", "b.service", "b.service/",
					    "/a.slice/b.service//" };
	static const char *const bad[] = { "/b.service", "a.slice/b.service", "service",
					   "/a.slice/b", "/a.slice/b.service/c" };
	struct world *w = *state;
	size_t a = add_group(w, "/a.slice", MW_NO_MEMCG, 0);
	size_t b = add_group(w, "/a.slice/b.service", a, 500);

	for (size_t i = 0; i < COUNT(good); i++)
		assert_ptr_equal(build_in(w, good[i])->group, &w->group[b]);
	for (size_t i = 0; i < COUNT(bad); i++) {
		w->ask.cgroup = mw_str_of(bad[i]);
		assert_int_equal(mw_victims_build(&w->s, &w->ask, &w->arena, &w->v), -ENOENT);
	}
}

/* Spanned pages, holes and all, up to 5.3; pages that are there from 5.4 on. */
static void nodes(void **state)
{
	static const struct mw_zone zones[] = {
		{ .node = 0, .spanned_pages = { 4000, MW_OK }, .present_pages = { 3000, MW_OK } },
		{ .node = 0, .spanned_pages = { 500, MW_OK }, .present_pages = { 400, MW_OK } },
		{ .node = 1, .spanned_pages = { 70, MW_OK }, .present_pages = { 60, MW_OK } },
		{ .node = 3, .spanned_pages = { 8, MW_OK }, .present_pages = { 0, MW_ABSENT } },
	};
	struct world *w = *state;

	memcpy(w->zone, zones, sizeof(zones));
	w->s.zoneinfo.n_zones = COUNT(zones);
	w->s.meminfo.swap_total_bytes = PAGES(10000);
	w->ask.kind = MW_DOMAIN_NODES;
	w->ask.nodes = LIT("0");
	expect_val(build(w)->total_pages, 13400);
	expect_val(build_by(w, "5.4.0")->total_pages, 13400);
	expect_val(build_by(w, "5.3.0")->total_pages, 14500);
	w->ask.kind = MW_DOMAIN_CPUSET;
	w->ask.nodes = LIT("0-1");
	expect_val(build(w)->total_pages, 14570);
	expect_val(build_by(w, "6.1")->total_pages, 13460);
	w->ask.nodes = LIT("1,3");
	expect_why(build(w)->total_pages, MW_ABSENT);
	expect_val(build_by(w, "4.19")->total_pages, 10078);
	w->ask.nodes = LIT("2");
	expect_why(build(w)->total_pages, MW_UNREAD);
}

static void malformed_nodes(void **state)
{
	static const char *const bad[] = { "",
					   "x",
					   "0-",
					   "-1",
					   "1-0",
					   "0,,1",
					   ",0",
					   "0,",
					   "0 1",
					   "0-1-2",
					   "all",
					   "0x1",
					   "18446744073709551616" };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(bad); i++) {
		w->ask.kind = i % 2 ? MW_DOMAIN_CPUSET : MW_DOMAIN_NODES;
		w->ask.nodes = mw_str_of(bad[i]);
		if (mw_victims_build(&w->s, &w->ask, &w->arena, &w->v) != -EINVAL)
			fail_msg("understood: %s", bad[i]);
	}
}

/* A release that is not known counts as the newest everywhere. */
static void without_a_release(void **state)
{
	struct world *w = *state;

	w->zone[0] = (struct mw_zone){ .spanned_pages = mw_ok(5), .present_pages = mw_ok(4) };
	w->s.zoneinfo.n_zones = 1;
	w->ask.kind = MW_DOMAIN_NODES;
	w->ask.nodes = LIT("0");
	w->s.host.release = (struct mw_release){};
	expect_val(build(w)->total_pages, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(the_machine),	WORLD(large_pages),
		WORLD(a_group_of_v2),	WORLD(swappiness_of_v2),
		WORLD(a_group_of_v1),	WORLD(limits_of_all_sizes),
		WORLD(whose_limit),	WORLD(without_a_hierarchy),
		WORLD(names_of_groups), WORLD(nodes),
		WORLD(malformed_nodes), WORLD(without_a_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
