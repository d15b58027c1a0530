/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/sample.h"

#include <errno.h>

#define PAGE_ROOM 128 /* of a struct page */
#define BLOCK_ORDER 6 /* MW_BLOCK_FRAMES */
#define ORDER_MAX 18  /* of a compound page: 1 GiB */
#define HEADS_MAX (ORDER_MAX + 1 - BLOCK_ORDER)
#define BATCH 16

/* A place where a block may begin: its struct page, and the next one, which has the order. */
struct place {
	uint64_t frame;
	char page[2 * PAGE_ROOM];
};

struct look {
	struct mw_stratum s;
	struct place head[HEADS_MAX];
	size_t n_heads;
	char page[MW_BLOCK_FRAMES * PAGE_ROOM];
};

struct sampler {
	struct mw_kmem *k;
	const struct mw_sample *sample;
	struct mw_class_tallies *ret;
	struct look look[BATCH];
	struct mw_kmem_ask ask[BATCH * (HEADS_MAX + MW_BLOCK_FRAMES * PAGE_ROOM / MW_ASK_BYTES)];
	size_t n;
};

int mw_class_tallies_make(const struct mw_frames *frames, struct mw_arena *arena,
			  struct mw_class_tallies *ret)
{
	struct mw_class_tallies t = { .n_nodes = 1 };

	for (size_t i = 0; i < frames->n; i++)
		if (frames->range[i].node >= t.n_nodes)
			t.n_nodes = (size_t)frames->range[i].node + 1;
	t.tally = mw_arena_alloc(arena, t.n_nodes * MW_PAGE_CLASSES * sizeof(*t.tally));
	t.node = mw_arena_alloc(arena, t.n_nodes * sizeof(*t.node));
	if (!t.tally || !t.node)
		return -ENOMEM;
	for (size_t i = 0; i < frames->n; i++)
		t.node[frames->range[i].node].total_frames +=
			frames->range[i].to - frames->range[i].from;
	*ret = t;
	return 0;
}

void mw_class_tallies_add(struct mw_class_tallies *t, const struct mw_stratum *s,
			  const uint64_t frames[MW_PAGE_CLASSES])
{
	struct mw_tally_sample *node = &t->node[s->node];

	for (size_t i = 0; i < MW_PAGE_CLASSES; i++)
		mw_tally_add(&t->tally[s->node * MW_PAGE_CLASSES + i], s, node->strata, frames[i]);
	node->strata += s->weight > 1;
	node->seen_frames += s->to - s->from;
	if (s->weight > node->weight)
		node->weight = s->weight;
	t->strata++;
	t->frames += s->to - s->from;
}

static uint64_t page_at(const struct sampler *t, uint64_t frame)
{
	return t->k->frames + frame * (uint64_t)t->sample->layout->page.bytes;
}

static void ask(struct sampler *t, uint64_t address, size_t bytes, char *to, size_t *n)
{
	while (bytes) {
		uint32_t piece = (uint32_t)(bytes < MW_ASK_BYTES ? bytes : MW_ASK_BYTES);

		t->ask[(*n)++] = (struct mw_kmem_ask){ address, piece, to };
		address += piece;
		to += piece;
		bytes -= piece;
	}
}

/* Where a block of the buddy allocator, or a compound page of no larger order, would begin: the
 * nearest first. */
static void places(struct look *l, unsigned from_order, unsigned to_order)
{
	uint64_t last = l->s.from;

	l->n_heads = 0;
	for (unsigned o = from_order; o <= to_order && o <= ORDER_MAX; o++) {
		uint64_t frame = l->s.from >> o << o;

		if (frame != last)
			l->head[l->n_heads++].frame = last = frame;
	}
}

static int read_places(struct sampler *t, struct look *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_heads; i++)
		ask(t, page_at(t, l->head[i].frame), 2 * (size_t)t->sample->layout->page.bytes,
		    l->head[i].page, &n);
	return t->k->gather(t->k, t->ask, n);
}

static void classify(const struct sampler *t, uint64_t frame, const char *p, size_t bytes,
		     struct mw_page *ret)
{
	const struct mw_layout *l = t->sample->layout;
	uint64_t flags;

	mw_page_classify(l, t->sample->max_order, frame, p, bytes, ret);
	memcpy(&flags, p + l->page.flags, sizeof(flags));
	if (ret->class == MW_PAGE_FILE && flags & l->page.swapbacked_bit)
		ret->class = MW_PAGE_SHMEM;
}

/* Is it within a block that begins at one of these places? */
static bool covered(const struct sampler *t, const struct look *l, struct mw_page *ret)
{
	for (size_t i = 0; i < l->n_heads; i++) {
		classify(t, l->head[i].frame, l->head[i].page,
			 2 * (size_t)t->sample->layout->page.bytes, ret);
		if (l->head[i].frame + ret->frames > l->s.from)
			return true;
	}
	return false;
}

/* The first frame is a tail, and no near head has it: the tail points to its own, or where it has a
 * mask instead (since 7.1), it begins at the boundary of a larger order. */
static int follow_tail(struct sampler *t, struct look *l, bool *ret_covered, struct mw_page *ret)
{
	uint64_t head, frame, each = (uint64_t)t->sample->layout->page.bytes;
	int r;

	memcpy(&head, l->page + t->sample->layout->page.head, sizeof(head));
	frame = (head - 1 - t->k->frames) / each;
	if (mw_kmem_is_address(head) && page_at(t, frame) == head - 1 && frame < l->s.from) {
		l->head[0].frame = frame;
		l->n_heads = 1;
	} else {
		places(l, t->sample->max_order + 1, ORDER_MAX);
	}
	r = read_places(t, l);
	*ret_covered = !r && covered(t, l, ret);
	return r;
}

static int count(struct sampler *t, struct look *l)
{
	uint64_t frames[MW_PAGE_CLASSES] = {}, end = l->s.to, at = l->s.from;
	size_t each = (size_t)t->sample->layout->page.bytes;
	struct mw_page page;
	bool all = covered(t, l, &page);
	int r = 0;

	if (!all) {
		classify(t, at, l->page, each, &page);
		if (page.class == MW_PAGE_TAIL)
			r = follow_tail(t, l, &all, &page);
	}
	if (all) {
		/* A block that ends within this one cannot be, if it began before. */
		frames[page.class] += end - at;
		at = end;
	}
	while (at < end) {
		classify(t, at, l->page + (at - l->s.from) * each, (end - at) * each, &page);
		page.frames = page.frames < end - at ? page.frames : end - at;
		frames[page.class] += page.frames;
		at += page.frames;
	}
	mw_class_tallies_add(t->ret, &l->s, frames);
	return r;
}

static int run_batch(struct sampler *t)
{
	size_t each = (size_t)t->sample->layout->page.bytes, n = 0;
	int r;

	for (size_t i = 0; i < t->n; i++) {
		struct look *l = &t->look[i];

		ask(t, page_at(t, l->s.from), (l->s.to - l->s.from) * each, l->page, &n);
		places(l, BLOCK_ORDER, t->sample->max_order);
		for (size_t h = 0; h < l->n_heads; h++)
			ask(t, page_at(t, l->head[h].frame), 2 * each, l->head[h].page, &n);
	}
	r = t->k->gather(t->k, t->ask, n);
	for (size_t i = 0; i < t->n && !r; i++)
		r = count(t, &t->look[i]);
	t->n = 0;
	return r < 0 ? -EIO : 0;
}

int mw_pages_sample(struct mw_kmem *k, const struct mw_sample *sample, struct mw_arena *arena,
		    struct mw_class_tallies *ret)
{
	struct mw_strata strata = { .frames = sample->frames,
				    .ppm = sample->ppm,
				    .seed = sample->seed };
	struct mw_arena_mark mark;
	struct sampler *t;
	int r = mw_class_tallies_make(sample->frames, arena, ret);

	if (r < 0)
		return r;
	if (sample->layout->page.bytes > PAGE_ROOM)
		return -EOPNOTSUPP;
	mark = mw_arena_mark(arena);
	t = mw_arena_alloc(arena, sizeof(*t));
	if (!t)
		return -ENOMEM;
	*t = (struct sampler){ .k = k, .sample = sample, .ret = ret };
	while (!r && mw_strata_next(&strata, &t->look[t->n].s))
		if (++t->n == BATCH)
			r = run_batch(t);
	if (!r && t->n)
		r = run_batch(t);
	mw_arena_reset(arena, mark);
	return r;
}
