/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions of the live machine, asked of a folder that looks like one of /proc: its links
 * stand for the kernel's.
 */
#include <errno.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "kernel/meta.h"
#include "kernel/root_private.h"
#include "tempdir.h"

struct fixture {
	int memfd;
	struct temp_dir dir;
	int fd; /* of pid/ */
	struct mw_scratch scratch;
	struct mw_arena arena;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	temp_make(&f->dir);
	temp_put(&f->dir, "secret/file", LIT("secret\n"));
	temp_put(&f->dir, "inside/a/file", LIT("inside\n"));
	temp_put(&f->dir, "pid/status", LIT("Name:\tx\n"));
	temp_link(&f->dir, "pid/root", "../inside");
	temp_link(&f->dir, "inside/out", "../secret");
	temp_link(&f->dir, "inside/theirs", "/etc");
	f->fd = open(temp_path(&f->dir, "pid"), O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->fd >= 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	free(f->scratch.p);
	mw_arena_done(&f->arena);
	temp_remove(&f->dir);
	free(f);
	return 0;
}

static int ask(struct fixture *f, const char *question, struct mw_str *ret)
{
	return mw_live_meta(f->fd, question, &f->scratch, &f->arena, ret);
}

static struct mw_str answer(struct fixture *f, const char *question)
{
	struct mw_str text = {};
	int r = ask(f, question, &text);

	if (r)
		fail_msg("%s gives %d", question, r);
	return text;
}

static void expect_error(struct fixture *f, const char *question, int want)
{
	struct mw_str text = LIT("before");

	assert_int_equal(ask(f, question, &text), want);
	expect_str(text, "before");
}

static void facts_are_lines(void **state)
{
	static const char *const names[] = { "release", "machine", "page_bytes", "user",
					     "shm_dev" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct mw_str text = answer(f, names[i]);

		assert_true(text.n > 1);
		assert_int_equal(mw_str_find(text, '\n'), text.n - 1);
	}
	expect_error(f, "none", -ENOENT);
	expect_error(f, "", -ENOENT);
	expect_error(f, "releas", -ENOENT);
}

static void clocks(void **state)
{
	struct fixture *f = *state;
	struct mw_str text = answer(f, "time");

	assert_true(mw_or(mw_meta_time(text, "realtime_ns"), 0) > 1000000000);
	assert_true(mw_known(mw_meta_time(text, "boottime_ns")));
}

static void read_again(void **state)
{
	struct fixture *f = *state;

	expect_str(answer(f, "again/status"), "Name:\tx\n");
	temp_put(&f->dir, "pid/status", LIT("Name:\ty\n"));
	expect_str(answer(f, "again/status"), "Name:\ty\n");
	expect_error(f, "again/none", -ENOENT);
}

static void stat_of_a_file(void **state)
{
	struct fixture *f = *state;
	struct mw_file_stat s;
	struct stat st;

	assert_int_equal(mw_meta_stat_parse(answer(f, "stat/status"), &s), 0);
	assert_int_equal(stat(temp_path(&f->dir, "pid/status"), &st), 0);
	assert_int_equal(s.ino, st.st_ino);
	assert_int_equal(s.nlink, 1);
	assert_int_equal(s.size_bytes, 8);
	assert_int_equal(s.used_bytes, st.st_blocks * 512);
	expect_error(f, "stat/none", -ENOENT);
	expect_error(f, "stat/", -ENOENT);
}

static void namespaces(void **state)
{
	struct fixture *f = *state;
	struct mw_ns ns;

	expect_error(f, "ns", -ENOENT);
	temp_link(&f->dir, "pid/ns/mnt", "mnt:[4026531841]");
	assert_int_equal(mw_meta_ns_parse(answer(f, "ns"), &ns), 0);
	expect_str(ns.mnt, "mnt:[4026531841]");
	expect_str(ns.ipc, "");
	expect_str(ns.root, "../inside");
	temp_link(&f->dir, "pid/ns/ipc", "ipc:[4026531839]");
	unlink(temp_path(&f->dir, "pid/root"));
	temp_link(&f->dir, "pid/root", "/a b\n\x1b");
	assert_int_equal(mw_meta_ns_parse(answer(f, "ns"), &ns), 0);
	expect_str(ns.ipc, "ipc:[4026531839]");
	expect_str(ns.root, "/a\\040b\\012\\033");
}

static void add_fd(struct fixture *f, const char *number, const char *file)
{
	char memory[64], target[PATH_MAX];

	snprintf(memory, sizeof(memory), "/proc/self/fd/%d", f->memfd);
	temp_link(&f->dir, file, memory);
	strcpy(target, temp_path(&f->dir, file));
	temp_link(&f->dir, number, target);
}

/* Plain files that lie on no real device alone, each with a name of one word. */
static void open_files(void **state)
{
	struct fixture *f = *state;
	struct mw_open_file file;
	struct mw_str rest;

	expect_error(f, "fds", -ENOENT);
	f->memfd = memfd_create("t", 0);
	add_fd(f, "pid/fd/3", "open/plain");
	add_fd(f, "pid/fd/10", "open/a b\nc (deleted)");
	temp_link(&f->dir, "pid/fd/4", "socket:[1234]");
	temp_link(&f->dir, "pid/fd/5", f->dir.path);
	temp_link(&f->dir, "pid/fd/6", "/none (deleted)");
	temp_link(&f->dir, "pid/fd/7", "/dev/null");
	rest = answer(f, "fds");
	assert_true(mw_meta_fds_next(&rest, &file));
	expect_str(file.fd, "10");
	assert_true(mw_str_ends(file.path, "/open/a\\040b\\012c\\040(deleted)"));
	assert_int_equal(file.nlink, 0);
	assert_true(mw_meta_fds_next(&rest, &file));
	expect_str(file.fd, "3");
	assert_true(mw_str_ends(file.path, "/open/plain"));
	assert_false(mw_meta_fds_next(&rest, &file));
	close(f->memfd);
}

static void no_open_files(void **state)
{
	struct fixture *f = *state;

	temp_folder(&f->dir, "pid/fd");
	expect_str(answer(f, "fds"), "");
}

static void usage_of_a_mount(void **state)
{
	static const char *const questions[] = { "statfs_wait/root", "statfs_wait/root/",
						 "statfs_wait/root/a", "statfs_wait/root/a/file" };
	struct fixture *f = *state;
	struct mw_fs_stat s;

	for (size_t i = 0; i < COUNT(questions); i++) {
		assert_int_equal(mw_meta_statfs_parse(answer(f, questions[i]), &s), 0);
		assert_true(s.block_bytes > 0 && s.free_blocks <= s.blocks);
	}
	expect_error(f, "statfs_wait/root/none", -ENOENT);
}

/* In another process's root every path and every link stays inside. */
static void nothing_leads_out_of_a_root(void **state)
{
	static const char *const ways[] = {
		"root/../secret/file",	    "root/out/file",	"root/theirs/passwd",
		"root/a/../../secret/file", "root//etc/passwd", "root/../../../../../../etc/passwd",
	};
	struct fixture *f = *state;
	char question[100];

	for (size_t i = 0; i < COUNT(ways); i++) {
		snprintf(question, sizeof(question), "statfs_wait/%s", ways[i]);
		expect_error(f, question, -ENOENT);
		snprintf(question, sizeof(question), "tree_wait/%s", ways[i]);
		expect_error(f, question, -ENOENT);
		snprintf(question, sizeof(question), "stat/%s", ways[i]);
		assert_true(ask(f, question, &(struct mw_str){}) < 0);
	}
}

static void a_tree_below_a_root(void **state)
{
	struct fixture *f = *state;
	struct mw_str rest = answer(f, "tree_wait/root");
	size_t n = 0, known = 0, links = 0;
	struct mw_tree_item item;

	assert_false(mw_meta_tree_was_cut(rest));
	while (mw_meta_tree_next(&rest, &item)) {
		known += mw_str_eq(item.path, "a/file") || mw_str_eq(item.path, "a");
		links += mw_str_eq(item.path, "out") || mw_str_eq(item.path, "theirs");
		n++;
	}
	assert_int_equal(known, 2);
	assert_int_equal(n, known + links);
	expect_error(f, "tree_wait/root/a/file", -ENOTDIR);
	expect_error(f, "tree_wait/root/none", -ENOENT);
}

static int sleep_on(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pause();
}

static void bury(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static struct mw_str mm_of(struct fixture *f, pid_t a, pid_t b)
{
	char question[64];

	snprintf(question, sizeof(question), "mm/%d/%d", (int)a, (int)b);
	return answer(f, question);
}

/* A child of fork has its own copy, one of clone(CLONE_VM) the very same. */
static void address_spaces(void **state)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct fixture *f = *state;
	pid_t self = getpid(), copy, same;

	if (syscall(SYS_kcmp, self, self, KCMP_VM, 0, 0) < 0)
		skip(); /* not built in, or forbidden here */
	copy = fork();
	assert_true(copy >= 0);
	if (!copy)
		_exit(sleep_on(NULL));
	same = clone(sleep_on, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	assert_true(same > 0);
	expect_str(mm_of(f, self, self), "same\n");
	expect_str(mm_of(f, self, same), "same\n");
	expect_str(mm_of(f, same, self), "same\n");
	expect_str(mm_of(f, copy, self), "other\n");
	expect_str(mm_of(f, same, copy), "other\n");
	bury(same);
	bury(copy);
}

static void no_address_spaces(void **state)
{
	static const char *const malformed[] = { "mm/",	    "mm/1",	"mm/1/",
						 "mm//1",   "mm/x/1",	"mm/1/x",
						 "mm/-1/1", "mm/1/1/1", "mm/1/ 1" };
	static const char *const none[] = { "mm/4294967297/4294967297", "mm/1/4294967296",
					    "mm/2147483648/1", "mm/0/0" };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(malformed); i++)
		expect_error(f, malformed[i], -EINVAL);
	for (size_t i = 0; i < COUNT(none); i++)
		assert_true(ask(f, none[i], &(struct mw_str){}) < 0);
}

static void out_of_memory(void **state)
{
	static const char *const questions[] = {
		"release", "time", "stat/status",      "again/status",
		"ns",	   "fds",  "statfs_wait/root", "tree_wait/root"
	};
	struct fixture *f = *state;

	temp_link(&f->dir, "pid/ns/mnt", "mnt:[1]");
	f->memfd = memfd_create("t", 0);
	add_fd(f, "pid/fd/3", "open/plain");
	for (size_t i = 0; i < COUNT(questions); i++)
		for (size_t n = 1; n < 40; n++) {
			_mw_arena_ struct mw_arena a = {};
			struct mw_str text;
			int r;

			mw_arena_fail_in(n);
			r = mw_live_meta(f->fd, questions[i], &f->scratch, &a, &text);
			if (r != (mw_arena_fail_in(0) ? 0 : -ENOMEM))
				fail_msg("%s at allocation %zu: %d", questions[i], n, r);
		}
}

/* By its whole path, without a folder opened before: as a capture is asked. */
static void whole_paths(void **state)
{
	static const char *const none[] = { "proc/self/meta/no-such-question",
					    "proc/none/meta/stat/status", "proc/self/meta",
					    "proc/self/meta/", "proc/self/none/meta/stat/status" };
	struct fixture *f = *state;
	struct mw_root *root = NULL;
	struct mw_problem problem;
	struct mw_file_stat s;
	struct mw_str text = {};

	assert_int_equal(mw_root_open(NULL, false, &root, &problem), 0);
	assert_int_equal(mw_root_read(root, "proc/self/meta/stat/status", &f->arena, &text), 0);
	assert_int_equal(mw_meta_stat_parse(text, &s), 0);
	assert_true(s.ino > 0);
	for (size_t i = 0; i < COUNT(none); i++)
		assert_int_equal(mw_root_read(root, none[i], &f->arena, &text), -ENOENT);
	mw_root_free(root);
}

/* Every folder after the one it is in; links and files are none. */
static void folders_below(void **state)
{
	struct fixture *f = *state;
	struct mw_str text;
	struct mw_folder folder;
	static const char *const want[] = { "/", "/a", "/a/b\\040c", "/a/b\\040c/d" };

	temp_put(&f->dir, "pid/a/b c/d/file", LIT("x"));
	temp_link(&f->dir, "pid/a/link", "b c");
	text = answer(f, "folders");
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(mw_meta_folders_next(&text, &folder));
		assert_true(folder.ino > 0);
		assert_true(mw_str_eq(folder.path, want[i]));
	}
	assert_false(mw_meta_folders_next(&text, &folder));
}

/* After a large file the buffer is large, and a setting is still read. */
static void a_setting_into_a_large_buffer(void **state)
{
	struct fixture *f = *state;
	int fd = open("/proc/sys/vm/overcommit_memory", O_RDONLY | O_CLOEXEC);
	size_t n;

	if (fd < 0)
		skip();
	f->scratch = (struct mw_scratch){ malloc(8 << 20), 8 << 20 };
	assert_non_null(f->scratch.p);
	assert_int_equal(mw_read_fd(fd, &f->scratch, 100, &n), 0);
	assert_true(n > 0);
	close(fd);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(facts_are_lines),
		TEST(clocks),
		TEST(read_again),
		TEST(stat_of_a_file),
		TEST(namespaces),
		TEST(open_files),
		TEST(no_open_files),
		TEST(usage_of_a_mount),
		TEST(nothing_leads_out_of_a_root),
		TEST(a_tree_below_a_root),
		TEST(folders_below),
		TEST(address_spaces),
		TEST(no_address_spaces),
		TEST(out_of_memory),
		TEST(whole_paths),
		TEST(a_setting_into_a_large_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
