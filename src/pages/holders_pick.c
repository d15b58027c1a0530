/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "pages/holders_private.h"

#define CHAIN_MAX 8

/* Words that have no meaning any more are all over; who holds things of a kind holds many.  So of
 * claims of one rank that of the holder counts that has a claim to the most blocks. */
static const struct claim *pick(const struct search *s, const uint32_t *votes, size_t block)
{
	const struct claim *c = s->claim[block], *best = &c[0];

	for (size_t i = 1; i < CLAIMS && c[i].holder != NOBODY && c[i].rank == c[0].rank; i++)
		if (votes[c[i].holder] > votes[best->holder])
			best = &c[i];
	return best;
}

static uint32_t *count_votes(struct search *s)
{
	uint32_t *votes = mw_arena_alloc(&s->scratch, (s->ret->n + 1) * sizeof(*votes));

	for (size_t b = 0; votes && b < s->sought.n; b++)
		for (size_t i = 0; i < CLAIMS && s->claim[b][i].holder != NOBODY; i++)
			votes[s->claim[b][i].holder]++;
	return votes;
}

/* Keeps of each block its best claim alone, as the first. */
static int settle(struct search *s)
{
	const uint32_t *votes = count_votes(s);
	int r = votes ? 0 : -ENOMEM;

	for (size_t b = 0; b < s->sought.n && !r; b++) {
		struct claim best;

		if (s->claim[b][0].holder == NOBODY)
			continue;
		best = *pick(s, votes, b);
		s->claim[b][0] = best;
		r = mw_holders_place(s, best.physical, &s->ret->item[best.holder]);
	}
	return r;
}

/* Of a block that only another one holds, who holds that one. */
static uint32_t root_of(struct search *s, size_t block)
{
	struct claim c = s->claim[block][0];
	struct mw_holder h = s->ret->item[c.holder];

	for (int i = 0; i < CHAIN_MAX && h.kind == MW_HOLDER_BLOCK; i++) {
		size_t in = mw_sought_of_frame(&s->sought, c.physical / s->w->frame_bytes);
		const struct mw_holder *next;

		if (in == MW_SOUGHT_NONE || s->claim[in][0].holder == NOBODY)
			break;
		c = s->claim[in][0];
		next = &s->ret->item[c.holder];
		h.kind = next->kind;
		h.pointer = next->pointer;
		h.form = next->form > h.form ? next->form : h.form;
		h.object_bytes = next->object_bytes;
		h.first_byte = next->first_byte;
		h.last_byte = next->last_byte;
		h.chained = true;
	}
	h.frames = h.blocks = 0;
	return h.chained ? mw_holders_like(s, &h) : c.holder;
}

static void count(struct search *s, size_t block)
{
	uint32_t holder;

	if (s->claim[block][0].holder == NOBODY)
		return;
	holder = root_of(s, block);
	if (holder == NOBODY)
		return;
	s->ret->item[holder].frames += s->sought.block[block].frames;
	s->ret->item[holder].blocks++;
	s->ret->held_frames += s->sought.block[block].frames;
}

static void take(struct search *s)
{
	for (size_t b = 0; b < s->sought.n; b++) {
		const struct mw_sought_block *block = &s->sought.block[b];

		if (s->claim[b][0].holder == NOBODY)
			continue;
		for (uint32_t i = 0; i < block->frames; i++)
			mw_moved_put(s->w, block->frame + i, block->owner, MW_PAGE_STATIC,
				     s->ret->item[s->claim[b][0].holder].pointer);
	}
}

static int by_frames(const void *x, const void *y)
{
	const struct mw_holder *a = x, *b = y;

	if (a->frames != b->frames)
		return a->frames < b->frames ? 1 : -1;
	if (a->blocks != b->blocks)
		return a->blocks < b->blocks ? 1 : -1;
	return (a->pointer > b->pointer) - (a->pointer < b->pointer);
}

/* Who had claims alone holds nothing. */
static void finish(struct search *s)
{
	struct mw_holders *ret = s->ret;
	size_t n = 0;

	for (size_t i = 0; i < ret->n; i++)
		if (ret->item[i].blocks)
			ret->item[n++] = ret->item[i];
	ret->n = n;
	if (n)
		qsort(ret->item, n, sizeof(*ret->item), by_frames);
}

int mw_holders_pick(struct search *s)
{
	int r = 0;

	if (s->what->take) {
		take(s);
		return s->w->walk->owners.items.failed ? -ENOMEM : 0;
	}
	if (s->what->only != UINT64_MAX)
		s->ret->held_frames = s->ret->n ? s->sought.frames : 0;
	else
		r = settle(s);
	for (size_t b = 0; b < s->sought.n && s->what->only == UINT64_MAX && !r; b++)
		count(s, b);
	if (!r)
		finish(s);
	return r;
}
