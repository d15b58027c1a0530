/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_payer - the second proof, by processes: who uses more than is charged to it, and who is
 * charged for as much that it does not use.
 */
#include <stdlib.h>

#include "why/cgroups_private.h"

#define SHARE_PERMILLE 900 /* of what is unpaid: whoever has so much left over is said to pay */

static struct mw_val used(const struct mw_account *g, enum mw_group_proof proof)
{
	return proof == MW_PROOF_LOCKED ? g->use.locked_bytes
	       : proof == MW_PROOF_ANON ? g->use.anon_bytes
					: g->use.mapped_bytes;
}

static struct mw_val charged(const struct mw_cgroup_stat *s, enum mw_group_proof proof)
{
	return proof == MW_PROOF_LOCKED ? s->unevictable_bytes
	       : proof == MW_PROOF_ANON ? s->anon_bytes
					: s->mapped_bytes;
}

struct mw_val mw_group_surplus(const struct mw_account *g, enum mw_group_proof proof)
{
	return mw_sub(charged(&g->own, proof), used(g, proof));
}

/* Before and after the processes were read: the larger one, for some ended or began meanwhile. */
static struct mw_val charged_most(const struct mw_account *g, bool v2, enum mw_group_proof proof)
{
	struct mw_val first = charged(&g->own, proof), again = charged(&g->cgroup->again, proof);

	/* Of v2 it is of the groups below too. */
	if (v2)
		again = mw_sub(mw_add(first, again), charged(&g->cgroup->total, proof));
	return mw_known(again) && mw_or(first, 0) < again.v ? again : first;
}

/* Below zero is no race here: it is charged for more than its processes use. */
static struct mw_val unpaid(const struct mw_account *g, bool v2, enum mw_group_proof proof)
{
	struct mw_val v = mw_sub(used(g, proof), charged_most(g, v2, proof));

	return v.why == MW_RACED ? mw_ok(0) : v;
}

static void find_unpaid(struct mw_account *g, bool v2)
{
	struct mw_val locked = unpaid(g, v2, MW_PROOF_LOCKED);
	struct mw_val map = unpaid(g, v2, MW_PROOF_MAPPED);

	g->moved.bytes = unpaid(g, v2, MW_PROOF_ANON);
	/* What is locked is mapped too, beside libraries, which say little. */
	g->proof = MW_PROOF_LOCKED;
	g->unpaid_bytes = locked;
	if (mw_known(map) && mw_or(locked, 0) < map.v / 1000 * SHARE_PERMILLE) {
		g->proof = MW_PROOF_MAPPED;
		g->unpaid_bytes = map;
	} else if (!mw_known(locked)) {
		g->unpaid_bytes = map.why == MW_OK ? map : locked;
	}
	if (!mw_or(g->unpaid_bytes, 0))
		g->proof = MW_PROOF_NONE;
}

void mw_accounts_unpaid(struct mw_accounting *b)
{
	for (size_t i = 0; i < b->all->n; i++)
		find_unpaid(&b->all->group[i], b->all->v2);
}

static struct mw_val *left_of(struct mw_val *kinds, enum mw_group_proof proof)
{
	return &kinds[proof == MW_PROOF_ANON ? 2 : proof == MW_PROOF_MAPPED];
}

static bool covers(struct mw_accounting *b, size_t payer, bool removed, const struct mw_account *g)
{
	struct mw_left_over *l = &b->left[payer];
	struct mw_val left = *left_of(removed ? l->removed : l->own, g->proof);

	return mw_known(left) && left.v >= g->unpaid_bytes.v / 1000 * SHARE_PERMILLE;
}

/* What is locked is mapped too: both are taken. */
static void take(struct mw_val *kinds, const struct mw_account *g)
{
	bool anon = g->proof == MW_PROOF_ANON;
	uint64_t bytes = g->unpaid_bytes.v;

	for (size_t i = anon ? 2 : 0; i < (anon ? 3 : 2); i++)
		if (mw_known(kinds[i]))
			kinds[i].v -= kinds[i].v < bytes ? kinds[i].v : bytes;
}

static void set_payer(struct mw_accounting *b, struct mw_account *g, enum mw_payer payer, size_t at)
{
	bool removed = payer == MW_PAYER_REMOVED && !b->all->v2;

	g->payer = payer;
	g->payer_at = at;
	if (at != MW_NO_GROUP)
		take(removed ? b->left[at].removed : b->left[at].own, g);
}

/* Of v2 only the count of removed groups tells the two apart. */
static enum mw_payer above_or_removed(const struct mw_accounts *all, const struct mw_account *up)
{
	if (!all->v2)
		return MW_PAYER_ABOVE;
	if (!mw_known(up->removed_count))
		return MW_PAYER_EITHER;
	if (!up->removed_count.v)
		return MW_PAYER_ABOVE;
	return up->removed_at_most ? MW_PAYER_REMOVED : MW_PAYER_EITHER;
}

static bool find_above(struct mw_accounting *b, struct mw_account *g, size_t self)
{
	const struct mw_accounts *all = b->all;

	for (size_t at = self; at != MW_NO_GROUP; at = all->group[at].parent) {
		if (!all->v2 && covers(b, at, true, g)) {
			set_payer(b, g, MW_PAYER_REMOVED, at);
			return true;
		}
		if (at != self && covers(b, at, false, g)) {
			set_payer(b, g, above_or_removed(all, &all->group[at]), at);
			return true;
		}
	}
	return false;
}

/* A sibling before others, then whoever has most left over. */
static size_t find_beside(struct mw_accounting *b, const struct mw_account *g, size_t self)
{
	size_t best = MW_NO_GROUP;
	uint64_t most = 0;
	bool best_sibling = false;

	for (size_t i = 0; i < b->all->n; i++) {
		bool sibling = b->all->group[i].parent == g->parent;
		uint64_t left;

		if (i == self || !covers(b, i, false, g) || (best_sibling && !sibling))
			continue;
		left = left_of(b->left[i].own, g->proof)->v;
		if (left > most || (sibling && !best_sibling)) {
			best = i;
			most = left;
			best_sibling = sibling;
		}
	}
	return best;
}

/* Those above first, the nearest of them: there the pages of removed groups are. */
static void find_payer(struct mw_accounting *b, struct mw_account *g, size_t at)
{
	size_t beside;

	if (find_above(b, g, at))
		return;
	beside = find_beside(b, g, at);
	set_payer(b, g, beside == MW_NO_GROUP ? MW_PAYER_UNKNOWN : MW_PAYER_OTHER, beside);
}

/* As if that alone were unpaid. */
static void find_payer_of_moved(struct mw_accounting *b, size_t at)
{
	struct mw_group_moved *moved = &b->all->group[at].moved;
	struct mw_account alone = b->all->group[at];

	if (!mw_or(moved->bytes, 0) || moved->bytes.v < b->floor_bytes)
		return;
	alone.proof = MW_PROOF_ANON;
	alone.unpaid_bytes = moved->bytes;
	find_payer(b, &alone, at);
	moved->payer = alone.payer;
	moved->payer_at = alone.payer_at;
}

static int by_unpaid(const void *x, const void *y)
{
	const struct mw_account *a = *(struct mw_account *const *)x;
	const struct mw_account *b = *(struct mw_account *const *)y;

	if (a->unpaid_bytes.v != b->unpaid_bytes.v)
		return a->unpaid_bytes.v > b->unpaid_bytes.v ? -1 : 1;
	return (a > b) - (a < b);
}

/* The largest first: what it is said to use no other can. */
void mw_accounts_payers(struct mw_accounting *b)
{
	struct mw_accounts *all = b->all;
	struct mw_account **list =
		mw_arena_alloc(b->arena, (all->n + 1) * sizeof(struct mw_account *));
	size_t n = 0;

	b->left = mw_arena_alloc(b->arena, (all->n + 1) * sizeof(*b->left));
	for (size_t i = 0; list && b->left && i < all->n; i++) {
		struct mw_account *g = &all->group[i];

		b->left[i] =
			(struct mw_left_over){ { g->removed.unevictable_bytes,
						 g->removed.mapped_bytes, g->removed.anon_bytes },
					       { mw_group_surplus(g, MW_PROOF_LOCKED),
						 mw_group_surplus(g, MW_PROOF_MAPPED),
						 mw_group_surplus(g, MW_PROOF_ANON) } };
		if (g->proof != MW_PROOF_PAGES && mw_or(g->unpaid_bytes, 0) &&
		    g->unpaid_bytes.v >= b->floor_bytes)
			list[n++] = g;
	}
	if (n)
		qsort(list, n, sizeof(struct mw_account *), by_unpaid);
	for (size_t i = 0; i < n; i++)
		find_payer(b, list[i], (size_t)(list[i] - all->group));
	for (size_t i = 0; b->left && i < all->n; i++)
		find_payer_of_moved(b, i);
}
