/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout - where a kernel keeps what the census asks: offsets in bytes, bits and codes, from its
 * BTF, and what BTF cannot tell by a small table of versions.
 *
 * Invariant: a place that this kernel does not have is MW_NOWHERE; what a walk cannot do without
 * is there, or mw_layout_of() fails.
 */
#pragma once

#include "kernel/btf.h"

#define MW_NOWHERE (-1)

/* Types of a page, where the kernel marks them (enum pagetype, include/linux/page-flags.h). */
enum mw_page_type {
	MW_TYPE_NONE,
	MW_TYPE_BUDDY,
	MW_TYPE_OFFLINE,
	MW_TYPE_TABLE,
	MW_TYPE_GUARD,
	MW_TYPE_SLAB,
	MW_TYPE_HUGETLB,
	MW_TYPE_ZSMALLOC,
	MW_TYPE_LARGE_KMALLOC,
	MW_TYPE_UNACCEPTED,
	MW_TYPE_KMEM, /* up to 5.10: charged to a cgroup as kernel memory */
	MW_PAGE_TYPES,
};

enum mw_type_form {
	MW_TYPE_BYTE,	  /* since 6.12: the top byte is the code */
	MW_TYPE_INVERTED, /* before: a bit that is 0 */
};

/* What stands in a page about its memory cgroup. */
enum mw_memcg_form {
	MW_MEMCG_POINTER, /* up to 5.10: struct mem_cgroup, or with bit 0 set a vector of a slab */
	MW_MEMCG_DATA,	  /* since 5.11: bit 0 a vector, bit 1 struct obj_cgroup, else mem_cgroup */
	MW_MEMCG_OBJCG,	  /* since 7.1: bit 0 a vector, else struct obj_cgroup */
};

struct mw_layout {
	struct {
		int32_t bytes, flags, head, mapping, private, type, refcount, memcg, lru, pool;
		int32_t pool_magic, slab_cache;
		int32_t order;	    /* from the start of the first page of a block */
		int32_t destructor; /* the same; up to 6.5 */
		int32_t table_mm;
		int64_t hugetlb_destructor;
		int64_t hugetlb_bit; /* in the flags of the second page: 6.6 to 6.8 */
		uint64_t head_bit, lru_bit, reserved_bit, slab_bit, swapcache_bit, swapbacked_bit,
			uptodate_bit, locked_bit, dirty_bit, writeback_bit;
		enum mw_type_form type_form;
		uint32_t code[MW_PAGE_TYPES]; /* 0: this kernel has no such type */
		enum mw_memcg_form memcg_form;
	} page;
	struct {
		int32_t host, pages;
	} mapping; /* struct address_space */
	struct {
		int32_t ino, superblock, mode, size, nlink, dentries;
	} inode;
	struct {
		int32_t dev, id, magic, type, type_name;
	} superblock;
	struct {
		int32_t alias, parent, name, bytes;
	} dentry;
	struct {
		int32_t name, size;
	} cache; /* struct kmem_cache */
	struct {
		int32_t cgroup, css_flags, node, node_name, node_id, node_parent;
		int32_t of_objcg; /* struct obj_cgroup: its memcg */
	} memcg;
	struct {
		int32_t tasks, stack, stack_area, pid, comm, signal, thread, mm, files;
		int32_t threads; /* struct signal_struct: the head of the list */
		int32_t pgd;	 /* struct mm_struct */
	} task;
	struct {
		int32_t table, open, mapping; /* files_struct, fdtable, file */
	} file;
	struct {
		int32_t start, end, area, bytes;	     /* struct vmap_area */
		int32_t address, size, caller, pages, count; /* struct vm_struct */
		int32_t vm_bytes;
	} vmalloc;
};

/* Pure.  0, or -ENODATA with the first name that was missed in *ret_missed. */
int mw_layout_of(const struct mw_btf *btf, struct mw_layout *ret, const char **ret_missed);
