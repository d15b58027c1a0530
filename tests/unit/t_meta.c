/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/meta.h"

#include <errno.h>

#include "helper.h"

static const char stat_text[] = "dev 0:28 ino 1025 nlink 0 bytes 8388608 used 4194304\n";
static const char statfs_text[] =
	"dev 0:28 type 0x1021994 block 4096 blocks 2008202 free 2000010 files 2008202 "
	"ffree 2008100\n";
static const char ns_text[] = "mnt mnt:[4026531841]\nipc ipc:[4026531839]\nroot /\n";
static const char tree_text[] =
	"file 1073741824 12 1 big\\040file\nfile 4096 13 2 a/b\ndir 1073745920 .\ndir 4096 a\n"
	"entries 5 bytes 1073745920 cut 0\n";

static void stat_of_a_file(void **state)
{
	struct mw_file_stat s;

	(void)state;
	assert_int_equal(mw_meta_stat_parse(mw_str_of(stat_text), &s), 0);
	expect_str(s.dev, "0:28");
	assert_int_equal(s.ino, 1025);
	assert_int_equal(s.nlink, 0);
	assert_int_equal(s.size_bytes, 8388608);
	assert_int_equal(s.used_bytes, 4194304);
}

static void stat_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"dev\n",
		"ino 1\n",
		"dev 0:28 ino x nlink 0 bytes 1 used 1\n",
		"dev 0:28 nlink 0 ino 1 bytes 1 used 1\n",
		"dev 0:28 ino 1 nlink 0 bytes 1\n",
		"dev 0:28 ino 1 nlink 0 bytes 1 used\n",
		"dev 0:28 ino 1 nlink 0 bytes -1 used 1\n",
		"dev 0:28 ino 18446744073709551616 nlink 0 bytes 1 used 1\n",
	};
	struct mw_file_stat s = { .ino = 77 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_meta_stat_parse(mw_str_of(bad[i]), &s), -EINVAL);
	assert_int_equal(s.ino, 77);
}

static void statfs_of_a_mount(void **state)
{
	struct mw_fs_stat s;

	(void)state;
	assert_int_equal(mw_meta_statfs_parse(mw_str_of(statfs_text), &s), 0);
	expect_str(s.dev, "0:28");
	assert_int_equal(s.block_bytes, 4096);
	assert_int_equal(s.blocks, 2008202);
	assert_int_equal(s.free_blocks, 2000010);
	assert_int_equal(s.inodes, 2008202);
	assert_int_equal(s.free_inodes, 2008100);
}

static void statfs_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"dev 0:28\n",
		"dev 0:28 type\n",
		"dev 0:28 type 1 block 4096 blocks 1 free 1\n",
		"dev 0:28 block 4096 blocks 1 free 1 files 1 ffree 1\n",
		"dev 0:28 type 1 block x blocks 1 free 1 files 1 ffree 1\n",
		"dev 0:28 type 1 block 1 blocks 1 free -1 files 1 ffree 1\n",
	};
	struct mw_fs_stat s = { .blocks = 77 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_meta_statfs_parse(mw_str_of(bad[i]), &s), -EINVAL);
	assert_int_equal(s.blocks, 77);
}

static void namespaces(void **state)
{
	struct mw_ns ns;

	(void)state;
	assert_int_equal(mw_meta_ns_parse(mw_str_of(ns_text), &ns), 0);
	expect_str(ns.mnt, "mnt:[4026531841]");
	expect_str(ns.ipc, "ipc:[4026531839]");
	expect_str(ns.root, "/");
	assert_int_equal(mw_meta_ns_parse(LIT("mnt mnt:[1]\nipc \nroot /a\\040b c\nnew x\n"), &ns),
			 0);
	expect_str(ns.ipc, "");
	expect_str(ns.root, "/a\\040b c");
	assert_int_equal(mw_meta_ns_parse(LIT("mnt mnt:[1]"), &ns), 0);
	expect_str(ns.root, "");
}

static void namespaces_malformed(void **state)
{
	static const char *const bad[] = {
		"", "mnt", "mnt\n", "mnt \n", "ipc ipc:[1]\n", "mntx mnt:[1]\n", " mnt mnt:[1]\n"
	};
	struct mw_ns ns = { .mnt = LIT("before") };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_meta_ns_parse(mw_str_of(bad[i]), &ns), -EINVAL);
	expect_str(ns.mnt, "before");
}

static void open_files(void **state)
{
	struct mw_str rest = LIT("3 0:1 1025 nlink 0 used 4194304 /memfd:x\\040(deleted)\n"
				 "12 0:28 7 nlink 1 used 0 /dev/shm/a\\012b c\n");
	struct mw_open_file f;

	(void)state;
	assert_true(mw_meta_fds_next(&rest, &f));
	expect_str(f.fd, "3");
	expect_str(f.dev, "0:1");
	assert_int_equal(f.ino, 1025);
	assert_int_equal(f.nlink, 0);
	assert_int_equal(f.used_bytes, 4194304);
	expect_str(f.path, "/memfd:x\\040(deleted)");
	assert_true(mw_meta_fds_next(&rest, &f));
	expect_str(f.path, "/dev/shm/a\\012b c");
	assert_false(mw_meta_fds_next(&rest, &f));
}

static void open_files_malformed(void **state)
{
	struct mw_str rest = LIT("\n3\n3 0:1\n3 0:1 x nlink 0 used 1 /a\n3 0:1 5 nlink 0 /a\n"
				 "3 0:1 5 nlink 0 used 1\n3 0:1 5 nlink 0 used 1 \n"
				 "3 0:1 5 used 1 nlink 0 /a\n"
				 "3 0:1 18446744073709551616 nlink 0 used 1 /a\n"
				 "9 0:1 5 nlink 0 used 1 /last\n");
	struct mw_open_file f;

	(void)state;
	assert_true(mw_meta_fds_next(&rest, &f));
	expect_str(f.fd, "9");
	assert_false(mw_meta_fds_next(&rest, &f));
	expect_str(f.path, "/last");
}

/* A descriptor is a number: it stands in commands to paste. */
static void a_descriptor_is_a_number(void **state)
{
	static const char *const bad[] = {
		"4;$(id)", "../1", "-1", "x", "4a", "$(id)", "18446744073709551616"
	};
	struct mw_open_file f;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[80] = "";
		struct mw_str rest;

		strcat(strcat(text, bad[i]), " 0:28 7 nlink 0 used 1 /a\n");
		rest = mw_str_of(text);
		if (mw_meta_fds_next(&rest, &f))
			fail_msg("%s is a descriptor", bad[i]);
	}
}

static void a_tree(void **state)
{
	struct mw_str rest = mw_str_of(tree_text);
	struct mw_tree_item item;

	(void)state;
	assert_true(mw_meta_tree_next(&rest, &item));
	assert_false(item.is_dir);
	assert_int_equal(item.bytes, 1073741824);
	assert_int_equal(item.ino, 12);
	assert_int_equal(item.nlink, 1);
	expect_str(item.path, "big\\040file");
	assert_true(mw_meta_tree_next(&rest, &item));
	expect_str(item.path, "a/b");
	assert_true(mw_meta_tree_next(&rest, &item));
	assert_true(item.is_dir);
	assert_int_equal(item.bytes, 1073745920);
	assert_int_equal(item.ino, 0);
	assert_true(mw_meta_tree_next(&rest, &item));
	expect_str(item.path, "a");
	assert_false(mw_meta_tree_next(&rest, &item));
}

static void a_tree_malformed(void **state)
{
	struct mw_str rest = LIT("\nfile\nfile 1\nfile 1 2\nfile 1 2 3\nfile 1 2 3 \nfile x 2 3 a\n"
				 "file 1 x 3 a\nfile 1 2 x a\ndir\ndir 1\ndir x a\nFile 1 2 3 a\n"
				 "dirs 1 a\nfile 18446744073709551616 2 3 a\ndir 5 last\n");
	struct mw_tree_item item;

	(void)state;
	assert_true(mw_meta_tree_next(&rest, &item));
	expect_str(item.path, "last");
	assert_false(mw_meta_tree_next(&rest, &item));
}

static void the_end_of_a_tree(void **state)
{
	(void)state;
	expect_val(mw_meta_tree_bytes(mw_str_of(tree_text)), 1073745920);
	assert_false(mw_meta_tree_was_cut(mw_str_of(tree_text)));
	assert_true(mw_meta_tree_was_cut(LIT("entries 5 bytes 10 cut 1\n")));
	assert_true(mw_meta_tree_was_cut(LIT("file 1 2 3 a\n")));
	assert_true(mw_meta_tree_was_cut(LIT("")));
	assert_false(mw_known(mw_meta_tree_bytes(LIT("file 1 2 3 a\n"))));
	assert_false(mw_known(mw_meta_tree_bytes(LIT("entries x bytes 10 cut 0\n"))));
	assert_false(mw_known(mw_meta_tree_bytes(LIT("entries 5 bytes x cut 0\n"))));
}

static void folders(void **state)
{
	struct mw_str rest = LIT("7 /\nx /a\n8\n9 a\n10 /a\\040b\n");
	struct mw_folder f;

	(void)state;
	assert_true(mw_meta_folders_next(&rest, &f));
	assert_int_equal(f.ino, 7);
	expect_str(f.path, "/");
	assert_true(mw_meta_folders_next(&rest, &f));
	assert_int_equal(f.ino, 10);
	expect_str(f.path, "/a\\040b");
	assert_false(mw_meta_folders_next(&rest, &f));
}

static void clocks(void **state)
{
	struct mw_str text = LIT("realtime_ns 1700000000123456789\nboottime_ns 5\n");

	(void)state;
	expect_val(mw_meta_time(text, "realtime_ns"), 1700000000123456789ULL);
	expect_val(mw_meta_time(text, "boottime_ns"), 5);
	expect_why(mw_meta_time(text, "monotonic_ns"), MW_ABSENT);
	expect_why(mw_meta_time((struct mw_str){}, "realtime_ns"), MW_ABSENT);
	assert_false(mw_known(mw_meta_time(LIT("realtime_ns -5\n"), "realtime_ns")));
	assert_false(mw_known(mw_meta_time(LIT("realtime_ns\n5\n"), "realtime_ns")));
}

static void cached(void **state)
{
	struct mw_cached c;

	(void)state;
	assert_int_equal(mw_meta_cached_parse(LIT("cached 8192 dirty 4096\n"), &c), 0);
	assert_int_equal(c.bytes, 8192);
	expect_val(c.dirty_bytes, 4096);
	assert_int_equal(mw_meta_cached_parse(LIT("cached 8192\n"), &c), 0);
	expect_why(c.dirty_bytes, MW_ABSENT);
	assert_int_equal(mw_meta_cached_parse(LIT(""), &c), -EINVAL);
	assert_int_equal(mw_meta_cached_parse(LIT("cached x\n"), &c), -EINVAL);
	expect_val(mw_meta_disk_speed(LIT("bytes 1000 ns 500000000\n")), 2000);
	assert_false(mw_known(mw_meta_disk_speed(LIT("bytes 0 ns 5\n"))));
	assert_false(mw_known(mw_meta_disk_speed(LIT("bytes 5 ns 0\n"))));
	assert_false(mw_known(mw_meta_disk_speed(LIT("bytes 18446744073709551615 ns 1\n"))));
	assert_false(mw_known(mw_meta_disk_speed(LIT("bytes 5\n"))));
}

static void any(struct mw_str text)
{
	struct mw_file_stat stat;
	struct mw_fs_stat fs;
	struct mw_ns ns;
	struct mw_open_file f;
	struct mw_tree_item item;

	mw_meta_stat_parse(text, &stat);
	mw_meta_statfs_parse(text, &fs);
	mw_meta_ns_parse(text, &ns);
	mw_meta_tree_bytes(text);
	mw_meta_tree_was_cut(text);
	mw_meta_time(text, "realtime_ns");
	for (struct mw_str rest = text; mw_meta_fds_next(&rest, &f);)
		assert_true(f.path.n);
	for (struct mw_str rest = text; mw_meta_tree_next(&rest, &item);)
		assert_true(item.path.n);
}

static void hostile_bytes(void **state)
{
	static const char *const texts[] = {
		stat_text,
		statfs_text,
		ns_text,
		tree_text,
		"3 0:1 1025 nlink 0 used 4194304 /memfd:x\\040(deleted)\n",
		"realtime_ns 1700000000123456789\nboottime_ns 5\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		each_cut(mw_str_of(texts[i]), any);
		each_mangled(mw_str_of(texts[i]), any);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_of_a_file),
		cmocka_unit_test(stat_malformed),
		cmocka_unit_test(statfs_of_a_mount),
		cmocka_unit_test(statfs_malformed),
		cmocka_unit_test(namespaces),
		cmocka_unit_test(namespaces_malformed),
		cmocka_unit_test(open_files),
		cmocka_unit_test(open_files_malformed),
		cmocka_unit_test(a_descriptor_is_a_number),
		cmocka_unit_test(a_tree),
		cmocka_unit_test(a_tree_malformed),
		cmocka_unit_test(the_end_of_a_tree),
		cmocka_unit_test(folders),
		cmocka_unit_test(clocks),
		cmocka_unit_test(cached),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
