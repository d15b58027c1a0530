/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kpage - the census by /proc/kpageflags, kpagecount and kpagecgroup (fs/proc/page.c), where the
 * kernel's memory itself is closed to us: 8 bytes a frame in each file.
 *
 * The three are read in steps, the same frames of each, for pages move meanwhile.  A tail has the
 * marks of its own struct page up to 6.9, and those of its head since: it gets its head's in both.
 * What these files cannot tell (lists of CPUs, vmalloc, stacks, per-CPU memory, pages that are not
 * made yet) is under other.  The inode of a group is that of the nearest one that was not removed
 * (page_cgroup_ino()): removed groups cannot be seen.
 */
#pragma once

#include "base/index.h"
#include "pages/sample.h"

enum mw_kpage_file { MW_KPAGE_FLAGS, MW_KPAGE_COUNT, MW_KPAGE_CGROUP, MW_KPAGE_FILES };

#define MW_KPAGE_CHUNK 8192 /* frames of one read: 64 KiB */

/* Where the words come from. */
struct mw_kpage {
	/* Words of n <= MW_KPAGE_CHUNK frames from frame on; those behind the end of the file are
	 * MW_KPAGE_NO_PAGE.  Negative errno. */
	int (*read)(struct mw_kpage *k, enum mw_kpage_file file, uint64_t frame, size_t n,
		    uint64_t *ret);
	void (*done)(struct mw_kpage *k); /* may be NULL */
	bool has[MW_KPAGE_FILES];	  /* flags it always has */
	uint64_t read_bytes;
};

#define MW_KPAGE_NO_PAGE ((uint64_t)1 << 20) /* the flag NOPAGE */

/* The classes that it tells. */
#define MW_KPAGE_CLASSES                                                                        \
	((uint64_t)1 << MW_PAGE_FREE | 1 << MW_PAGE_RESERVED | 1 << MW_PAGE_FILE |              \
	 1 << MW_PAGE_SHMEM | 1 << MW_PAGE_ANON | 1 << MW_PAGE_KSM | 1 << MW_PAGE_SWAPCACHE |   \
	 1 << MW_PAGE_SLAB | 1 << MW_PAGE_TABLE | 1 << MW_PAGE_HUGETLB | 1 << MW_PAGE_OFFLINE | \
	 1 << MW_PAGE_KMEM | 1 << MW_PAGE_OTHER)

/* Pure: the class by flags, those of the head too where it is a tail, and whether a cgroup pays. */
enum mw_page_class mw_kpage_class(uint64_t flags, bool charged);

/* What a group pays for. */
enum mw_kpage_kind {
	MW_KPAGE_ANON,
	MW_KPAGE_FILE,
	MW_KPAGE_SHMEM,
	MW_KPAGE_KERNEL,
	MW_KPAGE_SUM,
	MW_KPAGE_KINDS,
};

struct mw_kpage_group {
	uint64_t ino;
	struct mw_tally kind[MW_KPAGE_KINDS];
	uint64_t now[MW_KPAGE_KINDS]; /* of the block that is being looked at */
	bool touched;
};

struct mw_kpage_found {
	struct mw_class_tallies classes;
	struct mw_kpage_group *group;
	size_t n_groups;
	struct mw_tally_sample all;
	uint64_t raced_frames; /* free by flags, and mapped by their count */
	/* Private: */
	struct mw_index by_ino;
	size_t *touched, n_touched;
};

/* 0, negative errno of a read, -ENOMEM.  ppm: of MW_SAMPLE_ALL; then every figure is exact. */
int mw_kpage_run(struct mw_kpage *k, const struct mw_frames *frames, uint64_t ppm, uint64_t seed,
		 struct mw_arena *arena, struct mw_kpage_found *ret);

/* kpage_live.c: of this machine.  Negative errno, and what failed in *ret_why. */
int mw_kpage_open(struct mw_arena *arena, struct mw_kpage **ret, const char **ret_why);
