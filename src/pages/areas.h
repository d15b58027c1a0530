/* SPDX-License-Identifier: Apache-2.0 */
/*
 * areas - the pages behind vmalloc(): kernel stacks, per-CPU memory, modules, buffers.  Their
 * struct pages have no mark; struct vm_struct has the list of its pages.
 *
 * The areas are found without a symbol: struct vmap_area is an object of a slab cache of just its
 * size (caches of one size are merged), so the slabs of such caches are searched for objects whose
 * vm_struct says the same start and size.
 */
#pragma once

#include "pages/tasks.h"
#include "pages/walk.h"

enum mw_area_kind {
	MW_AREA_PLAIN,
	MW_AREA_STACK,	/* of a thread, or of a CPU that idles */
	MW_AREA_PERCPU, /* keeps no list of its pages */
};

struct mw_area {
	uint64_t start, end;
	uint64_t vm;	 /* struct vm_struct */
	uint64_t caller; /* an address in the function that asked for it */
	uint64_t pages;	 /* the array of pointers to struct page; 0: it has none */
	uint64_t frames; /* how many */
	enum mw_area_kind kind;
};

/* A function that asked for areas. */
struct mw_area_caller {
	uint64_t address;
	struct mw_str name; /* empty: not known */
};

struct mw_areas {
	struct mw_area *area; /* by start */
	size_t n;
	struct mw_area_caller *caller; /* by address, each once */
	size_t n_callers;
};

/* 0, -EIO or -ENOMEM; none where the direct mapping is not known. */
int mw_areas_find(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		  const struct mw_walk_of_pages *w, uint64_t frame_bytes, struct mw_arena *arena,
		  struct mw_areas *ret);

/* Says which area is what: by the threads, and by the names of the callers in /proc/kallsyms. */
void mw_areas_name(struct mw_areas *areas, const struct mw_task_stacks *stacks,
		   struct mw_str kallsyms, struct mw_arena *arena);

/* Gives the pages that have no other mark to whom they belong: MW_PAGE_STACK with the address of
 * the stack as pointer, MW_PAGE_PERCPU, else MW_PAGE_VMALLOC with the caller.  Counts .frames of
 * the stacks. */
int mw_areas_give(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		  const struct mw_areas *areas, struct mw_task_stacks *stacks,
		  struct mw_arena *arena, struct mw_walk_of_pages *w);
