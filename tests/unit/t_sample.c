/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/sample.h"

#include "helper.h"
#include "pages/walk.h"
#include "pages_made.h"

#define N ((uint64_t)1 << 20)
#define FIRST 37 /* the first frame that is RAM */
#define RUNS 200
#define ADDRESS 0xffff888100000000

static struct made_page *page;
static char buffer[MW_BULK_BYTES];
static uint64_t truth[MW_PAGE_CLASSES], seed = 88172645463325252;

static void copy(uint64_t address, size_t bytes, char *to)
{
	uint64_t at = address - MADE_FRAMES, all = N * sizeof(*page);
	size_t n = at >= all ? 0 : bytes < all - at ? bytes : all - at;

	memset(to, 0, bytes);
	memcpy(to, (char *)page + (n ? at : 0), n);
}

static const void *bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	size_t at = 0;

	(void)k;
	for (size_t i = 0; i < n; at += piece[i++].bytes)
		copy(piece[i].address, piece[i].bytes, buffer + at);
	return buffer;
}

static int gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	(void)k;
	for (size_t i = 0; i < n; i++)
		copy(ask[i].address, ask[i].bytes, ask[i].to);
	return 0;
}

static struct mw_kmem memory = { .bulk = bulk, .gather = gather, .frames = MADE_FRAMES };

static const struct made_page kinds[MW_PAGE_CLASSES] = {
	[MW_PAGE_FREE] = { .type = 0xf0000000 },
	[MW_PAGE_IDLE] = { .flags = 1 << 20, .type = 0xffffffff },
	[MW_PAGE_RESERVED] = { .flags = 1 << 13, .refcount = 1, .type = 0xffffffff },
	[MW_PAGE_FILE] = { .flags = 1 << 5, .refcount = 1, .mapping = ADDRESS },
	[MW_PAGE_SHMEM] = { .flags = 1 << 5 | 1 << 15, .refcount = 1, .mapping = ADDRESS + 512 },
	[MW_PAGE_ANON] = { .flags = 1 << 5 | 1 << 15, .refcount = 1, .mapping = ADDRESS + 1 },
	[MW_PAGE_SLAB] = { .type = 0xf5000000, .refcount = 1, .head = ADDRESS },
	[MW_PAGE_TABLE] = { .type = 0xf2000000, .refcount = 1 },
	[MW_PAGE_HUGETLB] = { .type = 0xf4000000, .refcount = 1, .mapping = ADDRESS },
	[MW_PAGE_OTHER] = { .refcount = 1, .type = 0xffffffff },
	[MW_PAGE_ZSMALLOC] = { .type = 0xf6000000, .refcount = 1 },
};

/* A block of 2^order frames of this class, where it can begin; else of fewer. */
static uint64_t put(uint64_t at, enum mw_page_class class, unsigned order, bool masks)
{
	uint64_t n;

	while (order && (at & ((1ULL << order) - 1) || at + (1ULL << order) > N))
		order--;
	n = 1ULL << order;
	page[at] = kinds[class];
	if (class == MW_PAGE_FREE) {
		page[at].private = order;
	} else if (order) {
		page[at].flags |= 1 << 6;
		page[at + 1].flags = order;
		for (uint64_t i = 1; i < n; i++)
			page[at + i].head =
				masks ? 1 | ~(n * 64 - 1) >> 16 : (MADE_FRAMES + at * 64) | 1;
	}
	if (class == MW_PAGE_FREE || order)
		for (uint64_t i = 1; i < n; i++)
			page[at + i].type = 0xffffffff;
	truth[class] += n - (at < FIRST ? FIRST - at < n ? FIRST - at : n : 0);
	return at + n;
}

/* Clusters of one class each, some short, few very long; as an old machine is. */
static void make(bool masks)
{
	static const struct {
		enum mw_page_class class;
		unsigned share, order, cluster; /* of 1000; at most; log 2 of most blocks */
	} mix[] = {
		{ MW_PAGE_FREE, 200, 10, 3 }, { MW_PAGE_FILE, 250, 0, 11 },
		{ MW_PAGE_FILE, 100, 4, 8 },  { MW_PAGE_SHMEM, 60, 0, 12 },
		{ MW_PAGE_SHMEM, 20, 9, 4 },  { MW_PAGE_ANON, 150, 0, 8 },
		{ MW_PAGE_ANON, 60, 9, 3 },   { MW_PAGE_SLAB, 80, 3, 5 },
		{ MW_PAGE_TABLE, 30, 0, 4 },  { MW_PAGE_OTHER, 40, 0, 6 },
		{ MW_PAGE_IDLE, 20, 0, 4 },   { MW_PAGE_ZSMALLOC, 5, 0, 7 },
		{ MW_PAGE_HUGETLB, 1, 9, 5 },
	};

	memset(page, 0, N * sizeof(*page));
	memset(truth, 0, sizeof(truth));
	for (uint64_t at = 0; at < 16000;) /* the kernel's image */
		at = put(at, MW_PAGE_RESERVED, 0, masks);
	for (uint64_t at = 16000; at < N;) {
		size_t dice = random_below(&seed, 1016), m = 0;

		while (m + 1 < COUNT(mix) && dice >= mix[m].share)
			dice -= mix[m++].share;
		for (size_t n = 1 + random_below(&seed, (size_t)1 << random_below(
								&seed, mix[m].cluster + 1));
		     n && at < N; n--)
			at = put(at, mix[m].class,
				 mix[m].order == 9
					 ? 9
					 : (unsigned)random_below(&seed, mix[m].order + 1),
				 masks);
	}
}

struct score {
	unsigned in, of;
};

static void run(uint64_t ppm, bool masks, struct score *ret)
{
	struct mw_layout l = made_layout();
	struct mw_frame_range range = { FIRST, N, 0 };
	struct mw_frames frames = { .range = &range, .n = 1 };

	memset(ret, 0, sizeof(*ret));
	make(masks);
	for (unsigned i = 0; i < RUNS; i++) {
		_mw_arena_ struct mw_arena arena = {};
		struct mw_sample s = { &l, &frames, 10, ppm, i };
		struct mw_class_tallies t;
		uint64_t sum = 0;

		assert_int_equal(mw_pages_sample(&memory, &s, &arena, &t), 0);
		for (size_t c = 0; c < MW_PAGE_CLASSES; c++) {
			struct mw_estimate e = mw_tally_end(&t.tally[c], &t.node[0]);

			assert_true(e.low_frames <= e.frames && e.frames <= e.high_frames);
			sum += e.frames;
			if (!kinds[c].type && !kinds[c].refcount)
				continue;
			ret->of++;
			ret->in += truth[c] >= e.low_frames && truth[c] <= e.high_frames;
		}
		assert_in_range(sum, N - FIRST - MW_PAGE_CLASSES, N - FIRST + MW_PAGE_CLASSES);
	}
	print_message("at %llu ppm inside: %u of %u\n", (unsigned long long)ppm, ret->in, ret->of);
}

static void the_truth_is_inside(void **state)
{
	static const uint64_t ppm[] = { 1000, 5000, 10000, 50000, 300000 };

	(void)state;
	for (size_t i = 0; i < COUNT(ppm); i++) {
		struct score s;

		run(ppm[i], i & 1, &s);
		assert_true(s.in * 100 >= s.of * 93);
	}
}

/* All of it is the truth itself. */
static void a_sample_of_all(void **state)
{
	struct mw_layout l = made_layout();
	struct mw_frame_range range = { FIRST, N, 0 };
	struct mw_frames frames = { .range = &range, .n = 1 };

	(void)state;
	for (int masks = 0; masks < 2; masks++) {
		_mw_arena_ struct mw_arena arena = {};
		struct mw_sample s = { &l, &frames, 10, MW_SAMPLE_ALL, 1 };
		struct mw_class_tallies t;

		make(masks);
		assert_int_equal(mw_pages_sample(&memory, &s, &arena, &t), 0);
		for (size_t c = 0; c < MW_PAGE_CLASSES; c++) {
			struct mw_estimate e = mw_tally_end(&t.tally[c], &t.node[0]);

			assert_int_equal(e.frames, truth[c]);
			assert_int_equal(e.low_frames, truth[c]);
			assert_int_equal(e.high_frames, truth[c]);
		}
	}
}

/* Blocks rise, lie in one range, and stand for all frames; whatever the ranges. */
static void strata(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		struct mw_frame_range range[4];
		struct mw_frames frames = { .range = range, .n = 1 + random_below(&seed, 4) };
		struct mw_strata s = { .frames = &frames,
				       .ppm = 1 + random_below(&seed, MW_SAMPLE_ALL),
				       .seed = i };
		struct mw_stratum b;
		uint64_t at = 0, all = 0, last = 0;
		double sum = 0;

		for (size_t r = 0; r < frames.n; r++) {
			range[r].from = at + random_below(&seed, 200);
			at = range[r].to = range[r].from + 1 + random_below(&seed, 20000);
			range[r].node = (uint32_t)r;
			all += range[r].to - range[r].from;
		}
		while (mw_strata_next(&s, &b)) {
			assert_true(b.from >= last && b.from < b.to && b.weight >= 1);
			assert_true(b.from >= range[b.node].from && b.to <= range[b.node].to);
			assert_true(b.to - b.from <= MW_BLOCK_FRAMES);
			last = b.to;
			sum += b.weight * (double)(b.to - b.from);
		}
		assert_int_equal((uint64_t)(sum + 0.5), all);
	}
}

/* With no hit it is the rule of three, for two sides: 3.69 blocks of those that one stands for. */
static void no_hit(void **state)
{
	struct mw_tally none = {};
	struct mw_tally_sample s = { 1000, 6400000, 64000, 100 };
	struct mw_estimate e = mw_tally_end(&none, &s);

	(void)state;
	assert_int_equal(e.frames, 0);
	assert_int_equal(e.low_frames, 0);
	assert_in_range(e.high_frames, 23300, 23700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_truth_is_inside),
		cmocka_unit_test(a_sample_of_all),
		cmocka_unit_test(strata),
		cmocka_unit_test(no_hit),
	};
	int r;

	page = malloc(N * sizeof(*page));
	assert_non_null(page);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	free(page);
	return r;
}
