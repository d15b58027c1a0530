/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/walk.h"

#include <errno.h>

/* Where large blocks can begin. */
#define PROBE_FRAMES 512
#define ZERO_PAGES 64 /* that are looked at together */

_Static_assert(MW_PAGE_CLASSES <= 32, "a run has no room for the class");

/* Frames whose struct pages are to be read. */
struct stretch {
	uint64_t from, to;
};

struct walk {
	struct mw_kmem *k;
	const struct mw_layout *l;
	unsigned max_order;
	size_t page_bytes;
	struct mw_walk_of_pages *ret;
	uint64_t end; /* of the range */
	uint32_t node;
	/* The blocks that begin at some multiples of PROBE_FRAMES. */
	char *probe_bytes;
	struct mw_page probe[MW_BATCH];
	uint64_t probe_from, probe_to;
	/* What is read next. */
	struct stretch stretch[MW_BATCH];
	size_t n_stretches;
	/* Runs that have not been counted yet. */
	struct mw_page_owner run[MW_OWNERS_BATCH];
	size_t n_runs;
};

static void count_runs(struct walk *w)
{
	uint32_t owner[MW_OWNERS_BATCH];

	mw_page_owners_add(&w->ret->owners, w->run, w->n_runs, owner);
	for (size_t i = 0; i < w->n_runs && !w->ret->owners.items.failed; i++) {
		mw_runs_add(&w->ret->runs, (struct mw_run){ w->run[i].frames & MW_RUN_FRAMES_MAX,
							    w->run[i].class & 31u, owner[i] });
		w->ret->blocks += w->run[i].blocks;
	}
	w->n_runs = 0;
}

static void count(struct walk *w, const struct mw_page *p, uint64_t frames)
{
	struct mw_page_owner *last = w->n_runs ? &w->run[w->n_runs - 1] : NULL;

	if (last && p->class == last->class && p->owner == last->pointer &&
	    p->memcg == last->memcg && last->frames + frames <= MW_RUN_FRAMES_MAX) {
		last->frames += frames;
		last->blocks++;
		return;
	}
	if (w->n_runs == MW_OWNERS_BATCH)
		count_runs(w);
	w->run[w->n_runs++] = (struct mw_page_owner){ .pointer = p->owner,
						      .memcg = p->memcg,
						      .frames = frames,
						      .blocks = 1,
						      .class = (uint8_t)p->class,
						      .node = (uint16_t)w->node };
}

static bool is_zero(const char *p, size_t bytes)
{
	uint64_t first;

	memcpy(&first, p, sizeof(first));
	return !first && !memcmp(p, p + sizeof(first), bytes - sizeof(first));
}

/* How many struct pages from p on are all zero: such as nobody has made yet, there may be millions
 * of them. */
static uint64_t zeros(const char *p, size_t each, uint64_t max)
{
	uint64_t n = 0;

	while (max - n >= ZERO_PAGES && is_zero(p + n * each, ZERO_PAGES * each))
		n += ZERO_PAGES;
	while (n < max && is_zero(p + n * each, each))
		n++;
	return n;
}

/* The struct pages of [from, to) stand at p.  The first frame behind the last block. */
static uint64_t walk_stretch(struct walk *w, const char *p, uint64_t from, uint64_t to)
{
	size_t each = w->page_bytes;
	uint64_t frame = from;

	while (frame < to) {
		const char *at = p + (frame - from) * each;
		struct mw_page page = { .class = MW_PAGE_UNINIT };
		uint64_t n = zeros(at, each, to - frame);

		if (!n) {
			mw_page_classify(w->l, w->max_order, frame, at, (to - frame) * each, &page);
			n = page.frames <= w->end - frame ? page.frames : w->end - frame;
		}
		count(w, &page, n);
		frame += n;
	}
	return frame;
}

/* Of each place where a large block can begin the struct page, and the one behind it, which has the
 * order of a compound page. */
static int probe(struct walk *w, uint64_t from)
{
	struct mw_kmem_batch batch = { .k = w->k };
	size_t bytes = 2 * w->page_bytes;
	int r;

	w->probe_from = w->probe_to = from;
	for (size_t i = 0; i < MW_BATCH && w->probe_to + PROBE_FRAMES <= w->end; i++) {
		mw_kmem_batch_add(&batch, w->k->frames + w->probe_to * w->page_bytes,
				  (uint32_t)bytes, w->probe_bytes + i * bytes);
		w->probe_to += PROBE_FRAMES;
	}
	r = mw_kmem_batch_end(&batch);
	for (size_t i = 0; i < (w->probe_to - from) / PROBE_FRAMES; i++)
		mw_page_classify(w->l, w->max_order, from + i * PROBE_FRAMES,
				 w->probe_bytes + i * bytes, bytes, &w->probe[i]);
	return r;
}

/* The large block that begins at this frame, all of it in the range; NULL: none is known. */
static const struct mw_page *large_block(const struct walk *w, uint64_t frame)
{
	const struct mw_page *page;

	if (frame % PROBE_FRAMES || frame < w->probe_from || frame >= w->probe_to)
		return NULL;
	page = &w->probe[(frame - w->probe_from) / PROBE_FRAMES];
	return page->frames >= PROBE_FRAMES && page->frames <= w->end - frame ? page : NULL;
}

/* False: there is no more room for it. */
static bool add_stretch(struct walk *w, uint64_t from, uint64_t to)
{
	if (w->n_stretches && w->stretch[w->n_stretches - 1].to == from) {
		w->stretch[w->n_stretches - 1].to = to;
		return true;
	}
	if (w->n_stretches == MW_BATCH)
		return false;
	w->stretch[w->n_stretches++] = (struct stretch){ from, to };
	return true;
}

/* What is between large blocks, as much as can be read at once.  Ends where nothing is known of
 * large blocks: the frame behind all. */
static int plan(struct walk *w, uint64_t frame, uint64_t *ret_to)
{
	uint64_t left = MW_BULK_BYTES / w->page_bytes, next;
	int r = 0;

	if (frame % PROBE_FRAMES == 0 && frame >= w->probe_to)
		r = probe(w, frame);
	w->n_stretches = 0;
	for (uint64_t from = frame; frame < w->end; frame = next) {
		const struct mw_page *large = large_block(w, frame);

		if (frame >= w->probe_to && frame != from)
			break;
		next = (frame / PROBE_FRAMES + 1) * PROBE_FRAMES;
		next = large ? frame + large->frames : next < w->end ? next : w->end;
		if (large)
			continue;
		if (next - frame > left || !add_stretch(w, frame, next))
			break;
		left -= next - frame;
	}
	*ret_to = frame;
	return r;
}

/* Counts the large blocks up to there.  The frame behind the last one. */
static uint64_t count_large(struct walk *w, uint64_t frame, uint64_t to)
{
	const struct mw_page *large;

	for (; frame < to && (large = large_block(w, frame)); frame += large->frames)
		count(w, large, large->frames);
	return frame;
}

/* Goes from *frame on through what was planned.  A block that was made meanwhile may reach over
 * what is known: it is gone on behind it. */
static int walk_plan(struct walk *w, uint64_t *frame, uint64_t to)
{
	struct mw_kmem_piece piece[MW_BATCH];
	const char *p = NULL;

	for (size_t i = 0; i < w->n_stretches; i++)
		piece[i] =
			(struct mw_kmem_piece){ w->k->frames + w->stretch[i].from * w->page_bytes,
						(w->stretch[i].to - w->stretch[i].from) *
							w->page_bytes };
	if (w->n_stretches && !(p = w->k->bulk(w->k, piece, w->n_stretches)))
		return -EIO;
	for (size_t i = 0; i < w->n_stretches; p += piece[i++].bytes) {
		*frame = count_large(w, *frame, w->stretch[i].from);
		if (*frame < w->stretch[i].from)
			return 0;
		if (*frame < w->stretch[i].to)
			*frame = walk_stretch(w, p + (*frame - w->stretch[i].from) * w->page_bytes,
					      *frame, w->stretch[i].to);
	}
	*frame = count_large(w, *frame, to);
	return 0;
}

static int walk_range(struct walk *w, const struct mw_frame_range *range)
{
	uint64_t frame = range->from, to;
	int r = 0;

	w->end = range->to;
	w->node = range->node;
	w->probe_from = w->probe_to = 0;
	while (frame < range->to && !r) {
		r = plan(w, frame, &to);
		if (!r)
			r = walk_plan(w, &frame, to);
		if (w->ret->owners.items.failed || w->ret->runs.arena.failed)
			r = -ENOMEM;
	}
	count_runs(w);
	w->ret->frames += r ? 0 : range->to - range->from;
	return r;
}

int mw_pages_walk(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		  unsigned max_order, struct mw_walk_of_pages *ret)
{
	struct walk w = { .k = k,
			  .l = l,
			  .max_order = max_order,
			  .page_bytes = (size_t)l->page.bytes,
			  .ret = ret };
	int r = 0;

	w.probe_bytes = mw_arena_alloc(&ret->runs.arena, MW_BATCH * 2 * w.page_bytes);
	if (!w.probe_bytes)
		return -ENOMEM;
	for (size_t i = 0; i < frames->n && !r; i++)
		r = walk_range(&w, &frames->range[i]);
	return r;
}

void mw_pages_walk_done(struct mw_walk_of_pages *w)
{
	mw_page_owners_done(&w->owners);
	mw_runs_done(&w->runs);
	*w = (struct mw_walk_of_pages){};
}

const struct mw_page_owner *mw_walk_owner(const struct mw_walk_of_pages *w,
					  const struct mw_frames *frames,
					  struct mw_run_place *place, uint64_t frame)
{
	uint32_t owner;

	return mw_runs_find(&w->runs, frames, place, frame, &owner)
		       ? mw_page_owner_at(&w->owners, owner)
		       : NULL;
}
