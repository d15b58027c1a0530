/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole capture of any bytes: a snapshot of all cgroups is taken, and who pays and who uses is
 * told of it.  What cgroups.h promises must hold.
 */
#include "fuzz.h"
#include "snap_text.h"
#include "why/cgroups.h"

static void check_account(const struct mw_accounts *all, size_t i)
{
	const struct mw_account *g = &all->group[i];
	const struct mw_val *own = (const struct mw_val *)&g->own;
	const struct mw_val *removed = (const struct mw_val *)&g->removed;

	must(g->parent == MW_NO_GROUP || g->parent < i);
	must(g->cgroup->path.n > 0);
	for (size_t k = 0; k < sizeof(g->own) / sizeof(*own); k++) {
		must_be_val(own[k]);
		must_be_val(removed[k]);
	}
	must_be_val(g->unpaid_bytes);
	must((g->proof == MW_PROOF_NONE) == !mw_or(g->unpaid_bytes, 0));
	must(!g->by_pages || g->proof == MW_PROOF_PAGES || g->proof == MW_PROOF_NONE);
	must(g->proof != MW_PROOF_PAGES || all->pages);
	must(g->payer == MW_PAYER_NONE || g->proof != MW_PROOF_NONE);
	must((g->payer == MW_PAYER_NONE || g->payer == MW_PAYER_UNKNOWN) ==
	     (g->payer_at == MW_NO_GROUP));
	must(g->payer_at == MW_NO_GROUP || g->payer_at < all->n);
	must(g->payer != MW_PAYER_OTHER || g->payer_at != i);
	must(g->bites_at == MW_NO_GROUP || mw_known(all->group[g->bites_at].cgroup->max_bytes));
	must(g->use.unread_count <= g->use.proc_count);
	must(g->use_below.proc_count >= g->use.proc_count);
	must(g->use.proc_count || mw_known(g->use.locked_bytes));
}

/* No payer lends more of a file than it is charged for. */
static void check_loans(const struct mw_accounts *all)
{
	const struct mw_page_proof *p = all->pages;

	for (size_t i = 0; p && i < p->n_loans; i++) {
		const struct mw_page_loan *l = &p->loan[i];
		uint64_t lent = 0, paid = 0;

		must(l->user < all->n && l->payer < p->n_payers && l->file < p->n_files);
		must(l->locked_bytes <= l->mapped_bytes || !l->mapped_bytes);
		for (size_t k = 0; k < p->n_loans; k++)
			if (p->loan[k].payer == l->payer && p->loan[k].file == l->file)
				lent += p->loan[k].mapped_bytes + p->loan[k].held_bytes;
		for (size_t k = 0; k < p->n_shares; k++)
			if (p->share[k].payer == l->payer && p->share[k].file == l->file)
				paid += p->share[k].bytes;
		must(lent <= paid);
	}
}

static void find(const struct mw_cgroups_case *c)
{
	struct mw_findings findings;

	mw_find_cgroups(c, &findings);
	must_be_findings(&findings);
}

static void check(const struct mw_snap *snap, unsigned proofs, struct mw_arena *arena)
{
	struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_accounts all;
	struct mw_expected expected = { 0, UINT64_C(1) << 40 };
	struct mw_cgroups_case c = { .snap = snap,
				     .groups = &all,
				     .limit = &limit,
				     .arena = arena,
				     .within = MW_NO_GROUP,
				     .expected = &expected };

	mw_accounts_build_by(snap, proofs, 4096, arena, &all);
	check_loans(&all);
	must(all.n == snap->cgroups.n);
	for (size_t i = 0; i < all.n; i++)
		check_account(&all, i);
	c.n_expected = all.n > 0;
	find(&c);
	for (size_t i = 0; i < mw_threshold_count; i++)
		*(uint64_t *)((char *)&limit + mw_threshold_table[i].offset) = 0;
	find(&c);
	c.within = all.n ? all.n - 1 : MW_NO_GROUP;
	find(&c);
}

static void check_snap(const struct mw_snap *s)
{
	for (size_t i = 0; i < s->cgroups.n; i++)
		must(s->cgroups.item[i].parent == MW_NO_MEMCG || s->cgroups.item[i].parent < i);
	for (size_t i = 0; i < s->n_procs; i++)
		must(s->proc[i].charged == MW_NO_MEMCG || s->proc[i].charged < s->cgroups.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mw_snap_options options = { .want = MW_WANT_PROCS | MW_WANT_CGROUPS |
							 MW_WANT_FILES | MW_WANT_PAGES,
						 .smaps_budget_us = 1000000 };
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_problem problem;
	struct mw_capture c;
	struct mw_snap snap;

	if (mw_capture_parse(text, &arena, &c, &problem) < 0)
		return 0;
	_mw_root_ struct mw_root *root = fuzz_root(text);

	if (mw_snap_take(root, &options, &arena, &snap) < 0)
		return 0;
	check_snap(&snap);
	for (unsigned proofs = 0; proofs <= MW_BY_ALL; proofs++)
		check(&snap, proofs, &arena);
	must(!arena.failed);
	return 0;
}
