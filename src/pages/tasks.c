/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/tasks.h"

#include <errno.h>
#include <stdlib.h>

#include "pages/names.h"

#define TASKS_MAX ((size_t)1 << 20)
#define BATCH 128

struct walk {
	struct mw_kmem *k;
	const struct mw_layout *l;
	struct mw_arena *arena;
	uint64_t *task; /* all threads */
	size_t n;
};

static void add(struct walk *w, uint64_t task)
{
	uint64_t *list = mw_arena_grow(w->arena, w->task, w->n, sizeof(*list));

	if (!list)
		return;
	w->task = list;
	list[w->n++] = task;
}

/* The threads of some processes at once: a step along each of their lists in one batch. */
static int add_threads(struct walk *w, const uint64_t *signal, size_t n)
{
	struct mw_kmem_place place[BATCH] = {};
	uint64_t node[BATCH], head[BATCH];
	size_t left = n;
	int r;

	for (size_t i = 0; i < n; i++) {
		head[i] = signal[i] + (uint64_t)w->l->task.threads;
		place[i] = (struct mw_kmem_place){ head[i], 0 };
	}
	r = mw_names_numbers(w->k, place, n, node);
	while (!r && left && w->n < TASKS_MAX && !w->arena->failed) {
		left = 0;
		for (size_t i = 0; i < n; i++) {
			if (node[i] == head[i] || !mw_kmem_is_address(node[i])) {
				place[i].address = 0;
				continue;
			}
			add(w, node[i] - (uint64_t)w->l->task.thread);
			place[i].address = node[i];
			left++;
		}
		r = mw_names_numbers(w->k, place, n, node);
	}
	return r;
}

/* Processes, by the list of all. */
static int add_all(struct walk *w)
{
	uint64_t task = w->k->task, signal[BATCH];
	size_t n = 0, seen = 0;
	int r = 0;

	do {
		const struct mw_kmem_place place[] = { { task, w->l->task.tasks },
						       { task, w->l->task.signal } };
		uint64_t v[2];

		r = mw_names_numbers(w->k, place, 2, v);
		if (mw_kmem_is_address(v[1]))
			signal[n++] = v[1];
		if (!r && n == BATCH) {
			r = add_threads(w, signal, n);
			n = 0;
		}
		task = mw_kmem_is_address(v[0]) ? v[0] - (uint64_t)w->l->task.tasks : 0;
	} while (!r && task && task != w->k->task && ++seen < TASKS_MAX);
	return r || !n ? r : add_threads(w, signal, n);
}

static int by_address(const void *x, const void *y)
{
	const struct mw_task_stack *a = x, *b = y;

	return (a->address > b->address) - (a->address < b->address);
}

static int describe(struct walk *w, size_t from, size_t n, struct mw_task_stack *stack)
{
	struct mw_kmem_ask ask[3 * BATCH];
	size_t m = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t task = w->task[from + i];

		ask[m++] = (struct mw_kmem_ask){ task + (uint64_t)w->l->task.stack, 8,
						 &stack[i].address };
		ask[m++] =
			(struct mw_kmem_ask){ task + (uint64_t)w->l->task.pid, 4, &stack[i].pid };
		ask[m++] =
			(struct mw_kmem_ask){ task + (uint64_t)w->l->task.comm, 16, stack[i].comm };
	}
	return w->k->gather(w->k, ask, m);
}

int mw_tasks_stacks(struct mw_kmem *k, const struct mw_layout *l, struct mw_arena *arena,
		    struct mw_task_stacks *ret)
{
	struct walk w = { .k = k, .l = l, .arena = arena };
	struct mw_task_stack *stack;
	int r = 0;

	*ret = (struct mw_task_stacks){};
	if (!mw_kmem_is_address(k->task))
		return 0;
	r = add_all(&w);
	stack = mw_arena_alloc(arena, (w.n + 1) * sizeof(*stack));
	if (!stack)
		return -ENOMEM;
	for (size_t i = 0; i < w.n && !r; i += BATCH)
		r = describe(&w, i, w.n - i < BATCH ? w.n - i : BATCH, stack + i);
	if (w.n)
		qsort(stack, w.n, sizeof(*stack), by_address);
	*ret = (struct mw_task_stacks){ stack, w.n };
	return r ? r : arena->failed ? -ENOMEM : 0;
}

struct mw_task_stack *mw_task_stack_at(const struct mw_task_stacks *s, uint64_t address)
{
	struct mw_task_stack key = { .address = address };

	return s->n ? bsearch(&key, s->stack, s->n, sizeof(key), by_address) : NULL;
}
