/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/wait.h>

#include "kernel/root_log_private.h"
#include "tempdir.h"

/* Lines, so that what comes out can be known by its place. */
#define TEXT_BYTES ((size_t)300000)

struct fixture {
	struct temp_dir dir;
	struct mw_log *log;
	char text[TEXT_BYTES];
	char got[TEXT_BYTES * 4];
	size_t n;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	uint64_t seed = 5;

	temp_make(&f->dir);
	for (size_t n = 0; n < TEXT_BYTES;) {
		char line[64];
		size_t k = (size_t)snprintf(line, sizeof(line), "[%9zu.%06u] %llx\n", n,
					    (unsigned)random_below(&seed, 1000000),
					    (unsigned long long)random_next(&seed));

		if (k > TEXT_BYTES - n)
			k = TEXT_BYTES - n;
		memcpy(f->text + n, line, k);
		n += k;
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mw_log_close(f->log);
	temp_remove(&f->dir);
	free(f);
	return 0;
}

static struct mw_str text_of(const struct fixture *f)
{
	return (struct mw_str){ f->text, TEXT_BYTES };
}

static int open_path(struct fixture *f, const char *path, struct mw_problem *problem)
{
	f->log = mw_log_close(f->log);
	return mw_log_open(path, &f->log, problem);
}

static int open_file(struct fixture *f, const char *name)
{
	return open_path(f, temp_path(&f->dir, name), &(struct mw_problem){});
}

/* To the end, n bytes a read: 0 or the error. */
static int read_all(struct fixture *f, size_t n)
{
	ssize_t k;

	f->n = 0;
	do {
		if (n > sizeof(f->got) - f->n)
			n = sizeof(f->got) - f->n;
		k = mw_log_read(f->log, f->got + f->n, n);
		assert_true(k <= (ssize_t)n);
		f->n += k > 0 ? (size_t)k : 0;
	} while (k > 0 && f->n < sizeof(f->got));
	assert_int_equal(mw_log_read(f->log, (char[1]){}, 1), k); /* it sticks */
	return (int)k;
}

static struct mw_str got(const struct fixture *f)
{
	return (struct mw_str){ f->got, f->n };
}

static void expect_file(struct fixture *f, const char *name, struct mw_str want)
{
	static const size_t sizes[] = { 1, 61, 4096, 262144 };

	for (size_t i = want.n < 100 ? 0 : 1; i < COUNT(sizes); i++) {
		assert_int_equal(open_file(f, name), 0);
		assert_int_equal(read_all(f, sizes[i]), 0);
		expect_same(got(f), want);
		assert_null(mw_log_problem(f->log));
	}
}

static void plain_files(void **state)
{
	static const struct mw_str texts[] = {
		LIT(""),	   LIT("\n"),	    LIT("x"),
		LIT("1234567"),	   LIT("12345678"), LIT("123456789"),
		LIT("a\0b\xff\n"), LIT("BZh"),	    LIT("BZhost kernel: Out of memory\n"),
		LIT("BZh9x\n"),	   LIT("\x1f"),	    LIT("\x28\xb5\x2f"),
		LIT("LPKSHHR"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(texts); i++) {
		temp_put(&f->dir, "log", texts[i]);
		expect_file(f, "log", texts[i]);
	}
	temp_put(&f->dir, "log", text_of(f));
	expect_file(f, "log", text_of(f));
	assert_string_equal(mw_log_name(f->log), temp_path(&f->dir, "log"));
}

static void what_cannot_be_opened(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem = {};

	assert_int_equal(open_file(f, "none"), -ENOENT);
	assert_int_equal(open_path(f, f->dir.path, &problem), -EINVAL);
	assert_string_equal(problem.what, "is a directory");
	assert_null(f->log);
}

/* A child writes the file into a pipe, in pieces; gives the end to read from. */
static int pipe_of(struct mw_str text, size_t piece)
{
	int end[2];

	assert_int_equal(pipe(end), 0);
	if (!fork()) {
		close(end[0]);
		for (size_t n = 0; n < text.n; n += piece)
			if (write(end[1], text.p + n, text.n - n < piece ? text.n - n : piece) <= 0)
				_exit(1);
		_exit(0);
	}
	close(end[1]);
	return end[0];
}

static void expect_pipe(struct fixture *f, struct mw_str bytes, size_t piece, struct mw_str want)
{
	int fd = pipe_of(bytes, piece);
	char path[32];

	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	assert_int_equal(open_path(f, path, &(struct mw_problem){}), 0);
	assert_int_equal(read_all(f, 4096), 0);
	expect_same(got(f), want);
	close(fd);
	wait(NULL);
}

static void pipes(void **state)
{
	struct fixture *f = *state;

	expect_pipe(f, text_of(f), TEXT_BYTES, text_of(f));
	expect_pipe(f, LIT(""), 1, LIT(""));
	expect_pipe(f, LIT("12345678"), 1, LIT("12345678"));
	expect_pipe(f, LIT("123456789ab"), 3, LIT("123456789ab"));
}

/* "-", from where it stands, waiting where it is nonblocking; it stays open. */
static void standard_input(void **state)
{
	struct fixture *f = *state;
	int kept = dup(0), fd;

	temp_put(&f->dir, "log", text_of(f));
	fd = open(temp_path(&f->dir, "log"), O_RDONLY);
	lseek(fd, 100, SEEK_SET);
	dup2(fd, 0);
	close(fd);
	assert_int_equal(open_path(f, "-", &(struct mw_problem){}), 0);
	assert_int_equal(read_all(f, 4096), 0);
	expect_same(got(f), mw_str_from(text_of(f), 100));
	assert_string_equal(mw_log_name(f->log), "-");
	f->log = mw_log_close(f->log);
	assert_true(fcntl(0, F_GETFD) >= 0);

	fd = pipe_of(text_of(f), 1000);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	dup2(fd, 0);
	close(fd);
	assert_int_equal(open_path(f, "-", &(struct mw_problem){}), 0);
	assert_int_equal(read_all(f, 4096), 0);
	expect_same(got(f), text_of(f));
	dup2(kept, 0);
	close(kept);
	wait(NULL);
}

static const char *const programs[] = { "gzip", "xz", "zstd", "bzip2" };

/* Runs PROGRAM <name >>packed. */
static void pack(struct fixture *f, const char *program, const char *name, const char *packed)
{
	char command[600];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	if (system(command))
		skip();
	snprintf(command, sizeof(command), "%s -c <'%s/%s' >>'%s/%s'", program, f->dir.path, name,
		 f->dir.path, packed);
	assert_int_equal(system(command), 0);
}

/* Reads a small file of the folder. */
static size_t slurp(struct fixture *f, const char *name, char *ret, size_t room)
{
	int fd = open(temp_path(&f->dir, name), O_RDONLY);
	ssize_t n = read(fd, ret, room);

	close(fd);
	assert_true(n > 0 && (size_t)n < room);
	return (size_t)n;
}

static void compressed(void **state)
{
	struct fixture *f = *state;
	static char bytes[TEXT_BYTES];

	temp_put(&f->dir, "log", text_of(f));
	temp_put(&f->dir, "nothing", LIT(""));
	for (size_t i = 0; i < COUNT(programs); i++) {
		size_t n;

		pack(f, programs[i], "log", programs[i]);
		expect_file(f, programs[i], text_of(f));
		n = slurp(f, programs[i], bytes, sizeof(bytes));
		expect_pipe(f, (struct mw_str){ bytes, n }, 999, text_of(f));
		pack(f, programs[i], "nothing", "nothing.packed");
		expect_file(f, "nothing.packed", LIT(""));
		remove(temp_path(&f->dir, "nothing.packed"));
	}
}

/* As logs are put together by `cat a.gz b.gz`, one without a byte between them. */
static void several_in_one_file(void **state)
{
	struct fixture *f = *state;

	temp_put(&f->dir, "log", text_of(f));
	temp_put(&f->dir, "nothing", LIT(""));
	temp_put(&f->dir, "end", LIT("the end\n"));
	for (size_t i = 0; i < COUNT(programs); i++) {
		pack(f, programs[i], "log", programs[i]);
		pack(f, programs[i], "nothing", programs[i]);
		pack(f, programs[i], "log", programs[i]);
		pack(f, programs[i], "end", programs[i]);
		assert_int_equal(open_file(f, programs[i]), 0);
		assert_int_equal(read_all(f, 65536), 0);
		assert_int_equal(f->n, 2 * TEXT_BYTES + 8);
		assert_memory_equal(f->got, f->text, TEXT_BYTES);
		assert_memory_equal(f->got + TEXT_BYTES, f->text, TEXT_BYTES);
		assert_memory_equal(f->got + 2 * TEXT_BYTES, "the end\n", 8);
	}
}

/* Opens and reads what may be bad: whatever was given is the begin of the text. */
static int read_bad(struct fixture *f, struct mw_str bytes)
{
	struct mw_problem problem = {};
	int r;

	temp_put(&f->dir, "bad", bytes);
	r = open_path(f, temp_path(&f->dir, "bad"), &problem);
	f->n = 0;
	if (r < 0) {
		assert_int_equal(r, -EINVAL);
		assert_non_null(problem.what);
		return r;
	}
	r = read_all(f, 4096);
	if (r < 0) {
		assert_int_equal(r, -EINVAL);
		assert_non_null(mw_log_problem(f->log));
	}
	return r;
}

static void cut_short(void **state)
{
	struct fixture *f = *state;
	static char bytes[TEXT_BYTES];

	temp_put(&f->dir, "log", text_of(f));
	for (size_t i = 0; i < COUNT(programs); i++) {
		size_t n;

		pack(f, programs[i], "log", programs[i]);
		n = slurp(f, programs[i], bytes, sizeof(bytes));
		for (size_t cut = 8; cut < n; cut += cut < 60 || cut > n - 60 ? 1 : n / 40) {
			if (read_bad(f, (struct mw_str){ bytes, cut }) != -EINVAL)
				fail_msg("%s cut after %zu of %zu is taken", programs[i], cut, n);
			assert_true(f->n <= TEXT_BYTES);
			assert_memory_equal(f->got, f->text, f->n);
		}
		/* What stands well before the damage is given. */
		read_bad(f, (struct mw_str){ bytes, n - 1 });
		if (strcmp(programs[i], "bzip2"))
			assert_true(f->n >= TEXT_BYTES - 131072);
	}
}

static void damaged(void **state)
{
	struct fixture *f = *state;
	static char bytes[TEXT_BYTES];
	uint64_t seed = 77;

	temp_put(&f->dir, "log", text_of(f));
	for (size_t i = 0; i < COUNT(programs); i++) {
		size_t n;

		pack(f, programs[i], "log", programs[i]);
		n = slurp(f, programs[i], bytes, sizeof(bytes));
		for (size_t round = 0; round < 60; round++) {
			size_t at = 4 + random_below(&seed, n - 4);
			char was = bytes[at];

			bytes[at] = (char)random_next(&seed);
			read_bad(f, (struct mw_str){ bytes, n });
			bytes[at] = was;
		}
		memset(bytes + n / 2, 0x55, n / 4);
		assert_int_equal(read_bad(f, (struct mw_str){ bytes, n }), -EINVAL);
	}
}

/* The first bytes promise what does not follow: it must not be given as it is. */
static void no_more_than_the_magic(void **state)
{
	static const struct mw_str texts[] = {
		LIT("\x1f\x8b"),
		LIT("\x1f\x8b kernel: Out of memory\n"),
		LIT("\x1f\x8b\x08\0\0\0\0\0\0\x03 kernel: Out of memory\n"),
		LIT("\xfd"
		    "7zXZ\0"),
		LIT("\xfd"
		    "7zXZ\0 kernel: Out of memory\n"),
		LIT("\x28\xb5\x2f\xfd"),
		LIT("\x28\xb5\x2f\xfd kernel: Out of memory\n"),
		LIT("BZh91 kernel: Out of memory\n"),
		LIT("LPKSHHRH"),
		LIT("LPKSHHRH kernel: Out of memory\n"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(texts); i++)
		if (read_bad(f, texts[i]) != -EINVAL)
			fail_msg("text %zu is taken", i);
}

/* Records end in a newline each, the sequence grows, small buffers give the same. */
static void the_ring_buffer(void **state)
{
	struct fixture *f = *state;
	uint64_t before = 0;
	struct mw_str rest, line;

	if (open_path(f, "/dev/kmsg", &(struct mw_problem){}))
		skip();
	if (read_all(f, 100) || !f->n || f->n == sizeof(f->got))
		skip();
	assert_string_equal(mw_log_name(f->log), "/dev/kmsg");
	assert_int_equal(f->got[f->n - 1], '\n');
	rest = got(f);
	while (mw_str_cut(&rest, '\n', &line)) {
		struct mw_str part;
		uint64_t number;

		if (line.n && line.p[0] == ' ')
			continue;
		assert_true(mw_str_cut(&line, ',', &part));
		assert_true(mw_str_cut(&line, ',', &part));
		assert_int_equal(mw_str_u64(part, &number), 0);
		assert_true(!before || number > before);
		before = number;
	}
}

/* Whatever this machine has: something is read, or it is said why not. */
static void this_machine(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem = {};
	int r = open_path(f, NULL, &problem);

	if (r < 0) {
		assert_int_equal(r, -ENOSYS);
		assert_non_null(problem.what);
		return;
	}
	assert_true(!strcmp(mw_log_name(f->log), "journal") ||
		    !strcmp(mw_log_name(f->log), "/dev/kmsg"));
	assert_true(mw_log_read(f->log, f->got, sizeof(f->got)) >= 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plain_files),
		TEST(what_cannot_be_opened),
		TEST(pipes),
		TEST(standard_input),
		TEST(compressed),
		TEST(several_in_one_file),
		TEST(cut_short),
		TEST(damaged),
		TEST(no_more_than_the_magic),
		TEST(the_ring_buffer),
		TEST(this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
