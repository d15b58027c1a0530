/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_files.h"

#include "helper.h"

static struct mw_str files(const char *smaps, struct mw_arena *arena)
{
	return mw_pid_files_of_smaps(mw_str_of(smaps), arena);
}

/* Two mappings of a file are one line; what has no file has none; what was copied is taken off. */
static void sums(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = files("1000-2000 r--s 00000000 fd:01 42   /srv/a b\\012c\n"
				   "Rss: 100 kB\nPss: 50 kB\nAnonymous: 0 kB\nLocked: 50 kB\n"
				   "2000-3000 rw-p 00000000 00:00 0 [heap]\n"
				   "Rss: 900 kB\nPss: 900 kB\nAnonymous: 900 kB\n"
				   "3000-4000 rw-p 00000000 00:01 42 /SYSV00000001 (deleted)\n"
				   "Rss: 8 kB\nPss: 8 kB\nAnonymous: 0 kB\nLocked: 0 kB\n"
				   "4000-5000 rw-p 00001000 fd:01 42   /srv/a b\\012c\n"
				   "Rss: 12 kB\nPss: 12 kB\nAnonymous: 8 kB\nLocked: 12 kB\n",
				   &arena);
	struct mw_pid_file f;

	(void)state;
	assert_true(mw_pid_files_next(&text, &f));
	expect_str(f.dev, "253:1");
	expect_str(f.path, "/srv/a b\\012c");
	assert_int_equal(f.ino, 42);
	assert_int_equal(f.rss_bytes, 104 << 10);
	assert_int_equal(f.pss_bytes, 54 << 10);
	assert_int_equal(f.locked_bytes, 54 << 10);
	assert_true(mw_pid_files_next(&text, &f));
	expect_str(f.dev, "0:1");
	expect_str(f.path, "/SYSV00000001 (deleted)");
	assert_int_equal(f.locked_bytes, 0);
	assert_false(mw_pid_files_next(&text, &f));
}

/* A share of pages that are copied and shared with a child is less than what was copied. */
static void less_than_nothing(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = files("1000-2000 rw-p 0 08:01 7 /a\nRss: 20 kB\nPss: 9 kB\n"
				   "Anonymous: 10 kB\nLocked: 9 kB\n",
				   &arena);
	struct mw_pid_file f;

	(void)state;
	assert_true(mw_pid_files_next(&text, &f));
	assert_int_equal(f.rss_bytes, 10 << 10);
	assert_int_equal(f.pss_bytes, 0);
	assert_int_equal(f.locked_bytes, 0);
}

static void malformed(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = LIT("8:1 7 1 2\n8:1 x 1 2 3 /a\n8:1 7 1 2 -3 /a\n\n8:1 7 1 2 3\n");
	struct mw_pid_file f;

	(void)state;
	assert_true(mw_pid_files_next(&text, &f));
	assert_int_equal(f.locked_bytes, 3);
	assert_int_equal(f.path.n, 0);
	assert_false(mw_pid_files_next(&text, &f));
	assert_int_equal(files("", &arena).n, 0);
	assert_int_equal(files("Rss: 1 kB\n1000-2000 r--p 0 zz:01 7 /a\nRss: 1 kB\n", &arena).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(less_than_nothing),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
