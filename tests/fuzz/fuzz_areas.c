/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up kernel of which words were changed (ten bytes of input each: where, and what), and all
 * of whose other memory is the input: no frame is lost or counted twice, and it ends; nor by who
 * holds what is left. */
#include "../unit/areas_made.h"
#include "fuzz.h"
#include "pages/holders.h"
#include "pages/idle.h"

static struct made_kernel kernel;
static struct image image;
static const uint8_t *rest;
static size_t rest_bytes;

static int gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	struct image *i = (struct image *)k;

	for (size_t a = 0; a < n; a++) {
		uint64_t failed = k->failed_bytes;

		image_read(i, ask[a].address, ask[a].bytes, ask[a].to);
		for (size_t b = 0; k->failed_bytes - failed == ask[a].bytes && b < ask[a].bytes;
		     b++)
			((uint8_t *)ask[a].to)[b] = rest[(ask[a].address + b) % rest_bytes];
	}
	return 0;
}

static uint64_t sum(const struct mw_walk_of_pages *w)
{
	uint64_t n = 0;

	for (size_t i = 0; i < w->owners.n; i++)
		n += mw_page_owner_at(&w->owners, i)->frames;
	return n;
}

static const void *bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	static char buffer[MADE_RAM * 4096];
	size_t at = 0;

	for (size_t i = 0; i < n; at += piece[i++].bytes) {
		const struct mw_kmem_ask ask = { piece[i].address, (uint32_t)piece[i].bytes,
						 buffer + at };

		must(piece[i].bytes <= sizeof(buffer) - at);
		if (gather(k, &ask, 1))
			return NULL;
	}
	return buffer;
}

static void search(const struct mw_walked *w, uint64_t only, bool take)
{
	static const struct mw_image variables = { .part = { { 0, 4096 } }, .n = 1 };
	const struct mw_search what = { .image = &variables, .only = only, .take = take };
	struct mw_holders h;
	uint64_t held = 0;

	must(!mw_holders_find(w, &what, &h));
	must(h.held_frames <= h.sought_frames && h.sought_frames <= MADE_RAM);
	for (size_t i = 0; i < h.n; i++)
		held += h.item[i].frames;
	must(only != UINT64_MAX || take || held == h.held_frames);
}

static void change(const uint8_t *data, size_t size)
{
	for (size_t at = 0; at + 10 <= size; at += 10) {
		size_t where = ((size_t)data[at] << 8 | data[at + 1]) * 8;

		/* Not the pages of slabs: without them nothing would be looked at. */
		where = where % (sizeof(kernel) - 8);
		if (where < 64 || where >= 4 * sizeof(struct made_page))
			memcpy((char *)&kernel + where, data + at + 2, 8);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_pages_walk_ struct mw_walk_of_pages w = {};
	_mw_arena_ struct mw_arena arena = {};
	struct mw_frame_range range[] = { { 0, 16, 0 }, { 16, MADE_RAM, 1 } };
	struct mw_frames frames = { .range = range, .n = 2, .total = MADE_RAM };
	struct mw_layout l = made_areas_layout();
	struct mw_moved moved = {};
	struct mw_walked walked = { &image.k, &l, &frames, 4096, &w, &arena, &moved };
	struct mw_areas areas;
	uint64_t all;

	if (size < 10)
		return 0;
	rest = data;
	rest_bytes = size;
	made_kernel(&kernel);
	image_start(&image);
	made_add_kernel(&image, &kernel);
	image.k.gather = gather;
	must(!mw_pages_walk(&image.k, &l, &frames, 10, &w));
	all = sum(&w);
	change(data, size);
	must(all == MADE_RAM && !mw_areas_take(&walked, &areas) && !mw_idle_tell(&walked));
	must(sum(&w) == all);
	must(areas.stack_frames + areas.percpu_frames + areas.vmalloc_frames <= all);
	mw_areas_name(&areas, fuzz_text(data, size), &arena);
	image.k.bulk = bulk;
	search(&walked, UINT64_MAX, true);
	search(&walked, UINT64_MAX, false);
	search(&walked, data[0] % MADE_RAM, false);
	must(sum(&w) == all);
	mw_moved_done(&moved);
	return 0;
}
