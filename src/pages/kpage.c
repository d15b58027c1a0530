/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/kpage.h"

#include <errno.h>

#define ORDER_MAX 18 /* of a compound page: 1 GiB */

/* include/uapi/linux/kernel-page-flags.h, include/linux/kernel-page-flags.h */
enum flag {
	UPTODATE = 3,
	DIRTY = 4,
	LRU = 5,
	SLAB = 7,
	WRITEBACK = 8,
	BUDDY = 10,
	ANON = 12,
	SWAPCACHE = 13,
	SWAPBACKED = 14,
	HEAD = 15,
	TAIL = 16,
	HUGE = 17,
	UNEVICTABLE = 18,
	NOPAGE = 20,
	KSM = 21,
	OFFLINE = 23,
	ZERO = 24,
	PGTABLE = 26,
	RESERVED = 32,
};

static bool has(uint64_t flags, enum flag f)
{
	return flags >> f & 1;
}

enum mw_page_class mw_kpage_class(uint64_t flags, bool charged)
{
	static const struct {
		enum flag flag;
		enum mw_page_class class;
	} marks[] = {
		{ NOPAGE, MW_PAGE_OFFLINE },	{ BUDDY, MW_PAGE_FREE },
		{ OFFLINE, MW_PAGE_OFFLINE },	{ PGTABLE, MW_PAGE_TABLE },
		{ HUGE, MW_PAGE_HUGETLB },	{ SLAB, MW_PAGE_SLAB },
		{ RESERVED, MW_PAGE_RESERVED }, { ZERO, MW_PAGE_RESERVED },
		{ KSM, MW_PAGE_KSM },		{ ANON, MW_PAGE_ANON },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (has(flags, marks[i].flag))
			return marks[i].class;
	if (has(flags, SWAPBACKED))
		return has(flags, SWAPCACHE) ? MW_PAGE_SWAPCACHE : MW_PAGE_SHMEM;
	if (has(flags, LRU) || has(flags, UNEVICTABLE) || has(flags, DIRTY) ||
	    has(flags, WRITEBACK) || (has(flags, UPTODATE) && charged))
		return MW_PAGE_FILE;
	return charged ? MW_PAGE_KMEM : MW_PAGE_OTHER;
}

struct run {
	struct mw_kpage *k;
	struct mw_arena *arena;
	struct mw_kpage_found *ret;
	uint64_t head; /* the flags of the last head that was met; 0: none */
	uint64_t ino;  /* of the last frame */
	struct mw_kpage_group *group;
	uint64_t word[MW_KPAGE_FILES][MW_KPAGE_CHUNK];
};

static int read_words(struct run *t, uint64_t frame, size_t n)
{
	int r = 0;

	for (int f = 0; f < MW_KPAGE_FILES && !r; f++)
		if (t->k->has[f])
			r = t->k->read(t->k, (enum mw_kpage_file)f, frame, n, t->word[f]);
	return r;
}

/* The first frame is a tail: its head begins at the boundary of some larger order. */
static int find_head(struct run *t, uint64_t frame)
{
	uint64_t last = frame, flags;
	int r = 0;

	t->head = 0;
	for (unsigned o = 1; o <= ORDER_MAX && !r; o++) {
		uint64_t at = frame >> o << o;

		if (at == last)
			continue;
		last = at;
		r = t->k->read(t->k, MW_KPAGE_FLAGS, at, 1, &flags);
		if (r || has(flags, TAIL))
			continue;
		t->head = has(flags, HEAD) ? flags : 0;
		break;
	}
	return r;
}

/* An item of a list that grows stays where it is no longer: t->group is asked for anew. */
static struct mw_kpage_group *group_of(struct run *t, uint64_t ino)
{
	struct mw_kpage_found *f = t->ret;
	struct mw_kpage_group *list;
	size_t i, *touched;

	if (!mw_index_get(&f->by_ino, ino, &i)) {
		list = mw_arena_grow(t->arena, f->group, f->n_groups, sizeof(*list));
		if (!list)
			return NULL;
		f->group = list;
		i = f->n_groups++;
		list[i] = (struct mw_kpage_group){ .ino = ino };
		mw_index_put(&f->by_ino, t->arena, ino, i);
	}
	if (!f->group[i].touched) {
		touched = mw_arena_grow(t->arena, f->touched, f->n_touched, sizeof(*touched));
		if (!touched)
			return NULL;
		f->touched = touched;
		touched[f->n_touched++] = i;
		f->group[i].touched = true;
	}
	return &f->group[i];
}

static enum mw_kpage_kind kind_of(enum mw_page_class class)
{
	if (class == MW_PAGE_ANON || class == MW_PAGE_KSM)
		return MW_KPAGE_ANON;
	if (class == MW_PAGE_SHMEM || class == MW_PAGE_SWAPCACHE)
		return MW_KPAGE_SHMEM;
	return class == MW_PAGE_FILE ? MW_KPAGE_FILE : MW_KPAGE_KERNEL;
}

static void charge(struct run *t, uint64_t ino, enum mw_page_class class)
{
	if (ino != t->ino || !t->group) {
		t->group = group_of(t, ino);
		t->ino = ino;
	}
	if (!t->group)
		return;
	t->group->now[kind_of(class)]++;
	t->group->now[MW_KPAGE_SUM]++;
}

static void count(struct run *t, size_t n, uint64_t frames[MW_PAGE_CLASSES])
{
	for (size_t i = 0; i < n; i++) {
		uint64_t flags = t->word[MW_KPAGE_FLAGS][i];
		uint64_t ino = t->k->has[MW_KPAGE_CGROUP] ? t->word[MW_KPAGE_CGROUP][i] : 0;
		enum mw_page_class class;

		if (has(flags, TAIL))
			flags |= t->head;
		else
			t->head = has(flags, HEAD) ? flags : 0;
		if (has(flags, NOPAGE))
			ino = 0;
		class = mw_kpage_class(flags, ino);
		frames[class]++;
		if (class == MW_PAGE_FREE)
			t->ret->raced_frames +=
				t->k->has[MW_KPAGE_COUNT] && t->word[MW_KPAGE_COUNT][i];
		else if (ino)
			charge(t, ino, class);
	}
}

static void end_block(struct run *t, const struct mw_stratum *s,
		      const uint64_t frames[MW_PAGE_CLASSES])
{
	struct mw_kpage_found *f = t->ret;

	mw_class_tallies_add(&f->classes, s, frames);
	for (size_t i = 0; i < f->n_touched; i++) {
		struct mw_kpage_group *g = &f->group[f->touched[i]];

		for (size_t k = 0; k < MW_KPAGE_KINDS; k++) {
			mw_tally_add(&g->kind[k], s, f->all.strata, g->now[k]);
			g->now[k] = 0;
		}
		g->touched = false;
	}
	f->n_touched = 0;
	t->group = NULL;
	f->all.strata += s->weight > 1;
	f->all.seen_frames += s->to - s->from;
	f->all.total_frames += (uint64_t)(s->weight * (double)(s->to - s->from) + 0.5);
	if (s->weight > f->all.weight)
		f->all.weight = s->weight;
}

static int look(struct run *t, const struct mw_stratum *s)
{
	uint64_t frames[MW_PAGE_CLASSES] = {};
	int r = read_words(t, s->from, s->to - s->from);

	if (!r && has(t->word[MW_KPAGE_FLAGS][0], TAIL) && !t->head)
		r = find_head(t, s->from);
	if (r)
		return r;
	count(t, s->to - s->from, frames);
	end_block(t, s, frames);
	return t->arena->failed ? -ENOMEM : 0;
}

/* Every frame: as blocks that stand for themselves, as long as a read. */
static int read_all(struct run *t, const struct mw_frames *frames)
{
	int r = 0;

	for (size_t i = 0; i < frames->n && !r; i++) {
		const struct mw_frame_range *range = &frames->range[i];

		t->head = 0;
		for (uint64_t at = range->from; at < range->to && !r;) {
			struct mw_stratum s = { at, at + MW_KPAGE_CHUNK, range->node, 1 };

			s.to = s.to < range->to ? s.to : range->to;
			r = look(t, &s);
			at = s.to;
		}
	}
	return r;
}

int mw_kpage_run(struct mw_kpage *k, const struct mw_frames *frames, uint64_t ppm, uint64_t seed,
		 struct mw_arena *arena, struct mw_kpage_found *ret)
{
	struct mw_strata strata = { .frames = frames, .ppm = ppm, .seed = seed };
	struct run *t = mw_arena_alloc(arena, sizeof(*t));
	struct mw_stratum s;
	int r;

	*ret = (struct mw_kpage_found){};
	r = mw_class_tallies_make(frames, arena, &ret->classes);
	if (r < 0 || !t)
		return -ENOMEM;
	t->k = k;
	t->arena = arena;
	t->ret = ret;
	if (ppm >= MW_SAMPLE_ALL)
		return read_all(t, frames);
	while (!r && mw_strata_next(&strata, &s)) {
		t->head = 0;
		r = look(t, &s);
	}
	return r;
}
