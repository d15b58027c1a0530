/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_loans - of each file, whose use is covered by whose payment.
 */
#include <stdlib.h>

#include "why/cgroups_pages_private.h"

/* Of what a group maps: if more has no row, the pages do not tell of it. */
#define UNSEEN_PERMILLE 100
#define UNSEEN_BYTES ((uint64_t)1 << 20)

typedef unsigned __int128 wide;

static int by_user(const void *x, const void *y)
{
	const struct mw_page_loan *a = x, *b = y;

	if (a->user != b->user)
		return a->user < b->user ? -1 : 1;
	if (a->mapped_bytes != b->mapped_bytes)
		return a->mapped_bytes < b->mapped_bytes ? 1 : -1;
	if (a->held_bytes != b->held_bytes)
		return a->held_bytes < b->held_bytes ? 1 : -1;
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->payer > b->payer) - (a->payer < b->payer);
}

static uint64_t part(uint64_t of, uint64_t a, uint64_t whole)
{
	return whole ? (uint64_t)((wide)of * a / whole) : 0;
}

static bool pays(const struct mw_page_join *j, const struct mw_join_share *s, size_t group)
{
	const struct mw_page_payer *p = &j->p->payer[s->of.payer];

	return !p->removed && p->at == group;
}

static void lend(struct mw_page_join *j, struct mw_page_loan loan)
{
	struct mw_page_loan *list =
		mw_arena_grow(j->arena, j->p->loan, j->p->n_loans, sizeof(*list));

	if (!list || (!loan.mapped_bytes && !loan.held_bytes))
		return;
	j->p->loan = list;
	list[j->p->n_loans++] = loan;
}

/* What each is charged for itself covers what it uses first. */
static void use_own(struct mw_page_join *j, struct mw_join_share *share, size_t n_shares,
		    struct mw_join_user *user, size_t n_users)
{
	for (size_t u = 0; u < n_users; u++) {
		user[u].need = user[u].pss;
		for (size_t s = 0; s < n_shares; s++) {
			uint64_t own = share[s].left < user[u].need ? share[s].left : user[u].need;

			if (!pays(j, &share[s], user[u].group))
				continue;
			share[s].left -= own;
			user[u].need -= own;
		}
	}
}

/* Who holds the file, besides who pays: 0 where the payer holds it itself. */
static size_t holders(const struct mw_page_join *j, const struct mw_join_share *s,
		      const struct mw_join_user *user, size_t n_users)
{
	for (size_t u = 0; u < n_users; u++)
		if (pays(j, s, user[u].group))
			return 0;
	return n_users;
}

static void settle_file(struct mw_page_join *j, struct mw_join_share *share, size_t n_shares,
			struct mw_join_user *user, size_t n_users)
{
	uint64_t need = 0, left = 0, whole;

	use_own(j, share, n_shares, user, n_users);
	for (size_t u = 0; u < n_users; u++)
		need += user[u].need;
	for (size_t s = 0; s < n_shares; s++)
		left += share[s].left;
	whole = need > left ? need : left;
	for (size_t s = 0; s < n_shares; s++) {
		uint64_t lent = part(share[s].left, need, whole), rest = share[s].left - lent;
		size_t n = holders(j, &share[s], user, n_users);

		for (size_t u = 0; u < n_users; u++) {
			uint64_t mapped = part(share[s].left, user[u].need, whole);

			lend(j, (struct mw_page_loan){
					.user = user[u].group,
					.payer = share[s].of.payer,
					.file = share[s].of.file,
					.mapped_bytes = mapped,
					.locked_bytes = part(mapped, user[u].locked, user[u].pss),
					.held_bytes = n ? rest / n : 0 });
		}
	}
	for (size_t u = 0; u < n_users && need > left; u++)
		j->unseen[user[u].group] += part(user[u].need, need - left, need);
}

void mw_page_join_settle(struct mw_page_join *j)
{
	size_t s = 0, u = 0;

	for (size_t file = 0; file < j->p->n_files; file++) {
		size_t first_share = s, first_user = u;

		while (s < j->n_shares && j->share[s].of.file == file)
			s++;
		while (u < j->n_users && j->user[u].file == file)
			u++;
		if (u > first_user)
			settle_file(j, &j->share[first_share], s - first_share,
				    &j->user[first_user], u - first_user);
	}
	if (j->p->n_loans)
		qsort(j->p->loan, j->p->n_loans, sizeof(*j->p->loan), by_user);
}

/* What is lent to a user: who pays for most of it. */
static size_t largest_payer(const struct mw_page_proof *p, uint64_t *sum, size_t first, size_t n)
{
	size_t best = p->loan[first].payer;

	for (size_t i = first; i < first + n; i++) {
		size_t payer = p->loan[i].payer;

		sum[payer] += p->loan[i].mapped_bytes;
		if (sum[payer] > sum[best])
			best = payer;
	}
	for (size_t i = first; i < first + n; i++)
		sum[p->loan[i].payer] = 0;
	return best;
}

static void set_payer(struct mw_page_join *j, struct mw_account *g, const struct mw_page_payer *w)
{
	size_t self = (size_t)(g - j->all->group);

	g->payer_at = w->at;
	if (w->at == MW_NO_GROUP)
		g->payer = MW_PAYER_UNKNOWN;
	else if (w->removed)
		g->payer = MW_PAYER_REMOVED;
	else
		g->payer = mw_group_is_in(j->all, self, w->at) ? MW_PAYER_ABOVE : MW_PAYER_OTHER;
}

/* Do the pages tell what this group uses?  Of one in which nobody is, that it is nothing. */
static bool is_told(const struct mw_page_join *j, size_t at)
{
	const struct mw_account *g = &j->all->group[at];
	uint64_t unseen = j->unseen[at], mapped = mw_or(g->use.mapped_bytes, 0);

	return !g->use.proc_count ||
	       (j->read[at] && unseen / 1000 * 1000 <= mapped / 1000 * UNSEEN_PERMILLE);
}

void mw_page_join_conclude(struct mw_page_join *j, uint64_t floor_bytes)
{
	uint64_t *sum = mw_arena_alloc(j->arena, (j->p->n_payers + 1) * sizeof(*sum));

	for (size_t i = 0, first = 0, n; sum && i < j->all->n; i++, first += n) {
		struct mw_account *g = &j->all->group[i];
		uint64_t mapped = 0, locked = 0;

		for (n = 0; first + n < j->p->n_loans && j->p->loan[first + n].user == i; n++) {
			mapped += j->p->loan[first + n].mapped_bytes;
			locked += j->p->loan[first + n].locked_bytes;
		}
		j->p->unseen_bytes += j->unseen[i];
		g->by_pages = is_told(j, i);
		if (!g->by_pages)
			continue;
		g->unpaid_bytes = mw_ok(mapped);
		g->unpaid_locked_bytes = mw_ok(locked);
		g->proof = mapped ? MW_PROOF_PAGES : MW_PROOF_NONE;
		if (mapped && mapped >= floor_bytes)
			set_payer(j, g, &j->p->payer[largest_payer(j->p, sum, first, n)]);
	}
}
