/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/idle.h"

#include <errno.h>

#define LIST_ORDER_MAX 3 /* PAGE_ALLOC_COSTLY_ORDER */

struct link {
	uint64_t next, prev; /* struct list_head */
};

struct look {
	const struct mw_walked *w;
	size_t n;
	uint64_t *frame; /* in order */
	struct link *link;
	struct mw_idle *ret;
};

static uint64_t list_of(const struct look *o, uint64_t frame)
{
	return mw_walked_page(o->w, frame) + (uint64_t)o->w->l->page.lru;
}

static size_t count_frames(const struct mw_walked *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->walk->owners.n; i++) {
		const struct mw_page_owner *owner = mw_page_owner_at(&w->walk->owners, i);

		n += owner->class == MW_PAGE_IDLE ? owner->frames : 0;
	}
	return n;
}

static int read_links(struct look *o, size_t room)
{
	struct mw_kmem_batch batch = { .k = o->w->k };
	struct mw_run_place place = {};
	struct mw_run_seen run;

	while (mw_runs_next(o->w->walk, o->w->frames, &place, &run))
		for (uint64_t i = 0; run.owner->class == MW_PAGE_IDLE && i < run.frames; i++) {
			if (o->n == room)
				return mw_kmem_batch_end(&batch);
			o->frame[o->n] = run.frame + i;
			mw_kmem_batch_add(&batch, list_of(o, run.frame + i), sizeof(*o->link),
					  &o->link[o->n++]);
		}
	return mw_kmem_batch_end(&batch);
}

/* The link of that frame, which most often is a neighbour of number i; NULL: it is not idle. */
static const struct link *link_of(const struct look *o, uint64_t frame, size_t i)
{
	size_t from = 0, to = o->n;

	if (i + 1 < o->n && o->frame[i + 1] == frame)
		return &o->link[i + 1];
	if (i && o->frame[i - 1] == frame)
		return &o->link[i - 1];
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (o->frame[middle] < frame)
			from = middle + 1;
		else
			to = middle;
	}
	return from < o->n && o->frame[from] == frame ? &o->link[from] : NULL;
}

/* Can a block that begins at head have this frame?  Lists have blocks of up to eight frames, and
 * huge pages, of which only the first frame is linked (order_to_pindex(), since 5.13). */
static bool is_tail(const struct look *o, uint64_t head, uint64_t frame)
{
	uint64_t n = 1, huge = o->w->frame_bytes / sizeof(uint64_t); /* entries of a page table */

	while (n <= frame - head)
		n *= 2;
	if (n > 1 << LIST_ORDER_MAX)
		n = huge;
	return frame - head < n && !(head % n);
}

/* back: what the next of each list points back to. */
static void count(struct look *o, const uint64_t *back)
{
	uint64_t listed = 0, head = 0;
	bool has_head = false;

	for (size_t i = 0; i < o->n; i++) {
		bool goes_on = i && o->frame[i - 1] + 1 == o->frame[i];

		if (back[i] == list_of(o, o->frame[i])) {
			head = o->frame[i];
			has_head = true;
		} else {
			has_head = has_head && goes_on && is_tail(o, head, o->frame[i]);
		}
		listed += has_head;
	}
	o->ret->listed_frames = mw_ok(listed);
	o->ret->loose_frames = mw_ok(o->n - listed);
}

/* What leads to a frame that was read is known; the heads of the lists are asked for. */
static int check_links(struct look *o)
{
	uint64_t each = (uint64_t)o->w->l->page.bytes, *back;
	_mw_arena_ struct mw_arena scratch = {};
	struct mw_kmem_batch batch = { .k = o->w->k };
	int r;

	back = mw_arena_alloc(&scratch, (o->n + 1) * sizeof(*back));
	if (!back)
		return -ENOMEM;
	for (size_t i = 0; i < o->n; i++) {
		uint64_t next = o->link[i].next, at = next - list_of(o, 0);
		const struct link *link = at % each ? NULL : link_of(o, at / each, i);

		if (link)
			back[i] = link->prev;
		else if (mw_kmem_is_address(next) && !(next & 7))
			mw_kmem_batch_add(&batch, next + 8, sizeof(*back), &back[i]);
	}
	r = mw_kmem_batch_end(&batch);
	if (!r)
		count(o, back);
	return r;
}

int mw_idle_take(const struct mw_walked *w, struct mw_idle *ret)
{
	_mw_arena_ struct mw_arena scratch = {};
	struct look o = { .w = w, .ret = ret };
	size_t room = count_frames(w);
	int r;

	*ret = (struct mw_idle){ mw_no(MW_ABSENT), mw_no(MW_ABSENT) };
	if (w->l->page.lru < 0)
		return 0;
	o.frame = mw_arena_alloc(&scratch, (room + 1) * sizeof(*o.frame));
	o.link = mw_arena_alloc(&scratch, (room + 1) * sizeof(*o.link));
	if (!o.frame || !o.link)
		return -ENOMEM;
	r = read_links(&o, room);
	return r ? r : check_links(&o);
}
