/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Only the file and the folder that were meant: what took their place is left alone.
 */
#include "act/recharge.h"

#include <errno.h>
#include <sys/sysmacros.h>

#include "tempdir.h"

struct fixture {
	struct temp_dir dir;
	struct mw_root *live;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct mw_problem problem;

	temp_make(&f->dir);
	assert_int_equal(mw_root_open(NULL, false, &f->live, &problem), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mw_root_free(f->live);
	temp_remove(&f->dir);
	free(f);
	return 0;
}

static struct mw_act_file named(struct fixture *f, const char *name)
{
	const char *path = temp_path(&f->dir, name);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (struct mw_act_file){ path, (uint64_t)major(st.st_dev) << 32 | minor(st.st_dev),
				     st.st_ino };
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void read_text(const char *path, char *buf, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, bytes - 1);

	assert_true(n >= 0);
	buf[n] = '\0';
	close(fd);
}

static void the_file_that_is_meant(void **state)
{
	struct fixture *f = *state;
	struct mw_act_file file;

	write_text(temp_path(&f->dir, "a"), "text");
	file = named(f, "a");
	assert_int_equal(mw_act_drop_file(f->live, &file, true), 0);
	assert_int_equal(mw_act_drop_file(f->live, &file, false), 0);
	file.ino++;
	assert_int_equal(mw_act_drop_file(f->live, &file, false), -ESTALE);
	file.ino--;
	file.dev++;
	assert_int_equal(mw_act_drop_file(f->live, &file, false), -ESTALE);
	file.dev--;
	unlink(file.path);
	assert_int_equal(mw_act_drop_file(f->live, &file, false), -ENOENT);
}

/* To open a pipe would wait, to open a device could act. */
static void what_is_no_plain_file(void **state)
{
	struct fixture *f = *state;
	struct mw_act_file file;

	assert_int_equal(mkfifo(temp_path(&f->dir, "pipe"), 0600), 0);
	file = named(f, "pipe");
	assert_int_equal(mw_act_drop_file(f->live, &file, true), -EINVAL);
}

static void the_folder_that_is_meant(void **state)
{
	struct fixture *f = *state;
	char text[32];
	struct stat st;

	write_text(temp_path(&f->dir, "memory.reclaim"), "");
	write_text(temp_path(&f->dir, "memory.force_empty"), "");
	assert_int_equal(stat(f->dir.path, &st), 0);
	assert_int_equal(mw_act_reclaim(f->live, f->dir.path, st.st_ino + 1, 5), -ESTALE);
	assert_int_equal(mw_act_reclaim(f->live, f->dir.path, 0, 5), -ESTALE);
	read_text(temp_path(&f->dir, "memory.reclaim"), text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(mw_act_reclaim(f->live, f->dir.path, st.st_ino, 1234), 0);
	read_text(temp_path(&f->dir, "memory.reclaim"), text, sizeof(text));
	assert_string_equal(text, "1234");
	assert_int_equal(mw_act_reclaim(f->live, f->dir.path, st.st_ino, 0), 0);
	read_text(temp_path(&f->dir, "memory.force_empty"), text, sizeof(text));
	assert_string_equal(text, "0");
	unlink(temp_path(&f->dir, "memory.reclaim"));
	assert_int_equal(mw_act_reclaim(f->live, f->dir.path, st.st_ino, 5), -ENOENT);
}

static void only_this_machine(void **state)
{
	struct fixture *f = *state;
	struct mw_problem problem;
	struct mw_act_file file;
	struct mw_root *other;
	struct stat st;

	write_text(temp_path(&f->dir, "a"), "text");
	file = named(f, "a");
	assert_int_equal(stat(f->dir.path, &st), 0);
	assert_int_equal(mw_root_open("/", false, &other, &problem), 0);
	assert_int_equal(mw_act_drop_file(other, &file, true), -EPERM);
	assert_int_equal(mw_act_reclaim(other, f->dir.path, st.st_ino, 5), -EPERM);
	mw_root_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_file_that_is_meant, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_plain_file, setup, teardown),
		cmocka_unit_test_setup_teardown(the_folder_that_is_meant, setup, teardown),
		cmocka_unit_test_setup_teardown(only_this_machine, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
