/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/mountinfo.h"

#include "helper.h"

static struct mw_mount next(struct mw_str *rest)
{
	struct mw_mount m;

	assert_true(mw_mountinfo_next(rest, &m));
	return m;
}

static void ordinary_line(void **state)
{
	struct mw_str rest = LIT("25 30 0:23 / /dev/shm rw,nosuid,nodev shared:4 master:1 - tmpfs "
				 "tmpfs rw,size=8032808k,inode64\n");
	struct mw_mount m = next(&rest);

	(void)state;
	expect_str(m.id, "25");
	expect_str(m.parent, "30");
	expect_str(m.dev, "0:23");
	expect_str(m.root, "/");
	expect_str(m.point, "/dev/shm");
	expect_str(m.options, "rw,nosuid,nodev");
	expect_str(m.type, "tmpfs");
	expect_str(m.source, "tmpfs");
	expect_str(m.super_options, "rw,size=8032808k,inode64");
	assert_true(mw_mount_is_shmem(&m));
	assert_false(mw_mountinfo_next(&rest, &m));
}

static void any_number_of_optional_fields(void **state)
{
	struct mw_str rest = LIT("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
				 "2 1 0:5 / /a rw shared:1 - tmpfs a rw\n"
				 "3 1 0:6 / /b rw shared:1 master:2 propagate_from:3 unbindable "
				 "new:field - tmpfs b rw\n");

	(void)state;
	expect_str(next(&rest).type, "ext4");
	expect_str(next(&rest).source, "a");
	expect_str(next(&rest).source, "b");
}

/* mount -t tmpfs "" /mnt: "tmpfs  rw". */
static void an_empty_source(void **state)
{
	struct mw_str rest = LIT("2 1 0:5 / /a rw - tmpfs  rw,size=4k\n");
	struct mw_mount m = next(&rest);

	(void)state;
	expect_str(m.type, "tmpfs");
	expect_str(m.super_options, "rw,size=4k");
	expect_str(m.source, "");
}

static void escaped_names(void **state)
{
	struct mw_str rest = LIT("2 1 0:5 /a\\040b /mnt/x\\012y\\134z rw - tmpfs my\\040tmpfs rw\n"
				 "3 1 0:6 / /\x1b[2J\xff\0 rw - tmpfs - rw\n");
	struct mw_mount m = next(&rest);

	(void)state;
	expect_str(m.root, "/a\\040b");
	expect_str(m.point, "/mnt/x\\012y\\134z");
	expect_str(m.source, "my\\040tmpfs");
	m = next(&rest);
	expect_str(m.point, "/\x1b[2J\xff\0");
	expect_str(m.source, "-");
}

static void malformed_lines_are_skipped(void **state)
{
	struct mw_str rest = LIT("\n1\n1 2 0:5 / /a\n1 2 0:5 / /a rw\n1 2 0:5 / /a rw shared:1\n"
				 "1 2 0:5 / /a rw -\n1 2 0:5 / /a rw --\n"
				 "9 2 0:5 / /last rw - tmpfs\n");
	struct mw_mount m = next(&rest);

	(void)state;
	expect_str(m.id, "9");
	expect_str(m.source, "");
	expect_str(m.super_options, "");
	assert_false(mw_mountinfo_next(&rest, &m));
}

static void shmem_types(void **state)
{
	static const char *const yes[] = { "tmpfs", "devtmpfs", "rootfs" };
	static const char *const no[] = { "", "tmpfs2", "tmpf", "ramfs", "ext4", "proc" };
	struct mw_mount m = {};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++) {
		m.type = mw_str_of(yes[i]);
		assert_true(mw_mount_is_shmem(&m));
	}
	for (size_t i = 0; i < COUNT(no); i++) {
		m.type = mw_str_of(no[i]);
		assert_false(mw_mount_is_shmem(&m));
	}
}

static void options(void **state)
{
	struct mw_str all = LIT("rw,size=4k,nr_inodes=,mpol=bind=static:0,size=8k,huge");
	struct mw_str v = LIT("before");

	(void)state;
	assert_true(mw_mount_option(all, "size", &v));
	expect_str(v, "4k");
	assert_true(mw_mount_option(all, "mpol", &v));
	expect_str(v, "bind=static:0");
	assert_true(mw_mount_option(all, "huge", &v));
	expect_str(v, "");
	assert_true(mw_mount_option(all, "nr_inodes", &v));
	expect_str(v, "");
	v = LIT("before");
	assert_false(mw_mount_option(all, "siz", &v));
	assert_false(mw_mount_option(all, "4k", &v));
	assert_false(mw_mount_option((struct mw_str){}, "size", &v));
	expect_str(v, "before");
}

static size_t table(const char *text, struct mw_mount *all, size_t room)
{
	struct mw_str rest = mw_str_of(text);
	size_t n = 0;

	while (n < room && mw_mountinfo_next(&rest, &all[n]))
		n++;
	return n;
}

static void the_way_to_a_mount(void **state)
{
	struct mw_mount all[6];
	size_t n =
		table("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / /run rw - tmpfs t rw\n"
		      "3 2 0:6 / /run/x rw - tmpfs t rw\n4 1 0:7 / /nfs rw - nfs4 s:/ rw\n"
		      "5 4 0:8 / /nfs/a rw - tmpfs t rw\n6 2 0:9 / /run/f rw - fuse.sshfs s rw\n",
		      all, COUNT(all));

	(void)state;
	assert_int_equal(n, 6);
	assert_true(mw_mount_never_waits(all, n, &all[0]));
	assert_true(mw_mount_never_waits(all, n, &all[1]));
	assert_true(mw_mount_never_waits(all, n, &all[2]));
	assert_false(mw_mount_never_waits(all, n, &all[3]));
	assert_false(mw_mount_never_waits(all, n, &all[4]));
	assert_false(mw_mount_never_waits(all, n, &all[5]));
}

/* A table that turns in a circle is no reason to turn with it. */
static void a_circle_of_mounts(void **state)
{
	struct mw_mount all[3];
	size_t n = table("1 2 0:5 / /a rw - tmpfs t rw\n2 1 0:6 / /b rw - tmpfs t rw\n"
			 "3 3 0:7 / / rw - tmpfs t rw\n",
			 all, COUNT(all));

	(void)state;
	assert_false(mw_mount_never_waits(all, n, &all[0]));
	assert_false(mw_mount_never_waits(all, n, &all[1]));
	assert_true(mw_mount_never_waits(all, n, &all[2]));
}

static void any(struct mw_str text)
{
	struct mw_mount m[4];
	struct mw_str v;
	size_t n = 0;

	while (n < COUNT(m) && mw_mountinfo_next(&text, &m[n])) {
		assert_true(m[n].type.n);
		mw_mount_is_shmem(&m[n]);
		mw_mount_option(m[n].super_options, "size", &v);
		n++;
	}
	for (size_t i = 0; i < n; i++)
		mw_mount_never_waits(m, n, &m[i]);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(
		LIT("1 0 8:1 / / rw - ext4 \xff rw\n2 1 0:5 / /a\0 rw shared:4 - tmpfs  size=4k\n"),
		any);
	each_mangled(LIT("1 0 8:1 / / rw - ext4 d rw\n2 1 0:5 / /a rw - tmpfs t rw,size=4k\n"),
		     any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_line),
		cmocka_unit_test(any_number_of_optional_fields),
		cmocka_unit_test(an_empty_source),
		cmocka_unit_test(escaped_names),
		cmocka_unit_test(malformed_lines_are_skipped),
		cmocka_unit_test(shmem_types),
		cmocka_unit_test(options),
		cmocka_unit_test(the_way_to_a_mount),
		cmocka_unit_test(a_circle_of_mounts),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
