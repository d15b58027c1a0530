/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "helper.h"
#include "kernel/capture.h"

#define MAGIC "memwhy-capture 1\n"
#define END "-- end --\n"

#define FILES_MAX 12
#define BODY_MAX 64

static struct mw_capture parse(struct mw_str text, struct mw_arena *a)
{
	struct mw_problem problem = {};
	struct mw_capture c = {};
	int r = mw_capture_parse(text, a, &c, &problem);

	if (r)
		fail_msg("line %zu: %s\n%.*s", problem.line, problem.what, (int)text.n, text.p);
	return c;
}

static void expect_text(struct mw_capture_file file, const char *want)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture c = { &file, 1 };
	char text[400] = MAGIC;

	expect_same(mw_capture_encode(&c, &a), mw_str_of(strcat(strcat(text, want), END)));
}

static void nothing(void **state)
{
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	expect_str(mw_capture_encode(&(struct mw_capture){}, &a), MAGIC END);
}

static void bodies(void **state)
{
	static const struct {
		struct mw_str body;
		const char *want;
	} cases[] = {
		{ LIT(""), "-- a --\n" },
		{ LIT("\n"), "-- a --\n\n" },
		{ LIT("x\n"), "-- a --\nx\n" },
		{ LIT("x"), "-- a nonl --\nx\n" },
		{ LIT("x\n\n"), "-- a --\nx\n\n" },
		{ LIT("\nx"), "-- a nonl --\n\nx\n" },
		{ LIT("a b\tc\n"), "-- a --\na b\tc\n" },
		{ LIT("\0"), "-- a nonl --\n\\0\n" },
		{ LIT("a\\b\n"), "-- a --\na\\\\b\n" },
		{ LIT("\x1b\x7f\xff\r\n"), "-- a --\n\\x1b\\x7f\\xff\\x0d\n" },
		{ LIT("-- end --\n"), "-- a --\n\\x2d- end --\n" },
		{ LIT("x\n-- b --\n"), "-- a --\nx\n\\x2d- b --\n" },
		{ LIT("-- "), "-- a nonl --\n\\x2d- \n" },
		{ LIT("--\n"), "-- a --\n--\n" },
		{ LIT("--x\n"), "-- a --\n--x\n" },
		{ LIT(" -- b --\n"), "-- a --\n -- b --\n" },
		{ LIT("x -- \n"), "-- a --\nx -- \n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text((struct mw_capture_file){ .path = LIT("a"), .body = cases[i].body },
			    cases[i].want);
}

static void paths(void **state)
{
	static const struct {
		struct mw_str path;
		const char *want;
	} cases[] = {
		{ LIT("proc/1/status"), "-- proc/1/status --\n" },
		{ LIT("proc/"), "-- proc/ --\n" },
		{ LIT("a b\tc\nd"), "-- a\\x20b\\x09c\\x0ad --\n" },
		{ LIT("a\\b\0\xff"), "-- a\\\\b\\0\\xff --\n" },
		{ LIT("--"), "-- -- --\n" },
		{ LIT("nonl"), "-- nonl --\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text((struct mw_capture_file){ .path = cases[i].path }, cases[i].want);
}

static void failed_reads(void **state)
{
	(void)state;
	expect_text((struct mw_capture_file){ .path = LIT("a"), .r = -EACCES }, "-- a EACCES --\n");
	expect_text((struct mw_capture_file){ .path = LIT("a"), .r = -ESRCH }, "-- a ESRCH --\n");
	expect_text((struct mw_capture_file){ .path = LIT("a"), .r = -4095 }, "-- a E4095 --\n");
}

/* Whatever the text of one file is, and whatever its path: it comes back. */
static void expect_round_trip(struct mw_str path, struct mw_str body)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_capture_file file = { .path = path, .body = body };
	struct mw_capture c = { &file, 1 }, again = parse(mw_capture_encode(&c, &a), &a);

	assert_int_equal(again.n_files, 1);
	expect_same(again.file[0].path, path);
	expect_same(again.file[0].body, body);
	assert_int_equal(again.file[0].r, 0);
}

static void body_comes_back(struct mw_str body)
{
	expect_round_trip(LIT("a"), body);
}

static void every_byte_comes_back(void **state)
{
	(void)state;
	for (int c = 0; c < 256; c++) {
		char one = (char)c, three[3] = { 'x', one, 'y' };

		expect_round_trip(LIT("a"), (struct mw_str){ &one, 1 });
		expect_round_trip((struct mw_str){ three, 3 }, (struct mw_str){ three, 3 });
	}
	each_cut(LIT("-- a --\n\n-- end --\n\\x41\\0\\\n\0\xff -- \n--\n-- "), body_comes_back);
	each_mangled(LIT("-- a --\nx\n-- end --\n"), body_comes_back);
}

/* "-- end --" ends a capture: a file of this name must not. */
static void a_path_that_looks_like_the_end(void **state)
{
	(void)state;
	expect_round_trip(LIT("end"), LIT("x\n"));
	expect_round_trip(LIT("end"), LIT(""));
	expect_round_trip(LIT("end"), LIT("x"));
	expect_round_trip(LIT("end/"), LIT(""));
}

static size_t random_bytes(uint64_t *seed, char *out, size_t max)
{
	static const char *const pieces[] = { "-- ", "--",    " --", "\n", "end", "nonl",
					      "\\",  "\\x41", "\\0", " ",  "/",	  "EIO" };
	size_t n = 0, want = random_below(seed, max);

	while (n < want) {
		const char *piece = pieces[random_below(seed, COUNT(pieces))];
		size_t k = strlen(piece);

		if (random_below(seed, 2) || n + k > max) {
			out[n++] = (char)random_below(seed, 256);
			continue;
		}
		memcpy(out + n, piece, k);
		n += k;
	}
	return n;
}

struct heap {
	struct mw_capture_file file[FILES_MAX];
	char path[FILES_MAX][BODY_MAX], body[FILES_MAX][BODY_MAX];
};

/* Random files; their paths differ and do not begin with '/'. */
static struct mw_capture random_files(struct heap *h, uint64_t *seed)
{
	struct mw_capture c = { h->file, random_below(seed, FILES_MAX) };

	for (size_t i = 0; i < c.n_files; i++) {
		struct mw_capture_file f = { .order = i };
		bool failed = !random_below(seed, 4);

		h->path[i][0] = (char)('a' + i);
		f.path = (struct mw_str){ h->path[i],
					  1 + random_bytes(seed, h->path[i] + 1, BODY_MAX - 1) };
		f.body = (struct mw_str){ h->body[i], random_bytes(seed, h->body[i], BODY_MAX) };
		if (failed) {
			f.r = -1 - (int)random_below(seed, 4095);
			f.body.n = 0;
		}
		h->file[i] = f;
	}
	mw_capture_sort(&c);
	return c;
}

static void expect_same_files(const struct mw_capture *x, const struct mw_capture *y)
{
	assert_int_equal(x->n_files, y->n_files);
	for (size_t i = 0; i < x->n_files; i++) {
		expect_same(x->file[i].path, y->file[i].path);
		expect_same(x->file[i].body, y->file[i].body);
		assert_int_equal(x->file[i].r, y->file[i].r);
		assert_false(y->file[i].link);
	}
}

/* parse(encode(files)) are the files, and encode(parse(text)) is the text. */
static void random_files_come_back(void **state)
{
	uint64_t seed = 20261121;
	struct heap h;

	(void)state;
	for (size_t round = 0; round < 3000; round++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_capture c = random_files(&h, &seed), again;
		struct mw_str text = mw_capture_encode(&c, &a);

		again = parse(text, &a);
		expect_same_files(&c, &again);
		expect_same(mw_capture_encode(&again, &a), text);
	}
}

/* The text is for people and reviews: printable ASCII, tabs and newlines alone. */
static void text_is_printable(void **state)
{
	uint64_t seed = 7;
	struct heap h;

	(void)state;
	for (size_t round = 0; round < 300; round++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_capture c = random_files(&h, &seed);
		struct mw_str text = mw_capture_encode(&c, &a);

		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] != '\n' && text.p[i] != '\t')
				assert_in_range((unsigned char)text.p[i], 0x20, 0x7e);
	}
}

static void expect_scrubbed(struct mw_str path, struct mw_str body, const char *want)
{
	struct mw_capture_file file = { .path = path, .body = body };

	mw_capture_scrub(&(struct mw_capture){ &file, 1 });
	if (file.body.n && !file.body.p[file.body.n - 1])
		file.body.n--; /* the NUL behind argv[0] may stay */
	expect_same(file.body, mw_str_of(want));
}

static void command_lines_are_scrubbed(void **state)
{
	(void)state;
	expect_scrubbed(LIT("proc/1/cmdline"), LIT("/sbin/init\0--secret\0x\0"), "/sbin/init");
	expect_scrubbed(LIT("proc/1/cmdline"), LIT("/sbin/init\0"), "/sbin/init");
	expect_scrubbed(LIT("proc/1/cmdline"), LIT("/sbin/init"), "/sbin/init");
	expect_scrubbed(LIT("proc/1/cmdline"), LIT("\0--secret\0"), "");
	expect_scrubbed(LIT("proc/1/cmdline"), LIT(""), "");
}

/* A process that rewrote its title left one text with blanks, with a NUL behind it or without. */
static void titles_are_scrubbed(void **state)
{
	(void)state;
	expect_scrubbed(LIT("proc/1/cmdline"), LIT("db: --secret x\0\0\0"), "db:");
	expect_scrubbed(LIT("proc/1/cmdline"), LIT("db: --secret x"), "db:");
}

static void other_files_are_not_scrubbed(void **state)
{
	struct mw_capture_file files[] = {
		{ .path = LIT("proc/3/cmdline"), .r = -EACCES },
		{ .path = LIT("proc/5/comm"), .body = LIT("a b\0c\0") },
		{ .path = LIT("sys/x/cmdline"), .body = LIT("a b\0c\0") },
		{ .path = LIT("proc/cmdline"), .body = LIT("root=/dev/sda1 ro\n") },
	};
	struct mw_capture c = { files, COUNT(files) };

	(void)state;
	mw_capture_scrub(&c);
	assert_int_equal(files[0].r, -EACCES);
	expect_str(files[1].body, "a b\0c\0");
	expect_str(files[2].body, "a b\0c\0");
	expect_str(files[3].body, "root=/dev/sda1 ro\n");
}

static void out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };

	(void)state;
	assert_int_equal(mw_capture_encode(&(struct mw_capture){}, &a).n, 0);
	assert_true(a.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(bodies),
		cmocka_unit_test(paths),
		cmocka_unit_test(failed_reads),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(a_path_that_looks_like_the_end),
		cmocka_unit_test(random_files_come_back),
		cmocka_unit_test(text_is_printable),
		cmocka_unit_test(command_lines_are_scrubbed),
		cmocka_unit_test(titles_are_scrubbed),
		cmocka_unit_test(other_files_are_not_scrubbed),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
