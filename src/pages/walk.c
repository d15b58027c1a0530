/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/walk.h"

#include <errno.h>

struct walk {
	struct mw_kmem *k;
	const struct mw_layout *l;
	unsigned max_order;
	uint64_t piece_frames; /* that one bulk() brings, a power of two */
	struct mw_walk_of_pages *ret;
	uint32_t node;
	size_t room; /* for runs */
	/* The last owner, and the run that is being made. */
	struct mw_page last;
	struct mw_run run;
};

static void end_run(struct walk *w)
{
	struct mw_runs *runs = &w->ret->runs;
	struct mw_run *list;

	if (!w->run.frames)
		return;
	list = mw_arena_grow(&runs->arena, runs->run, runs->n, sizeof(*list));
	if (list) {
		runs->run = list;
		list[runs->n++] = w->run;
	}
	w->run.frames = 0;
}

static void count(struct walk *w, const struct mw_page *p, uint64_t frames)
{
	bool same = w->run.frames && p->class == w->last.class && p->owner == w->last.owner &&
		    p->memcg == w->last.memcg && w->run.frames + frames <= UINT32_MAX;
	struct mw_page_owner *owner;

	if (!same) {
		end_run(w);
		w->last = *p;
		w->run.owner =
			mw_page_owners_find(&w->ret->owners, p->class, p->owner, p->memcg, w->node);
	}
	if (w->ret->owners.items.failed)
		return;
	w->run.frames += (uint32_t)frames;
	owner = mw_page_owner_at(&w->ret->owners, w->run.owner);
	owner->frames += frames;
	owner->blocks += owner->blocks != UINT32_MAX;
	w->ret->blocks++;
}

/* How many struct pages from p on are all zero: such as nobody has made yet, there may be millions
 * of them. */
static uint64_t zeros(const char *p, size_t each, uint64_t max)
{
	size_t bytes = each * max, at = 0;
	uint64_t word[4];

	for (; at + sizeof(word) <= bytes; at += sizeof(word)) {
		memcpy(word, p + at, sizeof(word));
		if (word[0] | word[1] | word[2] | word[3])
			break;
	}
	return at / each;
}

/* The struct pages of [from, to) stand at p.  The first frame behind the last block. */
static uint64_t walk_piece(struct walk *w, const char *p, uint64_t from, uint64_t to, uint64_t end)
{
	size_t each = (size_t)w->l->page.bytes;
	uint64_t frame = from;

	while (frame < to) {
		const char *at = p + (frame - from) * each;
		struct mw_page page = { .class = MW_PAGE_UNINIT };
		uint64_t n = zeros(at, each, to - frame);

		if (!n) {
			mw_page_classify(w->l, w->max_order, frame, at, (to - frame) * each, &page);
			n = page.frames <= end - frame ? page.frames : end - frame;
		}
		count(w, &page, n);
		frame += n;
	}
	return frame;
}

static int walk_range(struct walk *w, const struct mw_frame_range *r)
{
	uint64_t frame = r->from;
	size_t each = (size_t)w->l->page.bytes;

	w->node = r->node;
	while (frame < r->to) {
		uint64_t to = (frame / w->piece_frames + 1) * w->piece_frames;
		const char *p;

		to = to < r->to ? to : r->to;
		p = w->k->bulk(w->k, w->k->frames + frame * each, (to - frame) * each);
		if (!p)
			return -EIO;
		frame = walk_piece(w, p, frame, to, r->to);
		if (w->ret->owners.items.failed || w->ret->runs.arena.failed)
			return -ENOMEM;
	}
	end_run(w);
	w->ret->frames += r->to - r->from;
	return 0;
}

int mw_pages_walk(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		  unsigned max_order, struct mw_walk_of_pages *ret)
{
	struct walk w = { .k = k, .l = l, .max_order = max_order, .piece_frames = 1, .ret = ret };
	int r = 0;

	while (w.piece_frames * 2 * (uint64_t)l->page.bytes <= MW_BULK_BYTES)
		w.piece_frames *= 2;
	for (size_t i = 0; i < frames->n && !r; i++)
		r = walk_range(&w, &frames->range[i]);
	return r;
}

void mw_pages_walk_done(struct mw_walk_of_pages *w)
{
	mw_page_owners_done(&w->owners);
	mw_arena_done(&w->runs.arena);
	*w = (struct mw_walk_of_pages){};
}

bool mw_runs_next(const struct mw_walk_of_pages *w, const struct mw_frames *frames,
		  struct mw_runs_at *at)
{
	uint64_t next = at->frame + at->frames;

	if (at->range >= frames->n || at->run >= w->runs.n)
		return false;
	if (at->run && next >= frames->range[at->range].to && ++at->range >= frames->n)
		return false;
	at->frame = next > frames->range[at->range].from ? next : frames->range[at->range].from;
	at->frames = w->runs.run[at->run].frames;
	at->owner = w->runs.run[at->run++].owner;
	return true;
}

bool mw_runs_find(const struct mw_walk_of_pages *w, const struct mw_frames *frames,
		  struct mw_run_place *place, uint64_t frame, uint32_t *ret_owner)
{
	if (place->range < frames->n && !place->run && !place->frame)
		place->frame = frames->range[0].from;
	while (place->range < frames->n && place->run < w->runs.n) {
		const struct mw_run *run = &w->runs.run[place->run];
		uint64_t end = place->frame + run->frames;

		if (frame < end) {
			*ret_owner = run->owner;
			return frame >= place->frame;
		}
		place->run++;
		place->frame = end;
		if (end < frames->range[place->range].to)
			continue;
		if (++place->range < frames->n)
			place->frame = frames->range[place->range].from;
	}
	return false;
}

const struct mw_page_owner *mw_runs_owner(const struct mw_walk_of_pages *w,
					  const struct mw_frames *frames,
					  struct mw_run_place *place, uint64_t frame)
{
	uint32_t owner;

	return mw_runs_find(w, frames, place, frame, &owner) ? mw_page_owner_at(&w->owners, owner)
							     : NULL;
}
