/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/walk.h"

#include "helper.h"
#include "kmem_image.h"
#include "pages_made.h"

#define N 4096
#define ADDRESS 0xffff888100000000

static struct made_page page[N];
static struct image image;
static const struct mw_frame_range one = { 0, N, 0 };

static struct mw_kmem *memory(void)
{
	image_start(&image);
	image_add(&image, MADE_FRAMES, page, sizeof(page));
	image.k.frames = MADE_FRAMES;
	return &image.k;
}

static uint64_t sum_of(const struct mw_walk_of_pages *w, enum mw_page_class class)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < w->owners.n; i++)
		sum += mw_page_owner_at(&w->owners, i)->class == class ? mw_page_owner_at(
										 &w->owners, i)
										 ->frames
								       : 0;
	return sum;
}

static void from_block_to_block(void **state)
{
	_mw_pages_walk_ struct mw_walk_of_pages w = {};
	struct mw_frame_range range[] = { { 0, 64, 0 }, { 128, N, 1 } };
	struct mw_frames frames = { .range = range, .n = 2 };
	struct mw_layout l = made_layout();
	struct mw_run_place place = {};

	(void)state;
	memset(page, 0, sizeof(page));
	page[0] = (struct made_page){ .type = 0xf0000000, .private = 5 };
	page[7] = (struct made_page){ .type = 0xf5000000, .head = ADDRESS }; /* never looked at */
	page[32] = (struct made_page){ .flags = 1 << 5, .refcount = 1, .mapping = ADDRESS };
	page[33] = page[32];
	page[512] = (struct made_page){ .flags = 3 << 5, .refcount = 1, .mapping = ADDRESS };
	page[513].flags = 9;
	assert_int_equal(mw_pages_walk(memory(), &l, &frames, 10, &w), 0);
	assert_int_equal(w.frames, 64 + N - 128);
	assert_int_equal(sum_of(&w, MW_PAGE_FREE), 32);
	assert_int_equal(sum_of(&w, MW_PAGE_FILE), 2 + 512);
	assert_int_equal(sum_of(&w, MW_PAGE_SLAB), 0);
	assert_int_equal(sum_of(&w, MW_PAGE_UNINIT), 30 + N - 128 - 512);
	assert_int_equal(mw_runs_owner(&w, &frames, &place, 31)->class, MW_PAGE_FREE);
	assert_int_equal(mw_runs_owner(&w, &frames, &place, 33)->node, 0);
	assert_null(mw_runs_owner(&w, &frames, &place, 100));
	assert_int_equal(mw_runs_owner(&w, &frames, &place, 600)->pointer, ADDRESS);
	assert_int_equal(mw_runs_owner(&w, &frames, &place, 600)->node, 1);
	assert_int_equal(mw_runs_owner(&w, &frames, &place, N - 1)->class, MW_PAGE_UNINIT);
	assert_null(mw_runs_owner(&w, &frames, &place, N));
}

/* Whatever stands there: all frames are counted, once. */
static void random_pages(void **state)
{
	struct mw_frames frames = { .range = (struct mw_frame_range *)&one, .n = 1 };
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int round = 0; round < 100; round++) {
		_mw_pages_walk_ struct mw_walk_of_pages w = {};
		struct mw_layout l = round & 1 ? made_layout() : made_old_layout();
		uint64_t sum = 0, runs = 0;

		for (size_t i = 0; i < sizeof(page) / 8; i++)
			((uint64_t *)page)[i] = random_next(&seed) >> (random_below(&seed, 64));
		assert_int_equal(mw_pages_walk(memory(), &l, &frames, 10, &w), 0);
		for (size_t i = 0; i < w.owners.n; i++)
			sum += mw_page_owner_at(&w.owners, i)->frames;
		for (size_t i = 0; i < w.runs.n; i++)
			runs += w.runs.run[i].frames;
		assert_int_equal(sum, N);
		assert_int_equal(runs, N);
	}
}

static void many_owners(void **state)
{
	_mw_page_owners_ struct mw_page_owners o = {};

	(void)state;
	for (int twice = 0; twice < 2; twice++)
		for (uint64_t i = 0; i < 100000; i++) {
			uint32_t n = mw_page_owners_find(&o, MW_PAGE_FILE, ADDRESS + i * 64, i % 7,
							 i % 3 == 0);

			assert_int_equal(n, i);
		}
	assert_int_equal(o.n, 100000);
	assert_false(o.items.failed);
	assert_int_equal(mw_page_owner_at(&o, 99999)->pointer, ADDRESS + 99999 * 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_block_to_block),
		cmocka_unit_test(random_pages),
		cmocka_unit_test(many_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
