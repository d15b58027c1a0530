/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomlog_settle - what kind of report it was and how large its pages are, when all its lines are
 * there.
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

/* Where there is no buddy line: the kill line has in kB what the table has in pages. */
static struct mw_val page_of_victim(const struct mw_oom_event *e)
{
	for (size_t i = 0; i < e->n_victims; i++)
		for (size_t k = 0; k < e->n_tasks; k++) {
			uint64_t pages = e->task[k].total_vm_pages, bytes;

			bytes = mw_or(e->victim[i].total_vm_bytes, 0);
			if (e->task[k].pid != e->victim[i].pid.v || !pages || bytes % pages)
				continue;
			bytes /= pages;
			if (bytes >= 4096 && bytes <= 65536 && !(bytes & (bytes - 1)))
				return mw_ok(bytes);
		}
	return mw_no(MW_UNREAD);
}

/* The architectures whose pages have one size, and Red Hat's kernels that are built with 64 KiB
 * (CONFIG_PPC_64K_PAGES; CONFIG_ARM64_64K_PAGES up to el8). */
static struct mw_val page_of_release(const struct mw_oom_event *e)
{
	static const struct {
		const char *mark;
		enum mw_vendor vendor; /* MW_UPSTREAM: any */
		uint64_t bytes;
	} marks[] = { { "x86_64", MW_UPSTREAM, 4096 }, { "amd64", MW_UPSTREAM, 4096 },
		      { ".i686", MW_UPSTREAM, 4096 },  { "s390x", MW_UPSTREAM, 4096 },
		      { ".ppc64le", MW_EL7, 65536 },   { ".ppc64le", MW_EL8, 65536 },
		      { ".ppc64le", MW_EL9, 65536 },   { ".ppc64le", MW_EL10, 65536 },
		      { ".aarch64", MW_EL7, 65536 },   { ".aarch64", MW_EL8, 65536 } };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if ((marks[i].vendor == MW_UPSTREAM || marks[i].vendor == e->release.vendor) &&
		    mw_str_search(e->release_text, marks[i].mark) < e->release_text.n)
			return mw_ok(marks[i].bytes);
	return mw_no(MW_UNREAD);
}

void mw_oom_event_settle(struct mw_oom_event *e)
{
	if (e->kind <= MW_OOM_SYSRQ)
		e->kind = kind_of(e, &e->kind_inferred);
	if (!mw_known(e->page_bytes))
		e->page_bytes = page_of_victim(e);
	if (!mw_known(e->page_bytes))
		e->page_bytes = page_of_release(e);
}
