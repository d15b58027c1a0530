/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_cgroups_pages - in words what the proof page by page says: who pays, and for which files.
 */
#include "base/fmt.h"
#include "why/find_cgroups_private.h"

#define FILES_TOLD 3

const char *mw_group_use_source(const struct mw_account *g)
{
	return g->proof == MW_PROOF_PAGES ? "pages, proc/PID/smaps"
					  : "proc/PID/smaps_rollup, memory.stat";
}

static size_t self(const struct mw_cgroups_case *c, const struct mw_account *g)
{
	return (size_t)(g - c->groups->group);
}

/* Of the loans of a group what one payer has in all. */
static uint64_t sum_of(const struct mw_page_loan *loan, size_t n, size_t payer)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (loan[i].payer == payer)
			sum += loan[i].mapped_bytes;
	return sum;
}

static bool is_first(const struct mw_page_loan *loan, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (loan[k].payer == loan[i].payer)
			return false;
	return true;
}

/* The first few files have nearly all of it. */
#define LOANS_LOOKED_AT ((size_t)200)

const char *mw_group_pages_payers(const struct mw_cgroups_case *c, const struct mw_account *g)
{
	const struct mw_page_proof *p = c->groups->pages;
	size_t n, first = mw_page_loans_of(p, self(c, g), &n), best = 0, more = 0;
	const struct mw_page_loan *loan = &p->loan[first];
	uint64_t most = 0;

	n = n < LOANS_LOOKED_AT ? n : LOANS_LOOKED_AT;
	for (size_t i = 0; i < n; i++) {
		uint64_t sum = is_first(loan, i) ? sum_of(loan, n, loan[i].payer) : 0;

		if (sum > most) {
			most = sum;
			best = i;
		}
		more += sum >= g->unpaid_bytes.v / 100 && sum;
	}
	if (!n)
		return "nobody";
	if (more <= 1)
		return mw_page_payer_name(&p->payer[loan[best].payer], c->arena);
	return mw_fmt(c->arena, "%s (%s of it) and %zu more",
		      mw_page_payer_name(&p->payer[loan[best].payer], c->arena),
		      mw_fmt_bytes(c->arena, most), more - 1);
}

bool mw_group_uses_shmem(const struct mw_cgroups_case *c, const struct mw_account *g)
{
	const struct mw_page_proof *p = c->groups->pages;
	size_t n = 0, first = p ? mw_page_loans_of(p, self(c, g), &n) : 0;

	for (size_t i = first; i < first + n && g->proof == MW_PROOF_PAGES; i++)
		if (p->file[p->loan[i].file].shmem &&
		    p->loan[i].mapped_bytes >= g->unpaid_bytes.v / 10)
			return true;
	return false;
}

static void file_evidence(const struct mw_cgroups_case *c, struct mw_finding *f,
			  const struct mw_page_file *file, const char *how, uint64_t bytes,
			  const struct mw_page_payer *payer)
{
	struct mw_str name = mw_page_file_name(file, c->arena);

	mw_finding_bytes(f,
			 mw_fmt(c->arena, "%s %.*s, charged to %s", how, (int)name.n, name.p,
				mw_page_payer_name(payer, c->arena)),
			 mw_ok(bytes), "pages");
}

void mw_group_pages_evidence(const struct mw_cgroups_case *c, struct mw_finding *f,
			     const struct mw_account *g)
{
	const struct mw_page_proof *p = c->groups->pages;
	size_t n, first = mw_page_loans_of(p, self(c, g), &n);

	mw_finding_bytes(f, "used, paid elsewhere", g->unpaid_bytes, mw_group_use_source(g));
	mw_finding_bytes(f, "of it locked", g->unpaid_locked_bytes, "proc/PID/smaps");
	for (size_t i = first; i < first + n && i < first + FILES_TOLD; i++)
		file_evidence(c, f, &p->file[p->loan[i].file], "of", p->loan[i].mapped_bytes,
			      &p->payer[p->loan[i].payer]);
	mw_finding_bytes(f, "charged to it in all", g->cgroup->usage_bytes,
			 c->groups->v2 ? "memory.current" : "memory.usage_in_bytes");
	mw_finding_text(f, "paid by", mw_group_payer_words(c, g), "pages");
}

/* The largest share of a removed group directly below `at` that was not told yet. */
static size_t next_share(const struct mw_page_proof *p, size_t at, bool shmem_alone,
			 const bool *told)
{
	size_t best = p->n_shares;

	for (size_t i = 0; i < p->n_shares; i++) {
		const struct mw_page_share *s = &p->share[i];
		const struct mw_page_payer *w = &p->payer[s->payer];

		if (told[i] || !w->removed || w->at != at ||
		    (shmem_alone && !p->file[s->file].shmem))
			continue;
		if (best == p->n_shares || s->bytes > p->share[best].bytes)
			best = i;
	}
	return best;
}

void mw_group_removed_evidence(const struct mw_cgroups_case *c, struct mw_finding *f, size_t at,
			       bool shmem_alone)
{
	const struct mw_page_proof *p = c->groups->pages;
	bool *told = p ? mw_arena_alloc(c->arena, p->n_shares + 1) : NULL;

	for (size_t n = 0; told && n < FILES_TOLD; n++) {
		size_t i = next_share(p, at, shmem_alone, told);

		if (i == p->n_shares)
			return;
		told[i] = true;
		file_evidence(c, f, &p->file[p->share[i].file], "of", p->share[i].bytes,
			      &p->payer[p->share[i].payer]);
	}
}

void mw_group_fix_copy(struct mw_finding *f)
{
	mw_finding_fix(f,
		       (struct mw_fix){
			       .command = "# inside the cgroup that should pay: cp FILE FILE.new "
					  "&& mv FILE.new FILE",
			       .effect = "of a file on a tmpfs only a copy moves the charge: it is "
					 "charged to who makes it, the old one goes",
			       .risk = "both exist for a moment; who has the old one open keeps "
				       "it",
			       .undo = "none needed" });
}
