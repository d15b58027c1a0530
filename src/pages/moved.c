/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/moved.h"

#include <stdlib.h>

void mw_moved_put(const struct mw_walked *w, uint64_t frame, uint32_t from,
		  enum mw_page_class class, uint64_t pointer)
{
	struct mw_page_owners *o = &w->walk->owners;
	const struct mw_page_owner *was = mw_page_owner_at(o, from);
	uint64_t memcg = was->memcg;
	uint32_t node = was->node;
	struct mw_moved_frame *list;

	mw_page_owners_move(o, from, class, pointer, 1);
	if (!w->moved || o->items.failed)
		return;
	list = mw_arena_grow(&w->moved->arena, w->moved->item, w->moved->n, sizeof(*list));
	if (!list) {
		o->items.failed = true;
		return;
	}
	w->moved->item = list;
	w->moved->sorted = false;
	list[w->moved->n] =
		(struct mw_moved_frame){ frame, mw_page_owners_find(o, class, pointer, memcg, node),
					 (uint32_t)w->moved->n };
	w->moved->n++;
}

static int by_frame(const void *x, const void *y)
{
	const struct mw_moved_frame *a = x, *b = y;

	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return (a->number < b->number) - (a->number > b->number);
}

static void sort(struct mw_moved *m)
{
	if (m->n && !m->sorted)
		qsort(m->item, m->n, sizeof(*m->item), by_frame);
	m->sorted = true;
}

/* The number of frames from at->at on that were moved to the same owner, as the list has them from
 * at->item on. */
static uint64_t count_moved(const struct mw_moved_at *at)
{
	const struct mw_moved *m = at->w->moved;
	const struct mw_moved_frame *first = &m->item[at->item];
	uint64_t n = 1;

	for (size_t i = at->item + 1; i < m->n && at->at + n < at->to; i++) {
		if (m->item[i].frame == at->at + n - 1)
			continue; /* an earlier move of that frame */
		if (m->item[i].frame != at->at + n || m->item[i].owner != first->owner)
			break;
		n++;
	}
	return n;
}

bool mw_moved_next(struct mw_moved_at *at)
{
	struct mw_moved *m = at->w->moved;
	uint64_t next;

	sort(m);
	if (at->at == at->to) {
		if (!mw_runs_next(&at->w->walk->runs, at->w->frames, &at->run))
			return false;
		at->at = at->run.frame;
		at->to = at->run.frame + at->run.frames;
		at->walked = at->run.owner;
	}
	while (at->item < m->n && m->item[at->item].frame < at->at)
		at->item++;
	next = at->item < m->n && m->item[at->item].frame < at->to ? m->item[at->item].frame
								   : at->to;
	at->frame = at->at;
	at->frames = next > at->at ? next - at->at : count_moved(at);
	at->owner = next > at->at ? at->walked : m->item[at->item].owner;
	at->at += at->frames;
	return true;
}

void mw_moved_done(struct mw_moved *m)
{
	mw_arena_done(&m->arena);
	*m = (struct mw_moved){};
}
