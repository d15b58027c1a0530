/* SPDX-License-Identifier: Apache-2.0 */
#include "why/numa.h"

#include <stdlib.h>

#include "kernel/numa_maps.h"

typedef unsigned __int128 wide;

struct mw_val mw_numa_bytes(const struct mw_proc_numa *n)
{
	struct mw_val sum = n->why == MW_OK ? mw_ok(0) : mw_no(n->why);

	for (size_t i = 0; i < n->n_nodes; i++)
		sum = mw_add(sum, mw_ok(n->node[i].bytes));
	return sum;
}

struct mw_proc_node mw_numa_on_node(const struct mw_proc_numa *n, uint64_t node)
{
	for (size_t i = 0; i < n->n_nodes; i++)
		if (n->node[i].node == node)
			return n->node[i];
	return (struct mw_proc_node){ .node = node };
}

uint64_t mw_numa_threads_on(const struct mw_proc_numa *n, uint64_t node)
{
	for (size_t i = 0; i < n->n_threads; i++)
		if (n->threads[i].node == node)
			return n->threads[i].count;
	return 0;
}

struct mw_val mw_numa_remote_bytes(const struct mw_proc_numa *n)
{
	struct mw_val bytes = mw_numa_bytes(n), threads = mw_ok(0);
	wide local = 0;

	if (!mw_known(bytes))
		return bytes;
	if (n->threads_why != MW_OK)
		return mw_no(n->threads_why);
	if (n->thread_nowhere_count)
		return mw_no(MW_ABSENT);
	for (size_t i = 0; i < n->n_threads; i++) {
		threads = mw_add(threads, mw_ok(n->threads[i].count));
		local += (wide)n->threads[i].count * mw_numa_on_node(n, n->threads[i].node).bytes;
	}
	if (!mw_or(threads, 0))
		return mw_no(MW_BAD);
	return mw_ok((uint64_t)(((wide)bytes.v * threads.v - local) / threads.v));
}

/* Numbers below MW_NODES_MAX, each once. */
static void list_nodes(struct mw_numa *n, struct mw_arena *arena)
{
	bool there[MW_NODES_MAX] = {};
	const struct mw_snap *s = n->zones->snap;

	for (size_t i = 0; i < n->zones->n_nodes; i++)
		if (n->zones->node[i].node < MW_NODES_MAX)
			there[n->zones->node[i].node] = true;
	for (size_t i = 0; i < s->n_procs; i++) {
		const struct mw_proc_numa *p = &s->proc[i].numa;

		for (size_t k = 0; k < p->n_nodes; k++)
			there[p->node[k].node % MW_NODES_MAX] = true;
		for (size_t k = 0; k < p->n_threads; k++)
			there[p->threads[k].node % MW_NODES_MAX] = true;
	}
	n->node = mw_arena_alloc(arena, MW_NODES_MAX * sizeof(*n->node));
	for (size_t i = 0; n->node && i < MW_NODES_MAX; i++)
		if (there[i])
			n->node[n->n_nodes++] = i;
}

static int more(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

static int by_remote(const void *x, const void *y)
{
	const struct mw_numa_row *a = x, *b = y;
	int c = more(mw_or(a->remote_bytes, 0), mw_or(b->remote_bytes, 0));

	if (!c)
		c = more(mw_or(a->bytes, mw_or(a->proc->status.rss_bytes, 0)),
			 mw_or(b->bytes, mw_or(b->proc->status.rss_bytes, 0)));
	return c ? c : more(b->proc->pid, a->proc->pid);
}

/* A virtual machine by its name, all else by its cgroup. */
static struct mw_str name_of(const struct mw_numa_row *r)
{
	return r->proc->numa.vm.n ? r->proc->numa.vm : r->proc->cgroup;
}

static bool same_group(const struct mw_numa_row *a, const struct mw_numa_row *b)
{
	return !a->proc->numa.vm.n == !b->proc->numa.vm.n && mw_str_same(name_of(a), name_of(b));
}

/* Rows of one group keep their order. */
static int by_group(const void *x, const void *y)
{
	const struct mw_numa_row *a = *(const struct mw_numa_row *const *)x;
	const struct mw_numa_row *b = *(const struct mw_numa_row *const *)y;
	int c = !a->proc->numa.vm.n - !b->proc->numa.vm.n;

	if (!c)
		c = mw_str_cmp(name_of(a), name_of(b));
	return c ? c : (a > b) - (a < b);
}

/* Adds what is known; *sum is a reason until then. */
static void add_known(struct mw_val *sum, struct mw_val v)
{
	if (mw_known(*sum) && mw_known(v))
		*sum = mw_add(*sum, v);
	else if (!mw_known(*sum))
		*sum = v;
}

static void sum_up(struct mw_numa_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct mw_numa_row *r = g->row[i];
		bool judged = mw_known(r->remote_bytes);

		g->unknown_count += !judged;
		add_known(&g->bytes, r->bytes);
		add_known(&g->remote_bytes, r->remote_bytes);
		add_known(&g->judged_bytes, judged ? r->bytes : r->remote_bytes);
		if (g->threads_why != MW_OK)
			g->threads_why = r->proc->numa.threads_why;
	}
}

static int by_remote_of_group(const void *x, const void *y)
{
	const struct mw_numa_group *a = x, *b = y;
	int c = more(mw_or(a->remote_bytes, 0), mw_or(b->remote_bytes, 0));

	if (!c)
		c = more(mw_or(a->bytes, 0), mw_or(b->bytes, 0));
	if (!c)
		c = b->is_vm - a->is_vm;
	return c ? c : mw_str_cmp(a->name, b->name);
}

static void list_groups(struct mw_numa *n, struct mw_arena *arena)
{
	const struct mw_numa_row **row = mw_arena_alloc(arena, (n->n_rows + 1) * sizeof(*row));

	n->group = mw_arena_alloc(arena, (n->n_rows + 1) * sizeof(*n->group));
	if (!row || !n->group)
		return;
	for (size_t i = 0; i < n->n_rows; i++)
		row[i] = &n->row[i];
	n->all = (struct mw_numa_group){ .row = row, .n = n->n_rows };
	sum_up(&n->all);
	if (n->n_rows)
		qsort(row, n->n_rows, sizeof(*row), by_group);
	for (size_t i = 0; i < n->n_rows; i++) {
		if (!i || !same_group(row[i - 1], row[i]))
			n->group[n->n_groups++] =
				(struct mw_numa_group){ .name = name_of(row[i]),
							.is_vm = row[i]->proc->numa.vm.n,
							.row = row + i };
		n->group[n->n_groups - 1].n++;
	}
	for (size_t i = 0; i < n->n_groups; i++)
		sum_up(&n->group[i]);
	if (n->n_groups)
		qsort(n->group, n->n_groups, sizeof(*n->group), by_remote_of_group);
}

void mw_numa_build(const struct mw_zone_map *z, struct mw_arena *arena, struct mw_numa *ret)
{
	const struct mw_snap *s = z->snap;
	struct mw_numa n = { .zones = z };

	list_nodes(&n, arena);
	n.one_node = n.n_nodes == 1;
	n.row = mw_arena_alloc(arena, (s->n_procs + 1) * sizeof(*n.row));
	for (size_t i = 0; n.row && i < s->n_procs; i++)
		n.row[n.n_rows++] = (struct mw_numa_row){
			.proc = &s->proc[i],
			.bytes = mw_numa_bytes(&s->proc[i].numa),
			.remote_bytes = mw_numa_remote_bytes(&s->proc[i].numa),
		};
	if (n.n_rows)
		qsort(n.row, n.n_rows, sizeof(*n.row), by_remote);
	list_groups(&n, arena);
	*ret = n;
}

uint64_t mw_numa_group_bytes_on(const struct mw_numa_group *g, uint64_t node)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < g->n; i++)
		if (mw_known(g->row[i]->bytes))
			sum = mw_add(sum,
				     mw_ok(mw_numa_on_node(&g->row[i]->proc->numa, node).bytes));
	return mw_or(sum, UINT64_MAX);
}

uint64_t mw_numa_group_threads_on(const struct mw_numa_group *g, uint64_t node)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < g->n; i++)
		sum = mw_add(sum, mw_ok(mw_numa_threads_on(&g->row[i]->proc->numa, node)));
	return mw_or(sum, UINT64_MAX);
}
