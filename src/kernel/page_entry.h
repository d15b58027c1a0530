/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_entry - what the kernel has behind one page of a process: the pseudo file
 * proc/PID/meta/page/ADDRESS (see kernel/root_page.c), a key and a value in each line:
 *
 *	pagemap 0x8180000000123456	the entry of /proc/PID/pagemap (fs/proc/task_mmu.c)
 *	scan 0x8			what PAGEMAP_SCAN says of it, since 6.7
 *	count 2				of its frame, in /proc/kpagecount (fs/proc/page.c)
 *	flags 0x5868			in /proc/kpageflags
 *	cgroup 62627			in /proc/kpagecgroup, since 4.3
 *	head 0x123400			the first frame of the block it is a part of,
 *	head_flags 0x418000		that frame's flags,
 *	block_pages 512			and how many frames the block has
 *	again 0x8180000000123456	the entry, read once more after all else
 *
 * A value is a number, or the errno with which the read failed.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"
#include "kernel/release.h"

struct mw_page_entry {
	struct mw_val pagemap, scan, count, flags, cgroup_ino;
	struct mw_val head, head_flags, block_pages; /* MW_ABSENT: it stands alone, or not known */
	struct mw_val again;
};

/* The bits of pagemap; what this release does not tell is MW_ABSENT. */
struct mw_page_bits {
	bool present, swap;
	struct mw_val frame;		      /* MW_DENIED: hidden, without CAP_SYS_ADMIN */
	struct mw_val swap_type, swap_offset; /* the same */
	struct mw_val file;		      /* a page of a file, or shared anonymous */
	struct mw_val exclusive;	      /* mapped once */
	struct mw_val soft_dirty, guard;
};

/* What PAGEMAP_SCAN says (include/uapi/linux/fs.h). */
enum {
	MW_SCAN_FILE = 1 << 2,
	MW_SCAN_PRESENT = 1 << 3,
	MW_SCAN_SWAPPED = 1 << 4,
	MW_SCAN_ZERO = 1 << 5,
	MW_SCAN_HUGE = 1 << 6,
};

/* Some of the bits of kpageflags (include/uapi/linux/kernel-page-flags.h). */
enum {
	MW_KPF_ANON = 1 << 12,
	MW_KPF_SWAPBACKED = 1 << 14,
	MW_KPF_HEAD = 1 << 15,
	MW_KPF_TAIL = 1 << 16,
	MW_KPF_HUGE = 1 << 17, /* of hugetlb */
	MW_KPF_KSM = 1 << 21,
	MW_KPF_THP = 1 << 22,
	MW_KPF_ZERO = 1 << 24,
};

/* Swap areas have the types below this one at most: above are entries that stand in the place of a
 * page that is being moved, on a device, or poisoned (include/linux/swap.h). */
#define MW_SWAP_TYPES_MAX 23

/* Pure: 0, or -EINVAL where there is no pagemap line. */
int mw_page_entry_parse(struct mw_str text, struct mw_page_entry *ret);

struct mw_page_bits mw_page_bits(uint64_t pagemap, struct mw_release release);

/* "LRU", the name of a bit of kpageflags; NULL: it has none. */
const char *mw_page_flag_name(unsigned bit);
