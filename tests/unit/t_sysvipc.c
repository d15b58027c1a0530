/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sysvipc.h"

#include "helper.h"

#define HEAD_2_6_32                                                                                \
	"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  " \
	"cgid      atime      dtime      ctime\n"
#define HEAD_6_18                                                                                  \
	"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  " \
	"cgid      atime      dtime      ctime                   rss                  swap\n"

static void of_2_6_32(void **state)
{
	struct mw_str rest = LIT(HEAD_2_6_32 "1234567890      32768   600                67108864 "
					     " 2345  2350      2    26    27    28    29 1 2 3\n");
	struct mw_str columns = {};
	struct mw_shm_segment s;

	(void)state;
	assert_true(mw_sysvipc_next(&rest, &columns, &s));
	assert_int_equal(s.key, 1234567890);
	assert_int_equal(s.shmid, 32768);
	assert_int_equal(s.perms, 600);
	assert_int_equal(s.creator_pid, 2345);
	assert_int_equal(s.last_pid, 2350);
	assert_int_equal(s.attached_count, 2);
	assert_int_equal(s.uid, 26);
	expect_val(s.size_bytes, 64 << 20);
	expect_why(s.rss_bytes, MW_ABSENT);
	expect_why(s.swap_bytes, MW_ABSENT);
	assert_false(mw_sysvipc_next(&rest, &columns, &s));
}

static void of_6_18(void **state)
{
	struct mw_str rest =
		LIT(HEAD_6_18
		    "         0          0  1600 16384 10 0 0 1000 1000 1000 1000 1 2 3 8192 4096\n"
		    "-1234567890          1   600 4096 10 0 1 0 0 0 0 1 2 3 0 0\n");
	struct mw_str columns = {};
	struct mw_shm_segment s;

	(void)state;
	assert_true(mw_sysvipc_next(&rest, &columns, &s));
	assert_int_equal(s.key, 0);
	assert_int_equal(s.perms, 1600);
	assert_int_equal(s.attached_count, 0);
	expect_val(s.size_bytes, 16384);
	expect_val(s.rss_bytes, 8192);
	expect_val(s.swap_bytes, 4096);
	assert_true(mw_sysvipc_next(&rest, &columns, &s));
	assert_true(s.key == -1234567890);
	expect_val(s.rss_bytes, 0);
	assert_false(mw_sysvipc_next(&rest, &columns, &s));
}

/* Columns are known by their names, not by their places; unknown ones are passed over. */
static void columns_by_name(void **state)
{
	struct mw_str rest = LIT("swap new shmid rss size key\n5 x 7 6 9 -1\n"), columns = {};
	struct mw_shm_segment s;

	(void)state;
	assert_true(mw_sysvipc_next(&rest, &columns, &s));
	assert_int_equal(s.shmid, 7);
	assert_true(s.key == -1);
	expect_val(s.swap_bytes, 5);
	expect_val(s.rss_bytes, 6);
	expect_val(s.size_bytes, 9);
	assert_int_equal(s.attached_count, 0);
}

static void no_segments(void **state)
{
	struct mw_str rest = LIT(HEAD_6_18), columns = {};
	struct mw_shm_segment s;

	(void)state;
	assert_false(mw_sysvipc_next(&rest, &columns, &s));
	assert_false(mw_sysvipc_next(&rest, &columns, &s));
	rest = columns = (struct mw_str){};
	assert_false(mw_sysvipc_next(&rest, &columns, &s));
}

/* Without column names no line means anything. */
static void no_columns(void **state)
{
	static const char *const texts[] = { "\n1 2 3\n4 5 6\n", "   \n1 2 3\n", "\t\nx\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct mw_str rest = mw_str_of(texts[i]), columns = {};
		struct mw_shm_segment s;

		if (mw_sysvipc_next(&rest, &columns, &s))
			fail_msg("text %zu gives a segment", i);
	}
}

static void malformed_lines_are_skipped(void **state)
{
	struct mw_str rest = LIT("key shmid size rss\n\n1\n1 2 3\nx 2 3 4\n1 x 3 4\n1 2 x 4\n"
				 "1 2 3 18446744073709551616\n4294967296 2 3 4\n-4294967296 2 3 4\n"
				 "--1 2 3 4\n- 2 3 4\n+1 2 3 4\n1 -2 3 4\n9 8 7 6\n");
	struct mw_str columns = {};
	struct mw_shm_segment s;

	(void)state;
	assert_true(mw_sysvipc_next(&rest, &columns, &s));
	assert_int_equal(s.key, 9);
	assert_int_equal(s.shmid, 8);
	assert_false(mw_sysvipc_next(&rest, &columns, &s));
	assert_int_equal(s.key, 9);
}

static void extreme_keys(void **state)
{
	struct mw_str rest = LIT("key size\n-2147483648 18446744073709551615\n2147483647 0\n");
	struct mw_str columns = {};
	struct mw_shm_segment s;

	(void)state;
	assert_true(mw_sysvipc_next(&rest, &columns, &s));
	assert_true(s.key == INT32_MIN);
	expect_val(s.size_bytes, UINT64_MAX);
	assert_true(mw_sysvipc_next(&rest, &columns, &s));
	assert_true(s.key == INT32_MAX);
}

static void any(struct mw_str text)
{
	struct mw_str columns = {};
	struct mw_shm_segment s;
	size_t n = 0;

	while (mw_sysvipc_next(&text, &columns, &s))
		assert_true(++n < 100);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("key shmid size rss\n-1 2 3 4\n5 6\0 7 8\n\xff 1 2 3\n1 2 3 4 5 6\n"), any);
	each_mangled(LIT("key shmid perms size nattch rss swap\n1 2 3 4 5 6 7\n8 9 1 2 3 4 5\n"),
		     any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_2_6_32),	   cmocka_unit_test(of_6_18),
		cmocka_unit_test(columns_by_name), cmocka_unit_test(no_segments),
		cmocka_unit_test(no_columns),	   cmocka_unit_test(malformed_lines_are_skipped),
		cmocka_unit_test(extreme_keys),	   cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
