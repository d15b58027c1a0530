/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_kernel - a kernel of a few structures, and the names that are found in it.
 */
#pragma once

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

static inline uint64_t text(int i, const char *s)
{
	snprintf(kernel.text[i], sizeof(kernel.text[i]), "%s", s);
	return BASE + (uint64_t)((char *)kernel.text[i] - (char *)&kernel);
}

/* /var/log of ext4 on vda1, and a file in shared memory that was deleted. */
static inline int start(void **state)
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

static inline int stop(void **state)
{
	(void)state;
	mw_page_owners_done(&owners);
	mw_arena_done(&arena);
	arena = (struct mw_arena){};
	census = (struct mw_census){};
	return 0;
}

static inline void own(enum mw_page_class class, uint64_t pointer, uint64_t memcg, uint32_t node,
		       uint64_t frames)
{
	uint32_t n = mw_page_owners_find(&owners, class, pointer, memcg, node);

	mw_page_owner_at(&owners, n)->frames += frames;
}

static size_t paid_max = 9;

static inline void name(enum mw_memcg_form form)
{
	struct mw_layout l = made_names_layout(form);
	struct mw_naming n = { .k = &image.k,
			       .l = &l,
			       .owners = &owners,
			       .frame_bytes = FRAME,
			       .files_max = 3,
			       .paid_max = paid_max,
			       .arena = &arena };

	assert_int_equal(mw_names_files(&n, &census), 0);
	assert_int_equal(mw_names_groups(&n, &census), 0);
	assert_int_equal(mw_names_paid(&n, &census), 0);
	assert_int_equal(mw_names_rows(&n, &census), 0);
	assert_int_equal(mw_names_caches(&n, &census), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
