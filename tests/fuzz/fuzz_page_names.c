/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as the kernel's memory behind the owners of pages: names end, and no frame is lost.
 *
 * The input: pairs of owner and cgroup word (a byte each: their place in the rest), then memory.
 */
#include "pages/names.h"

#include "../unit/kmem_image.h"
#include "../unit/names_made.h"
#include "fuzz.h"

#define BASE 0xffff888000010000
#define OWNERS 8
#define FRAME 4096

static struct image image;
static const enum mw_page_class class[] = { MW_PAGE_FILE, MW_PAGE_SLAB, MW_PAGE_HUGETLB,
					    MW_PAGE_ANON };

/* A word of the memory that is zero in its upper half is an address in it: else no input would
 * ever have one. */
static void point_inside(uint8_t *memory, size_t n)
{
	for (size_t i = 0; i + 8 <= n; i += 8) {
		uint64_t v;

		memcpy(&v, memory + i, 8);
		if (v && v < 4096)
			v += BASE;
		memcpy(memory + i, &v, 8);
	}
}

static void own(struct mw_page_owners *owners, const uint8_t *data)
{
	for (uint64_t i = 0; i < OWNERS; i++) {
		uint64_t memcg = data[2 * i + 1] ? BASE + data[2 * i + 1] : 0;
		uint32_t n = mw_page_owners_find(owners, class[i % 4], BASE + data[2 * i] * 8ul,
						 memcg, (uint32_t)i & 1);

		mw_page_owner_at(owners, n)->frames += i + 1;
	}
}

static uint64_t frames_of(const struct mw_page_owners *o, enum mw_page_class c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(o, i);

		sum += w->class == c ? w->frames : 0;
	}
	return sum;
}

static uint64_t charged_frames(const struct mw_page_owners *o)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct mw_page_owner *w = mw_page_owner_at(o, i);

		sum += w->memcg ? w->frames : 0;
	}
	return sum;
}

static void check(const struct mw_page_owners *o, const struct mw_census *c)
{
	uint64_t fs = 0, files = 0, rows = 0, cache = 0, group = 0, paid = 0;

	for (size_t i = 0; i < c->n_fs; i++) {
		fs += c->fs[i].bytes;
		files += c->fs[i].files;
		must(c->fs[i].deleted_bytes <= c->fs[i].bytes);
		must(c->fs[i].type.n <= 32 && c->fs[i].id.n <= 32);
	}
	for (size_t i = 0; i < c->n_files; i++) {
		rows += c->file[i].bytes;
		must(!i || c->file[i].bytes <= c->file[i - 1].bytes);
	}
	for (size_t i = 0; i < c->n_caches; i++)
		cache += c->cache[i].bytes;
	for (size_t i = 0; i < c->n_groups; i++) {
		const struct mw_census_group *g = &c->group[i];

		group += g->bytes;
		must(g->bytes == g->anon_bytes + g->file_bytes + g->shmem_bytes + g->kernel_bytes);
	}
	must(fs == FRAME * (frames_of(o, MW_PAGE_FILE) + frames_of(o, MW_PAGE_HUGETLB)));
	must(rows <= fs && c->n_files <= files);
	must(cache == FRAME * frames_of(o, MW_PAGE_SLAB));
	must(group == FRAME * charged_frames(o));
	for (size_t i = 0; i < c->n_paid; i++)
		paid += c->paid[i].bytes;
	must(paid <= group);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_page_owners_ struct mw_page_owners owners = {};
	_mw_arena_ struct mw_arena arena = {};
	static uint8_t memory[4096];
	struct mw_layout l = made_names_layout((enum mw_memcg_form)(size % 3));
	struct mw_census census = {};
	struct mw_naming n = { .k = &image.k,
			       .l = &l,
			       .owners = &owners,
			       .frame_bytes = FRAME,
			       .files_max = size % 5,
			       .paid_max = size % 4,
			       .arena = &arena };

	if (size < (size_t)2 * OWNERS + 8)
		return 0;
	own(&owners, data);
	data += 2 * OWNERS;
	size -= (size_t)2 * OWNERS;
	size = size < sizeof(memory) ? size : sizeof(memory);
	memcpy(memory, data, size);
	point_inside(memory, size);
	image_start(&image);
	image_add(&image, BASE, memory, size);
	must(!mw_names_files(&n, &census));
	must(!mw_names_groups(&n, &census));
	must(!mw_names_paid(&n, &census));
	must(!mw_names_rows(&n, &census));
	must(!mw_names_caches(&n, &census));
	check(&owners, &census);
	return 0;
}
