/* SPDX-License-Identifier: Apache-2.0 */
/*
 * areas_made - a made-up kernel of 64 frames, with areas of vmalloc(), threads, memory per CPU and
 * the list of a CPU:
 *
 *	frame	0	reserved
 *		1	slab of vmap_area
 *		2-3	slab of task_struct
 *		4-7	stack of thread 7, "one"
 *		8-11	stack of the idle thread; charged to a cgroup
 *		12-15	a stack that is kept for the next thread
 *		16-18	vmalloc() by made_module(); 18 is also of an area that is stale
 *		20-21	per CPU
 *		22-23	other; 27 and 29 too
 *		24-26	on the list of a CPU: 24, and 25 as the tail of its block; 26
 *		28	file that an area has mapped
 *		30	loose: nobody's, on no list
 *		31-63	free
 */
#pragma once

#include "kmem_image.h"
#include "pages/areas.h"
#include "pages_made.h"

#define MADE_RAM 64
#define MADE_DIRECT 0xffff888000000000
#define MADE_HEAP 0xffff999900000000
#define MADE_VMALLOC 0xffffc90000000000
#define MADE_MEMCG (0xffff888100000000 | 2)
#define MADE_FORK 0xffffffff81000100
#define MADE_MODULE 0xffffffffc0000200
#define MADE_AT(k, member) (MADE_HEAP + offsetof(struct made_kernel, member))
#define MADE_AREAS 10
#define MADE_TASK 1024 /* bytes */

struct made_vm {
	uint64_t next, address, size, flags, pages;
	uint32_t order, count;
	uint64_t phys, caller;
};

struct made_area {
	uint64_t start, end, other[5], vm, flags;
};

struct made_cache {
	uint64_t other, name;
	uint32_t size, pad;
};

struct made_task {
	uint64_t other, stack;
	uint32_t pid;
	char comm[16];
};

struct made_kernel {
	struct made_page page[MADE_RAM];
	union {
		struct made_area area[4096 / sizeof(struct made_area)];
		char area_slab[4096];
	};
	union {
		struct made_task task[1];
		char task_slab[2 * 4096];
	};
	struct made_cache cache[2];
	char name[2][16];
	struct made_vm vm[MADE_AREAS];
	uint64_t vector[MADE_AREAS][8];
	uint64_t chunk[4]; /* the last: its areas */
	uint64_t chunk_areas[1];
	uint64_t list[2]; /* of a CPU */
	size_t n_areas;
};

static inline struct mw_layout made_areas_layout(void)
{
	struct mw_layout l = made_layout();

	l.page.index = 32;
	l.cache.name = offsetof(struct made_cache, name);
	l.cache.size = offsetof(struct made_cache, size);
	l.cache.pad = offsetof(struct made_cache, pad);
	l.task.stack = offsetof(struct made_task, stack);
	l.task.pid = offsetof(struct made_task, pid);
	l.task.comm = offsetof(struct made_task, comm);
	l.vmalloc.start = offsetof(struct made_area, start);
	l.vmalloc.end = offsetof(struct made_area, end);
	l.vmalloc.area = offsetof(struct made_area, vm);
	l.vmalloc.bytes = sizeof(struct made_area);
	l.vmalloc.address = offsetof(struct made_vm, address);
	l.vmalloc.size = offsetof(struct made_vm, size);
	l.vmalloc.caller = offsetof(struct made_vm, caller);
	l.vmalloc.pages = offsetof(struct made_vm, pages);
	l.vmalloc.count = offsetof(struct made_vm, count);
	l.vmalloc.vm_bytes = sizeof(struct made_vm);
	l.chunk.areas = 24;
	return l;
}

static inline uint64_t made_page_at(uint64_t frame)
{
	return MADE_FRAMES + frame * sizeof(struct made_page);
}

/* An area with frames from that one on, and a guard page; 0 frames: it has no list.  Its start. */
static inline uint64_t made_add_area(struct made_kernel *k, uint64_t caller, uint64_t frame,
				     uint32_t count)
{
	size_t i = k->n_areas++;
	uint64_t start = MADE_VMALLOC + i * 0x10000, bytes = (count + 1) * 4096ULL;

	k->area[i] = (struct made_area){ .start = start,
					 .end = start + bytes,
					 .vm = MADE_HEAP + offsetof(struct made_kernel, vm) +
					       i * sizeof(k->vm[0]) };
	k->vm[i] = (struct made_vm){ .address = start,
				     .size = bytes,
				     .caller = caller,
				     .count = count,
				     .pages = count ? MADE_HEAP +
							      offsetof(struct made_kernel, vector) +
							      i * sizeof(k->vector[0])
						    : 0 };
	for (uint32_t p = 0; p < count; p++)
		k->vector[i][p] = made_page_at(frame + p);
	return start;
}

/* Thread number i of its slab: they lie on both sides of the end of a page. */
static inline struct made_task *made_task_at(struct made_kernel *k, size_t i)
{
	return (struct made_task *)(k->task_slab + i * MADE_TASK);
}

static inline uint64_t made_task_address(size_t i)
{
	return MADE_DIRECT + 2 * 4096ULL + i * MADE_TASK;
}

static inline void made_pages(struct made_kernel *k)
{
	struct made_page *p = k->page;

	p[0] = (struct made_page){ .flags = 1 << 13, .refcount = 1 };
	p[1] = (struct made_page){ .type = 0xf5000000, .head = MADE_AT(k, cache[0]) };
	p[2] = (struct made_page){ .flags = 1 << 6,
				   .type = 0xf5000000,
				   .head = MADE_AT(k, cache[1]) };
	p[3] = (struct made_page){ .flags = 1, .head = made_page_at(2) | 1 };
	for (size_t i = 4; i < 31; i++)
		p[i] = (struct made_page){ .flags = 8, .type = UINT32_MAX, .refcount = 1 };
	for (size_t i = 8; i < 12; i++)
		p[i].memcg = MADE_MEMCG;
	for (size_t i = 24; i < 27; i++)
		p[i].refcount = 0;
	p[20].private = MADE_AT(k, chunk);
	p[21].index = MADE_AT(k, chunk);
	p[28].mapping = 0xffff888200000000;
	p[30].refcount = 0;
	for (size_t i = 31; i < MADE_RAM; i++)
		p[i] = (struct made_page){ .type = 0xf0000000 };
}

/* list -> 24 -> 26 -> list; 30 points to who does not point back. */
static inline void made_list(struct made_kernel *k)
{
	uint64_t a = made_page_at(24) + 8, b = made_page_at(26) + 8;

	k->list[0] = a;
	k->list[1] = b;
	k->page[24].head = b;
	k->page[24].word2 = MADE_AT(k, list);
	k->page[26].head = MADE_AT(k, list);
	k->page[26].word2 = a;
	k->page[30].head = a;
}

static inline void made_kernel(struct made_kernel *k)
{
	memset(k, 0, sizeof(*k));
	made_pages(k);
	made_list(k);
	strcpy(k->name[0], "vmap_area");
	strcpy(k->name[1], "task_struct");
	k->cache[0] = (struct made_cache){ .name = MADE_AT(k, name[0]), .size = 72 };
	k->cache[1] = (struct made_cache){ .name = MADE_AT(k, name[1]), .size = MADE_TASK };
	*made_task_at(k, 0) = (struct made_task){ .stack = made_add_area(k, MADE_FORK, 4, 4),
						  .pid = 7,
						  .comm = "one" };
	*made_task_at(k, 5) = (struct made_task){ .stack = made_add_area(k, MADE_FORK + 64, 8, 4),
						  .comm = "swapper/1" };
	made_add_area(k, MADE_FORK, 12, 4);
	made_add_area(k, MADE_MODULE, 16, 3);
	made_add_area(k, MADE_MODULE + 8, 18, 2); /* its second page is nobody's: a stale one */
	made_add_area(k, 0xffffffff81000300, 0, 0);
	made_add_area(k, MADE_MODULE + 4, 28, 1); /* a file's page, mapped */
	k->chunk_areas[0] = MADE_AT(k, vm[5]);
	k->chunk[3] = MADE_AT(k, chunk_areas);
	k->page[19] = (struct made_page){ .type = 0xf0000000 };
}

static inline void made_add_kernel(struct image *i, const struct made_kernel *k)
{
	image_add(i, MADE_FRAMES, k->page, sizeof(k->page));
	image_add(i, MADE_DIRECT + 4096, k->area_slab, sizeof(k->area_slab));
	image_add(i, MADE_DIRECT + 2 * 4096, k->task_slab, sizeof(k->task_slab));
	image_add(i, MADE_HEAP, k, sizeof(*k));
	i->k.frames = MADE_FRAMES;
	i->k.direct = MADE_DIRECT;
}
