/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "kernel/root.h"
#include "tempdir.h"

#define BLOCK 512

/* An archive under construction: tar of 1988, written here so that it may be as bad as needed. */
struct tar {
	char bytes[64 * BLOCK];
	size_t n;
};

struct fixture {
	struct temp_dir dir;
	struct mw_root *root;
	struct mw_arena arena;
	struct tar tar;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	temp_make(&f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mw_root_free(f->root);
	mw_arena_done(&f->arena);
	temp_remove(&f->dir);
	free(f);
	return 0;
}

/* type: '0' a file, '1' a hard link, '2' a symbolic link, '5' a folder, '6' a FIFO ... */
static void tar_entry(struct tar *t, char type, const char *name, const char *link,
		      struct mw_str body)
{
	char *h = t->bytes + t->n;
	unsigned sum = 0;

	assert_true(t->n + 2 * BLOCK + body.n <= sizeof(t->bytes));
	snprintf(h, 100, "%s", name);
	memcpy(h + 100,
	       "0000600\0"
	       "0000000\0"
	       "0000000\0",
	       24);
	snprintf(h + 124, 12, "%011o", (unsigned)body.n);
	memcpy(h + 136, "00000000000", 12);
	memset(h + 148, ' ', 8);
	h[156] = type;
	snprintf(h + 157, 100, "%s", link);
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum);
	memcpy(h + BLOCK, body.p, body.n);
	t->n += BLOCK + (body.n + BLOCK - 1) / BLOCK * BLOCK;
}

static void tar_file(struct tar *t, const char *name, const char *body)
{
	tar_entry(t, '0', name, "", mw_str_of(body));
}

static void tar_link(struct tar *t, const char *name, const char *target)
{
	tar_entry(t, '2', name, target, LIT(""));
}

static int open_file(struct fixture *f, const char *name, struct mw_problem *problem)
{
	f->root = mw_root_free(f->root);
	return mw_root_open(temp_path(&f->dir, name), false, &f->root, problem);
}

static int open_tar(struct fixture *f, struct mw_problem *problem)
{
	temp_put(&f->dir, "a.tar", (struct mw_str){ f->tar.bytes, f->tar.n + 2 * BLOCK });
	return open_file(f, "a.tar", problem);
}

static void open_good_tar(struct fixture *f)
{
	struct mw_problem problem = {};

	if (open_tar(f, &problem))
		fail_msg("%s", problem.what ? problem.what : "no problem given");
}

static void expect_refused(struct fixture *f)
{
	struct mw_problem problem = {};

	assert_int_equal(open_tar(f, &problem), -EINVAL);
	assert_non_null(problem.what);
	assert_int_equal(problem.line, 0);
	assert_null(f->root);
}

static void expect_body(struct fixture *f, const char *path, const char *want)
{
	struct mw_str body;

	if (mw_root_read(f->root, path, &f->arena, &body))
		fail_msg("%s cannot be read", path);
	expect_same(body, mw_str_of(want));
}

static void expect_error(struct fixture *f, const char *path, int want)
{
	assert_int_equal(mw_root_read(f->root, path, &f->arena, &(struct mw_str){}), want);
}

static void a_plain_archive(void **state)
{
	struct fixture *f = *state;
	struct mw_names names;

	tar_entry(&f->tar, '5', "proc/", "", LIT(""));
	tar_file(&f->tar, "proc/meminfo", "MemTotal: 1 kB\n");
	tar_file(&f->tar, "./proc/1/status", "Name:\tinit\n");
	tar_file(&f->tar, "sys/block/zram0/mm_stat", "1 2 3\n");
	tar_file(&f->tar, "meta/release", "6.1\n");
	tar_file(&f->tar, "etc/passwd", "not kept\n");
	tar_file(&f->tar, "proc/empty", "");
	open_good_tar(f);
	assert_false(mw_root_is_live(f->root));
	expect_body(f, "proc/meminfo", "MemTotal: 1 kB\n");
	expect_body(f, "proc/1/status", "Name:\tinit\n");
	expect_body(f, "sys/block/zram0/mm_stat", "1 2 3\n");
	expect_body(f, "meta/release", "6.1\n");
	expect_body(f, "proc/empty", "");
	expect_error(f, "etc/passwd", -ENOENT);
	expect_error(f, "proc/vmstat", -ENOENT);
	assert_int_equal(mw_root_list(f->root, "proc", &f->arena, &names), 0);
	assert_int_equal(names.n, 3);
}

static void a_top_folder(void **state)
{
	struct fixture *f = *state;

	tar_entry(&f->tar, '5', "sosreport-host-2026/", "", LIT(""));
	tar_file(&f->tar, "sosreport-host-2026/proc/meminfo", "MemTotal: 1 kB\n");
	tar_file(&f->tar, "sosreport-host-2026/sys/kernel/x", "5\n");
	tar_file(&f->tar, "sosreport-host-2026/sos_logs/sos.log", "not kept\n");
	tar_link(&f->tar, "sosreport-host-2026/proc/link", "/proc/meminfo");
	tar_link(&f->tar, "sosreport-host-2026/proc/up", "../../proc/meminfo");
	open_good_tar(f);
	expect_body(f, "proc/meminfo", "MemTotal: 1 kB\n");
	expect_body(f, "sys/kernel/x", "5\n");
	expect_body(f, "proc/link", "MemTotal: 1 kB\n");
	expect_body(f, "proc/up", "MemTotal: 1 kB\n");
	expect_error(f, "sos_logs/sos.log", -ENOENT);
}

static void absolute_paths_are_refused(void **state)
{
	struct fixture *f = *state;

	tar_file(&f->tar, "proc/meminfo", "MemTotal: 1 kB\n");
	tar_file(&f->tar, "/proc/vmstat", "x\n");
	expect_refused(f);
}

static void climbing_paths_are_refused(void **state)
{
	static const char *const bad[] = { "../proc/meminfo",
					   "proc/../../etc/passwd",
					   "proc/..",
					   "a/../proc/meminfo",
					   "..",
					   "proc/../proc/meminfo" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(bad); i++) {
		f->tar = (struct tar){};
		tar_file(&f->tar, "proc/meminfo", "MemTotal: 1 kB\n");
		tar_file(&f->tar, bad[i], "x\n");
		expect_refused(f);
	}
}

static void links_are_followed_inside(void **state)
{
	struct fixture *f = *state;
	struct mw_names names;

	tar_file(&f->tar, "proc/1/net/dev", "dev\n");
	tar_link(&f->tar, "proc/self", "1");
	tar_link(&f->tar, "proc/net", "self/net");
	tar_link(&f->tar, "proc/absolute", "/proc/1/net/dev");
	tar_link(&f->tar, "proc/climbing", "../../../../proc/1/net/dev");
	tar_link(&f->tar, "proc/loop", "loop");
	open_good_tar(f);
	expect_body(f, "proc/net/dev", "dev\n");
	expect_body(f, "proc/absolute", "dev\n");
	expect_body(f, "proc/climbing", "dev\n");
	expect_error(f, "proc/loop", -ELOOP);
	assert_int_equal(mw_root_list(f->root, "proc/net", &f->arena, &names), 0);
	assert_int_equal(names.n, 1);
}

static void links_out_are_not_followed(void **state)
{
	struct fixture *f = *state;

	temp_put(&f->dir, "secret", LIT("secret\n"));
	tar_link(&f->tar, "proc/meminfo", "/etc/passwd");
	tar_link(&f->tar, "proc/vmstat", "../../../../../../../../etc/passwd");
	tar_link(&f->tar, "proc/secret", temp_path(&f->dir, "secret"));
	tar_link(&f->tar, "proc/maps", "/proc/self/maps");
	tar_link(&f->tar, "proc/folder", "/etc");
	open_good_tar(f);
	expect_error(f, "proc/meminfo", -ENOENT);
	expect_error(f, "proc/vmstat", -ENOENT);
	expect_error(f, "proc/secret", -ENOENT);
	expect_error(f, "proc/maps", -ENOENT);
	expect_error(f, "proc/folder/passwd", -ENOENT);
}

static void hard_links_are_refused(void **state)
{
	struct fixture *f = *state;

	tar_file(&f->tar, "proc/meminfo", "MemTotal: 1 kB\n");
	tar_entry(&f->tar, '1', "proc/vmstat", "/etc/passwd", LIT(""));
	expect_refused(f);
}

/* Devices and FIFOs are no files of a machine: they are passed over. */
static void devices_are_passed_over(void **state)
{
	static const char types[] = { '3', '4', '6' };
	struct fixture *f = *state;

	tar_file(&f->tar, "proc/meminfo", "MemTotal: 1 kB\n");
	for (size_t i = 0; i < sizeof(types); i++)
		tar_entry(&f->tar, types[i], "proc/vmstat", "", LIT(""));
	open_good_tar(f);
	expect_error(f, "proc/vmstat", -ENOENT);
	expect_body(f, "proc/meminfo", "MemTotal: 1 kB\n");
}

static void the_last_of_two_is_taken(void **state)
{
	struct fixture *f = *state;

	tar_file(&f->tar, "proc/meminfo", "MemTotal: 1 kB\n");
	tar_file(&f->tar, "proc/meminfo", "MemTotal: 2 kB\n");
	open_good_tar(f);
	expect_body(f, "proc/meminfo", "MemTotal: 2 kB\n");
}

/* Two machines in one archive must not become one. */
static void two_machines_are_refused(void **state)
{
	struct fixture *f = *state;

	tar_file(&f->tar, "host-a/proc/meminfo", "MemTotal: 1 kB\n");
	tar_file(&f->tar, "host-b/proc/vmstat", "nr_zspages 2\n");
	expect_refused(f);
}

static void hostile_names_are_kept(void **state)
{
	struct fixture *f = *state;

	tar_file(&f->tar, "proc/meminfo", "MemTotal: 1 kB\n");
	tar_file(&f->tar, "proc/a\n\x1b[2J\xff ]", "x\n");
	open_good_tar(f);
	expect_body(f, "proc/a\n\x1b[2J\xff ]", "x\n");
}

static void inputs_that_are_no_archive(void **state)
{
	static const struct mw_str texts[] = {
		LIT(""),
		LIT("x"),
		LIT("MemTotal: 1 kB\n"),
		LIT("\x1f\x8b\x08"),
		LIT("\0\0\0\0"),
		LIT("memwhy-captur"),
		LIT("PK\x03\x04"),
		LIT("\x28\xb5\x2f\xfd"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct mw_problem problem = {};

		temp_put(&f->dir, "x", texts[i]);
		if (open_file(f, "x", &problem) != -EINVAL)
			fail_msg("text %zu is taken", i);
		assert_non_null(problem.what);
	}
}

/* Cut inside a file or a header an archive is refused; between two files nobody can tell. */
static void cut_archives(void **state)
{
	struct fixture *f = *state;
	char large[2 * BLOCK + 1] = "";

	memset(large, 'x', 2 * BLOCK);
	tar_file(&f->tar, "proc/meminfo", large);
	tar_file(&f->tar, "proc/vmstat", "x\n");
	for (size_t n = 1; n < f->tar.n; n += 37) {
		struct mw_problem problem = {};
		int r;

		temp_put(&f->dir, "a.tar", (struct mw_str){ f->tar.bytes, n });
		r = open_file(f, "a.tar", &problem);
		if (n % BLOCK == 0)
			continue;
		if (n > 4 * BLOCK)
			continue; /* only padding is missing */
		if (r != -EINVAL)
			fail_msg("cut after %zu bytes it is taken", n);
	}
}

static void mangled_archives_do_no_harm(void **state)
{
	struct fixture *f = *state;
	uint64_t seed = 99;

	tar_file(&f->tar, "host/proc/meminfo", "MemTotal: 1 kB\n");
	tar_link(&f->tar, "host/proc/net", "self/net");
	tar_file(&f->tar, "host/proc/1/status", "Name:\tinit\n");
	for (size_t round = 0; round < 300; round++) {
		struct mw_problem problem = {};
		struct tar bad = f->tar;

		for (size_t k = 0; k < 4; k++)
			bad.bytes[random_below(&seed, bad.n)] = (char)random_next(&seed);
		temp_put(&f->dir, "a.tar", (struct mw_str){ bad.bytes, bad.n + 2 * BLOCK });
		if (open_file(f, "a.tar", &problem))
			assert_non_null(problem.what);
		else
			mw_root_read(f->root, "proc/net/dev", &f->arena, &(struct mw_str){});
	}
}

static void compress(struct fixture *f, const char *program, const char *name, const char *packed)
{
	char command[600];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	if (system(command))
		skip();
	snprintf(command, sizeof(command), "%s -c <'%s/%s' >'%s/%s'", program, f->dir.path, name,
		 f->dir.path, packed);
	assert_int_equal(system(command), 0);
}

static void a_compressed_archive(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem;

	tar_file(&f->tar, "host/proc/meminfo", "MemTotal: 1 kB\n");
	open_good_tar(f);
	compress(f, "gzip", "a.tar", "a.tar.gz");
	assert_int_equal(open_file(f, "a.tar.gz", &problem), 0);
	expect_body(f, "proc/meminfo", "MemTotal: 1 kB\n");
}

static void a_compressed_capture(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem;

	temp_put(&f->dir, "a.cap",
		 LIT("memwhy-capture 1\n-- proc/meminfo --\nMemTotal: 1 kB\n"
		     "-- end --\n"));
	compress(f, "gzip", "a.cap", "a.cap.gz");
	assert_int_equal(open_file(f, "a.cap.gz", &problem), 0);
	expect_body(f, "proc/meminfo", "MemTotal: 1 kB\n");
	expect_error(f, "proc/vmstat", -ENOENT);
}

/* What is wrong in a compressed capture is said with its line. */
static void a_compressed_capture_at_fault(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem = {};

	temp_put(&f->dir, "a.cap", LIT("memwhy-capture 1\n-- a --\n\\y\n-- end --\n"));
	compress(f, "gzip", "a.cap", "a.cap.gz");
	assert_int_equal(open_file(f, "a.cap.gz", &problem), -EINVAL);
	assert_non_null(problem.what);
	assert_int_equal(problem.line, 3);
}

static void a_compressed_text_of_another_kind(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem = {};

	temp_put(&f->dir, "a.txt", LIT("MemTotal: 1 kB\n"));
	compress(f, "gzip", "a.txt", "a.txt.gz");
	assert_int_equal(open_file(f, "a.txt.gz", &problem), -EINVAL);
	assert_non_null(problem.what);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plain_archive),
		TEST(a_top_folder),
		TEST(absolute_paths_are_refused),
		TEST(climbing_paths_are_refused),
		TEST(links_are_followed_inside),
		TEST(links_out_are_not_followed),
		TEST(hard_links_are_refused),
		TEST(devices_are_passed_over),
		TEST(the_last_of_two_is_taken),
		TEST(two_machines_are_refused),
		TEST(hostile_names_are_kept),
		TEST(inputs_that_are_no_archive),
		TEST(cut_archives),
		TEST(mangled_archives_do_no_harm),
		TEST(a_compressed_archive),
		TEST(a_compressed_capture),
		TEST(a_compressed_capture_at_fault),
		TEST(a_compressed_text_of_another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
