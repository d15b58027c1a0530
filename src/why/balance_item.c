/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance_item - where one process may be, and what each place costs.
 */
#include "kernel/number_list.h"
#include "why/balance_private.h"
#include "why/numa.h"

struct mw_str mw_balance_cpus(const struct mw_balance_node *n, const struct mw_proc *p,
			      struct mw_arena *arena)
{
	return mw_list_common(n->node->cpus, p->numa.cpus_allowed, arena);
}

/* May its memory be there, as the words of numa_maps say?  "prefer" is a wish, and kept. */
static bool policies_have(struct mw_str policies, uint64_t node)
{
	struct mw_str word;

	while (mw_str_word(&policies, &word)) {
		size_t colon = mw_str_rfind(word, ':');

		if (colon < word.n && !mw_list_has(mw_str_from(word, colon + 1), node))
			return false;
	}
	return true;
}

/* Is there one that puts pages on several nodes in turn, or one that is not known? */
static bool policies_spread(struct mw_str policies)
{
	struct mw_str word;

	while (mw_str_word(&policies, &word))
		if (!mw_str_starts(word, "bind") && !mw_str_starts(word, "prefer") &&
		    !mw_str_starts(word, "(many)") && !mw_str_starts(word, "local"))
			return true;
	return false;
}

static bool is_resting(const struct mw_balance_ask *ask, const struct mw_proc *p)
{
	for (size_t i = 0; i < ask->n_rests; i++)
		if (ask->rest[i].pid == p->pid && ask->rest[i].start_ticks == p->numa.start_ticks)
			return true;
	return false;
}

static size_t index_of(const struct mw_balance *b, uint64_t node)
{
	size_t i = 0;

	while (i < b->n_nodes && b->node[i].node->node != node)
		i++;
	return i;
}

/* False where a figure is missing, or is of a node that is not. */
static bool add_pages(const struct mw_balance *b, struct mw_balance_proc *p,
		      struct mw_balance_item *it)
{
	const struct mw_proc_numa *n = &p->proc->numa;

	for (size_t i = 0; i < n->n_nodes; i++) {
		const struct mw_proc_node *x = &n->node[i];
		size_t k = index_of(b, x->node);
		uint64_t fixed =
			x->shared_bytes > x->hugetlb_bytes ? x->shared_bytes : x->hugetlb_bytes;

		if (k == b->n_nodes || x->bytes > MW_BALANCE_BYTES_MAX)
			return false;
		/* A mapping of hugetlbfs may be a shared one too, or not: what is certain moves. */
		if (x->shared_bytes && x->hugetlb_bytes)
			fixed = x->shared_bytes + x->hugetlb_bytes;
		it->fixed_bytes[k] = fixed < x->bytes ? fixed : x->bytes;
		it->moving_bytes[k] = x->bytes - it->fixed_bytes[k];
		p->bytes += x->bytes;
	}
	return n->why == MW_OK && !n->by_rss && p->bytes <= MW_BALANCE_BYTES_MAX;
}

static bool add_threads(const struct mw_balance *b, struct mw_balance_proc *p,
			struct mw_balance_item *it)
{
	const struct mw_proc_numa *n = &p->proc->numa;
	struct mw_val remote = mw_numa_remote_bytes(n);

	for (size_t i = 0; i < n->n_threads; i++) {
		size_t k = index_of(b, n->threads[i].node);

		if (k == b->n_nodes)
			return false;
		it->running_count[k] = n->threads[i].running_count;
	}
	p->remote_bytes = mw_or(remote, 0);
	return mw_known(remote) && n->cpus_allowed.n;
}

/* What is not worth a move counts as nothing. */
static uint64_t counted(const struct mw_balance_ask *ask, const struct mw_balance_proc *p,
			uint64_t remote_bytes)
{
	bool little = remote_bytes * 1000 <= p->bytes * ask->threshold->balance_remote_permille;

	return little ? 0 : remote_bytes;
}

/* Each node: may it be there, and what is remote then? */
static void add_places(const struct mw_balance *b, const struct mw_balance_ask *ask,
		       struct mw_arena *arena, const struct mw_balance_proc *p,
		       struct mw_balance_item *it)
{
	const struct mw_proc_numa *n = &p->proc->numa;
	uint64_t running = 0, fixed = 0, least = UINT64_MAX;
	bool any = false;

	for (size_t k = 0; k < b->n_nodes; k++) {
		running += it->running_count[k];
		fixed += it->fixed_bytes[k];
		it->remote_bytes[k] = MW_PLACE_NEVER;
	}
	for (size_t k = 0; k < b->n_nodes; k++) {
		struct mw_str cpus = mw_balance_cpus(&b->node[k], p->proc, arena);
		uint64_t remote = fixed - it->fixed_bytes[k];

		if (!cpus.n || !policies_have(n->policies, b->node[k].node->node) ||
		    (n->mems_allowed.n && !mw_list_has(n->mems_allowed, b->node[k].node->node)))
			continue;
		any = true;
		if (running > mw_or(mw_list_count(cpus), 0))
			continue;
		it->remote_bytes[k] = counted(ask, p, remote);
		least = it->remote_bytes[k] < least ? it->remote_bytes[k] : least;
	}
	it->place.stay_remote_bytes = counted(ask, p, p->remote_bytes);
	it->stays = !any					? MW_BALANCE_BOUND
		    : least == UINT64_MAX			? MW_BALANCE_WIDE
		    : least >= counted(ask, p, p->remote_bytes) ? MW_BALANCE_STUCK
								: MW_BALANCE_PLACED;
}

void mw_balance_item_make(const struct mw_balance *b, const struct mw_balance_ask *ask,
			  struct mw_arena *arena, struct mw_balance_proc *p,
			  struct mw_balance_item *ret)
{
	struct mw_balance_item it = { .stays = MW_BALANCE_UNKNOWN };
	size_t bytes = (b->n_nodes + 1) * sizeof(uint64_t);

	it.moving_bytes = mw_arena_alloc(arena, bytes);
	it.running_count = mw_arena_alloc(arena, bytes);
	it.remote_bytes = mw_arena_alloc(arena, bytes);
	it.fixed_bytes = mw_arena_alloc(arena, bytes);
	*ret = it;
	if (arena->failed || !add_pages(b, p, &it) || !add_threads(b, p, &it))
		return;
	it.place = (struct mw_place_item){ it.moving_bytes, it.running_count, it.remote_bytes, 0 };
	add_places(b, ask, arena, p, &it);
	if (policies_spread(p->proc->numa.policies))
		it.stays = MW_BALANCE_SPREAD;
	else if (is_resting(ask, p->proc))
		it.stays = MW_BALANCE_RESTS;
	*ret = it;
}
