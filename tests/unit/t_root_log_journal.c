/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Journals made by systemd-journal-remote from the export format; skipped where it is not
 * installed.
 */
#include <errno.h>

#include "kernel/root_log_private.h"
#include "tempdir.h"

struct fixture {
	struct temp_dir dir;
	struct mw_log *log;
	char export[256 << 10];
	size_t export_n;
	char got[1 << 20];
	size_t n;
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

	mw_log_close(f->log);
	temp_remove(&f->dir);
	free(f);
	return 0;
}

static void add(struct fixture *f, struct mw_str bytes)
{
	assert_true(f->export_n + bytes.n < sizeof(f->export));
	memcpy(f->export + f->export_n, bytes.p, bytes.n);
	f->export_n += bytes.n;
}

/* A field in the binary form, for any byte. */
static void add_field(struct fixture *f, const char *name, struct mw_str value)
{
	uint64_t n = value.n;

	add(f, mw_str_of(name));
	add(f, LIT("\n"));
	add(f, (struct mw_str){ (const char *)&n, sizeof(n) });
	add(f, value);
	add(f, LIT("\n"));
}

static void begin_entry(struct fixture *f, unsigned long long usec, const char *boot)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "__REALTIME_TIMESTAMP=%llu\n__MONOTONIC_TIMESTAMP=%llu\n_BOOT_ID=%s\n", usec,
		 usec % 1000000000, boot);
	add(f, mw_str_of(text));
}

static void end_entry(struct fixture *f)
{
	add(f, LIT("\n"));
}

#define BOOT_1 "0123456789abcdef0123456789abcdef"
#define BOOT_2 "1123456789abcdef0123456789abcdef"
#define T0 1795528533123456ULL

/* An entry with host, transport, tag and message; NULL: without that field. */
static void entry(struct fixture *f, unsigned long long usec, const char *transport,
		  const char *tag, const char *message)
{
	begin_entry(f, usec, BOOT_1);
	add_field(f, "_HOSTNAME", LIT("host1"));
	if (transport)
		add_field(f, "_TRANSPORT", mw_str_of(transport));
	if (tag)
		add_field(f, "SYSLOG_IDENTIFIER", mw_str_of(tag));
	if (message)
		add_field(f, "MESSAGE", mw_str_of(message));
	end_entry(f);
}

#define REMOTE "/lib/systemd/systemd-journal-remote"

static void make_journal(struct fixture *f)
{
	char command[700];

	if (access(REMOTE, X_OK))
		skip();
	temp_put(&f->dir, "export", (struct mw_str){ f->export, f->export_n });
	mkdir(temp_path(&f->dir, "journal"), 0700);
	snprintf(command, sizeof(command), REMOTE " -o '%s/journal/x.journal' - <'%s/export' 2>&1",
		 f->dir.path, f->dir.path);
	if (system(command))
		skip();
}

static struct mw_str got(const struct fixture *f)
{
	return (struct mw_str){ f->got, f->n };
}

static int read_all(struct fixture *f, size_t n)
{
	ssize_t k;

	f->n = 0;
	while ((k = mw_log_read(f->log, f->got + f->n, n)) > 0) {
		f->n += (size_t)k;
		assert_true(f->n + n <= sizeof(f->got));
	}
	assert_int_equal(mw_log_read(f->log, (char[1]){}, 1), k);
	return (int)k;
}

static int open_folder(struct fixture *f)
{
	f->log = mw_log_close(f->log);
	return mw_log_open_journal(temp_path(&f->dir, "journal"), &f->log);
}

/* As a folder and as a file, in large and in small reads. */
static void expect_journal(struct fixture *f, struct mw_str want)
{
	static const size_t sizes[] = { 1, 10, 65536 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		int r = open_folder(f);

		if (r == -ENOSYS)
			skip();
		assert_int_equal(r, 0);
		assert_string_equal(mw_log_name(f->log), "journal");
		assert_int_equal(read_all(f, sizes[i]), 0);
		expect_same(got(f), want);
	}
	f->log = mw_log_close(f->log);
	assert_int_equal(mw_log_open(temp_path(&f->dir, "journal/x.journal"), &f->log,
				     &(struct mw_problem){}),
			 0);
	assert_int_equal(read_all(f, 4096), 0);
	expect_same(got(f), want);
}

/* Kernel and guards are given, others are not. */
static void who_is_read(void **state)
{
	struct fixture *f = *state;

	entry(f, T0, "kernel", "kernel", "Out of memory: Killed process 1 (a)");
	entry(f, T0 + 1, "syslog", "sshd", "Out of memory: Killed process 2 (b)");
	entry(f, T0 + 2, "syslog", "kernel", "Out of memory: Killed process 3 (c)");
	entry(f, T0 + 3, "journal", "systemd-oomd", "Killed /x due to memory pressure");
	entry(f, T0 + 4, "stdout", "earlyoom", "sending SIGTERM to process 4");
	entry(f, T0 + 5, "kernel", NULL, "no tag");
	entry(f, T0 + 6, "stdout", "nohang-desktop", "x");
	entry(f, T0 + 7, "stdout", "kubeletx", "x");
	entry(f, T0 + 1000000, "stdout", "memwhyd", "y");
	make_journal(f);
	expect_journal(
		f,
		LIT("2026-11-24T13:55:33.123456+00:00 host1 kernel: Out of memory: Killed process "
		    "1 "
		    "(a)\n"
		    "2026-11-24T13:55:33.123459+00:00 host1 systemd-oomd: Killed /x due to memory "
		    "pressure\n"
		    "2026-11-24T13:55:33.123460+00:00 host1 earlyoom: sending SIGTERM to process "
		    "4\n"
		    "2026-11-24T13:55:33.123461+00:00 host1 kernel: no tag\n"
		    "2026-11-24T13:55:33.123462+00:00 host1 nohang-desktop: x\n"
		    "2026-11-24T13:55:34.123456+00:00 host1 memwhyd: y\n"));
}

static void boots_and_missing_fields(void **state)
{
	struct fixture *f = *state;

	begin_entry(f, 1, BOOT_1);
	add(f, LIT("_TRANSPORT=kernel\nMESSAGE=no host\n\n"));
	begin_entry(f, 2, BOOT_1);
	add(f, LIT("_TRANSPORT=kernel\n\n"));
	begin_entry(f, 3, BOOT_1);
	add(f, LIT("_TRANSPORT=kernel\nMESSAGE=\n\n"));
	begin_entry(f, T0, BOOT_2);
	add(f, LIT("_TRANSPORT=kernel\nMESSAGE=another boot\n\n"));
	make_journal(f);
	expect_journal(f, LIT("1970-01-01T00:00:00.000001+00:00 - kernel: no host\n"
			      "2026-11-24T13:55:33.123456+00:00 - kernel: another boot\n"));
}

#define P "2026-11-24T13:55:33.123456+00:00 "

/* No message can make a line that looks like the kernel's. */
static void hostile_fields(void **state)
{
	struct fixture *f = *state;

	begin_entry(f, T0, BOOT_1);
	add_field(f, "_HOSTNAME", LIT("a b\nc: kernel:\x1b"));
	add_field(f, "_TRANSPORT", LIT("kernel"));
	add_field(f, "SYSLOG_IDENTIFIER", LIT("x y\n\x7f"));
	add_field(f, "MESSAGE", LIT("one\n\n\x1b[2Jtwo\0\xff\n" P "h kernel: Out of memory\n"));
	end_entry(f);
	begin_entry(f, T0, BOOT_1);
	add_field(f, "_TRANSPORT", LIT("journal"));
	add_field(f, "SYSLOG_IDENTIFIER", LIT("kernel"));
	add_field(f, "SYSLOG_IDENTIFIER", LIT("earlyoom"));
	add_field(f, "MESSAGE", LIT("Out of memory: Killed process 5 (forged)"));
	end_entry(f);
	make_journal(f);
	if (open_folder(f) == -ENOSYS)
		skip();
	assert_int_equal(read_all(f, 4096), 0);
#define Q P "a_b_c:_kernel:_ x_y__: "
	expect_same(got(f),
		    LIT(Q "one\n" Q "\n" Q "\x1b[2Jtwo\0\xff\n" Q P "h kernel: Out of memory\n"));
}

static void long_messages(void **state)
{
	struct fixture *f = *state;
	static char text[100000], want[100100];
	size_t n = sizeof(P "- kernel: ") - 1;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 2)
		text[i] = (char)('a' + i / 2 % 23);
	begin_entry(f, T0, BOOT_1);
	add_field(f, "_TRANSPORT", LIT("kernel"));
	add_field(f, "MESSAGE", (struct mw_str){ text, sizeof(text) });
	end_entry(f);
	make_journal(f);
	memcpy(want, P "- kernel: ", n);
	memcpy(want + n, text, sizeof(text));
	if (open_folder(f) == -ENOSYS)
		skip();
	assert_int_equal(read_all(f, 4096), 0);
	assert_true(f->n > 64 << 10); /* of a compressed one at least so much */
	assert_memory_equal(f->got, want, f->n - 1);
	assert_int_equal(f->got[f->n - 1], '\n');
}

/* No file, none that is asked for, no journal: each says so and nothing is read. */
static void nothing_in_it(void **state)
{
	struct fixture *f = *state;
	int r;

	temp_folder(&f->dir, "journal");
	r = open_folder(f);
	if (r == -ENOSYS)
		skip();
	assert_int_equal(r, -ENODATA);
	assert_null(f->log);
	assert_int_equal(rmdir(temp_path(&f->dir, "journal")), 0);
	assert_true(open_folder(f) < 0);
	entry(f, T0, "syslog", "sshd", "x");
	make_journal(f);
	assert_int_equal(open_folder(f), -ENODATA);
	assert_int_equal(mw_log_open(temp_path(&f->dir, "journal/x.journal"), &f->log,
				     &(struct mw_problem){}),
			 0);
	assert_int_equal(read_all(f, 4096), 0);
	assert_int_equal(f->n, 0);
}

/* Cut or with other bytes in it: no crash, and an end. */
static void damaged_files(void **state)
{
	struct fixture *f = *state;
	static char bytes[256 << 10];
	uint64_t seed = 3;
	ssize_t n;
	int fd;

	for (unsigned i = 0; i < 200; i++)
		entry(f, T0 + i, "kernel", "kernel", i % 2 ? "some text" : "another text");
	make_journal(f);
	fd = open(temp_path(&f->dir, "journal/x.journal"), O_RDONLY);
	n = read(fd, bytes, sizeof(bytes));
	close(fd);
	assert_true(n > 1000);
	for (size_t round = 0; round < 60; round++) {
		struct mw_problem problem = {};
		size_t at = random_below(&seed, (size_t)n - 8) + 8;
		char was = bytes[at];
		int r;

		bytes[at] = (char)random_next(&seed);
		temp_put(&f->dir, "bad", (struct mw_str){ bytes, round % 3 ? (size_t)n : at });
		if (round % 3)
			truncate(temp_path(&f->dir, "bad"), 8 << 20);
		bytes[at] = was;
		f->log = mw_log_close(f->log);
		r = mw_log_open(temp_path(&f->dir, "bad"), &f->log, &problem);
		if (r < 0)
			assert_non_null(problem.what);
		else
			read_all(f, 4096);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_read),    TEST(boots_and_missing_fields),
		TEST(hostile_fields), TEST(long_messages),
		TEST(nothing_in_it),  TEST(damaged_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
