/* SPDX-License-Identifier: Apache-2.0 */
/*
 * areas - frames that the walk could not name and that vmalloc() holds: stacks of threads, memory
 * per CPU, and the rest by who asked for it.
 *
 * A frame is taken off its owner and given to another, once, however many point to it; node and
 * cgroup stay, and so does the sum over all owners.  Only what has no mark is taken: other, kmem
 * and page_pool; free and idle frames too, when they came into use since the walk.  The runs, and
 * .blocks of the owners, still tell of the walk.  Owners of these classes have as pointer:
 *
 *	MW_PAGE_STACK	the struct task_struct
 *	MW_PAGE_VMALLOC	the address in the kernel's code that asked; of kernel_clone() these
 *			are stacks which are kept for the next thread
 *	MW_PAGE_PERCPU	0
 *
 * KernelStack of /proc/meminfo counts the stacks that have a thread, too (account_kernel_stack(),
 * kernel/fork.c); VmallocUsed those and all of vmalloc; Percpu what is here and the first
 * chunk, which is of reserved memory.
 */
#pragma once

#include "base/val.h"
#include "pages/walk.h"

struct mw_area_caller {
	uint64_t address, areas, frames;
	struct mw_str name; /* "bpf_prog_alloc [x]"; empty until mw_areas_name() */
};

struct mw_area_stack {
	uint64_t task, frames; /* struct task_struct */
	uint32_t pid;	       /* 0: the idle thread of a CPU */
	char comm[16];	       /* ends in NUL */
};

struct mw_areas {
	/* MW_ABSENT: not known where the direct mapping is, or no slab of vmap_area or task_struct
	 * was found.  All figures are 0 then, and nothing was moved. */
	enum mw_why why;
	struct mw_area_caller *caller; /* largest first */
	struct mw_area_stack *stack;
	size_t n_callers, n_stacks, n_areas, n_stale;
	uint64_t stack_frames, percpu_frames, vmalloc_frames;
};

/* 0, -EIO where the reader failed, -ENOMEM. */
int mw_areas_take(const struct mw_walked *w, struct mw_areas *ret);

/* Pure.  Names of the callers; those of one function become one, with the address of the largest.
 * kallsyms: the text of /proc/kallsyms, which costs the kernel some 50 ms: only for those who show
 * names.  Nothing of it is kept. */
void mw_areas_name(struct mw_areas *a, struct mw_str kallsyms, struct mw_arena *arena);
