/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/kpage.h"

#include <errno.h>

#include "helper.h"
#include "kpage_made.h"

#define N 40000
#define B(n) (1ULL << (n))
#define LRU (B(3) | B(5))
#define HEAD B(15)
#define TAIL B(16)

static uint64_t flags[N], counts[N], cgroup[N];

static const struct mw_frame_range one = { 0, N, 0 };
static const struct mw_frames all = { .range = (struct mw_frame_range *)&one, .n = 1, .total = N };

static void classes(void **state)
{
	static const struct {
		uint64_t flags;
		bool charged;
		enum mw_page_class class;
	} c[] = {
		{ 0, false, MW_PAGE_OTHER },
		{ 0, true, MW_PAGE_KMEM },
		{ B(10), false, MW_PAGE_FREE },
		{ B(10) | B(3), false, MW_PAGE_FREE }, /* seen on 6.18 */
		{ B(20), false, MW_PAGE_OFFLINE },
		{ B(23), false, MW_PAGE_OFFLINE },
		{ B(26), true, MW_PAGE_TABLE },
		{ B(7), false, MW_PAGE_SLAB },
		{ B(17) | B(12), true, MW_PAGE_HUGETLB },
		{ B(32), false, MW_PAGE_RESERVED },
		{ B(24), false, MW_PAGE_RESERVED },
		{ LRU | B(12) | B(21) | B(14), true, MW_PAGE_KSM },
		{ LRU | B(12) | B(14), true, MW_PAGE_ANON },
		{ B(12), true, MW_PAGE_ANON }, /* lazily freed */
		{ LRU | B(13) | B(12) | B(14), true, MW_PAGE_ANON },
		{ LRU | B(13) | B(14), true, MW_PAGE_SWAPCACHE },
		{ LRU | B(14), true, MW_PAGE_SHMEM },
		{ LRU, true, MW_PAGE_FILE },
		{ B(18), false, MW_PAGE_FILE },
		{ B(3), true, MW_PAGE_FILE }, /* on its way to the lists */
		{ B(3), false, MW_PAGE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(c); i++)
		assert_int_equal(mw_kpage_class(c[i].flags, c[i].charged), c[i].class);
}

static uint64_t frames_of(const struct mw_kpage_found *f, enum mw_page_class class)
{
	return mw_tally_end(&f->classes.tally[class], &f->classes.node[0]).frames;
}

static void prepare(void)
{
	memset(flags, 0, sizeof(flags));
	memset(counts, 0, sizeof(counts));
	memset(cgroup, 0, sizeof(cgroup));
}

/* Up to 6.9 a tail has but that it is one; the reads end in the middle of a block. */
static void tails_are_as_their_head(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct made_kpage m = made_kpage(flags, counts, cgroup, N);
	struct mw_frame_range r[] = { { 0, 100, 0 }, { 600, N, 0 } };
	struct mw_frames two = { .range = r, .n = 2 };
	struct mw_kpage_found f;

	(void)state;
	prepare();
	flags[8192 - 512] = HEAD | LRU | B(12);
	for (size_t i = 1; i < 1024; i++)
		flags[8192 - 512 + i] = TAIL;
	flags[512] = HEAD | B(7); /* not in a range, but half of its tails */
	for (size_t i = 1; i < 512; i++)
		flags[512 + i] = TAIL;
	assert_int_equal(mw_kpage_run(&m.k, &two, MW_SAMPLE_ALL, 0, &arena, &f), 0);
	assert_int_equal(frames_of(&f, MW_PAGE_ANON), 1024);
	assert_int_equal(frames_of(&f, MW_PAGE_SLAB), 1024 - 600);
}

static void groups_and_races(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct made_kpage m = made_kpage(flags, counts, cgroup, N);
	struct mw_kpage_found f;

	(void)state;
	prepare();
	for (size_t i = 0; i < 3000; i++) {
		flags[i] = i % 3 == 0 ? LRU : i % 3 == 1 ? LRU | B(12) : LRU | B(14);
		cgroup[i] = 100 + i / 1000;
	}
	cgroup[3000] = 102;
	flags[3001] = B(10);
	counts[3001] = 1;
	cgroup[3001] = 100; /* free pages belong to nobody */
	assert_int_equal(mw_kpage_run(&m.k, &all, MW_SAMPLE_ALL, 0, &arena, &f), 0);
	assert_int_equal(f.raced_frames, 1);
	assert_int_equal(f.n_groups, 3);
	assert_int_equal(f.group[2].ino, 102);
	assert_int_equal(f.group[2].kind[MW_KPAGE_SUM].seen_frames, 1001);
	assert_int_equal(f.group[2].kind[MW_KPAGE_KERNEL].seen_frames, 1);
	assert_int_equal(f.group[0].kind[MW_KPAGE_FILE].seen_frames, 334);
	assert_int_equal(f.group[0].kind[MW_KPAGE_ANON].seen_frames, 333);
	assert_int_equal(f.group[0].kind[MW_KPAGE_SHMEM].seen_frames, 333);
	assert_int_equal(frames_of(&f, MW_PAGE_KMEM), 1);
	assert_int_equal(frames_of(&f, MW_PAGE_OTHER), N - 3002);
}

/* Of a sample: all is accounted for, and the truth lies within. */
static void samples(void **state)
{
	struct made_kpage m = made_kpage(flags, counts, cgroup, N);
	unsigned in = 0;

	(void)state;
	prepare();
	for (size_t i = 0; i < N; i++) {
		flags[i] = i / 700 % 5 == 0 ? LRU | B(12) : B(10);
		cgroup[i] = flags[i] & LRU ? 7 : 0;
	}
	for (uint64_t seed = 0; seed < 200; seed++) {
		_mw_arena_ struct mw_arena arena = {};
		struct mw_kpage_found f;
		struct mw_estimate e, g;

		assert_int_equal(mw_kpage_run(&m.k, &all, 100000, seed, &arena, &f), 0);
		e = mw_tally_end(&f.classes.tally[MW_PAGE_ANON], &f.classes.node[0]);
		in += e.low_frames <= 8400 && e.high_frames >= 8400;
		assert_in_range(e.frames + frames_of(&f, MW_PAGE_FREE), N - 1, N + 1);
		if (!f.n_groups)
			continue;
		g = mw_tally_end(&f.group[0].kind[MW_KPAGE_SUM], &f.all);
		assert_int_equal(g.frames, e.frames);
	}
	assert_true(in >= 186);
}

static void what_is_missing(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct made_kpage m = made_kpage(flags, NULL, NULL, N / 2);
	struct mw_kpage_found f;

	(void)state;
	prepare();
	assert_int_equal(mw_kpage_run(&m.k, &all, MW_SAMPLE_ALL, 0, &arena, &f), 0);
	assert_int_equal(frames_of(&f, MW_PAGE_OFFLINE), N / 2);
	assert_int_equal(f.n_groups, 0);
	m.fail = -EPERM;
	assert_int_equal(mw_kpage_run(&m.k, &all, 10000, 0, &arena, &f), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes),	    cmocka_unit_test(tails_are_as_their_head),
		cmocka_unit_test(groups_and_races), cmocka_unit_test(samples),
		cmocka_unit_test(what_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
