/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_cgroups_use - what a cgroup uses and others pay for, and the limits that this makes blind.
 */
#include "base/fmt.h"
#include "why/find_cgroups_private.h"

#define MIB ((uint64_t)1 << 20)

bool mw_group_is_unpaid(const struct mw_cgroups_case *c, const struct mw_account *g)
{
	struct mw_val unpaid = g->unpaid_bytes;

	return mw_known(unpaid) && unpaid.v > c->limit->cg_floor_mib * MIB &&
	       mw_permille(unpaid.v, mw_or(mw_add(unpaid, g->cgroup->usage_bytes), unpaid.v)) >
		       c->limit->cg_uncharged_permille;
}

const char *mw_group_payer_words(const struct mw_cgroups_case *c, const struct mw_account *g)
{
	bool below = g->payer == MW_PAYER_REMOVED;
	const char *path = g->payer_at == MW_NO_GROUP ? ""
			   : below		      ? mw_group_place(c, g->payer_at)
						      : mw_group_called(c, g->payer_at);

	if (g->proof == MW_PROOF_PAGES)
		return mw_group_pages_payers(c, g);
	switch (g->payer) {
	case MW_PAYER_REMOVED:
		return mw_fmt(c->arena, "removed cgroups below %s", path);
	case MW_PAYER_ABOVE:
		return mw_fmt(c->arena, "%s above it", path);
	case MW_PAYER_EITHER:
		return mw_fmt(c->arena, "%s above it, or removed ones below that", path);
	case MW_PAYER_OTHER:
		return mw_fmt(c->arena, "%s beside it", path);
	case MW_PAYER_NONE:
	case MW_PAYER_UNKNOWN:
		break;
	}
	return "nobody that can be told: several together, or pages of a driver";
}

static bool is_locked(const struct mw_account *g)
{
	if (g->proof == MW_PROOF_PAGES)
		return mw_or(g->unpaid_locked_bytes, 0) >= g->unpaid_bytes.v / 2;
	return g->proof == MW_PROOF_LOCKED;
}

/* Libraries and programs that others started first are mapped too. */
bool mw_group_is_serious(const struct mw_cgroups_case *c, const struct mw_account *g)
{
	return mw_group_is_unpaid(c, g) &&
	       (is_locked(g) ||
		(g->payer != MW_PAYER_UNKNOWN &&
		 mw_group_is_large(c, g->unpaid_bytes, c->limit->cg_mapped_permille)));
}

/* What is left over where it is paid. */
static struct mw_val left_over(const struct mw_cgroups_case *c, const struct mw_account *g)
{
	const struct mw_account *p;

	if (g->payer_at == MW_NO_GROUP)
		return mw_no(MW_ABSENT);
	p = &c->groups->group[g->payer_at];
	if (g->payer == MW_PAYER_REMOVED && !c->groups->v2)
		return is_locked(g) ? p->removed.unevictable_bytes : p->removed.mapped_bytes;
	return mw_group_surplus(p, g->proof);
}

static void processes_evidence(const struct mw_cgroups_case *c, struct mw_finding *f,
			       const struct mw_account *g)
{
	struct mw_val left = left_over(c, g);

	mw_finding_bytes(f, "used, paid elsewhere", g->unpaid_bytes,
			 "proc/PID/smaps_rollup, memory.stat");
	if (is_locked(g)) {
		mw_finding_bytes(f, "locked by its processes", g->use.locked_bytes,
				 "proc/PID/smaps_rollup");
		mw_finding_bytes(f, "unevictable and charged to it", g->own.unevictable_bytes,
				 "memory.stat");
	} else {
		mw_finding_bytes(f, "files mapped by its processes", g->use.mapped_bytes,
				 "proc/PID/smaps_rollup");
		mw_finding_bytes(f, "mapped and charged to it", g->own.mapped_bytes, "memory.stat");
	}
	mw_finding_bytes(f, "charged to it in all", g->cgroup->usage_bytes,
			 c->groups->v2 ? "memory.current" : "memory.usage_in_bytes");
	mw_finding_text(f, "paid by", mw_group_payer_words(c, g), "memory.stat");
	if (mw_known(left))
		mw_finding_bytes(f,
				 is_locked(g) ? "there unevictable, locked by nobody in it"
					      : "there mapped, by nobody in it",
				 left, "memory.stat");
}

static void use_evidence(const struct mw_cgroups_case *c, struct mw_finding *f,
			 const struct mw_account *g)
{
	if (g->proof == MW_PROOF_PAGES)
		mw_group_pages_evidence(c, f, g);
	else
		processes_evidence(c, f, g);
}

static const char *sure(const struct mw_account *g)
{
	if (g->proof == MW_PROOF_PAGES)
		return "certain: proof page by page: who is charged stands in each page, and who "
		       "maps it in the page tables; where several pay for one file, who pays for "
		       "how much of it is in proportion";
	return "that it uses so much more than it is charged for is certain: proof by processes; "
	       "who pays follows from what is left over there, not from the pages themselves";
}

static void uncharged(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at];
	struct mw_finding f =
		mw_group_finding("MW-CG-UNCHARGED-CACHE",

				 mw_group_is_serious(c, g) ? MW_WARNING : MW_INFO, g->unpaid_bytes);

	f.verdict = mw_fmt(c->arena, "%s uses %s that it is not charged for; paid by %s",
			   mw_group_called(c, at), mw_group_size(c, g->unpaid_bytes),
			   mw_group_payer_words(c, g));
	use_evidence(c, &f, g);
	if (g->payer_at != MW_NO_GROUP)
		mw_group_fix_reclaim(c, &f, g->payer_at, g->unpaid_bytes);
	if (mw_group_uses_shmem(c, g))
		mw_group_fix_copy(&f);
	mw_finding_fix(
		&f, (struct mw_fix){
			    .command = "# before it is started again: read its files once inside "
				       "its new cgroup, after they were dropped (vmtouch -e FILE)",
			    .effect = "its own cgroup is charged, and its limit holds",
			    .risk = "the files are read from disk once more",
			    .undo = "none needed" });
	f.sure = sure(g);
	mw_group_check(c, &f, at);
	mw_findings_add(all, c->arena, &f);
}

static void sibling_pays(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at], *p = &c->groups->group[g->payer_at];
	struct mw_finding f = mw_group_finding("MW-CG-SIBLING-PAYS", MW_INFO, g->unpaid_bytes);

	if (g->proof == MW_PROOF_PAGES)
		f.verdict = mw_fmt(c->arena,
				   "%s pays for the most of %s that %s uses and is not charged for",
				   mw_group_called(c, g->payer_at),
				   mw_group_size(c, g->unpaid_bytes), mw_group_called(c, at));
	else
		f.verdict = mw_fmt(c->arena,
				   "%s pays for %s that only others use, and %s uses as much that "
				   "it does not pay for",
				   mw_group_called(c, g->payer_at),
				   mw_group_size(c, left_over(c, g)), mw_group_called(c, at));
	use_evidence(c, &f, g);
	if (mw_known(p->cgroup->max_bytes))
		mw_finding_bytes(&f, "limit of who pays", p->cgroup->max_bytes,
				 mw_group_limit_file(c));
	mw_group_fix_reclaim(c, &f, g->payer_at, g->unpaid_bytes);
	mw_finding_fix(
		&f, (struct mw_fix){ .command = "# put both below one cgroup, and the limit there",
				     .effect = "it does not matter any more which of them pays",
				     .risk = "the two share one limit",
				     .undo = "the limits as they were" });
	f.sure = sure(g);
	mw_group_check(c, &f, at);
	mw_findings_add(all, c->arena, &f);
}

/* Is what is paid at the payer also charged to `at`?  Then its limit sees it. */
static bool sees(const struct mw_cgroups_case *c, const struct mw_account *g, size_t at)
{
	return g->payer_at != MW_NO_GROUP && mw_group_is_in(c->groups, g->payer_at, at);
}

/* The first limit on the way up that would be exceeded if the group paid for what it uses. */
static size_t blind_limit(const struct mw_cgroups_case *c, size_t at)
{
	const struct mw_account *g = &c->groups->group[at];

	for (size_t up = at; up != MW_NO_GROUP && !sees(c, g, up);
	     up = c->groups->group[up].parent) {
		const struct mw_cgroup *l = c->groups->group[up].cgroup;
		struct mw_val would = mw_add(l->usage_bytes, g->unpaid_bytes);

		if (mw_known(l->max_bytes) && mw_known(would) && would.v > l->max_bytes.v)
			return up;
	}
	return MW_NO_GROUP;
}

static void limit_blind(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at];
	size_t up = blind_limit(c, at);
	const struct mw_cgroup *l;
	struct mw_finding f;

	if (up == MW_NO_GROUP)
		return;
	l = c->groups->group[up].cgroup;
	f = mw_group_finding("MW-CG-LIMIT-BLIND", MW_WARNING, g->unpaid_bytes);
	f.verdict = mw_fmt(c->arena,
			   "the limit of %s (%s) does not bite: %s is charged to it, another "
			   "%s that %s uses is not",
			   mw_group_called(c, up), mw_group_size(c, l->max_bytes),
			   mw_group_size(c, l->usage_bytes), mw_group_size(c, g->unpaid_bytes),
			   up == at ? "it" : mw_group_called(c, at));
	mw_finding_bytes(&f, "limit", l->max_bytes, mw_group_limit_file(c));
	mw_finding_bytes(&f, "charged", l->usage_bytes,
			 c->groups->v2 ? "memory.current" : "memory.usage_in_bytes");
	mw_finding_bytes(&f, "used below it, paid elsewhere", g->unpaid_bytes,
			 mw_group_use_source(g));
	mw_finding_text(&f, "paid by", mw_group_payer_words(c, g),
			g->proof == MW_PROOF_PAGES ? "pages" : "memory.stat");
	if (mw_known(l->max_count))
		mw_finding_count(&f, "times it was reached", l->max_count.v,
				 c->groups->v2 ? "memory.events" : "memory.failcnt");
	if (g->payer_at != MW_NO_GROUP && mw_group_is_in(c->groups, at, g->payer_at))
		mw_group_fix_limit(c, &f, g->payer_at,
				   c->groups->group[g->payer_at].cgroup->usage_bytes);
	if (g->payer_at != MW_NO_GROUP)
		mw_group_fix_reclaim(c, &f, g->payer_at, g->unpaid_bytes);
	f.sure = "certain: what is not charged cannot reach a limit";
	mw_group_check(c, &f, up);
	mw_findings_add(all, c->arena, &f);
}

/* What outlives a group is charged above: is there a limit at all? */
static void parent_unlimited(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at], *p;
	struct mw_finding f;

	if (g->payer_at == MW_NO_GROUP || !mw_group_is_in(c->groups, at, g->payer_at) ||
	    g->payer_at == at || g->bites_at == MW_NO_GROUP)
		return;
	p = &c->groups->group[g->payer_at];
	if (p->bites_at != MW_NO_GROUP || p->parent == MW_NO_GROUP)
		return;
	f = mw_group_finding("MW-CG-PARENT-UNLIMITED", MW_INFO, g->unpaid_bytes);
	f.verdict = mw_fmt(c->arena,
			   "%s has a limit on its way, but none from %s up, where what it "
			   "uses is paid: nothing bounds that",
			   mw_group_called(c, at), mw_group_called(c, g->payer_at));
	mw_finding_bytes(&f, "used, paid there", g->unpaid_bytes, mw_group_use_source(g));
	mw_finding_bytes(&f, "charged there, with all below", p->cgroup->usage_bytes,
			 c->groups->v2 ? "memory.current" : "memory.usage_in_bytes");
	mw_finding_bytes(&f, "the limit below it", c->groups->group[g->bites_at].cgroup->max_bytes,
			 mw_group_limit_file(c));
	mw_group_fix_limit(c, &f, g->payer_at, c->groups->group[g->payer_at].cgroup->usage_bytes);
	mw_group_check(c, &f, g->payer_at);
	mw_findings_add(all, c->arena, &f);
}

static void expected(const struct mw_cgroups_case *c, const struct mw_expected *e,
		     struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[e->at];
	struct mw_val missing = mw_sub(mw_ok(e->bytes), g->cgroup->usage_bytes);
	struct mw_finding f = mw_group_finding("MW-CG-UNCHARGED-CACHE", MW_WARNING, missing);

	if (!mw_known(missing) || mw_permille(missing.v, e->bytes) <= c->limit->cg_expect_permille)
		return;
	f.verdict = mw_fmt(c->arena, "%s is charged for %s, %s less than the %s expected of it",
			   mw_group_called(c, e->at), mw_group_size(c, g->cgroup->usage_bytes),
			   mw_group_size(c, missing), mw_group_size(c, mw_ok(e->bytes)));
	mw_finding_bytes(&f, "expected", mw_ok(e->bytes), "--expect");
	mw_finding_bytes(&f, "charged", g->cgroup->usage_bytes,
			 c->groups->v2 ? "memory.current" : "memory.usage_in_bytes");
	if (mw_known(g->unpaid_bytes))
		mw_finding_bytes(&f, "of the rest used, paid elsewhere", g->unpaid_bytes,
				 mw_group_use_source(g));
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = mw_fmt(c->arena, "memwhy cgroups %s",
							  mw_fmt_shell(c->arena, g->cgroup->path)),
					.effect = "shows what it uses, and who pays",
					.risk = "none",
					.undo = "none needed" });
	f.sure = "certain that so much is not charged; it is not used either, or paid elsewhere";
	mw_group_check(c, &f, e->at);
	mw_findings_add(all, c->arena, &f);
}

/* The largest are told one by one; all stand in the table. */
#define TOLD_MAX 5

static size_t next_largest(const struct mw_cgroups_case *c, uint64_t below, size_t after)
{
	size_t best = MW_NO_GROUP;

	for (size_t i = 0; i < c->groups->n; i++) {
		const struct mw_account *g = &c->groups->group[i];
		uint64_t v = mw_or(g->unpaid_bytes, 0);

		if (!mw_group_is_unpaid(c, g) || v > below || (v == below && i <= after) ||
		    (c->within != MW_NO_GROUP && !mw_group_is_in(c->groups, i, c->within)))
			continue;
		if (best == MW_NO_GROUP || v > c->groups->group[best].unpaid_bytes.v)
			best = i;
	}
	return best;
}

void mw_find_cgroups_use(const struct mw_cgroups_case *c, struct mw_findings *all)
{
	uint64_t below = UINT64_MAX;
	size_t at = 0;

	for (size_t n = 0; n < TOLD_MAX; n++) {
		at = next_largest(c, below, at);
		if (at == MW_NO_GROUP)
			break;
		below = c->groups->group[at].unpaid_bytes.v;
		if (c->groups->group[at].payer == MW_PAYER_OTHER)
			sibling_pays(c, at, all);
		else
			uncharged(c, at, all);
		limit_blind(c, at, all);
		parent_unlimited(c, at, all);
	}
	for (size_t i = 0; i < c->n_expected; i++)
		expected(c, &c->expected[i], all);
}
