/* SPDX-License-Identifier: Apache-2.0 */
#include "model/badness.h"

/* Wide enough for any sum and product of 64-bit figures. */
typedef __int128 wide;

static int64_t saturated(wide v)
{
	if (v > INT64_MAX)
		return INT64_MAX;
	return v < INT64_MIN ? INT64_MIN : (int64_t)v;
}

static wide total_of(uint64_t total_pages)
{
	return total_pages ? total_pages : 1; /* as the kernel for a limit of 0 */
}

static bool is_5_4(struct mw_release r)
{
	return r.major == 5 && r.minor == 4;
}

static enum mw_badness_rule rule_of(struct mw_release r)
{
	if (r.vendor == MW_EL6)
		return MW_BADNESS_PERMILLE;
	if (r.major == 2)
		return r.patch >= 36 ? MW_BADNESS_PERMILLE : MW_BADNESS_TIME;
	if (!mw_release_at_least(r, 3, 6))
		return MW_BADNESS_PERMILLE;
	/* 5.4.195 has the rule of 5.9; the first 5.4 that has it is not known, so the older
	 * ones count as 5.4 began, with a doubt. */
	if (mw_release_at_least(r, 5, 9) || (is_5_4(r) && r.patch >= 195))
		return MW_BADNESS_SIGNED;
	return MW_BADNESS_FLOOR;
}

static enum mw_badness_tie tie_of(struct mw_release r, bool memcg)
{
	if (r.major == 4 && r.minor == 8)
		return memcg ? MW_TIE_FIRST : MW_TIE_LAST;
	return mw_release_at_least(r, 5, 3) ? MW_TIE_LAST : MW_TIE_FIRST;
}

/* el8 was read as it was in 8.1; its later ones took over much of the OOM killer of 5.x. */
static bool is_sure(struct mw_release r)
{
	return r.vendor != MW_EL8 && (!is_5_4(r) || r.patch >= 195);
}

struct mw_badness_rules mw_badness_rules(struct mw_release release, bool memcg)
{
	if (!mw_release_is_known(release))
		return (struct mw_badness_rules){ MW_BADNESS_SIGNED, MW_TIE_LAST };
	return (struct mw_badness_rules){
		.rule = rule_of(release),
		.tie = tie_of(release, memcg),
		.root_bonus = !mw_release_at_least(release, 4, 17),
		.child_sacrifice = !mw_release_at_least(release, 5, 1),
		.sure = is_sure(release),
	};
}

static wide permille(const struct mw_badness_rules *r, const struct mw_badness_task *t, wide pages,
		     uint64_t total_pages)
{
	wide points = pages * 1000 / total_of(total_pages);

	if (r->root_bonus && t->root)
		points -= 30;
	points += t->oom_score_adj;
	if (points > 1000)
		return 1000;
	return points < 1 ? 1 : points;
}

/* The bonus of 3 % is one of the task's own pages: so in every tree read.  3.6 to 3.13 began with
 * one of the domain's, and lost it by stable updates (3.10.33 has). */
static wide pages_of(const struct mw_badness_rules *r, const struct mw_badness_task *t, wide pages,
		     uint64_t total_pages)
{
	if (r->root_bonus && t->root)
		pages -= pages * 3 / 100;
	return pages + (wide)t->oom_score_adj * (wide)(total_pages / 1000);
}

bool mw_badness(const struct mw_badness_rules *r, const struct mw_badness_task *t,
		uint64_t total_pages, int64_t *ret_points)
{
	wide pages = (wide)t->rss_pages + t->swap_pages + t->table_pages, points = 0;

	if (t->oom_score_adj <= -1000)
		return false;
	switch (r->rule) {
	case MW_BADNESS_TIME:
		return false;
	case MW_BADNESS_PERMILLE:
		points = permille(r, t, pages, total_pages);
		break;
	case MW_BADNESS_FLOOR:
		points = pages_of(r, t, pages, total_pages);
		points = points < 1 ? 1 : points;
		break;
	case MW_BADNESS_SIGNED:
		points = pages_of(r, t, pages, total_pages);
		break;
	}
	*ret_points = saturated(points);
	return true;
}

bool mw_badness_replaces(const struct mw_badness_rules *r, int64_t best, int64_t points)
{
	return r->tie == MW_TIE_LAST ? points >= best : points > best;
}

uint64_t mw_badness_score(const struct mw_badness_rules *r, bool killable, int64_t points,
			  uint64_t total_pages)
{
	wide score = points;

	if (!killable)
		return 0;
	switch (r->rule) {
	case MW_BADNESS_TIME:
	case MW_BADNESS_PERMILLE:
		break;
	case MW_BADNESS_FLOOR:
		score = score * 1000 / total_of(total_pages);
		break;
	case MW_BADNESS_SIGNED:
		score = (1000 + score * 1000 / total_of(total_pages)) * 2 / 3;
		break;
	}
	if (score > UINT64_MAX)
		return UINT64_MAX;
	return score < 0 ? 0 : (uint64_t)score;
}
