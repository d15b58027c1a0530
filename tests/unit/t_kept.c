/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kept.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "helper.h"

#define TEXT                                                                    \
	"memwhy-capture 1\n-- proc/1/statm --\n1 2 3\n-- proc/300/comm --\nx\n" \
	"-- proc/22/comm EACCES --\n-- proc/meminfo --\nMemTotal: 1 kB\n-- end --\n"

static struct mw_root *capture(char *path)
{
	struct mw_problem problem;
	struct mw_root *root;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, TEXT, sizeof(TEXT) - 1), sizeof(TEXT) - 1);
	close(fd);
	assert_int_equal(mw_root_open(path, false, &root, &problem), 0);
	unlink(path);
	return root;
}

static void of_a_capture(void **state)
{
	char path[] = "/tmp/memwhy-t-kept-XXXXXX", buf[1024], small[4];
	struct mw_room room = { buf, sizeof(buf) };
	struct mw_root *root = capture(path);
	struct mw_kept_numbers it;
	struct mw_kept k, proc;
	struct mw_str text;
	uint64_t sum = 0, pid;

	(void)state;
	assert_int_equal(mw_kept_open(root, "proc/meminfo", &k), 0);
	assert_int_equal(mw_kept_read(&k, room, &text), 0);
	assert_true(mw_str_eq(text, "MemTotal: 1 kB\n"));
	assert_int_equal(mw_kept_read(&k, (struct mw_room){ small, 4 }, &text), -EFBIG);
	assert_int_equal(mw_kept_open_folder(root, "proc", &proc), 0);
	assert_int_equal(mw_kept_read_below(&proc, "1/statm", room, &text), 0);
	assert_true(mw_str_eq(text, "1 2 3\n"));
	assert_int_equal(mw_kept_head_below(&proc, "1/statm", (struct mw_room){ small, 4 }, &text),
			 0);
	assert_int_equal(text.n, 4);
	assert_int_equal(mw_kept_read_below(&proc, "22/comm", room, &text), -EACCES);
	assert_int_equal(mw_kept_read_below(&proc, "23/comm", room, &text), -ENOENT);
	mw_kept_numbers_start(&proc, room, &it);
	while (mw_kept_numbers_next(&it, &pid))
		sum += pid;
	assert_int_equal(it.error, 0);
	assert_int_equal(sum, 323);
	mw_kept_close(&k);
	assert_int_equal(mw_kept_read(&k, room, &text), -EBADF);
	mw_root_free(root);
}

static void of_the_machine(void **state)
{
	char buf[16384], name[32], small[8];
	struct mw_room room = { buf, sizeof(buf) };
	struct mw_problem problem;
	struct mw_kept_numbers it;
	struct mw_kept k, proc;
	struct mw_str text;
	struct mw_root *root;
	uint64_t pid, last = 0;
	bool met = false;

	(void)state;
	assert_int_equal(mw_root_open(NULL, false, &root, &problem), 0);
	assert_int_equal(mw_kept_open(root, "proc/meminfo", &k), 0);
	for (int i = 0; i < 2; i++) { /* from the start each time */
		assert_int_equal(mw_kept_read(&k, room, &text), 0);
		assert_true(mw_str_starts(text, "MemTotal:"));
	}
	assert_int_equal(mw_kept_read(&k, (struct mw_room){ small, sizeof(small) }, &text), -EFBIG);
	assert_int_equal(mw_kept_open_folder(root, "proc", &proc), 0);
	snprintf(name, sizeof(name), "%d/comm", getpid());
	assert_int_equal(mw_kept_read_below(&proc, name, room, &text), 0);
	assert_true(mw_str_starts(text, "t_kept"));
	mw_kept_numbers_start(&proc, (struct mw_room){ buf, 1024 }, &it);
	while (mw_kept_numbers_next(&it, &pid)) {
		met |= pid == (uint64_t)getpid();
		assert_true(pid > last);
		last = pid;
	}
	assert_int_equal(it.error, 0);
	assert_true(met);
	assert_int_equal(mw_kept_open(root, "proc/no-such", &k), -ENOENT);
	assert_int_equal(mw_kept_read(&k, room, &text), -ENOENT);
	mw_kept_close(&proc);
	mw_root_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_capture),
		cmocka_unit_test(of_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
