/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/capture.h"

#include <errno.h>

#include "helper.h"

#define MAGIC "memwhy-capture 1\n"
#define END "-- end --\n"

static const char example[] = MAGIC "-- meta/release nonl --\n6.18.44\n"
				    "-- proc/ --\n"
				    "-- proc/1/cmdline nonl --\n/sbin/init\\0\n"
				    "-- proc/1/smaps_rollup EACCES --\n"
				    "-- proc/1/status --\nName:\tin\\x1bit\nVmRSS:\t 5 kB\n"
				    "-- proc/meminfo --\nMemTotal: 1 kB\n\n\\x2d- not a header\n"
				    "-- proc/net\\x20work E123 --\n" END;

static int parse(struct mw_str text, struct mw_arena *a, struct mw_capture *c,
		 struct mw_problem *problem)
{
	int r = mw_capture_parse(text, a, c, problem);

	if (r == -EINVAL) {
		assert_non_null(problem->what);
		assert_true(problem->line >= 1);
	}
	return r;
}

static struct mw_capture good(const char *text, struct mw_arena *a)
{
	struct mw_problem problem;
	struct mw_capture c;

	assert_int_equal(parse(mw_str_of(text), a, &c, &problem), 0);
	return c;
}

static void expect_file(const struct mw_capture *c, const char *path, struct mw_str want)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_str body = {};

	assert_int_equal(mw_capture_read(c, mw_str_of(path), &a, &body), 0);
	expect_same(body, want);
}

static int read_error(const struct mw_capture *c, const char *path)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_str body = LIT("before");
	int r = mw_capture_read(c, mw_str_of(path), &a, &body);

	expect_str(body, "before");
	return r;
}

static void read_files(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c = good(example, &a);

	(void)state;
	assert_int_equal(c.n_files, 7);
	expect_file(&c, "meta/release", LIT("6.18.44"));
	expect_file(&c, "proc/1/cmdline", LIT("/sbin/init\0"));
	expect_file(&c, "proc/1/status", LIT("Name:\tin\x1bit\nVmRSS:\t 5 kB\n"));
	expect_file(&c, "proc/meminfo", LIT("MemTotal: 1 kB\n\n-- not a header\n"));
	assert_int_equal(read_error(&c, "proc/1/smaps_rollup"), -EACCES);
	assert_int_equal(read_error(&c, "proc/net work"), -123);
	assert_int_equal(read_error(&c, "proc/2/status"), -ENOENT);
	assert_int_equal(read_error(&c, "proc/1"), -ENOENT);
	assert_int_equal(read_error(&c, "proc/meminf"), -ENOENT);
	assert_int_equal(read_error(&c, ""), -ENOENT);
}

static void sorted_by_path(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c = good(MAGIC "-- b --\n-- a/b --\n-- a --\n-- a\\x20b --\n" END, &a);
	static const char *const want[] = { "a", "a b", "a/b", "b" };

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++)
		expect_same(c.file[i].path, mw_str_of(want[i]));
}

static void empty_capture(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c = good(MAGIC END, &a);
	struct mw_names names;

	(void)state;
	assert_int_equal(c.n_files, 0);
	assert_int_equal(read_error(&c, "proc/meminfo"), -ENOENT);
	assert_int_equal(mw_capture_list(&c, LIT("proc"), &a, &names), -ENOENT);
}

static void escapes(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c = good(MAGIC "-- a nonl --\n\\0\\\\\\x41\\xfF\\x0a\\\\x41\n"
					 "-- \\x62b\\\\c\\0 nonl --\nx\n" END,
				   &a);

	(void)state;
	expect_file(&c, "a", LIT("\0\\A\xff\n\\x41"));
	expect_str(c.file[1].path, "bb\\c\0");
}

/* A person may leave bytes as they are, and the newline at the end away. */
static void lenient_where_it_does_no_harm(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c =
		good(MAGIC "-- a\xff --\n\xff\x1b\t--\n --\n-- e nonl --\n-- end --", &a);

	(void)state;
	expect_file(&c, "a\xff", LIT("\xff\x1b\t--\n --\n"));
	expect_file(&c, "e", LIT(""));
}

static void bad_text_at_line(const char *text, size_t line)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c = { .n_files = 77 };
	struct mw_problem problem;

	if (parse(mw_str_of(text), &a, &c, &problem) != -EINVAL)
		fail_msg("accepted: %s", text);
	if (line && problem.line != line)
		fail_msg("line %zu, not %zu: %s", problem.line, line, text);
	assert_int_equal(c.n_files, 77);
}

static void other_texts(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"memwhy-capture 1",
		"memwhy-capture 2\n" END,
		"memwhy-capture 11\n" END,
		"memwhy-capture 1 \n" END,
		" " MAGIC END,
		"MemTotal: 1 kB\n",
		"-- end --\n",
		"memwhy-capture 1\r\n" END,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		bad_text_at_line(bad[i], 1);
	assert_true(mw_capture_is(LIT(MAGIC)));
	assert_true(mw_capture_is(LIT("memwhy-capture 2\n")));
	assert_false(mw_capture_is(LIT("memwhy-captur")));
	assert_false(mw_capture_is((struct mw_str){}));
}

static void bad_headers(void **state)
{
	static const char *const bad[] = {
		"x",
		"",
		"--",
		"-- --",
		"--  --",
		"-- a",
		"-- a -",
		"-- a--",
		"--a --",
		" -- a --",
		"-- a nonl",
		"-- /etc/passwd --",
		"-- \\x2fetc/passwd --",
		"-- a b --",
		"-- a NONL --",
		"-- a EFOO --",
		"-- a E0 --",
		"-- a E4096 --",
		"-- a 13 --",
		"-- a nonl nonl --",
		"-- a EACCES nonl --",
		"-- a nonl  --",
		"-- a\\ --",
		"-- a\\x4 --",
		"-- \\n --",
		"-- a\\xg0 --",
		"-- end -- ",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[120] = MAGIC "-- ok --\nx\n-- ok2 EIO --\n";

		bad_text_at_line(strcat(strcat(strcat(text, bad[i]), "\n"), END), 5);
	}
}

static void bad_escapes(void **state)
{
	static const char *const bad[] = { "\\",  "\\x", "\\x4",  "\\xg0", "\\x0g",
					   "\\1", "\\n", "\\X41", "a\\",   "\\ 0" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[80] = MAGIC "-- a --\n";

		bad_text_at_line(strcat(strcat(strcat(text, bad[i]), "\n"), END), 3);
	}
}

/* The line is that of the escape, not that of the last line of the file. */
static void bad_escape_in_a_long_file(void **state)
{
	(void)state;
	bad_text_at_line(MAGIC "-- a --\nx\n\\y\nz\nz\nz\n-- b --\n" END, 4);
}

static void text_after_the_end(void **state)
{
	(void)state;
	bad_text_at_line(MAGIC END "x\n", 0);
	bad_text_at_line(MAGIC END END, 0);
	bad_text_at_line(MAGIC "-- a --\n" END "\n", 0);
}

static void a_failed_read_has_no_text(void **state)
{
	(void)state;
	bad_text_at_line(MAGIC "-- a EACCES --\ntext\n" END, 3);
}

static void a_path_stands_once(void **state)
{
	(void)state;
	bad_text_at_line(MAGIC "-- a --\nx\n-- b --\n-- a EIO --\n" END, 5);
	bad_text_at_line(MAGIC "-- a --\n-- \\x61 --\n" END, 3);
}

static size_t lines_of(struct mw_str text)
{
	struct mw_str line;
	size_t n = 0;

	while (mw_str_cut(&text, '\n', &line))
		n++;
	return n;
}

/* A capture that was cut anywhere is known as such, but for its very last newline. */
static void cut(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_problem problem;
	struct mw_capture c;
	int r = parse(text, &a, &c, &problem);

	if (text.n + 1 >= sizeof(example) - 1) {
		assert_int_equal(r, 0);
		return;
	}
	assert_int_equal(r, -EINVAL);
	assert_true(problem.line <= lines_of(text) + !text.n);
}

static void cut_at_every_byte(void **state)
{
	(void)state;
	each_cut(mw_str_of(example), cut);
}

static void any(struct mw_str text)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_problem problem;
	struct mw_capture c;
	struct mw_names names;

	if (parse(text, &a, &c, &problem) < 0)
		return;
	for (size_t i = 0; i < c.n_files; i++) {
		struct mw_str body = {};

		assert_int_equal(mw_capture_read(&c, c.file[i].path, &a, &body), c.file[i].r);
		mw_capture_list(&c, c.file[i].path, &a, &names);
	}
	mw_capture_list(&c, (struct mw_str){}, &a, &names);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_mangled(mw_str_of(example), any);
}

static void expect_names(const struct mw_capture *c, const char *path, const char *want)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_str rest = mw_str_of(want), word;
	struct mw_names names;
	size_t n = 0;

	assert_int_equal(mw_capture_list(c, mw_str_of(path), &a, &names), 0);
	while (mw_str_word(&rest, &word)) {
		assert_true(n < names.n);
		expect_same(names.item[n++], word);
	}
	assert_int_equal(names.n, n);
}

static void listed(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c =
		good(MAGIC "-- proc/1-x/a --\n-- proc/1/fd/ --\n-- proc/1/fd/3 --\n"
			   "-- proc/1/status --\n-- proc/10/status --\n-- proc/2 EACCES --\n"
			   "-- proc/3/ --\n-- proc/meminfo --\n-- sys/x --\n" END,
		     &a);
	struct mw_names names;

	(void)state;
	expect_names(&c, "", "proc sys");
	expect_names(&c, "proc", "1 1-x 10 2 3 meminfo");
	expect_names(&c, "proc/1", "fd status");
	expect_names(&c, "proc/1/fd", "3");
	expect_names(&c, "proc/3", "");
	assert_int_equal(mw_capture_list(&c, LIT("proc/2"), &a, &names), -EACCES);
	assert_int_equal(mw_capture_list(&c, LIT("proc/4"), &a, &names), -ENOENT);
	assert_int_equal(mw_capture_list(&c, LIT("pro"), &a, &names), -ENOENT);
	assert_int_equal(mw_capture_list(&c, LIT("sys/x"), &a, &names), -ENOENT);
}

static struct mw_capture_file file(const char *path, const char *body)
{
	return (struct mw_capture_file){ .path = mw_str_of(path), .body = mw_str_of(body) };
}

static struct mw_capture_file linked(const char *path, const char *target)
{
	return (struct mw_capture_file){ .path = mw_str_of(path),
					 .body = mw_str_of(target),
					 .link = true };
}

static void links_are_followed(void **state)
{
	struct mw_capture_file files[] = {
		file("proc/1/net/dev", "dev\n"),
		file("proc/meminfo", "info\n"),
		linked("proc/self", "1"),
		linked("proc/net", "self/net"),
		linked("proc/abs", "/proc/meminfo"),
		linked("proc/up", "../../../../proc/meminfo"),
		linked("proc/dots", "./1/../meminfo"),
		linked("top", "proc"),
	};
	struct mw_capture c = { files, COUNT(files) };

	(void)state;
	mw_capture_sort(&c);
	expect_file(&c, "proc/net/dev", LIT("dev\n"));
	expect_file(&c, "proc/self/net/dev", LIT("dev\n"));
	expect_file(&c, "proc/abs", LIT("info\n"));
	expect_file(&c, "proc/up", LIT("info\n"));
	expect_file(&c, "proc/dots", LIT("info\n"));
	expect_file(&c, "top/net/dev", LIT("dev\n"));
	expect_names(&c, "proc/net", "dev");
	expect_names(&c, "top/self/net", "dev");
}

static void links_that_lead_nowhere(void **state)
{
	struct mw_capture_file files[] = {
		linked("a/out", "/etc/passwd"), linked("a/up", "../../etc/passwd"),
		linked("a/loop", "loop"),	linked("a/ping", "pong"),
		linked("a/pong", "ping"),	linked("a/grow", "grow/grow"),
		linked("a/empty", ""),		linked("a/root", "/"),
	};
	struct mw_capture c = { files, COUNT(files) };
	_mw_arena_ struct mw_arena a = {};
	struct mw_names names;

	(void)state;
	mw_capture_sort(&c);
	assert_int_equal(read_error(&c, "a/out"), -ENOENT);
	assert_int_equal(read_error(&c, "a/up"), -ENOENT);
	assert_int_equal(read_error(&c, "a/empty"), -ENOENT);
	assert_int_equal(read_error(&c, "a/root"), -ENOENT);
	assert_int_equal(read_error(&c, "a/loop"), -ELOOP);
	assert_int_equal(read_error(&c, "a/ping/x"), -ELOOP);
	assert_int_equal(read_error(&c, "a/grow"), -ELOOP);
	assert_int_equal(mw_capture_list(&c, LIT("a/pong"), &a, &names), -ELOOP);
}

static void a_chain_of_links(void **state)
{
	struct mw_capture_file files[41];
	struct mw_capture c = { files, COUNT(files) };
	char names[COUNT(files)][4];

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		memcpy(names[i], (char[]){ 'l', (char)('0' + i / 10), (char)('0' + i % 10), 0 }, 4);
	for (size_t i = 0; i + 1 < COUNT(files); i++)
		files[i] = linked(names[i], names[i + 1]);
	files[COUNT(files) - 1] = file(names[COUNT(files) - 1], "end\n");
	mw_capture_sort(&c);
	expect_file(&c, "l32", LIT("end\n"));
	assert_int_equal(read_error(&c, "l00"), -ELOOP);
}

static void the_last_answer_is_kept(void **state)
{
	struct mw_capture_file files[] = {
		{ .path = LIT("b"), .body = LIT("1"), .order = 0 },
		{ .path = LIT("a"), .body = LIT("2"), .order = 1 },
		{ .path = LIT("b"), .body = LIT("3"), .order = 2 },
		{ .path = LIT("b"), .r = -EIO, .order = 3 },
		{ .path = LIT("a"), .body = LIT("4"), .order = 4 },
	};
	struct mw_capture c = { files, COUNT(files) };

	(void)state;
	mw_capture_sort(&c);
	assert_int_equal(c.n_files, 2);
	expect_file(&c, "a", LIT("4"));
	assert_int_equal(read_error(&c, "b"), -EIO);
	mw_capture_sort(&(struct mw_capture){});
}

static void out_of_memory(void **state)
{
	struct mw_problem problem;
	struct mw_capture c;

	(void)state;
	for (size_t n = 1; n < 50; n++) {
		_mw_arena_ struct mw_arena a = {};
		int r;

		mw_arena_fail_in(n);
		r = mw_capture_parse(mw_str_of(example), &a, &c, &problem);
		mw_arena_fail_in(0);
		assert_int_equal(r, a.failed ? -ENOMEM : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_files),
		cmocka_unit_test(sorted_by_path),
		cmocka_unit_test(empty_capture),
		cmocka_unit_test(escapes),
		cmocka_unit_test(lenient_where_it_does_no_harm),
		cmocka_unit_test(other_texts),
		cmocka_unit_test(bad_headers),
		cmocka_unit_test(bad_escapes),
		cmocka_unit_test(bad_escape_in_a_long_file),
		cmocka_unit_test(text_after_the_end),
		cmocka_unit_test(a_failed_read_has_no_text),
		cmocka_unit_test(a_path_stands_once),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(hostile_bytes),
		cmocka_unit_test(listed),
		cmocka_unit_test(links_are_followed),
		cmocka_unit_test(links_that_lead_nowhere),
		cmocka_unit_test(a_chain_of_links),
		cmocka_unit_test(the_last_answer_is_kept),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
