/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_maps.h"

#include "helper.h"

static struct mw_map next(struct mw_str *rest)
{
	struct mw_map m;

	assert_true(mw_maps_next(rest, &m));
	return m;
}

static void ordinary_lines(void **state)
{
	struct mw_str rest = LIT(
		"55d0c8a00000-55d0c8a01000 r-xp 00000000 fd:01 131345                     "
		"/bin/cat\n"
		"7f0000000000-7f0000001000 rw-s 00000000 00:01 1025       /memfd:x (deleted)\n"
		"7ffd5a7dd000-7ffd5a7fe000 rw-p 00000000 00:00 0                          [stack]\n"
		"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  "
		"[vsyscall]\n");
	struct mw_map m = next(&rest);

	(void)state;
	assert_int_equal(m.start, 0x55d0c8a00000);
	assert_int_equal(m.end, 0x55d0c8a01000);
	expect_str(m.range, "55d0c8a00000-55d0c8a01000");
	expect_str(m.perms, "r-xp");
	expect_str(m.dev, "fd:01");
	expect_str(m.inode, "131345");
	expect_str(m.path, "/bin/cat");
	m = next(&rest);
	expect_str(m.perms, "rw-s");
	expect_str(m.path, "/memfd:x (deleted)");
	assert_true(mw_map_is_deleted(m.path));
	expect_str(next(&rest).path, "[stack]");
	assert_int_equal(next(&rest).end, 0xffffffffff601000);
	assert_false(mw_maps_next(&rest, &m));
}

static void anonymous_memory_has_no_path(void **state)
{
	struct mw_str rest =
		LIT("1000-2000 rw-p 00000000 00:00 0 \n3000-4000 rw-p 00000000 00:00 0\n"
		    "5000-6000 rw-p 00000000 00:00 0");

	(void)state;
	expect_str(next(&rest).path, "");
	expect_str(next(&rest).path, "");
	expect_str(next(&rest).path, "");
}

/* A path may hold blanks, brackets, escapes of the kernel's, and any other byte. */
static void hostile_paths(void **state)
{
	struct mw_str rest = LIT("1000-2000 rw-s 0 00:01 5   /a b  c\n"
				 "1000-2000 rw-s 0 00:01 5 /a\\012b (deleted)\n"
				 "1000-2000 rw-s 0 00:01 5 /\x1b[2J\xff\0\t x \n"
				 "1000-2000 rw-s 0 00:01 5 /1000-2000 rw-s 0 00:01 5 /x\n");

	(void)state;
	expect_str(next(&rest).path, "/a b  c");
	expect_str(next(&rest).path, "/a\\012b (deleted)");
	expect_str(next(&rest).path, "/\x1b[2J\xff\0\t x ");
	expect_str(next(&rest).path, "/1000-2000 rw-s 0 00:01 5 /x");
}

static void malformed_lines_are_skipped(void **state)
{
	struct mw_str rest = LIT("\n1000 rw-p 0 00:00 0\n1000-1000 rw-p 0 00:00 0\n"
				 "2000-1000 rw-p 0 00:00 0\n1000-2000\n1000-2000 rw-p 0 00:00\n"
				 "g000-h000 rw-p 0 00:00 0\n-1000-2000 rw-p 0 00:00 0\n"
				 "10000000000000000-10000000000001000 rw-p 0 00:00 0\n"
				 "1000-2000-3000 rw-p 0 00:00 0\n0x1000-0x2000 rw-p 0 00:00 0\n"
				 "8000-9000 rw-p 0 00:00 0 last\n");
	struct mw_map m = next(&rest);

	(void)state;
	expect_str(m.path, "last");
	assert_int_equal(m.start, 0x8000);
	assert_false(mw_maps_next(&rest, &m));
	expect_str(m.path, "last");
}

static void deleted(void **state)
{
	(void)state;
	assert_true(mw_map_is_deleted(LIT("/SYSV00000000 (deleted)")));
	assert_true(mw_map_is_deleted(LIT("/x (deleted) (deleted)")));
	assert_false(mw_map_is_deleted(LIT("/x (deleted) ")));
	assert_false(mw_map_is_deleted(LIT("/x(deleted)")));
	assert_false(mw_map_is_deleted(LIT("")));
}

static void any(struct mw_str text)
{
	struct mw_map m;
	size_t n = 0;

	while (mw_maps_next(&text, &m)) {
		assert_true(m.start < m.end);
		assert_true(m.range.n && m.perms.n && m.dev.n && m.inode.n);
		assert_true(++n < 10);
	}
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("1000-2000 rw-s 0 00:01 5  /a\0\xff (deleted)\nffff-10000 r 0 0:0 0\n"), any);
	each_mangled(LIT("55d0c8a00000-55d0c8a01000 r-xp 00000000 fd:01 131345 /bin/cat\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_lines), cmocka_unit_test(anonymous_memory_has_no_path),
		cmocka_unit_test(hostile_paths),  cmocka_unit_test(malformed_lines_are_skipped),
		cmocka_unit_test(deleted),	  cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
