/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/areas.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "kernel/kallsyms.h"
#include "pages/chunks.h"
#include "pages/moved.h"
#include "pages/names.h"
#include "pages/slabs.h"
#include "pages/vmap.h"

/* Of several claims to a frame the first in this order is true: a thread is alive, who asked for
 * memory most often still has it, and of the stacks without a thread most are stale. */
enum rank { RANK_THREAD, RANK_PERCPU, RANK_PLAIN, RANK_KEPT };

/* Whose an area is. */
struct holder {
	enum mw_page_class class;
	enum rank rank;
	uint64_t pointer;
	uint64_t *frames; /* counts those that were moved; NULL: not known yet whose it is */
};

struct claim {
	uint64_t frame;
	enum rank rank;
	uint32_t holder;
};

struct take {
	const struct mw_walked *w;
	struct mw_areas *ret;
	struct mw_vmap_areas areas;
	struct mw_arena scratch;
	struct holder *holder; /* of each area, and behind them that of memory per CPU */
	uint64_t *percpu;
	size_t n_percpu;
};

/* Of all threads, those that exit too, whose stack is an area: task[i] has area[i]. */
struct owned {
	uint64_t *task;
	struct mw_vmap_area **area;
	size_t n;
};

static int find_owned(struct take *t, struct owned *o)
{
	struct mw_slabs slabs;
	struct mw_kmem_place *place;
	uint64_t *task = NULL, *stack, least = (uint64_t)t->w->l->task.comm + 16;
	size_t n = 0;
	int r = mw_slabs_of(t->w, "task_struct", 0, &slabs);

	if (!r)
		r = mw_slabs_objects(t->w, &slabs, least, &task, &n);
	place = mw_arena_alloc(&t->scratch, (n + 1) * sizeof(*place));
	stack = mw_arena_alloc(&t->scratch, (n + 1) * sizeof(*stack));
	o->area = mw_arena_alloc(&t->scratch, (n + 1) * sizeof(struct mw_vmap_area *));
	o->task = task;
	if (r || !place || !stack || !o->area)
		return r ? r : -ENOMEM;
	for (size_t i = 0; i < n; i++)
		place[i] = (struct mw_kmem_place){ task[i], t->w->l->task.stack };
	r = mw_names_numbers(t->w->k, place, n, stack);
	for (size_t i = 0; i < n && !r; i++) {
		struct mw_vmap_area *area = stack[i] ? mw_vmap_area_at(&t->areas, stack[i]) : NULL;

		if (area && area->count) {
			task[o->n] = task[i];
			o->area[o->n++] = area;
		}
	}
	return r;
}

/* A row for each stack, and the callers that make stacks. */
static int take_stacks(struct take *t, struct mw_index *makers)
{
	const struct mw_layout *l = t->w->l;
	struct mw_kmem_batch batch = { .k = t->w->k };
	struct owned o = {};
	int r = find_owned(t, &o);
	size_t at;

	if (r)
		return r;
	t->ret->stack = mw_arena_alloc(t->w->arena, (o.n + 1) * sizeof(*t->ret->stack));
	if (!t->ret->stack)
		return -ENOMEM;
	for (size_t i = 0; i < o.n; i++) {
		struct holder *h = &t->holder[o.area[i] - t->areas.area];
		struct mw_area_stack *row = &t->ret->stack[t->ret->n_stacks];

		if (h->frames)
			continue; /* a copy that is being made still has its parent's */
		t->ret->n_stacks++;
		row->task = o.task[i];
		*h = (struct holder){ MW_PAGE_STACK, RANK_THREAD, row->task, &row->frames };
		mw_kmem_batch_add(&batch, row->task + (uint64_t)l->task.pid, 4, &row->pid);
		mw_kmem_batch_add(&batch, row->task + (uint64_t)l->task.comm, sizeof(row->comm) - 1,
				  row->comm);
		if (!mw_index_get(makers, o.area[i]->caller, &at))
			mw_index_put(makers, &t->scratch, o.area[i]->caller, i);
	}
	return mw_kmem_batch_end(&batch);
}

/* The areas that are no thread's stack.  Who makes stacks keeps them for the next thread. */
static int take_callers(struct take *t, const struct mw_index *makers)
{
	struct mw_areas *ret = t->ret;
	struct mw_index callers = {};
	size_t at;

	ret->caller = mw_arena_alloc(t->w->arena, (t->areas.n + 1) * sizeof(*ret->caller));
	if (!ret->caller)
		return -ENOMEM;
	for (size_t i = 0; i < t->areas.n; i++) {
		const struct mw_vmap_area *a = &t->areas.area[i];
		enum rank rank = RANK_PLAIN;

		if (t->holder[i].frames || !a->count)
			continue;
		if (mw_index_get(makers, a->caller, &at))
			rank = RANK_KEPT;
		if (!mw_index_get(&callers, a->caller, &at)) {
			at = ret->n_callers++;
			ret->caller[at].address = a->caller;
			mw_index_put(&callers, &t->scratch, a->caller, at);
		}
		ret->caller[at].areas++;
		t->holder[i] = (struct holder){ MW_PAGE_VMALLOC, rank, a->caller,
						&ret->caller[at].frames };
	}
	return t->scratch.failed ? -ENOMEM : 0;
}

static int by_frame(const void *x, const void *y)
{
	const struct claim *a = x, *b = y;

	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (a->holder > b->holder) - (a->holder < b->holder);
}

static size_t claims(struct take *t, struct claim **ret)
{
	size_t n = 0, room = t->n_percpu;
	struct claim *c;

	for (size_t i = 0; i < t->areas.n; i++)
		room += t->areas.area[i].count;
	*ret = c = mw_arena_alloc(&t->scratch, (room + 1) * sizeof(*c));
	if (!c)
		return 0;
	for (size_t i = 0; i < t->areas.n; i++)
		for (uint32_t k = 0; k < t->areas.area[i].count; k++)
			c[n++] = (struct claim){ t->areas.frame[t->areas.area[i].first + k],
						 t->holder[i].rank, (uint32_t)i };
	for (size_t i = 0; i < t->n_percpu; i++)
		c[n++] = (struct claim){ t->percpu[i], RANK_PERCPU, (uint32_t)t->areas.n };
	if (n)
		qsort(c, n, sizeof(*c), by_frame);
	return n;
}

/* What nobody held when the walk came by must be held now, so it was taken meanwhile.  Else an area
 * that is stale points to what it gave back. */
static bool may_move(struct take *t, const struct mw_page_owner *owner, uint64_t frame)
{
	uint32_t refcount = 0;

	if (owner->class == MW_PAGE_OTHER || owner->class == MW_PAGE_KMEM ||
	    owner->class == MW_PAGE_POOL)
		return true;
	if (owner->class != MW_PAGE_IDLE && owner->class != MW_PAGE_FREE)
		return false;
	mw_kmem_read(t->w->k, mw_walked_page(t->w, frame) + (uint64_t)t->w->l->page.refcount,
		     sizeof(refcount), &refcount);
	return (int32_t)refcount > 0;
}

static int move_all(struct take *t)
{
	struct mw_page_owners *o = &t->w->walk->owners;
	struct mw_run_place place = {};
	struct claim *c;
	size_t n = claims(t, &c);
	uint32_t owner;

	if (!c)
		return -ENOMEM;
	for (size_t i = 0; i < n && !o->items.failed; i++) {
		const struct holder *h = &t->holder[c[i].holder];

		if ((i && c[i].frame == c[i - 1].frame) ||
		    !mw_runs_find(&t->w->walk->runs, t->w->frames, &place, c[i].frame, &owner) ||
		    !may_move(t, mw_page_owner_at(o, owner), c[i].frame))
			continue;
		mw_moved_put(t->w, c[i].frame, owner, h->class, h->pointer);
		(*h->frames)++;
	}
	return o->items.failed ? -ENOMEM : 0;
}

static int by_frames(const void *x, const void *y)
{
	const struct mw_area_caller *a = x, *b = y;

	if (a->frames != b->frames)
		return a->frames < b->frames ? 1 : -1;
	return (a->address > b->address) - (a->address < b->address);
}

static void sum(struct take *t)
{
	struct mw_areas *ret = t->ret;

	for (size_t i = 0; i < ret->n_stacks; i++)
		ret->stack_frames += ret->stack[i].frames;
	for (size_t i = 0; i < ret->n_callers; i++)
		ret->vmalloc_frames += ret->caller[i].frames;
	if (ret->n_callers)
		qsort(ret->caller, ret->n_callers, sizeof(*ret->caller), by_frames);
	ret->n_areas = t->areas.n - t->areas.n_stale;
	ret->n_stale = t->areas.n_stale;
}

static int take(struct take *t)
{
	struct mw_index makers = {};
	int r = mw_vmap_areas_take(t->w, &t->areas);

	if (r || !t->areas.n)
		return r;
	t->holder = mw_arena_alloc(&t->scratch, (t->areas.n + 1) * sizeof(*t->holder));
	if (!t->holder)
		return -ENOMEM;
	t->holder[t->areas.n] =
		(struct holder){ MW_PAGE_PERCPU, RANK_PERCPU, 0, &t->ret->percpu_frames };
	r = take_stacks(t, &makers);
	if (r || !t->ret->n_stacks)
		return r;
	r = take_callers(t, &makers);
	if (!r)
		r = mw_chunks_frames(t->w, &t->areas, &t->percpu, &t->n_percpu);
	if (!r)
		r = move_all(t);
	if (r)
		return r;
	sum(t);
	t->ret->why = MW_OK;
	return 0;
}

int mw_areas_take(const struct mw_walked *w, struct mw_areas *ret)
{
	struct take t = { .w = w, .ret = ret };
	int r = 0;

	*ret = (struct mw_areas){ .why = MW_ABSENT };
	if (w->k->direct)
		r = take(&t);
	if (!r && (t.scratch.failed || w->arena->failed))
		r = -ENOMEM;
	mw_arena_done(&t.scratch);
	return r;
}

static int by_address(const void *x, const void *y)
{
	const struct mw_kallsym *a = x, *b = y;

	return (a->address > b->address) - (a->address < b->address);
}

static struct mw_str name_of(const struct mw_kallsym *s, struct mw_arena *arena)
{
	if (!s->module.n)
		return mw_arena_copy(arena, s->name);
	return mw_str_of(mw_fmt(arena, "%.*s %.*s", (int)s->name.n, s->name.p, (int)s->module.n,
				s->module.p));
}

/* The rows come largest first. */
static void merge(struct mw_areas *a, struct mw_arena *arena)
{
	struct mw_index index = {};
	size_t n = 0, at;

	for (size_t i = 0; i < a->n_callers; i++) {
		const struct mw_area_caller c = a->caller[i];
		uint64_t key = c.name.n ? mw_index_key(c.name) : c.address;

		if (mw_index_get(&index, key, &at)) {
			a->caller[at].areas += c.areas;
			a->caller[at].frames += c.frames;
			continue;
		}
		mw_index_put(&index, arena, key, n);
		a->caller[n++] = c;
	}
	a->n_callers = n;
	if (n)
		qsort(a->caller, n, sizeof(*a->caller), by_frames);
}

void mw_areas_name(struct mw_areas *a, struct mw_str kallsyms, struct mw_arena *arena)
{
	struct mw_kallsym *sym = mw_arena_alloc(arena, (a->n_callers + 1) * sizeof(*sym));

	if (!sym || !a->n_callers)
		return;
	for (size_t i = 0; i < a->n_callers; i++)
		sym[i].address = a->caller[i].address;
	qsort(sym, a->n_callers, sizeof(*sym), by_address);
	mw_kallsyms_find(kallsyms, sym, a->n_callers);
	for (size_t i = 0; i < a->n_callers; i++) {
		const struct mw_kallsym key = { .address = a->caller[i].address };

		a->caller[i].name =
			name_of(bsearch(&key, sym, a->n_callers, sizeof(*sym), by_address), arena);
	}
	merge(a, arena);
}
