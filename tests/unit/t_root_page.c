/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions about one page, asked of a folder that looks like one of /proc.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/page_entry.h"
#include "kernel/root_private.h"
#include "tempdir.h"

struct fixture {
	struct temp_dir dir;
	int fd;
	struct mw_arena arena;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	temp_make(&f->dir);
	temp_put(&f->dir, "a/b/file", LIT("x"));
	temp_put(&f->dir, "c d/e/file", LIT("x"));
	f->fd = open(temp_path(&f->dir, "."), O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(f->fd >= 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	mw_arena_done(&f->arena);
	temp_remove(&f->dir);
	free(f);
	return 0;
}

#define FIRST "1000-3000 r--p 00000000 08:01 7   /bin/a\nSize: 8 kB\nRss: 4 kB\nVmFlags: rd \n"
#define SECOND "3000-4000 rw-p 00000000 00:00 0 \nSize: 4 kB\nRss: 0 kB\nVmFlags: rd wr ac \n"
#define THIRD "7000-8000 ---p 00000000 00:00 0\nRss: 0 kB\nVmFlags: mr"

static void expect_smaps(struct fixture *f, const char *address, const char *want)
{
	struct mw_str text;

	assert_int_equal(mw_live_smaps(f->fd, address, &f->arena, &text), 0);
	expect_same(text, mw_str_of(want));
}

static void one_block_of_smaps(void **state)
{
	struct fixture *f = *state;
	struct mw_str text = {};

	temp_put(&f->dir, "smaps", LIT(FIRST SECOND THIRD));
	expect_smaps(f, "1000", FIRST);
	expect_smaps(f, "2fff", FIRST);
	expect_smaps(f, "3000", SECOND);
	expect_smaps(f, "7abc", THIRD);
	assert_int_equal(mw_live_smaps(f->fd, "fff", &f->arena, &text), -ESRCH);
	assert_int_equal(mw_live_smaps(f->fd, "4000", &f->arena, &text), -ESRCH);
	assert_int_equal(mw_live_smaps(f->fd, "8000", &f->arena, &text), -ESRCH);
	assert_int_equal(mw_live_smaps(f->fd, "zz", &f->arena, &text), -EINVAL);
	assert_int_equal(mw_live_smaps(f->fd, "", &f->arena, &text), -EINVAL);
}

/* Larger than what is read at once, and larger than any mapping of the kernel's. */
static void long_blocks(void **state)
{
	struct fixture *f = *state;
	const size_t bytes = 200000;
	char *big = malloc(bytes);
	struct mw_str text;
	size_t n;

	memset(big, 'x', bytes);
	n = sizeof("1000-2000 r--p 00000000 08:01 7 /") - 1;
	memcpy(big, "1000-2000 r--p 00000000 08:01 7 /", n);
	memcpy(big + 16000, "\nRss: 4 kB\n" SECOND, sizeof("\nRss: 4 kB\n" SECOND) - 1);
	n = 16000 + sizeof("\nRss: 4 kB\n" SECOND) - 1;
	temp_put(&f->dir, "smaps", (struct mw_str){ big, n });
	assert_int_equal(mw_live_smaps(f->fd, "1800", &f->arena, &text), 0);
	assert_int_equal(text.n, 16011);
	expect_smaps(f, "3000", SECOND);
	memset(big + 16000, 'x', bytes - 16000);
	temp_put(&f->dir, "smaps", (struct mw_str){ big, bytes });
	assert_int_equal(mw_live_smaps(f->fd, "1800", &f->arena, &text), -EFBIG);
	free(big);
}

static void entries(void **state)
{
	struct fixture *f = *state;
	const uint64_t entry[] = { 0, (uint64_t)1 << 62 | 9 << 5 | 1 };
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct mw_page_entry e;
	struct mw_str text;
	char address[32];

	temp_put(&f->dir, "pagemap", (struct mw_str){ (const char *)entry, sizeof(entry) });
	assert_int_equal(mw_live_page(f->fd, "0", &f->arena, &text), 0);
	assert_int_equal(mw_page_entry_parse(text, &e), 0);
	expect_val(e.pagemap, 0);
	expect_val(e.again, 0);
	expect_why(e.scan, MW_ABSENT);
	expect_why(e.count, MW_ABSENT);
	snprintf(address, sizeof(address), "%llx", (unsigned long long)page + 5);
	assert_int_equal(mw_live_page(f->fd, address, &f->arena, &text), 0);
	assert_int_equal(mw_page_entry_parse(text, &e), 0);
	expect_val(e.pagemap, entry[1]);
	assert_int_equal(mw_live_page(f->fd, "100000", &f->arena, &text), 0);
	expect_str(text, "pagemap ENODATA\n");
	assert_int_equal(mw_live_page(f->fd, "-1", &f->arena, &text), -EINVAL);
}

static void own_page(void **state)
{
	struct fixture *f = *state;
	struct mw_page_entry e;
	struct mw_str text;
	char address[32];
	int fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	snprintf(address, sizeof(address), "%llx", (unsigned long long)(uintptr_t)address);
	assert_int_equal(mw_live_page(fd, address, &f->arena, &text), 0);
	assert_int_equal(mw_page_entry_parse(text, &e), 0);
	assert_true(e.pagemap.v >> 63);
	assert_true(!mw_known(e.scan) || e.scan.v & MW_SCAN_PRESENT);
	assert_int_equal(mw_live_smaps(fd, address, &f->arena, &text), 0);
	assert_true(mw_str_search(text, "[stack]") < text.n);
	close(fd);
}

static void expect_inode(struct fixture *f, const char *name, const char *want)
{
	struct mw_str text;
	struct stat st;
	char number[32];

	assert_int_equal(stat(temp_path(&f->dir, name), &st), 0);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)st.st_ino);
	assert_int_equal(mw_live_inode(f->fd, number, &f->arena, &text), 0);
	expect_same(text, mw_str_of(want));
}

static void folder_by_inode(void **state)
{
	struct fixture *f = *state;
	struct mw_str text;

	expect_inode(f, ".", "/\n");
	expect_inode(f, "a", "/a\n");
	expect_inode(f, "a/b", "/a/b\n");
	expect_inode(f, "c d/e", "/c\\040d/e\n");
	assert_int_equal(mw_live_inode(f->fd, "1", &f->arena, &text), -ENOENT);
	assert_int_equal(mw_live_inode(f->fd, "x", &f->arena, &text), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_block_of_smaps, setup, teardown),
		cmocka_unit_test_setup_teardown(long_blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(entries, setup, teardown),
		cmocka_unit_test_setup_teardown(own_page, setup, teardown),
		cmocka_unit_test_setup_teardown(folder_by_inode, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
