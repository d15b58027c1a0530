/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/idle.h"

#include <errno.h>

#define BLOCK 512 /* frames: the largest block that a list of a CPU holds, a huge page */
#define ROOM ((size_t)2 * BLOCK)
#define ASK 128
#define PAGE_ROOM 256 /* of a struct page */

/* Frames are looked at some hundreds at once, however short their runs are. */
struct idle {
	struct mw_kmem *k;
	const struct mw_layout *l;
	struct mw_walk_of_pages *w;
	uint64_t frame[ROOM];
	uint32_t owner[ROOM];
	size_t n;
};

/* What a frame is now. */
enum now {
	LOST,	/* idle, and in no list */
	LINKED, /* page->lru.next->prev == &page->lru */
	TAKEN,	/* not idle any more: it was when it was walked over */
};

static int look_again(struct idle *t, size_t from, size_t n, enum now *ret)
{
	const struct mw_layout *l = t->l;
	struct mw_kmem_ask ask[ASK];
	char page[ASK][PAGE_ROOM];
	struct mw_page now;
	int r;

	for (size_t i = 0; i < n; i++)
		ask[i] = (struct mw_kmem_ask){ t->k->frames +
						       t->frame[from + i] * (uint64_t)l->page.bytes,
					       (uint32_t)l->page.bytes, page[i] };
	r = t->k->gather(t->k, ask, n);
	for (size_t i = 0; i < n && !r; i++) {
		mw_page_classify(l, 0, t->frame[from + i], page[i], (size_t)l->page.bytes, &now);
		ret[i] = now.class == MW_PAGE_IDLE ? LOST : TAKEN;
	}
	return r;
}

static int find_linked(struct idle *t, size_t from, size_t n, enum now *ret)
{
	struct mw_kmem_ask ask[ASK];
	uint64_t list[ASK], next[ASK], back[ASK];
	size_t m = 0;
	int r;

	for (size_t i = 0; i < n; i++) {
		list[i] = t->k->frames + t->frame[from + i] * (uint64_t)t->l->page.bytes +
			  (uint64_t)t->l->page.lru;
		ask[i] = (struct mw_kmem_ask){ list[i], 8, &next[i] };
	}
	r = t->k->gather(t->k, ask, n);
	for (size_t i = 0; i < n && !r; i++) {
		back[i] = 0;
		if (mw_kmem_is_address(next[i]))
			ask[m++] = (struct mw_kmem_ask){ next[i] + 8, 8, &back[i] };
	}
	if (!r)
		r = t->k->gather(t->k, ask, m);
	if (!r)
		r = look_again(t, from, n, ret);
	for (size_t i = 0; i < n && !r; i++)
		if (back[i] == list[i])
			ret[i] = LINKED;
	return r;
}

/* Of a block only the first page is in the list, and nothing says how long it is: as long as its
 * alignment and the next that is in a list allow (pcp_allowed_order(), mm/page_alloc.c, since
 * 5.13). */
static size_t block_at(const struct idle *t, const enum now *now, size_t at)
{
	static const unsigned orders[] = { 9, 3, 2, 1 };

	for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
		size_t n = (size_t)1 << orders[o], i = 1;

		if (t->frame[at] & (n - 1) || n > t->n - at)
			continue;
		while (i < n && now[at + i] == LOST && t->frame[at + i] == t->frame[at] + i)
			i++;
		if (i == n)
			return n;
	}
	return 1;
}

static int tell(struct idle *t)
{
	enum now now[ROOM];
	int r = 0;

	for (size_t i = 0; i < t->n && !r; i += ASK)
		r = find_linked(t, i, t->n - i < ASK ? t->n - i : ASK, now + i);
	for (size_t i = 0; i < t->n && !r;) {
		if (now[i] == LOST)
			mw_page_owners_move(&t->w->owners, t->owner[i], MW_PAGE_OTHER, 0, 1);
		i += now[i] == LINKED ? block_at(t, now, i) : 1;
	}
	t->n = 0;
	return r;
}

/* Looks where enough are there, and never within a block. */
static int add(struct idle *t, uint64_t frame, uint32_t owner)
{
	int r = 0;

	if (t->n >= BLOCK && (frame % BLOCK == 0 || t->frame[t->n - 1] + 1 != frame))
		r = tell(t);
	t->frame[t->n] = frame;
	t->owner[t->n++] = owner;
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
	while (!r && mw_runs_next(w, frames, &at))
		if (mw_page_owner_at(&w->owners, at.owner)->class == MW_PAGE_IDLE)
			for (uint64_t i = 0; i < at.frames && !r; i++)
				r = add(&t, at.frame + i, at.owner);
	if (!r)
		r = tell(&t);
	return r ? r : w->owners.items.failed ? -ENOMEM : 0;
}
