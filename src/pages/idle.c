/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/idle.h"

#include <errno.h>

#define BLOCK 512 /* frames: the largest block that a list of a CPU holds, a huge page */
#define ASK 128
#define PAGE_ROOM 256 /* of a struct page */

struct idle {
	struct mw_kmem *k;
	const struct mw_layout *l;
	struct mw_walk_of_pages *w;
};

/* What a frame is now. */
enum now {
	LOST,	/* idle, and in no list */
	LINKED, /* page->lru.next->prev == &page->lru */
	TAKEN,	/* not idle any more: it was when it was walked over */
};

/* The pages as they are now: a third of a struct page, from the list to the refcount. */
static int look_again(struct idle *t, uint64_t frame, size_t n, enum now *ret)
{
	const struct mw_layout *l = t->l;
	struct mw_kmem_ask ask[ASK];
	char page[ASK][PAGE_ROOM] = {};
	struct mw_page now;
	int r;

	for (size_t i = 0; i < n; i++)
		ask[i] = (struct mw_kmem_ask){ t->k->frames + (frame + i) * (uint64_t)l->page.bytes,
					       (uint32_t)l->page.bytes, page[i] };
	r = t->k->gather(t->k, ask, n);
	for (size_t i = 0; i < n; i++) {
		mw_page_classify(l, 0, frame + i, page[i], (size_t)l->page.bytes, &now);
		ret[i] = now.class == MW_PAGE_IDLE ? LOST : TAKEN;
	}
	return r;
}

static int find_linked(struct idle *t, uint64_t frame, size_t n, enum now *ret)
{
	struct mw_kmem_ask ask[ASK];
	uint64_t list[ASK], next[ASK] = {}, back[ASK] = {};
	size_t m = 0;
	int r;

	for (size_t i = 0; i < n; i++) {
		list[i] = t->k->frames + (frame + i) * (uint64_t)t->l->page.bytes +
			  (uint64_t)t->l->page.lru;
		ask[i] = (struct mw_kmem_ask){ list[i], 8, &next[i] };
	}
	r = t->k->gather(t->k, ask, n);
	for (size_t i = 0; i < n; i++)
		if (mw_kmem_is_address(next[i]))
			ask[m++] = (struct mw_kmem_ask){ next[i] + 8, 8, &back[i] };
	if (!r)
		r = t->k->gather(t->k, ask, m);
	if (!r)
		r = look_again(t, frame, n, ret);
	for (size_t i = 0; i < n; i++)
		if (back[i] == list[i])
			ret[i] = LINKED;
	return r;
}

/* Of a block only the first page is in the list, and nothing says how long it is: as long as its
 * alignment and the next that is in a list allow (pcp_allowed_order(), mm/page_alloc.c, since
 * 5.13). */
static size_t block_at(const enum now *now, uint64_t frame, size_t left)
{
	static const unsigned orders[] = { 9, 3, 2, 1 };

	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
		size_t n = (size_t)1 << orders[o], i = 1;

		if (frame & (n - 1) || n > left)
			continue;
		while (i < n && now[i] == LOST)
			i++;
		if (i == n)
			return n;
	}
	return 1;
}

static int tell(struct idle *t, uint64_t frame, size_t n, uint32_t owner)
{
	enum now now[BLOCK];
	size_t lost = 0;
	int r = 0;

	for (size_t i = 0; i < n && !r; i += ASK)
		r = find_linked(t, frame + i, n - i < ASK ? n - i : ASK, now + i);
	for (size_t i = 0; i < n && !r;) {
		lost += now[i] == LOST;
		i += now[i] == LINKED ? block_at(now + i, frame + i, n - i) : 1;
	}
	if (lost)
		mw_page_owners_move(&t->w->owners, owner, MW_PAGE_OTHER, 0, lost);
	return r;
}

int mw_idle_tell(struct mw_kmem *k, const struct mw_layout *l, const struct mw_frames *frames,
		 struct mw_walk_of_pages *w)
{
	struct idle t = { .k = k, .l = l, .w = w };
	struct mw_runs_at at = {};
	int r = 0;

	if (l->page.lru < 0 || l->page.bytes > PAGE_ROOM)
		return 0;
	while (!r && mw_runs_next(w, frames, &at)) {
		uint64_t end = at.frame + at.frames;

		if (mw_page_owner_at(&w->owners, at.owner)->class != MW_PAGE_IDLE)
			continue;
		for (uint64_t from = at.frame; from < end && !r;) {
			uint64_t to = (from / BLOCK + 1) * BLOCK;

			to = to < end ? to : end;
			r = tell(&t, from, to - from, at.owner);
			from = to;
		}
	}
	return r ? r : w->owners.items.failed ? -ENOMEM : 0;
}
