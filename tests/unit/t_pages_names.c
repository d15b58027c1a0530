/* SPDX-License-Identifier: Apache-2.0 */
#include "names_kernel.h"

static uint64_t bytes_of_fs(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < census.n_fs; i++)
		sum += census.fs[i].bytes;
	return sum;
}

static void files(void **state)
{
	(void)state;
	own(MW_PAGE_FILE, HERE(mapping[0]), 0, 0, 2);
	own(MW_PAGE_FILE, HERE(mapping[0]), 8, 1, 3); /* another node and group: the same file */
	own(MW_PAGE_FILE, HERE(mapping[1]), 0, 0, 4);
	own(MW_PAGE_ANON, HERE(mapping[2]), 0, 0, 100);
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_files, 2);
	assert_int_equal(census.file[0].ino, 12);
	assert_int_equal(census.file[0].bytes, 5 * FRAME);
	assert_int_equal(census.file[0].nlink, 1);
	assert_int_equal(census.file[0].size_bytes, 4097);
	assert_true(census.file[0].dev == ((uint64_t)254 << 32 | 1));
	expect_str(census.file[0].path, "/var/log\nx");
	assert_int_equal(census.file[1].nlink, 0);
	assert_int_equal(census.file[1].path.n, 0);
	assert_int_equal(census.n_fs, 2);
	expect_str(census.fs[0].kind, "cache");
	expect_str(census.fs[0].type, "ext4");
	expect_str(census.fs[0].id, "vda1");
	expect_str(census.fs[1].kind, "shmem");
	assert_int_equal(census.fs[1].deleted_files, 1);
	assert_int_equal(census.fs[1].deleted_bytes, 4 * FRAME);
}

static void only_the_largest(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		kernel.inode[i] = kernel.inode[0];
		kernel.inode[i].ino = 20 + i;
		own(MW_PAGE_FILE, HERE(mapping) + 8 * i, 0, 0, 10 + i);
	}
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_files, 3);
	assert_int_equal(census.file[0].ino, 23);
	assert_int_equal(census.file[2].ino, 21);
	assert_int_equal(census.n_fs, 1);
	assert_int_equal(census.fs[0].files, 4);
	assert_int_equal(bytes_of_fs(), (10 + 11 + 12 + 13) * FRAME);
}

/* What is damaged, and that no piece of a path is taken for one. */
static void no_path(uint64_t *where, uint64_t what)
{
	*where = what;
	own(MW_PAGE_FILE, HERE(mapping[0]), 0, 0, 2);
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_files, 1);
	assert_int_equal(census.file[0].path.n, 0);
	assert_int_equal(bytes_of_fs(), 2 * FRAME);
}

static void loop_of_dentries(void **state)
{
	(void)state;
	no_path(&kernel.dentry[1].parent, HERE(dentry[2]));
}

static void parent_in_nowhere(void **state)
{
	(void)state;
	no_path(&kernel.dentry[1].parent, NOWHERE);
}

static void parent_is_none(void **state)
{
	(void)state;
	no_path(&kernel.dentry[1].parent, 4711);
}

static void parent_is_not_aligned(void **state)
{
	(void)state;
	no_path(&kernel.dentry[1].parent, HERE(dentry[0]) + 3);
}

static void name_in_nowhere(void **state)
{
	(void)state;
	no_path(&kernel.dentry[1].name, NOWHERE);
}

static void dentry_in_nowhere(void **state)
{
	(void)state;
	no_path(&kernel.inode[0].dentries, NOWHERE);
}

static void text_without_end(void **state)
{
	static char page[2 * FRAME];

	(void)state;
	memset(page, 'a', sizeof(page));
	image_add(&image, 0xffff888000020000, page, sizeof(page));
	kernel.dentry[2].name = 0xffff888000020000 + FRAME - 5;
	own(MW_PAGE_FILE, HERE(mapping[0]), 0, 0, 2);
	name(MW_MEMCG_DATA);
	assert_int_equal(census.file[0].path.n, strlen("/var/") + MW_NAME_ROOM - 1);
}

static void all_gone(void)
{
	assert_int_equal(census.n_files, 0);
	assert_int_equal(census.n_fs, 1);
	expect_str(census.fs[0].kind, "gone");
	assert_int_equal(census.fs[0].files, 1);
	assert_int_equal(bytes_of_fs(), 2 * FRAME);
}

static void gone(uint64_t *where, uint64_t what)
{
	*where = what;
	own(MW_PAGE_FILE, HERE(mapping[0]), 0, 0, 2);
	name(MW_MEMCG_DATA);
	all_gone();
}

static void host_in_nowhere(void **state)
{
	(void)state;
	gone(&kernel.mapping[0], NOWHERE);
}

static void host_is_none(void **state)
{
	(void)state;
	gone(&kernel.mapping[0], 1);
}

static void superblock_in_nowhere(void **state)
{
	(void)state;
	gone(&kernel.inode[0].superblock, NOWHERE);
}

static void type_in_nowhere(void **state)
{
	(void)state;
	gone(&kernel.superblock[0].type, NOWHERE);
}

/* From the n-th call of gather() on, another inode stands there. */
static size_t calls_before;

static int gather_and_replace(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	if (calls_before && !--calls_before) {
		kernel.inode[0].ino = 13;
		text(4, "other");
	}
	return image_gather(k, ask, n);
}

static void replaced_at(size_t call)
{
	image.k.gather = gather_and_replace;
	calls_before = call;
	own(MW_PAGE_FILE, HERE(mapping[0]), 0, 0, 2);
	name(MW_MEMCG_DATA);
}

static void replaced_when_looked_up(void **state)
{
	(void)state;
	replaced_at(3); /* host, inode: then the second look */
	all_gone();
}

/* Whenever it happens: a row is of one of the two, as a whole, or there is none. */
static void replaced_at_any_time(void **state)
{
	bool dropped = false;

	(void)state;
	for (size_t call = 1; call < 40; call++) {
		start(NULL);
		replaced_at(call);
		dropped |= !census.n_files && mw_str_eq(census.fs[0].kind, "cache");
		if (census.n_files && census.file[0].ino == 12)
			expect_str(census.file[0].path, "/var/log\nx");
		if (census.n_files && census.file[0].ino == 13)
			expect_str(census.file[0].path, "/var/other");
		assert_int_equal(bytes_of_fs(), 2 * FRAME);
		stop(NULL);
	}
	assert_true(dropped); /* after the first two looks, while its path was read */
}

static void caches(void **state)
{
	(void)state;
	kernel.cache[0] = (struct made_cache){ text(2, "dentry"), 192, 77 };
	kernel.cache[1] = (struct made_cache){ NOWHERE, 64, 0 };
	own(MW_PAGE_SLAB, HERE(cache[0]), 0, 0, 3);
	own(MW_PAGE_SLAB, HERE(cache[0]), 0, 1, 4);
	own(MW_PAGE_SLAB, HERE(cache[1]), 0, 0, 9);
	own(MW_PAGE_SLAB, 0, 0, 0, 1);
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_caches, 3);
	assert_int_equal(census.cache[0].bytes, 9 * FRAME);
	assert_int_equal(census.cache[0].name.n, 0);
	expect_str(census.cache[1].name, "dentry");
	assert_int_equal(census.cache[1].object_bytes, 192);
	assert_int_equal(census.cache[1].bytes, 7 * FRAME);
	assert_int_equal(census.cache[2].object_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files),
		TEST(only_the_largest),
		TEST(loop_of_dentries),
		TEST(parent_in_nowhere),
		TEST(parent_is_none),
		TEST(parent_is_not_aligned),
		TEST(name_in_nowhere),
		TEST(dentry_in_nowhere),
		TEST(text_without_end),
		TEST(host_in_nowhere),
		TEST(host_is_none),
		TEST(superblock_in_nowhere),
		TEST(type_in_nowhere),
		TEST(replaced_when_looked_up),
		TEST(replaced_at_any_time),
		TEST(caches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
