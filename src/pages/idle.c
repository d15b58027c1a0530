/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/idle.h"

#include <errno.h>

#include "pages/moved.h"

#define LIST_ORDER_MAX 3 /* PAGE_ALLOC_COSTLY_ORDER */

struct link {
	uint64_t next, prev; /* struct list_head */
};

struct idle {
	uint64_t frame;
	struct link link;
	uint64_t back; /* what the next of its list points back to */
	uint32_t owner;
};

struct look {
	const struct mw_walked *w;
	struct idle *idle; /* by frame */
	size_t n;
	struct mw_arena scratch;
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
	struct mw_runs_at run = {};

	while (mw_runs_next(&o->w->walk->runs, o->w->frames, &run)) {
		if (run.class != MW_PAGE_IDLE)
			continue;
		for (uint64_t i = 0; i < run.frames && o->n < room; i++) {
			struct idle *idle = &o->idle[o->n++];

			idle->frame = run.frame + i;
			idle->owner = run.owner;
			mw_kmem_batch_add(&batch, list_of(o, idle->frame), sizeof(idle->link),
					  &idle->link);
		}
	}
	return mw_kmem_batch_end(&batch);
}

/* That frame, which most often is a neighbour of number i; NULL: it is not idle. */
static const struct idle *find(const struct look *o, uint64_t frame, size_t i)
{
	size_t from = 0, to = o->n;

	if (i + 1 < o->n && o->idle[i + 1].frame == frame)
		return &o->idle[i + 1];
	if (i && o->idle[i - 1].frame == frame)
		return &o->idle[i - 1];
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (o->idle[middle].frame < frame)
			from = middle + 1;
		else
			to = middle;
	}
	return from < o->n && o->idle[from].frame == frame ? &o->idle[from] : NULL;
}

/* Where the next is an idle frame too, its link is known; else, of the heads of lists, it is asked
 * for. */
static int read_back(struct look *o)
{
	uint64_t each = (uint64_t)o->w->l->page.bytes, first = list_of(o, 0);
	struct mw_kmem_batch batch = { .k = o->w->k };

	for (size_t i = 0; i < o->n; i++) {
		uint64_t next = o->idle[i].link.next, at = next - first;
		const struct idle *idle = at % each ? NULL : find(o, at / each, i);

		if (idle)
			o->idle[i].back = idle->link.prev;
		else if (mw_kmem_is_address(next) && !(next & 7))
			mw_kmem_batch_add(&batch, next + 8, 8, &o->idle[i].back);
	}
	return mw_kmem_batch_end(&batch);
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

/* Keeps those that are on no list. */
static void keep_loose(struct look *o)
{
	uint64_t last = UINT64_MAX - 1, head = 0;
	bool has_head = false;
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++) {
		const struct idle idle = o->idle[i];

		if (idle.back == list_of(o, idle.frame)) {
			head = idle.frame;
			has_head = true;
		} else {
			has_head =
				has_head && idle.frame == last + 1 && is_tail(o, head, idle.frame);
		}
		last = idle.frame;
		if (!has_head)
			o->idle[n++] = idle;
	}
	o->n = n;
}

/* Some were taken since the walk: then they have an owner, that is not known. */
static int move_lost(struct look *o)
{
	size_t each = (size_t)o->w->l->page.bytes;
	char *page = mw_arena_alloc(&o->scratch, (o->n + 1) * each);
	struct mw_kmem_batch batch = { .k = o->w->k };
	int r;

	if (!page)
		return -ENOMEM;
	for (size_t i = 0; i < o->n; i++)
		mw_kmem_batch_add(&batch, mw_walked_page(o->w, o->idle[i].frame), (uint32_t)each,
				  page + i * each);
	r = mw_kmem_batch_end(&batch);
	for (size_t i = 0; i < o->n && !r; i++) {
		struct mw_page now;

		mw_page_classify(o->w->l, 0, o->idle[i].frame, page + i * each, each, &now);
		if (now.class == MW_PAGE_IDLE)
			mw_moved_put(o->w, o->idle[i].frame, o->idle[i].owner, MW_PAGE_OTHER, 0);
	}
	return r ? r : o->w->walk->owners.items.failed ? -ENOMEM : 0;
}

int mw_idle_tell(const struct mw_walked *w)
{
	struct look o = { .w = w };
	size_t room = count_frames(w);
	int r = -ENOMEM;

	if (w->l->page.lru < 0)
		return 0;
	o.idle = mw_arena_alloc(&o.scratch, (room + 1) * sizeof(*o.idle));
	if (o.idle)
		r = read_links(&o, room);
	if (!r)
		r = read_back(&o);
	if (!r) {
		keep_loose(&o);
		r = move_lost(&o);
	}
	mw_arena_done(&o.scratch);
	return r;
}
