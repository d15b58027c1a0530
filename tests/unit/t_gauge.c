/* SPDX-License-Identifier: Apache-2.0 */
#include "why/gauge.h"
#include "why/space.h"

#include "asker_helper.h"

static struct mw_gauge gauge(struct asking *w, enum mw_limit_rule rule)
{
	struct mw_gauges all;

	mw_gauges_build(&w->s, &w->a, &w->arena, &all);
	for (size_t i = 0; i < all.n; i++)
		if (all.item[i].rule == rule)
			return all.item[i];
	return (struct mw_gauge){ .rule = MW_LIMITS };
}

static void whole_pages_of_a_limit(void **state)
{
	struct asking *w = *state;

	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(321 * MIB + 100);
	expect_val(gauge(w, MW_LIMIT_AS).room, MIB);
	/* Lowered below what is used. */
	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(MIB);
	expect_val(gauge(w, MW_LIMIT_AS).room, 0);
	w->a.limits.of[MW_RLIMIT_AS].soft = mw_no(MW_DENIED);
	expect_why(gauge(w, MW_LIMIT_AS).room, MW_DENIED);
}

static void data_by_release(void **state)
{
	struct asking *w = *state;

	w->a.limits.of[MW_RLIMIT_DATA] = (struct mw_limit){ mw_ok(100 * MIB), mw_ok(200 * MIB) };
	w->a.status.data_bytes = mw_ok(80 * MIB);
	expect_val(gauge(w, MW_LIMIT_DATA).room, 20 * MIB);
	w->a.limits.of[MW_RLIMIT_DATA].soft = mw_ok(0);
	expect_val(gauge(w, MW_LIMIT_DATA).room, 120 * MIB);
	w->s.host.release = mw_release_parse(LIT("4.4.0"));
	w->a.limits.of[MW_RLIMIT_DATA].soft = mw_ok(100 * MIB);
	expect_val(gauge(w, MW_LIMIT_DATA).room, 36 * MIB); /* the heap alone */
}

static void an_address_space_that_is_not_seen(void **state)
{
	struct asking *w = *state;

	w->a.maps_why = MW_DENIED;
	w->a.n_maps = 0;
	expect_why(gauge(w, MW_LIMIT_ADDRESS_SPACE).limit, MW_DENIED);
	expect_why(gauge(w, MW_LIMIT_ADDRESS_SPACE).room, MW_DENIED);
}

static void exempt(void **state)
{
	struct asking *w = *state;

	w->a.status.effective_caps = mw_ok(MW_CAP_IPC_LOCK | MW_CAP_SYS_RESOURCE);
	assert_string_equal(gauge(w, MW_LIMIT_MEMLOCK).exempt, "CAP_IPC_LOCK");
	assert_string_equal(gauge(w, MW_LIMIT_NPROC).exempt, "CAP_SYS_RESOURCE");
	/* In a user namespace they do not count. */
	w->a.init_userns = mw_ok(0);
	assert_null(gauge(w, MW_LIMIT_MEMLOCK).exempt);
	assert_null(gauge(w, MW_LIMIT_NPROC).exempt);
	w->a.init_userns = mw_ok(1);
	w->a.status.effective_caps = mw_ok(0);
	w->a.status.uid = 0;
	assert_string_equal(gauge(w, MW_LIMIT_NPROC).exempt, "root");
}

static void one_more_mapping_than_the_limit(void **state)
{
	struct asking *w = *state;

	w->s.commit_sysctl.max_map_count = mw_ok(4);
	expect_val(gauge(w, MW_LIMIT_MAP_COUNT).room, 1);
	w->s.commit_sysctl.max_map_count = mw_ok(3);
	expect_val(gauge(w, MW_LIMIT_MAP_COUNT).room, 0);
	w->a.maps_why = MW_DENIED;
	expect_why(gauge(w, MW_LIMIT_MAP_COUNT).room, MW_DENIED);
}

static void kernel_memory_up_to_5_15(void **state)
{
	struct asking *w = *state;

	one_group(w, &w->a.kernel, MIB, 2 * MIB);
	assert_int_equal(gauge(w, MW_LIMIT_CGROUP_KMEM).rule, MW_LIMITS);
	w->s.host.release = mw_release_parse(LIT("5.15.0"));
	expect_val(gauge(w, MW_LIMIT_CGROUP_KMEM).room, MIB);
}

static void pools(void **state)
{
	struct asking *w = *state;

	w->pool[0] = (struct mw_asker_pool){ .page_bytes = 2 * MIB,
					     .total_count = mw_ok(10),
					     .free_count = mw_ok(8),
					     .reserved_count = mw_ok(3),
					     .surplus_count = mw_ok(1),
					     .surplus_limit_count = mw_ok(4),
					     .reservations = { .why = MW_ABSENT } };
	w->a.pool = w->pool;
	w->a.n_pools = 1;
	expect_val(gauge(w, MW_LIMIT_HUGETLB).room, 16 * MIB); /* 5 free, 3 more may be made */
	expect_val(gauge(w, MW_LIMIT_HUGETLB).used, 10 * MIB);
	expect_val(gauge(w, MW_LIMIT_HUGETLB).limit, 26 * MIB);
}

static void the_nearest_first(void **state)
{
	struct asking *w = *state;
	struct mw_gauges all;

	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(330 * MIB);
	w->a.limits.of[MW_RLIMIT_DATA].soft = mw_ok(128 * MIB);
	one_group(w, &w->a.pids, 99, 100);
	mw_gauges_build(&w->s, &w->a, &w->arena, &all);
	assert_int_equal(all.item[0].rule, MW_LIMIT_PIDS_MAX);
	assert_int_equal(all.item[1].rule, MW_LIMIT_AS);
	assert_int_equal(all.item[2].rule, MW_LIMIT_DATA);
	assert_true(mw_str_eq(all.item[0].group, "/job"));
	/* Without a limit, or unknown: last. */
	w->a.task_count = mw_no(MW_DENIED);
	mw_gauges_build(&w->s, &w->a, &w->arena, &all);
	assert_int_equal(all.item[all.n - 1].rule, MW_LIMIT_PID_MAX);
	for (size_t i = 0; i < all.n; i++)
		assert_string_equal(all.item[i].id, mw_limit_rule_id(all.item[i].rule));
}

static void promises(void **state)
{
	struct asking *w = *state;
	struct mw_gauge g = gauge(w, MW_LIMIT_OVERCOMMIT);

	expect_val(g.room, 10 * GIB);
	expect_why(g.used, MW_ABSENT);
	w->s.commit_sysctl.overcommit_memory = mw_ok(1);
	expect_val(gauge(w, MW_LIMIT_OVERCOMMIT).room, MW_UNLIMITED);
	w->s.commit_sysctl.overcommit_memory = mw_ok(2);
	g = gauge(w, MW_LIMIT_OVERCOMMIT);
	expect_val(g.used, GIB);
	/* Half of RAM and swap, less 8 MiB for root and 1/32 of what the process has. */
	expect_val(g.limit, 6 * GIB - 18 * MIB);
	expect_val(g.room, 5 * GIB - 18 * MIB - PAGE);
	w->s.commit_sysctl.overcommit_memory = mw_no(MW_DENIED);
	expect_why(gauge(w, MW_LIMIT_OVERCOMMIT).room, MW_DENIED);
}

static void holes(void **state)
{
	struct asking *w = *state;
	struct mw_space space;

	mw_space_of(&w->s, &w->a, &space);
	assert_int_equal(space.end, TOP);
	assert_int_equal(space.start, 65536);
	expect_val(space.hole_bytes, TOP - GIB - 0x10000000 - 64 * MIB);
	/* Without a limit for the stack it is filled from below. */
	w->a.limits.of[MW_RLIMIT_STACK].soft = mw_ok(MW_UNLIMITED);
	mw_space_of(&w->s, &w->a, &space);
	expect_val(space.hole_bytes, TOP - GIB - TOP / 3);
	/* Below the stack a gap is kept. */
	w->a.n_maps = 0;
	add_map(w, 0x10000, TOP - 100 * MIB - 0x10000, false);
	add_map(w, TOP - 50 * MIB, 50 * MIB, true);
	w->map[1].stack = true;
	mw_space_of(&w->s, &w->a, &space);
	expect_val(space.hole_bytes, 49 * MIB);
	expect_val(mw_space_after(&w->a, &space, TOP - 100 * MIB), 50 * MIB);
	expect_why(mw_space_after(&w->a, &space, TOP - MIB), MW_RACED);
}

static void other_machines(void **state)
{
	struct asking *w = *state;
	struct mw_space space;

	w->a.n_maps = 0;
	add_map(w, 0x8048000, MIB, false);
	add_map(w, 0xff000000, MIB, true);
	mw_space_of(&w->s, &w->a, &space);
	assert_int_equal(space.end, 0xffffe000);
	w->s.host.machine = LIT("aarch64");
	w->map[1].start = (1ULL << 39) - GIB;
	w->map[1].end = (1ULL << 39) - GIB + MIB;
	mw_space_of(&w->s, &w->a, &space);
	assert_int_equal(space.end, 1ULL << 39);
	w->a.maps_why = MW_DENIED;
	mw_space_of(&w->s, &w->a, &space);
	expect_why(space.hole_bytes, MW_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ASKING(whole_pages_of_a_limit),
		ASKING(data_by_release),
		ASKING(an_address_space_that_is_not_seen),
		ASKING(exempt),
		ASKING(one_more_mapping_than_the_limit),
		ASKING(kernel_memory_up_to_5_15),
		ASKING(pools),
		ASKING(the_nearest_first),
		ASKING(promises),
		ASKING(holes),
		ASKING(other_machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
