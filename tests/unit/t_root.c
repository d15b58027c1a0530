/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/root.h"

#include <errno.h>
#include <sys/wait.h>

#include "tempdir.h"

/* inside/ is given as a root, beside it lies what no answer may hold. */
struct fixture {
	struct temp_dir dir;
	struct mw_root *root;
	struct mw_arena arena;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	temp_make(&f->dir);
	temp_put(&f->dir, "secret", LIT("secret\n"));
	temp_put(&f->dir, "outside/secret", LIT("secret\n"));
	temp_put(&f->dir, "inside/proc/meminfo", LIT("MemTotal: 1 kB\n"));
	temp_put(&f->dir, "inside/proc/1/status", LIT("Name:\tinit\n"));
	temp_put(&f->dir, "inside/proc/empty", LIT(""));
	*state = f;
	alarm(60); /* a root that waits for a FIFO must not wait for ever */
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

static void open_root(struct fixture *f, const char *name, bool record)
{
	struct mw_problem problem;

	f->root = mw_root_free(f->root);
	assert_int_equal(mw_root_open(temp_path(&f->dir, name), record, &f->root, &problem), 0);
}

static int answer(struct fixture *f, const char *path, struct mw_str *ret)
{
	return mw_root_read(f->root, path, &f->arena, ret);
}

static void expect_body(struct fixture *f, const char *path, struct mw_str want)
{
	struct mw_str body;

	assert_int_equal(answer(f, path, &body), 0);
	expect_same(body, want);
}

static void expect_error(struct fixture *f, const char *path, int want)
{
	struct mw_str body = LIT("before");

	assert_int_equal(answer(f, path, &body), want);
	expect_str(body, "before");
}

static void files_of_a_folder(void **state)
{
	struct fixture *f = *state;

	open_root(f, "inside", false);
	assert_false(mw_root_is_live(f->root));
	expect_body(f, "proc/meminfo", LIT("MemTotal: 1 kB\n"));
	expect_body(f, "proc/empty", LIT(""));
	expect_error(f, "proc/vmstat", -ENOENT);
	expect_error(f, "proc/2/status", -ENOENT);
	expect_error(f, "proc/meminfo/x", -ENOTDIR);
	expect_error(f, "meta/release", -ENOENT);
	assert_true(answer(f, "proc", &(struct mw_str){}) < 0);
	assert_true(answer(f, "", &(struct mw_str){}) < 0);
}

static void folders_of_a_folder(void **state)
{
	struct fixture *f = *state;
	struct mw_names names;

	open_root(f, "inside", false);
	assert_int_equal(mw_root_list(f->root, "proc", &f->arena, &names), 0);
	assert_int_equal(names.n, 3);
	expect_str(names.item[0], "1");
	expect_str(names.item[1], "empty");
	expect_str(names.item[2], "meminfo");
	assert_int_equal(mw_root_list(f->root, "proc/2", &f->arena, &names), -ENOENT);
	assert_int_equal(mw_root_list(f->root, "proc/meminfo", &f->arena, &names), -ENOTDIR);
}

static void a_folder_opened_once(void **state)
{
	struct fixture *f = *state;
	struct mw_str body;
	struct mw_at at;

	open_root(f, "inside", false);
	assert_int_equal(mw_root_at(f->root, "proc/1", &at), 0);
	assert_int_equal(mw_at_read(&at, "status", &f->arena, &body), 0);
	expect_str(body, "Name:\tinit\n");
	assert_int_equal(mw_at_read(&at, "maps", &f->arena, &body), -ENOENT);
	assert_int_equal(mw_at_read(&at, "../meminfo", &f->arena, &body), -ENOENT);
	assert_int_equal(mw_at_read(&at, "../../../secret", &f->arena, &body), -ENOENT);
	mw_at_close(&at);
	mw_at_close(&at);
	assert_int_equal(mw_root_at(f->root, "proc/2", &at), -ENOENT);
	mw_at_close(&at);
	assert_int_equal(mw_root_at(f->root, "proc/meminfo", &at), -ENOTDIR);
	mw_at_close(&at);
}

static void paths_of_a_folder_are_short(void **state)
{
	struct fixture *f = *state;
	char path[65] = "proc/";
	struct mw_at at;

	open_root(f, "inside", false);
	memset(path + 5, '1', 59);
	assert_int_equal(mw_root_at(f->root, path, &at), -ENAMETOOLONG);
	mw_at_close(&at);
	path[63] = '\0';
	assert_int_equal(mw_root_at(f->root, path, &at), -ENOENT);
	mw_at_close(&at);
}

/* No link leads out, however it is made. */
static void links_out_of_a_folder(void **state)
{
	static const char *const targets[] = {
		"/etc/passwd",
		"../../../../../../../../etc/passwd",
		"../../secret",
		"../../../secret",
		"../../outside/secret",
		"/proc/self/root/etc/passwd",
		"/proc/self/status",
		"/dev/null",
		"",
	};
	struct fixture *f = *state;
	char absolute[300];

	open_root(f, "inside", false);
	for (size_t i = 0; i < COUNT(targets); i++) {
		if (targets[i][0])
			temp_link(&f->dir, "inside/proc/link", targets[i]);
		else
			temp_link(&f->dir, "inside/proc/link",
				  strcpy(absolute, temp_path(&f->dir, "secret")));
		expect_error(f, "proc/link", -ENOENT);
		unlink(temp_path(&f->dir, "inside/proc/link"));
	}
}

static void folders_that_lead_out(void **state)
{
	static const char *const targets[] = { "../../outside",	   "/", "/etc", "..", "../..",
					       "../../../../../.." };
	struct fixture *f = *state;
	struct mw_names names;
	struct mw_at at;

	open_root(f, "inside", false);
	for (size_t i = 0; i < COUNT(targets); i++) {
		struct mw_str body = {};
		int r;

		temp_link(&f->dir, "inside/proc/link", targets[i]);
		expect_error(f, "proc/link/secret", -ENOENT);
		expect_error(f, "proc/link/passwd", -ENOENT);
		expect_error(f, "proc/link/../../outside/secret", -ENOENT);
		r = mw_root_list(f->root, "proc/link", &f->arena, &names);
		for (size_t k = 0; !r && k < names.n; k++)
			assert_true(mw_str_eq(names.item[k], "proc"));
		r = mw_root_at(f->root, "proc/link", &at);
		if (!r)
			assert_int_equal(mw_at_read(&at, "secret", &f->arena, &body), -ENOENT);
		mw_at_close(&at);
		unlink(temp_path(&f->dir, "inside/proc/link"));
	}
}

static void paths_that_lead_out(void **state)
{
	struct fixture *f = *state;

	open_root(f, "inside", false);
	expect_error(f, "../secret", -ENOENT);
	expect_error(f, "proc/../../secret", -ENOENT);
	expect_error(f, "/etc/passwd", -ENOENT);
	expect_error(f, "../../../../../../../etc/passwd", -ENOENT);
}

/* What a link means on that machine, not on this one. */
static void links_inside_a_folder(void **state)
{
	struct fixture *f = *state;

	temp_put(&f->dir, "inside/etc/passwd", LIT("theirs\n"));
	temp_link(&f->dir, "inside/proc/absolute", "/etc/passwd");
	temp_link(&f->dir, "inside/proc/climbing", "../../../../etc/passwd");
	temp_link(&f->dir, "inside/proc/self", "1");
	temp_link(&f->dir, "inside/proc/loop", "loop");
	open_root(f, "inside", false);
	expect_body(f, "proc/absolute", LIT("theirs\n"));
	expect_body(f, "proc/climbing", LIT("theirs\n"));
	expect_body(f, "proc/self/status", LIT("Name:\tinit\n"));
	expect_error(f, "proc/loop", -ELOOP);
}

/* Only plain files are read: a FIFO is refused, at once, with a writer and without one. */
static void a_fifo_is_refused(void **state)
{
	struct fixture *f = *state;
	int fd;

	assert_int_equal(mkfifo(temp_path(&f->dir, "inside/proc/vmstat"), 0600), 0);
	temp_link(&f->dir, "inside/proc/link", "vmstat");
	open_root(f, "inside", false);
	expect_error(f, "proc/vmstat", -EINVAL);
	expect_error(f, "proc/link", -EINVAL);
	fd = open(temp_path(&f->dir, "inside/proc/vmstat"), O_RDWR | O_CLOEXEC);
	expect_error(f, "proc/vmstat", -EINVAL);
	close(fd);
}

static void a_file_too_large(void **state)
{
	struct fixture *f = *state;

	temp_put(&f->dir, "inside/proc/maps", LIT("x"));
	assert_int_equal(truncate(temp_path(&f->dir, "inside/proc/maps"), (64 << 20) + 1), 0);
	open_root(f, "inside", false);
	expect_error(f, "proc/maps", -EFBIG);
	expect_body(f, "proc/meminfo", LIT("MemTotal: 1 kB\n"));
}

static void hostile_names_are_listed(void **state)
{
	struct fixture *f = *state;
	struct mw_names names;

	temp_put(&f->dir, "inside/proc/2/a\n\x1b[2J\xff ]", LIT("x"));
	open_root(f, "inside", true);
	assert_int_equal(mw_root_list(f->root, "proc/2", &f->arena, &names), 0);
	assert_int_equal(names.n, 1);
	expect_str(names.item[0], "a\n\x1b[2J\xff ]");
	expect_body(f, "proc/2/a\n\x1b[2J\xff ]", LIT("x"));
}

static void save_recorded(struct fixture *f)
{
	struct mw_capture c;

	assert_int_equal(mw_root_recorded(f->root, &c), 0);
	temp_put(&f->dir, "saved.cap", mw_capture_encode(&c, &f->arena));
}

static void ask_all(struct fixture *f, int errors[4], struct mw_names *names)
{
	struct mw_at at;

	errors[0] = answer(f, "proc/fifo", &(struct mw_str){});
	errors[1] = answer(f, "proc/vmstat", &(struct mw_str){});
	errors[2] = mw_root_list(f->root, "proc/none", &f->arena, names);
	expect_body(f, "proc/meminfo", LIT("MemTotal: 1 kB\n"));
	expect_body(f, "proc/empty", LIT(""));
	assert_int_equal(mw_root_at(f->root, "proc/1", &at), 0);
	assert_int_equal(mw_at_read(&at, "status", &f->arena, &(struct mw_str){}), 0);
	errors[3] = mw_at_read(&at, "maps", &f->arena, &(struct mw_str){});
	mw_at_close(&at);
	assert_int_equal(mw_root_list(f->root, "proc/folder", &f->arena, names), 0);
}

/* The capture of what was read gives the same answers, those that are errors included. */
static void a_recording_answers_alike(void **state)
{
	struct fixture *f = *state;
	struct mw_names names, again;
	int errors[2][4];

	assert_int_equal(mkfifo(temp_path(&f->dir, "inside/proc/fifo"), 0600), 0);
	temp_folder(&f->dir, "inside/proc/folder");
	open_root(f, "inside", true);
	ask_all(f, errors[0], &names);
	save_recorded(f);
	open_root(f, "saved.cap", false);
	ask_all(f, errors[1], &again);
	assert_memory_equal(errors[0], errors[1], sizeof(errors[0]));
	assert_int_equal(names.n, 0);
	assert_int_equal(again.n, 0);
	assert_int_equal(mw_root_list(f->root, "proc", &f->arena, &names), 0);
	assert_int_equal(names.n, 5);
}

static void what_was_not_read_is_not_recorded(void **state)
{
	struct fixture *f = *state;
	struct mw_capture c;

	open_root(f, "inside", true);
	expect_error(f, "proc/vmstat", -ENOENT);
	expect_body(f, "proc/meminfo", LIT("MemTotal: 1 kB\n"));
	assert_int_equal(mw_root_recorded(f->root, &c), 0);
	assert_int_equal(c.n_files, 1);
	expect_str(c.file[0].path, "proc/meminfo");
}

static void recorded_only_when_asked(void **state)
{
	struct fixture *f = *state;
	struct mw_capture c = { .n_files = 77 };

	open_root(f, "inside", false);
	expect_body(f, "proc/meminfo", LIT("MemTotal: 1 kB\n"));
	assert_int_equal(mw_root_recorded(f->root, &c), -EINVAL);
	assert_int_equal(c.n_files, 77);
}

/* Of answers to one question the last is kept, also when one looked in between. */
static void the_last_answer_is_recorded(void **state)
{
	struct fixture *f = *state;
	struct mw_capture c;

	open_root(f, "inside", true);
	for (size_t i = 0; i < 3; i++)
		expect_body(f, "proc/meminfo", LIT("MemTotal: 1 kB\n"));
	assert_int_equal(mw_root_recorded(f->root, &c), 0);
	assert_int_equal(c.n_files, 1);
	temp_put(&f->dir, "inside/proc/meminfo", LIT("MemTotal: 2 kB\n"));
	expect_body(f, "proc/meminfo", LIT("MemTotal: 2 kB\n"));
	assert_int_equal(mw_root_recorded(f->root, &c), 0);
	assert_int_equal(c.n_files, 1);
	expect_str(c.file[0].body, "MemTotal: 2 kB\n");
}

static void a_capture_file(void **state)
{
	struct fixture *f = *state;
	struct mw_names names;
	struct mw_str body;
	struct mw_at at;

	temp_put(&f->dir, "a.cap",
		 LIT("memwhy-capture 1\n-- proc/1/status --\nName:\tx\n"
		     "-- proc/1/maps EACCES --\n-- end --\n"));
	open_root(f, "a.cap", false);
	assert_false(mw_root_is_live(f->root));
	expect_body(f, "proc/1/status", LIT("Name:\tx\n"));
	expect_error(f, "proc/1/maps", -EACCES);
	expect_error(f, "proc/meminfo", -ENOENT);
	expect_error(f, "../../secret", -ENOENT);
	assert_int_equal(mw_root_list(f->root, "proc", &f->arena, &names), 0);
	assert_int_equal(names.n, 1);
	assert_int_equal(mw_root_at(f->root, "proc/1", &at), 0);
	assert_int_equal(mw_at_read(&at, "status", &f->arena, &body), 0);
	expect_str(body, "Name:\tx\n");
	assert_int_equal(mw_at_read(&at, "maps", &f->arena, &body), -EACCES);
	mw_at_close(&at);
}

/* Through a pipe, as a shell's <(...) gives it. */
static void a_capture_from_a_pipe(void **state)
{
	static const char text[] = "memwhy-capture 1\n-- a --\nx\n-- end --\n";
	struct fixture *f = *state;
	pid_t child;
	int status;

	assert_int_equal(mkfifo(temp_path(&f->dir, "pipe"), 0600), 0);
	child = fork();
	if (!child) {
		int fd = open(temp_path(&f->dir, "pipe"), O_WRONLY);

		_exit(write(fd, text, sizeof(text) - 1) != sizeof(text) - 1);
	}
	open_root(f, "pipe", false);
	expect_body(f, "a", LIT("x\n"));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void inputs_at_fault(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem = {};

	assert_int_equal(mw_root_open(temp_path(&f->dir, "none"), false, &f->root, &problem),
			 -ENOENT);
	temp_put(&f->dir, "bad.cap", LIT("memwhy-capture 1\n-- a --\n\\y\n-- end --\n"));
	assert_int_equal(mw_root_open(temp_path(&f->dir, "bad.cap"), false, &f->root, &problem),
			 -EINVAL);
	assert_non_null(problem.what);
	assert_int_equal(problem.line, 3);
	assert_null(f->root);
	assert_null(mw_root_free(NULL));
}

static void this_machine_is_live(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem;
	struct mw_str body;
	uint64_t v;

	assert_int_equal(mw_root_open(NULL, false, &f->root, &problem), 0);
	assert_true(mw_root_is_live(f->root));
	assert_int_equal(answer(f, "meta/page_bytes", &body), 0);
	assert_int_equal(mw_str_u64(mw_str_trim(body), &v), 0);
	assert_true(v >= 1024 && !(v & (v - 1)));
	expect_error(f, "meta/none", -ENOENT);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_of_a_folder),
		TEST(folders_of_a_folder),
		TEST(a_folder_opened_once),
		TEST(paths_of_a_folder_are_short),
		TEST(links_out_of_a_folder),
		TEST(folders_that_lead_out),
		TEST(paths_that_lead_out),
		TEST(links_inside_a_folder),
		TEST(a_fifo_is_refused),
		TEST(a_file_too_large),
		TEST(hostile_names_are_listed),
		TEST(a_recording_answers_alike),
		TEST(what_was_not_read_is_not_recorded),
		TEST(recorded_only_when_asked),
		TEST(the_last_answer_is_recorded),
		TEST(a_capture_file),
		TEST(a_capture_from_a_pipe),
		TEST(inputs_at_fault),
		TEST(this_machine_is_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
