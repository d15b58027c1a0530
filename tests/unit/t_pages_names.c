/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/names.h"

#include <stdio.h>

#include "helper.h"
#include "kmem_image.h"
#include "names_made.h"

/* A kernel of a few structures, all in one piece of memory. */
struct kernel {
	uint64_t mapping[4]; /* their first member: the host */
	struct made_inode inode[4];
	struct made_superblock superblock[2];
	uint64_t type[2]; /* file_system_type: the name */
	struct made_dentry dentry[4];
	struct made_memcg memcg[3];
	uint64_t cgroup[3], objcg[3]; /* the kernfs node; the memcg */
	struct made_node node[3];
	struct made_cache cache[2];
	char text[8][32];
};

#define BASE 0xffff888000010000
#define HERE(member) (BASE + offsetof(struct kernel, member))
#define NOWHERE 0xffff88dead000000
#define FRAME 4096

static struct kernel kernel;
static struct image image;
static struct mw_arena arena;
static struct mw_page_owners owners;
static struct mw_census census;

static uint64_t text(int i, const char *s)
{
	snprintf(kernel.text[i], sizeof(kernel.text[i]), "%s", s);
	return BASE + (uint64_t)((char *)kernel.text[i] - (char *)&kernel);
}

/* /var/log of ext4 on vda1, and a file in shared memory that was deleted. */
static int start(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	image_start(&image);
	image_add(&image, BASE, &kernel, sizeof(kernel));
	kernel.type[0] = text(0, "ext4");
	kernel.type[1] = text(1, "tmpfs");
	kernel.superblock[0] =
		(struct made_superblock){ 254 << 20 | 1, 0xef53, HERE(type[0]), "vda1" };
	kernel.superblock[1] = (struct made_superblock){ 27, 0x01021994, HERE(type[1]), "tmpfs" };
	kernel.dentry[0] = (struct made_dentry){ HERE(dentry[0]), text(2, "/"), 0 };
	kernel.dentry[1] = (struct made_dentry){ HERE(dentry[0]), text(3, "var"), 0 };
	kernel.dentry[2] = (struct made_dentry){ HERE(dentry[1]), text(4, "log\nx"), 0 };
	for (int i = 0; i < 4; i++)
		kernel.mapping[i] = HERE(inode) + (uint64_t)i * sizeof(struct made_inode);
	kernel.inode[0] = (struct made_inode){ .ino = 12,
					       .superblock = HERE(superblock[0]),
					       .size = 4097,
					       .nlink = 1,
					       .rdev = 7,
					       .dentries = HERE(dentry[2].alias) };
	kernel.inode[1] = (struct made_inode){ .ino = 99, .superblock = HERE(superblock[1]) };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	mw_page_owners_done(&owners);
	mw_arena_done(&arena);
	arena = (struct mw_arena){};
	census = (struct mw_census){};
	return 0;
}

static void own(enum mw_page_class class, uint64_t pointer, uint64_t memcg, uint32_t node,
		uint64_t frames)
{
	uint32_t n = mw_page_owners_find(&owners, class, pointer, memcg, node);

	mw_page_owner_at(&owners, n)->frames += frames;
}

static void name(enum mw_memcg_form form)
{
	struct mw_layout l = made_names_layout(form);
	struct mw_naming n = { .k = &image.k,
			       .l = &l,
			       .owners = &owners,
			       .frame_bytes = FRAME,
			       .files_max = 3,
			       .arena = &arena };

	assert_int_equal(mw_names_files(&n, &census), 0);
	assert_int_equal(mw_names_groups(&n, &census), 0);
	assert_int_equal(mw_names_caches(&n, &census), 0);
}

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

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

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
		TEST(words_are_pointers),
		TEST(words_have_bits),
		TEST(words_are_objcgs),
		TEST(groups_in_nowhere),
		TEST(loop_of_folders),
		TEST(folder_in_nowhere),
		TEST(no_folder),
		TEST(caches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
