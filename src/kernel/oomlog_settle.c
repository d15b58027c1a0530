/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomlog_settle - what kind of report it was, when all its lines are there.
 */
#include "kernel/oomlog_private.h"

/* The constraint that the summary names (5.0 on); else by the blocks that were printed. */
static enum mw_oom_kind kind_of(const struct mw_oom_event *e, bool *ret_inferred)
{
	bool memory_block = e->seen & (MW_SEEN_ZONES | MW_SEEN_TAIL | MW_SEEN_MEMINFO);

	*ret_inferred = false;
	if (e->sysrq_order || (e->frames & MW_FRAME_SYSRQ && !(e->frames & MW_FRAME_MEMCG)))
		return MW_OOM_SYSRQ;
	if (mw_str_eq(e->constraint, "CONSTRAINT_MEMCG") || e->oom_memcg.n || e->group_killed.n)
		return MW_OOM_MEMCG;
	if (mw_str_eq(e->constraint, "CONSTRAINT_CPUSET"))
		return MW_OOM_CPUSET;
	if (mw_str_eq(e->constraint, "CONSTRAINT_MEMORY_POLICY") || e->mpol_bind_kill)
		return MW_OOM_MEMPOLICY;
	if (mw_str_eq(e->constraint, "CONSTRAINT_NONE"))
		return MW_OOM_GLOBAL;
	if (e->seen & MW_SEEN_MEMCG || e->memcg_kill ||
	    (e->frames & MW_FRAME_MEMCG && !memory_block))
		return MW_OOM_MEMCG;
	*ret_inferred = !memory_block && !e->n_victims;
	return e->kind;
}

void mw_oom_event_settle(struct mw_oom_event *e)
{
	if (e->kind <= MW_OOM_SYSRQ)
		e->kind = kind_of(e, &e->kind_inferred);
}
