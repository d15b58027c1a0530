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
	assert_int_equal(mw_walk_owner(&w, &frames, &place, 31)->class, MW_PAGE_FREE);
	assert_int_equal(mw_walk_owner(&w, &frames, &place, 33)->node, 0);
	assert_null(mw_walk_owner(&w, &frames, &place, 100));
	assert_int_equal(mw_walk_owner(&w, &frames, &place, 600)->pointer, ADDRESS);
	assert_int_equal(mw_walk_owner(&w, &frames, &place, 600)->node, 1);
	assert_int_equal(mw_walk_owner(&w, &frames, &place, N - 1)->class, MW_PAGE_UNINIT);
	assert_null(mw_walk_owner(&w, &frames, &place, N));
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
			runs += mw_runs_get(&w.runs, i).frames;
		assert_int_equal(sum, N);
		assert_int_equal(runs, N);
	}
}

static uint64_t lie = 88172645463325252;

/* What is looked at first and what is read later have nothing in common. */
static int gather_other(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	struct made_page other = { .type = 0xf0000000 };

	(void)k;
	for (size_t i = 0; i < n; i++) {
		memset(ask[i].to, 0, ask[i].bytes);
		other.private = random_below(&lie, 12);
		if (random_below(&lie, 2))
			memcpy(ask[i].to, &other, sizeof(other));
	}
	return 0;
}

/* Blocks that are made and split all the time: frames stay as many, each in one run. */
static void raced(void **state)
{
	struct mw_frame_range range[] = { { 5, 1029, 0 }, { 1100, 1612, 0 }, { 2048, N - 1, 1 } };
	struct mw_frames frames = { .range = range, .n = 3 };
	uint64_t all = 1024 + 512 + N - 1 - 2048, seed = 362436069;
	struct mw_layout l = made_layout();

	(void)state;
	for (int round = 0; round < 100; round++) {
		_mw_pages_walk_ struct mw_walk_of_pages w = {};
		struct mw_runs_at run = {};
		uint64_t sum = 0, runs = 0, at = 0;

		memset(page, 0, sizeof(page));
		for (size_t i = 0; i < N; i += 1 + random_below(&seed, 300))
			page[i] = (struct made_page){ .type = 0xf0000000,
						      .private = random_below(&seed, 12) };
		memory()->gather = gather_other;
		assert_int_equal(mw_pages_walk(&image.k, &l, &frames, 10, &w), 0);
		for (size_t i = 0; i < w.owners.n; i++)
			sum += mw_page_owner_at(&w.owners, i)->frames;
		while (mw_runs_next(&w.runs, &frames, &run)) {
			assert_true(run.frame >= at);
			at = run.frame + run.frames;
			runs += run.frames;
		}
		assert_int_equal(at, N - 1);
		assert_int_equal(sum, all);
		assert_int_equal(runs, all);
	}
}

static size_t bulk_bytes;

static const void *bulk_counted(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bulk_bytes += piece[i].bytes;
	return image_bulk(k, piece, n);
}

/* Of large blocks nothing is read but where they begin. */
static void large_blocks(void **state)
{
	_mw_pages_walk_ struct mw_walk_of_pages w = {};
	struct mw_frames frames = { .range = (struct mw_frame_range *)&one, .n = 1 };
	struct mw_layout l = made_layout();

	(void)state;
	memset(page, 0, sizeof(page));
	for (size_t i = 0; i < 2048; i += 1024)
		page[i] = (struct made_page){ .type = 0xf0000000, .private = 10 };
	page[2560] =
		(struct made_page){ .flags = 1 << 6 | 1 << 5, .refcount = 1, .mapping = ADDRESS };
	page[2561].flags = 9;
	memory()->bulk = bulk_counted;
	bulk_bytes = 0;
	assert_int_equal(mw_pages_walk(&image.k, &l, &frames, 10, &w), 0);
	assert_int_equal(bulk_bytes, (N - 2048 - 512) * sizeof(page[0]));
	assert_int_equal(sum_of(&w, MW_PAGE_FREE), 2048);
	assert_int_equal(sum_of(&w, MW_PAGE_FILE), 512);
	assert_int_equal(sum_of(&w, MW_PAGE_UNINIT), N - 2048 - 512);
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
		cmocka_unit_test(raced),
		cmocka_unit_test(large_blocks),
		cmocka_unit_test(many_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
