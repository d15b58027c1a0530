/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose the pages are: cgroups, removed ones too, and their shares of each file.
 */
#include "names_kernel.h"

static void make_groups(void)
{
	kernel.node[0] = (struct made_node){ text(5, ""), 1, 0 };
	kernel.node[1] = (struct made_node){ text(6, "a b"), 70, HERE(node[0]) };
	kernel.node[2] = (struct made_node){ text(7, "gone\n"), 71, HERE(node[1]) };
	for (uint64_t i = 0; i < 3; i++) {
		kernel.cgroup[i] = HERE(node) + i * sizeof(struct made_node);
		kernel.memcg[i] = (struct made_memcg){ HERE(cgroup) + i * 8, i == 2 ? 0 : 2 };
		kernel.objcg[i] = HERE(memcg) + i * sizeof(struct made_memcg);
	}
}

static const struct mw_census_group *group(uint64_t ino)
{
	for (size_t i = 0; i < census.n_groups; i++)
		if (census.group[i].ino == ino)
			return &census.group[i];
	fail_msg("no group %llu", (unsigned long long)ino);
	return NULL;
}

static void words_are_pointers(void **state)
{
	(void)state;
	make_groups();
	own(MW_PAGE_ANON, 0, HERE(memcg[0]), 0, 1);
	own(MW_PAGE_FILE, HERE(mapping[0]), HERE(memcg[2]), 0, 2);
	own(MW_PAGE_FILE, HERE(mapping[1]), HERE(memcg[2]), 0, 3);
	own(MW_PAGE_KMEM, 0, HERE(memcg[2]), 0, 5);
	own(MW_PAGE_OTHER, 0, HERE(memcg[1]) | 1, 0, 5); /* a vector */
	name(MW_MEMCG_POINTER);
	assert_int_equal(census.n_groups, 3);
	expect_str(census.group[0].path, "/a b/gone\n");
	assert_int_equal(census.group[0].dying, 1);
	assert_int_equal(census.group[0].bytes, 10 * FRAME);
	assert_int_equal(census.group[0].file_bytes, 2 * FRAME);
	assert_int_equal(census.group[0].shmem_bytes, 3 * FRAME);
	assert_int_equal(census.group[0].kernel_bytes, 5 * FRAME);
	expect_str(group(1)->path, "/");
	assert_int_equal(group(1)->dying, 0);
	assert_int_equal(group(1)->anon_bytes, FRAME);
	assert_int_equal(group(0)->bytes, 5 * FRAME); /* whose is not known */
}

/* Bit 1: by way of an obj_cgroup.  Both words are one group. */
static void words_have_bits(void **state)
{
	(void)state;
	make_groups();
	own(MW_PAGE_ANON, 0, HERE(memcg[1]), 0, 1);
	own(MW_PAGE_KMEM, 0, HERE(objcg[1]) | 2, 0, 2);
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_groups, 1);
	expect_str(census.group[0].path, "/a b");
	assert_int_equal(census.group[0].bytes, 3 * FRAME);
}

static void words_are_objcgs(void **state)
{
	(void)state;
	make_groups();
	own(MW_PAGE_ANON, 0, HERE(objcg[1]), 0, 1);
	own(MW_PAGE_KMEM, 0, HERE(objcg[1]) | 2, 0, 2);
	kernel.objcg[2] = HERE(memcg[1]); /* of a child that was removed: its parent has it */
	own(MW_PAGE_FILE, HERE(mapping[0]), HERE(objcg[2]), 0, 4);
	name(MW_MEMCG_OBJCG);
	assert_int_equal(census.n_groups, 1);
	expect_str(census.group[0].path, "/a b");
	assert_int_equal(census.group[0].bytes, 7 * FRAME);
}

/* What leads nowhere is counted as nobody's: not as the root, and not as dying. */
static void groups_in_nowhere(void **state)
{
	(void)state;
	make_groups();
	own(MW_PAGE_ANON, 0, NOWHERE, 0, 1);
	own(MW_PAGE_ANON, 0, 4711, 0, 2);
	own(MW_PAGE_ANON, 0, HERE(memcg[1]) + 8, 0, 4);
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_groups, 1);
	assert_int_equal(census.group[0].bytes, 7 * FRAME);
	assert_int_equal(census.group[0].path.n, 0);
	assert_int_equal(census.group[0].dying, 0);
}

static void expect_paid(size_t i, uint64_t group_ino, uint64_t ino, uint64_t frames)
{
	assert_int_equal(census.paid[i].group_ino, group_ino);
	assert_int_equal(census.paid[i].ino, ino);
	assert_int_equal(census.paid[i].bytes, frames * FRAME);
}

/* Two nodes and two words are one share; anonymous and kernel memory is of no file. */
static void make_shares(void)
{
	make_groups();
	own(MW_PAGE_FILE, HERE(mapping[0]), HERE(memcg[1]), 0, 3);
	own(MW_PAGE_FILE, HERE(mapping[0]), HERE(memcg[1]), 1, 4);
	own(MW_PAGE_FILE, HERE(mapping[0]), HERE(objcg[1]) | 2, 0, 1);
	own(MW_PAGE_FILE, HERE(mapping[0]), HERE(memcg[2]), 0, 2);
	own(MW_PAGE_FILE, HERE(mapping[1]), HERE(memcg[2]), 0, 5);
	own(MW_PAGE_FILE, HERE(mapping[1]), 0, 0, 9);
	own(MW_PAGE_ANON, 0, HERE(memcg[1]), 0, 20);
}

static void shares(void **state)
{
	(void)state;
	make_shares();
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_paid, 3);
	expect_paid(0, 70, 12, 8);
	expect_paid(1, 71, 99, 5);
	expect_paid(2, 71, 12, 2);
	assert_true(census.paid[0].dev == ((uint64_t)254 << 32 | 1));
}

/* Of removed groups the largest are kept anyway, and their files have rows. */
static void few_shares(void **state)
{
	(void)state;
	make_shares();
	for (uint64_t i = 2; i < 4; i++) {
		kernel.inode[i] = kernel.inode[0];
		kernel.inode[i].ino = 20 + i;
		own(MW_PAGE_FILE, HERE(mapping) + 8 * i, HERE(memcg[1]), 0, 90);
	}
	own(MW_PAGE_FILE, HERE(mapping[2]), 0, 0, 9);
	own(MW_PAGE_FILE, HERE(mapping[3]), 0, 0, 9);
	paid_max = 1;
	name(MW_MEMCG_DATA);
	paid_max = 9;
	assert_int_equal(census.n_paid, 3);
	expect_paid(1, 71, 99, 5);
	expect_paid(2, 71, 12, 2);
	assert_int_equal(census.n_files, 4); /* three are the largest */
}

static void broken_folders(uint64_t *where, uint64_t what)
{
	make_groups();
	*where = what;
	own(MW_PAGE_ANON, 0, HERE(memcg[2]), 0, 1);
	name(MW_MEMCG_DATA);
	assert_int_equal(census.n_groups, 1);
	assert_int_equal(census.group[0].ino, 71);
	assert_int_equal(census.group[0].path.n, 0);
}

static void loop_of_folders(void **state)
{
	(void)state;
	broken_folders(&kernel.node[1].parent, HERE(node[2]));
}

static void folder_in_nowhere(void **state)
{
	(void)state;
	broken_folders(&kernel.node[1].parent, NOWHERE);
}

static void no_folder(void **state)
{
	(void)state;
	broken_folders(&kernel.node[1].parent, 0); /* but it has a name: no root */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_pointers),
		TEST(words_have_bits),
		TEST(words_are_objcgs),
		TEST(groups_in_nowhere),
		TEST(shares),
		TEST(few_shares),
		TEST(loop_of_folders),
		TEST(folder_in_nowhere),
		TEST(no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
