/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_cgroups_moved - anonymous memory that processes brought along, and others still pay for.
 */
#include "base/fmt.h"
#include "why/find_cgroups_private.h"

#define MIB ((uint64_t)1 << 20)

/* As if that alone were unpaid. */
static struct mw_account alone(const struct mw_account *g)
{
	struct mw_account a = *g;

	a.proof = MW_PROOF_ANON;
	a.unpaid_bytes = g->moved.bytes;
	a.payer = g->moved.payer;
	a.payer_at = g->moved.payer_at;
	return a;
}

static void moved(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account a = alone(&c->groups->group[at]);
	struct mw_finding f = mw_group_finding("MW-CG-MOVED-TASK", MW_INFO, a.unpaid_bytes);

	f.verdict = mw_fmt(c->arena,
			   "processes of %s have %s of anonymous memory that it is not charged "
			   "for: they brought it along; paid by %s",
			   mw_group_called(c, at), mw_group_size(c, a.unpaid_bytes),
			   mw_group_payer_words(c, &a));
	mw_finding_bytes(&f, "anonymous, used, paid elsewhere", a.unpaid_bytes,
			 "proc/PID/smaps_rollup, memory.stat");
	mw_finding_bytes(&f, "anonymous memory of its processes", a.use.anon_bytes,
			 "proc/PID/smaps_rollup");
	mw_finding_bytes(&f, "anonymous and charged to it", a.own.anon_bytes, "memory.stat");
	mw_finding_bytes(&f, "charged to it in all", a.cgroup->usage_bytes,
			 c->groups->v2 ? "memory.current" : "memory.usage_in_bytes");
	mw_finding_text(&f, "paid by", mw_group_payer_words(c, &a), "memory.stat");
	mw_finding_fix(&f,
		       (struct mw_fix){
			       .command = "# start it inside its cgroup, and do not move it there: "
					  "systemd-run --slice=SLICE --unit=NAME COMMAND",
			       .effect = "what it touches is charged where it runs",
			       .risk = "it is started anew",
			       .undo = "none needed" });
	f.sure = "that they use so much more than it is charged for is certain: proof by "
		 "processes; that they were moved follows, for nothing else leaves anonymous "
		 "memory charged elsewhere but a fork into another cgroup";
	mw_group_check(c, &f, at);
	mw_findings_add(all, c->arena, &f);
}

void mw_find_cgroups_moved(const struct mw_cgroups_case *c, size_t at, struct mw_findings *all)
{
	const struct mw_account *g = &c->groups->group[at];
	struct mw_val bytes = g->moved.bytes, both = mw_add(bytes, g->cgroup->usage_bytes);

	if (mw_known(bytes) && bytes.v > c->limit->cg_floor_mib * MIB &&
	    mw_permille(bytes.v, mw_or(both, bytes.v)) > c->limit->cg_uncharged_permille)
		moved(c, at, all);
}
