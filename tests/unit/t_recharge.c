/* SPDX-License-Identifier: Apache-2.0 */
#include "why/recharge.h"

#include "helper.h"

#define MIB ((uint64_t)1 << 20)

static struct mw_file_user user(size_t proc, bool mapped, bool locked, uint64_t mib)
{
	return (struct mw_file_user){
		.proc = proc, .mapped = mapped, .locked = locked, .mapped_bytes = mw_ok(mib * MIB)
	};
}

static struct mw_used_file file(const char *path, uint64_t mib)
{
	return (struct mw_used_file){ .path = mw_str_of(path),
				      .named = true,
				      .cached_bytes = mw_ok(mib * MIB),
				      .dirty_bytes = mw_ok(0) };
}

static void plan_of(struct mw_used_file *f, struct mw_arena *a, struct mw_recharge *ret)
{
	static struct mw_proc proc[] = { { .pid = 1 }, { .pid = 2 } };
	struct mw_snap snap = { .proc = proc, .n_procs = COUNT(proc) };
	struct mw_accounts none = {};
	struct mw_used_files files = { .item = f, .n = 1 };

	mw_recharge_build(&(struct mw_recharge_ask){ .snap = &snap,
						     .groups = &none,
						     .files = &files,
						     .at = MW_NO_GROUP,
						     .above = MW_NO_GROUP },
			  a, ret);
	assert_int_equal(ret->n_files, 1);
}

static void a_way_for_each(void **state)
{
	static const struct {
		enum mw_recharge_way way;
		bool shmem, named, hugetlb, program, mapped, locked;
		uint64_t mib;
	} cases[] = {
		{ MW_RECHARGE_DROP, .named = true, .mib = 5 },
		{ MW_RECHARGE_DROP, .mib = 5 }, /* deleted, held open */
		{ MW_RECHARGE_NONE, .named = true },
		{ MW_RECHARGE_STOP, .named = true, .mib = 5, .mapped = true },
		{ MW_RECHARGE_STOP, .named = true, .mib = 5, .mapped = true, .locked = true },
		{ MW_RECHARGE_LEAVE, .named = true, .mib = 5, .mapped = true, .program = true },
		{ MW_RECHARGE_COPY, .named = true, .mib = 5, .mapped = true, .shmem = true },
		{ MW_RECHARGE_FIXED, .mib = 5, .mapped = true, .shmem = true },
		{ MW_RECHARGE_FIXED, .named = true, .mib = 5, .hugetlb = true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_used_file f = file("/f", cases[i].mib);
		struct mw_file_user u = user(1, cases[i].mapped, cases[i].locked, 4);
		struct mw_recharge plan;

		f.shmem = cases[i].shmem;
		f.named = cases[i].named;
		f.hugetlb = cases[i].hugetlb;
		f.program = cases[i].program;
		f.user = &u;
		f.n_users = 1;
		plan_of(&f, &a, &plan);
		if (plan.file[0].way != cases[i].way)
			fail_msg("%zu: %s", i, mw_recharge_way_name(plan.file[0].way));
		assert_int_equal(plan.bytes[cases[i].way], cases[i].mib * MIB);
		assert_int_equal(plan.n_stops, cases[i].way == MW_RECHARGE_STOP);
		assert_int_equal(plan.file[0].locked, cases[i].locked);
		assert_int_equal(plan.stop_needed, cases[i].way == MW_RECHARGE_STOP);
	}
}

static void not_known(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_used_file f = file("/f", 5);
	struct mw_recharge plan;

	(void)state;
	f.cached_bytes = f.dirty_bytes = mw_no(MW_DENIED);
	plan_of(&f, &a, &plan);
	assert_int_equal(plan.file[0].way, MW_RECHARGE_UNKNOWN);
	assert_int_equal(plan.bytes[MW_RECHARGE_UNKNOWN], 0);
	/* Before 6.5 nobody tells what is dirty: it is written. */
	f = file("/f", 5);
	f.dirty_bytes = mw_no(MW_ABSENT);
	plan_of(&f, &a, &plan);
	assert_true(plan.file[0].sync);
	f.dirty_bytes = mw_ok(0);
	plan_of(&f, &a, &plan);
	assert_false(plan.file[0].sync);
}

/* Two processes of a unit are stopped as one, others each. */
static void who_is_stopped(void **state)
{
	static struct mw_proc proc[] = {
		{ .pid = 1, .cgroup = { "/system.slice/a.service", 23 } },
		{ .pid = 2, .cgroup = { "/system.slice/a.service/x", 25 } },
		{ .pid = 3, .cgroup = { "/system.slice", 13 } },
		{ .pid = 4, .cgroup = { "/b", 2 } },
		{ .pid = 5, .cgroup = { "/b", 2 } },
	};
	struct mw_file_user u[] = { user(0, true, true, 1), user(1, true, false, 1),
				    user(2, true, false, 1), user(3, true, false, 1),
				    user(4, false, false, 0) };
	struct mw_used_file f = file("/f", 5);
	struct mw_snap snap = { .proc = proc, .n_procs = COUNT(proc) };
	struct mw_used_files files = { .item = &f, .n = 1 };
	struct mw_accounts none = {};
	_mw_arena_ struct mw_arena a = {};
	struct mw_recharge plan;

	(void)state;
	f.user = u;
	f.n_users = COUNT(u);
	mw_recharge_build(
		&(struct mw_recharge_ask){ &snap, &none, &files, MW_NO_GROUP, MW_NO_GROUP, 0 }, &a,
		&plan);
	assert_int_equal(plan.n_stops, 3);
	expect_str(plan.stop[0].name.unit, "a.service");
	assert_int_equal(plan.stop[0].n_procs, 2);
	assert_int_equal(plan.stop[1].proc, 2);
	assert_int_equal(plan.stop[2].proc, 3);
	assert_int_equal(plan.file[0].holder_count, 4);
}

static struct mw_cgroup_stat cache(uint64_t mib)
{
	return (struct mw_cgroup_stat){ .inactive_file_bytes = mw_ok(mib * MIB),
					.active_file_bytes = mw_ok(0) };
}

/* Below the top /p, where removed groups pin `gone`, a living one has `alive`. */
static struct mw_recharge evict(uint64_t gone, uint64_t alive, uint64_t dropped, bool at_top,
				struct mw_arena *a)
{
	struct mw_cgroup group[3] = {};
	struct mw_account account[3] = {
		{ .parent = MW_NO_GROUP, .payer_at = MW_NO_GROUP },
		{ .parent = 0, .payer_at = MW_NO_GROUP },
		{ .parent = 1, .payer = MW_PAYER_REMOVED, .payer_at = at_top ? 0 : 1 },
	};
	struct mw_accounts all = { .group = account, .n = 3 };
	struct mw_used_file f = file("/f", dropped);
	struct mw_used_files files = { .item = &f, .n = 1 };
	struct mw_snap snap = {};
	struct mw_recharge plan;

	for (size_t i = 0; i < 3; i++) {
		account[i].cgroup = &group[i];
		account[i].own = account[i].removed = cache(0);
	}
	group[0].total = group[1].total = cache(gone + alive);
	account[0].removed = account[1].removed = cache(gone);
	mw_recharge_build(&(struct mw_recharge_ask){ &snap, &all, &files, 2, 2, 16 * MIB }, a,
			  &plan);
	return plan;
}

static void what_eviction_gains_and_costs(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_recharge plan = evict(100, 30, 40, false, &a);

	(void)state;
	expect_val(plan.gain_bytes, 60 * MIB);
	expect_val(plan.price_bytes, 30 * MIB);
	assert_true(plan.reclaim_worth);
	assert_false(evict(100, 70, 40, false, &a).reclaim_worth); /* costs more */
	assert_false(evict(50, 0, 40, false, &a).reclaim_worth);   /* below the floor */
	assert_false(evict(100, 0, 0, true, &a).reclaim_worth);	   /* refused at the top of v1 */
	expect_val(evict(10, 0, 40, false, &a).gain_bytes, 0);
}

static void time_to_read(void **state)
{
	(void)state;
	expect_val(mw_recharge_read_ms(44 << 20, mw_ok(22 << 20)), 2000);
	expect_val(mw_recharge_read_ms((uint64_t)1 << 60, mw_ok((uint64_t)1 << 50)), 1024000);
	expect_why(mw_recharge_read_ms(5, mw_no(MW_DENIED)), MW_DENIED);
	assert_false(mw_known(mw_recharge_read_ms(5, mw_ok(0))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_way_for_each), cmocka_unit_test(not_known),
		cmocka_unit_test(who_is_stopped), cmocka_unit_test(what_eviction_gains_and_costs),
		cmocka_unit_test(time_to_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
