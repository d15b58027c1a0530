/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who pays and who uses: each payer, v1 and v2, and what must not be said.
 */
#include "cgroups_helper.h"

#define FOLDERS "-- cg/meta/folders --\n1 /\n2 /p\n3 /p/a\n4 /p/b\n"
#define V1_USAGE(path, mib) FILE1(path, "memory.usage_in_bytes", mib M)
#define V2_USAGE(path, mib) FILE1(path, "memory.current", mib M)
#define DYING(path, n) FILE1(path, "cgroup.stat", "nr_dying_descendants " n)
#define V1 "4:memory:"
#define V2 "0::"
#define MB UINT64_C(1000000)
/* 200000 kB are 204.8 MB. */
#define LOCKER_BYTES (UINT64_C(200000) * 1024)

static void expect_payer(const struct machine *m, const char *path, enum mw_group_proof proof,
			 enum mw_payer payer, const char *by)
{
	const struct mw_account *g = machine_group(m, path);

	if (g->proof != proof || g->payer != payer)
		fail_msg("%s: %s, %s", path, mw_group_proof_name(g->proof),
			 mw_payer_name(g->payer));
	if (by)
		assert_true(mw_str_eq(m->all.group[g->payer_at].cgroup->path, by));
	else
		assert_int_equal(g->payer_at, MW_NO_GROUP);
}

/* v1 up to 6.19: the total of the parent has what nobody below it has. */
static void removed_in_v1(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m,
		     HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "205", "205", "205") V1_STAT(
			     "/p", "0", "0", "0", "205", "205", "205") V1_STAT("/p/a", "0", "0",
									       "0", "0", "0", "0")
			     V1_STAT("/p/b", "0", "0", "0", "0", "0", "0") V1_USAGE("/p", "206")
				     V1_USAGE("/p/a", "1") V1_USAGE("/p/b", "0")
					     PROC("7", V1, "/p/a", "200000", "210000") END);
	expect_payer(&m, "/p/a", MW_PROOF_LOCKED, MW_PAYER_REMOVED, "/p");
	expect_val(machine_group(&m, "/p/a")->unpaid_bytes, LOCKER_BYTES);
	expect_val(machine_group(&m, "/p")->removed_bytes, 205 * MB);
	expect_val(machine_group(&m, "/")->removed_bytes, 0);
	assert_false(machine_group(&m, "/p")->removed_at_most);
	expect_payer(&m, "/p/b", MW_PROOF_NONE, MW_PAYER_NONE, NULL);
}

/* v1 since 7.1: it passed to the parent. */
static void above_in_v1(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "205", "205", "205")
				 V1_STAT("/p", "205", "205", "205", "205", "205",
					 "205") V1_STAT("/p/a", "0", "0", "0", "0", "0", "0")
					 V1_STAT("/p/b", "0", "0", "0", "0", "0",
						 "0") V1_USAGE("/p/a", "1")
						 PROC("7", V1, "/p/a", "200000", "200000") END);
	expect_payer(&m, "/p/a", MW_PROOF_LOCKED, MW_PAYER_ABOVE, "/p");
	expect_val(machine_group(&m, "/p")->removed_bytes, 0);
}

#define STORY_V2(count)                                                                           \
	HEAD V2_MOUNT FOLDERS V2_STAT("", "300", "205", "205") V2_STAT("/p", "205", "205", "205") \
		V2_STAT("/p/a", "0", "0", "0") V2_STAT("/p/b", "0", "0", "0")                     \
			V2_USAGE("/p", "206") V2_USAGE("/p/a", "1") V2_USAGE("/p/b", "0")         \
				count PROC("7", V2, "/p/a", "200000", "200000") END

/* v2 does not tell a parent's own from that of removed ones: only their number does. */
static void removed_or_above_in_v2(void **state)
{
	static const struct {
		const char *text;
		enum mw_payer payer;
	} cases[] = {
		{ STORY_V2(DYING("", "1") DYING("/p", "1") DYING("/p/a", "0") DYING("/p/b", "0")),
		  MW_PAYER_REMOVED },
		{ STORY_V2(DYING("", "0") DYING("/p", "0") DYING("/p/a", "0") DYING("/p/b", "0")),
		  MW_PAYER_ABOVE },
		{ STORY_V2(""), MW_PAYER_EITHER },
		/* the removed ones are further down */
		{ STORY_V2(DYING("", "1") DYING("/p", "1") DYING("/p/a", "1") DYING("/p/b", "0")),
		  MW_PAYER_ABOVE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		_machine_ struct machine m = {};

		machine_take(&m, cases[i].text);
		expect_payer(&m, "/p/a", MW_PROOF_LOCKED, cases[i].payer, "/p");
		expect_val(machine_group(&m, "/p/a")->unpaid_bytes, LOCKER_BYTES);
	}
}

static void removed_of_v2(void **state)
{
	_machine_ struct machine m = {};
	_machine_ struct machine none = {};

	(void)state;
	machine_take(&m, STORY_V2(DYING("/p", "1") DYING("/p/a", "0") DYING("/p/b", "0")));
	expect_val(machine_group(&m, "/p")->removed_bytes, 205 * MB);
	assert_true(machine_group(&m, "/p")->removed_at_most);
	/* It has a process, and nobody tells what is its own. */
	expect_val(machine_group(&m, "/p/a")->removed_bytes, 0);
	machine_take(&none, STORY_V2(""));
	expect_why(machine_group(&none, "/p/a")->removed_bytes, MW_ABSENT);
}

/* One beside it is charged for what it does not use itself. */
static void a_sibling(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "205", "205", "0")
				 V1_STAT("/p", "0", "0", "0", "205", "205",
					 "0") V1_STAT("/p/a", "0", "0", "0", "0", "0", "0")
					 V1_STAT("/p/b", "205", "205", "0", "205", "205", "0")
						 V1_USAGE("/p/a", "1")
							 PROC("7", V1, "/p/a", "0", "200000") END);
	expect_payer(&m, "/p/a", MW_PROOF_MAPPED, MW_PAYER_OTHER, "/p/b");
	expect_val(machine_group(&m, "/p/a")->unpaid_bytes, LOCKER_BYTES);
	expect_val(mw_group_surplus(machine_group(&m, "/p/b"), MW_PROOF_MAPPED), 205 * MB);
	expect_why(mw_group_surplus(machine_group(&m, "/p/a"), MW_PROOF_MAPPED), MW_RACED);
}

/* What one is said to use no other can: the smaller one finds nobody. */
static void each_once(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "210", "210", "0")
				 V1_STAT("/p", "0", "0", "0", "210", "210",
					 "0") V1_STAT("/p/a", "0", "0", "0", "0", "0", "0")
					 V1_STAT("/p/b", "0", "0", "0", "0", "0",
						 "0") V1_USAGE("/p/a", "1") V1_USAGE("/p/b", "1")
						 PROC("7", V1, "/p/a", "0", "20000")
							 PROC("8", V1, "/p/b", "0", "200000") END);
	expect_payer(&m, "/p/b", MW_PROOF_MAPPED, MW_PAYER_REMOVED, "/p");
	expect_payer(&m, "/p/a", MW_PROOF_MAPPED, MW_PAYER_UNKNOWN, NULL);
}

static void nobody(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT("", "0", "0", "0", "0", "0", "0")
				 V1_STAT("/p", "0", "0", "0", "0", "0",
					 "0") V1_STAT("/p/a", "0", "0", "0", "0", "0", "0")
					 V1_STAT("/p/b", "0", "0", "0", "0", "0", "0")
						 V1_USAGE("/p/a", "1")
							 PROC("7", V1, "/p/a", "0", "200000") END);
	expect_payer(&m, "/p/a", MW_PROOF_MAPPED, MW_PAYER_UNKNOWN, NULL);
}

/* Who pays for itself, and whose use is not known. */
static void nothing_to_say(void **state)
{
	_machine_ struct machine m = {};
	_machine_ struct machine denied = {};

	(void)state;
	machine_take(&m,
		     HEAD V1_MOUNT FOLDERS V1_STAT("/p/a", "300", "210", "205", "0", "0", "0")
			     V1_USAGE("/p/a", "1") PROC("7", V1, "/p/a", "200000", "204000") END);
	expect_payer(&m, "/p/a", MW_PROOF_NONE, MW_PAYER_NONE, NULL);
	expect_val(machine_group(&m, "/p/a")->unpaid_bytes, 0);
	machine_take(&denied,
		     HEAD V1_MOUNT FOLDERS V1_STAT("/p/a", "0", "0", "0", "0", "0", "0") V1_USAGE(
			     "/p/a", "1") "-- proc/7/status --\nName:\ta\nVmRSS:\t400 kB\n-- "
					  "proc/7/cgroup --\n4:memory:"
					  "/p/a\n-- proc/7/smaps_rollup EACCES --\n" END);
	expect_why(machine_group(&denied, "/p/a")->unpaid_bytes, MW_DENIED);
	assert_int_equal(denied.all.unread_count, 1);
	assert_int_equal(machine_group(&denied, "/p")->use_below.unread_count, 1);
}

/* A process that ended while all was read had its pages charged before, or after. */
static void charged_before_or_after(void **state)
{
	_machine_ struct machine m = {};
	_machine_ struct machine v2 = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT(
				 "/p/a", "0", "0", "0", "0", "0",
				 "0") "-- cg/p/a/meta/again/memory.stat --\nmapped_file 200" M
				      "\nunevictable 0\n" V1_USAGE("/p/a", "1")
					      PROC("7", V1, "/p/a", "0", "200000") END);
	expect_val(machine_group(&m, "/p/a")->unpaid_bytes, LOCKER_BYTES - 200 * MB);
	machine_take(&v2, HEAD V2_MOUNT FOLDERS V2_STAT(
				  "/p/a", "0", "205",
				  "0") "-- cg/p/a/meta/again/memory.stat --\nfile_mapped "
				       "0\nunevictable 0\n" V2_USAGE("/p/a", "1")
					       PROC("7", V2, "/p/a", "0", "200000") END);
	expect_val(machine_group(&v2, "/p/a")->unpaid_bytes, 0);
}

/* The least room on the way up; a group of v1 that stands for itself ends the way. */
static void limits(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m,
		     HEAD V1_MOUNT FOLDERS V1_USAGE("/p", "90") V1_USAGE("/p/a", "10")
			     V1_USAGE("/p/b", "10") FILE1("/p", "memory.limit_in_bytes", "100" M)
				     FILE1("/p/a", "memory.limit_in_bytes", "50" M)
					     FILE1("/p/b", "memory.limit_in_bytes", "15" M) END);
	expect_val(machine_group(&m, "/p/a")->room_bytes, 10 * MB);
	assert_true(mw_str_eq(m.all.group[machine_group(&m, "/p/a")->bites_at].cgroup->path, "/p"));
	expect_val(machine_group(&m, "/p/b")->room_bytes, 5 * MB);
	assert_int_equal(machine_group(&m, "/")->bites_at, MW_NO_GROUP);
	expect_why(machine_group(&m, "/")->room_bytes, MW_ABSENT);
}

static void flat_hierarchy(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT("/p", "5", "0", "0", "5", "0", "0") V1_STAT(
				 "/p/a", "9", "0", "0", "9", "0", "0") V1_USAGE("/p", "5")
				 V1_USAGE("/p/a", "9") FILE1("/p", "memory.limit_in_bytes", "100" M)
					 FILE1("/p", "memory.use_hierarchy", "0") END);
	expect_val(machine_group(&m, "/p")->removed_bytes, 0);
	assert_int_equal(machine_group(&m, "/p/a")->bites_at, MW_NO_GROUP);
}

/* What went away while it was read is a removed one by now. */
static void gone_meanwhile(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V1_MOUNT FOLDERS V1_STAT(
				 "/p", "0", "0", "0", "50", "0",
				 "0") "-- cg/p/a/memory.stat ENODEV --\n" V1_STAT("/p/b", "20", "0",
										  "0", "20", "0",
										  "0") END);
	expect_val(machine_group(&m, "/p")->removed_bytes, 30 * MB);
}

static void working_set(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(
		&m, HEAD V2_MOUNT
		"-- cg/meta/folders --\n1 /\n2 /p\n3 /q\n"
		"-- cg/p/memory.stat --\ninactive_file 300\n-- cg/p/memory.current --\n1000\n"
		"-- cg/q/memory.stat --\ninactive_file 300\n-- cg/q/memory.current --\n200\n" END);
	expect_val(machine_group(&m, "/p")->working_set_bytes, 700);
	expect_val(machine_group(&m, "/q")->working_set_bytes, 0);
}

#define ID "4f5e0123abcd4f5e0123abcd4f5e0123abcd4f5e0123abcd4f5e0123abcd4f5e"

static void names(void **state)
{
	_machine_ struct machine m = {};

	(void)state;
	machine_take(&m, HEAD V2_MOUNT "-- cg/meta/folders --\n1 /\n2 /docker\n3 /docker/" ID
				       "\n4 /x\n5 /x/docker\n" END);
	assert_ptr_equal(machine_group(&m, "docker"), &m.all.group[1]);
	assert_ptr_equal(machine_group(&m, "/x/docker"), &m.all.group[4]);
	assert_ptr_equal(machine_group(&m, "4f5e0123"), &m.all.group[2]);
	assert_int_equal(mw_group_find(&m.all, LIT("4f")), MW_NO_GROUP);
	assert_int_equal(mw_group_find(&m.all, LIT("/docker/x")), MW_NO_GROUP);
	assert_true(mw_group_is_in(&m.all, 2, 1) && mw_group_is_in(&m.all, 2, 0));
	assert_false(mw_group_is_in(&m.all, 4, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removed_in_v1),
		cmocka_unit_test(above_in_v1),
		cmocka_unit_test(removed_or_above_in_v2),
		cmocka_unit_test(removed_of_v2),
		cmocka_unit_test(a_sibling),
		cmocka_unit_test(each_once),
		cmocka_unit_test(nobody),
		cmocka_unit_test(nothing_to_say),
		cmocka_unit_test(charged_before_or_after),
		cmocka_unit_test(limits),
		cmocka_unit_test(flat_hierarchy),
		cmocka_unit_test(gone_meanwhile),
		cmocka_unit_test(working_set),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
