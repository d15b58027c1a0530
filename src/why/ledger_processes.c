/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_processes - anonymous memory and page tables by process, and by the group that pays.
 */
#include <stdlib.h>

#include "base/fmt.h"
#include "why/ledger_private.h"

/* What a process holds of each kind: its share (PSS) where that was read, else all it maps. */
struct share {
	struct mw_val anon, file, shmem, swap;
	bool rss_used;
};

static struct share share_of(const struct mw_proc *p)
{
	struct share sh = { .swap = p->status.swap_bytes };

	if (p->smaps_why == MW_OK) {
		sh.anon = p->smaps.pss_anon_bytes;
		sh.file = p->smaps.pss_file_bytes;
		sh.shmem = p->smaps.pss_shmem_bytes;
		if (mw_known(p->smaps.swap_pss_bytes))
			sh.swap = p->smaps.swap_pss_bytes;
	}
	sh.rss_used = !mw_known(sh.anon);
	if (sh.rss_used) {
		sh.anon = p->status.rss_anon_bytes;
		sh.file = p->status.rss_file_bytes;
		sh.shmem = p->status.rss_shmem_bytes;
		if (p->smaps_why == MW_OK && !mw_known(sh.anon))
			sh.anon = p->smaps.anonymous_bytes;
	}
	return sh;
}

static const char *rss_note(const struct mw_proc *p)
{
	switch (p->smaps_why) {
	case MW_OK:
		return "RSS: this kernel does not split the share by kind";
	case MW_UNREAD:
		return "RSS: smaps_rollup would have cost more than the budget";
	case MW_DENIED:
		return "RSS: smaps_rollup is denied";
	case MW_ABSENT:
		return "RSS: this kernel has no smaps_rollup";
	case MW_GONE:
	case MW_BAD:
	case MW_RACED:
		return "RSS: smaps_rollup could not be read";
	}
	return NULL;
}

static void anon_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < s->n_procs; i++) {
		const struct mw_proc *p = &s->proc[i];
		struct share sh = share_of(p);
		struct mw_owner owner = mw_owner("process", p->status.name, sh.anon);

		owner.pid = mw_ok(p->pid);
		if (sh.rss_used)
			owner.note = rss_note(p);
		if (mw_or(sh.anon, 1))
			mw_owners_add(&list, arena, owner);
	}
	mw_class_own(c, &list, arena, "not mapped by a process that was read");
}

static void page_table_owners(const struct mw_snap *s, struct mw_arena *arena, struct mw_class *c)
{
	struct mw_owners list = {};

	for (size_t i = 0; i < s->n_procs; i++) {
		const struct mw_proc *p = &s->proc[i];
		struct mw_owner owner =
			mw_owner("process", p->status.name, p->status.page_tables_bytes);

		owner.pid = mw_ok(p->pid);
		if (mw_or(owner.bytes, 0))
			mw_owners_add(&list, arena, owner);
	}
	mw_class_own(c, &list, arena, "the kernel's own tables and processes not read");
}

static int by_path(const void *x, const void *y)
{
	return mw_str_cmp(((const struct mw_group *)x)->path, ((const struct mw_group *)y)->path);
}

static void add_share(struct mw_group *g, const struct mw_proc *p)
{
	struct share sh = share_of(p);

	g->proc_count++;
	g->anon_bytes = mw_add(g->anon_bytes, sh.anon);
	g->file_bytes = mw_add(g->file_bytes, sh.file);
	g->shmem_bytes = mw_add(g->shmem_bytes, sh.shmem);
	g->swap_bytes = mw_add(g->swap_bytes, sh.swap);
	g->rss_used |= sh.rss_used;
}

/* One group a process, sorted by path, then neighbours of one path folded into one. */
static void groups(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l)
{
	struct mw_group *g = mw_arena_alloc(arena, (s->n_procs + 1) * sizeof(*g));
	size_t n = 0;

	if (!g || !s->n_procs)
		return;
	for (size_t i = 0; i < s->n_procs; i++) {
		g[i] = (struct mw_group){ .path = s->proc[i].cgroup,
					  .anon_bytes = mw_ok(0),
					  .file_bytes = mw_ok(0),
					  .shmem_bytes = mw_ok(0),
					  .swap_bytes = mw_ok(0) };
		add_share(&g[i], &s->proc[i]);
	}
	qsort(g, s->n_procs, sizeof(*g), by_path);
	for (size_t i = 1; i < s->n_procs; i++) {
		if (!mw_str_same(g[n].path, g[i].path)) {
			g[++n] = g[i];
			continue;
		}
		g[n].proc_count += g[i].proc_count;
		g[n].anon_bytes = mw_add(g[n].anon_bytes, g[i].anon_bytes);
		g[n].file_bytes = mw_add(g[n].file_bytes, g[i].file_bytes);
		g[n].shmem_bytes = mw_add(g[n].shmem_bytes, g[i].shmem_bytes);
		g[n].swap_bytes = mw_add(g[n].swap_bytes, g[i].swap_bytes);
		g[n].rss_used |= g[i].rss_used;
	}
	l->group = g;
	l->n_groups = n + 1;
}

void mw_ledger_processes(const struct mw_snap *s, struct mw_arena *arena, struct mw_ledger *l)
{
	anon_owners(s, arena, &l->class[MW_ANON]);
	page_table_owners(s, arena, &l->class[MW_PAGE_TABLES]);
	groups(s, arena, l);
}
