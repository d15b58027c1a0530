/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_tasks - the table of tasks (dump_tasks(), mm/oom_kill.c): its heading says which columns
 * this kernel prints.
 */
#include <string.h>

#include "kernel/oomlog_private.h"

enum column {
	UID,
	TGID,
	TOTAL_VM,
	RSS,
	RSS_ANON,
	RSS_FILE,
	RSS_SHMEM,
	CPU,
	OOM_ADJ,
	NR_PTES,
	NR_PMDS,
	NR_PUDS,
	PGTABLES,
	SWAPENTS,
	OOM_SCORE_ADJ,
	NAME,
	OTHER
};

static enum column column_of(struct mw_str word)
{
	static const char *const names[] = { "uid",
					     "tgid",
					     "total_vm",
					     "rss",
					     "rss_anon",
					     "rss_file",
					     "rss_shmem",
					     "cpu",
					     "oom_adj",
					     "nr_ptes",
					     "nr_pmds",
					     "nr_puds",
					     "pgtables_bytes",
					     "swapents",
					     "oom_score_adj",
					     "name" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mw_str_eq(word, names[i]))
			return (enum column)i;
	return OTHER;
}

/* A name that a console broke in two: "oom_score_ad j". */
static enum column glued_column(struct mw_str word, struct mw_str *rest)
{
	struct mw_str after = *rest, next;
	char both[32];

	if (column_of(word) != OTHER || !mw_str_word(&after, &next) ||
	    word.n + next.n > sizeof(both))
		return column_of(word);
	memcpy(both, word.p, word.n);
	memcpy(both + word.n, next.p, next.n);
	if (column_of((struct mw_str){ both, word.n + next.n }) != OTHER)
		*rest = after;
	return column_of((struct mw_str){ both, word.n + next.n });
}

void mw_oomline_tasks_head(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_str_from(body, mw_str_find(body, ']') + 1), word;
	struct mw_oom_columns c = {};

	while (c.n < sizeof(c.id) && mw_str_word(&rest, &word)) {
		c.id[c.n++] = (uint8_t)glued_column(word, &rest);
		if (c.id[c.n - 1] == NAME)
			break;
	}
	if (!c.n || c.id[c.n - 1] != NAME)
		return; /* not whole */
	e->seen |= MW_SEEN_TASKS;
	if (!e->columns.n)
		e->columns = c;
}

static bool has_column(const struct mw_oom_columns *c, enum column id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->id[i] == id)
			return true;
	return false;
}

bool mw_oomlog_shows_swap(const struct mw_oom_event *e)
{
	return has_column(&e->columns, SWAPENTS);
}

/* -17..15 of the kernels before 2.6.36 in the thousandths of the later ones, as those do it
 * (oom_adj_write(), fs/proc/base.c). */
static int32_t adj_of_old(int64_t v)
{
	return v == 15 ? 1000 : (int32_t)(v * 1000 / 17);
}

static bool put(struct mw_oom_task *t, enum column c, int64_t v)
{
	if (v < 0 && c != OOM_SCORE_ADJ && c != OOM_ADJ && c != CPU)
		return false;
	switch (c) {
	case UID:
		t->uid = (uint32_t)v;
		return v <= UINT32_MAX;
	case TGID:
		t->tgid = (uint32_t)v;
		return v <= INT32_MAX;
	case TOTAL_VM:
		t->total_vm_pages = (uint64_t)v;
		return true;
	case RSS:
		t->rss_pages = (uint64_t)v;
		return true;
	case RSS_ANON:
		t->rss_anon_pages = (uint64_t)v;
		t->has_split = true;
		return true;
	case RSS_FILE:
		t->rss_file_pages = (uint64_t)v;
		return true;
	case RSS_SHMEM:
		t->rss_shmem_pages = (uint64_t)v;
		return true;
	case NR_PTES:
	case NR_PMDS:
	case NR_PUDS:
		t->table_count += (uint32_t)v;
		t->tables_counted = true;
		return v <= INT32_MAX;
	case PGTABLES:
		t->tables_bytes = (uint64_t)v;
		return true;
	case SWAPENTS:
		t->swap_pages = (uint64_t)v;
		return true;
	case OOM_SCORE_ADJ:
		t->oom_score_adj = (int32_t)v;
		return v >= -1000 && v <= 1000;
	case OOM_ADJ: /* where oom_score_adj is there too it stands behind, and counts */
		t->oom_score_adj = v >= -17 && v <= 15 ? adj_of_old(v) : 0;
		return v >= -17 && v <= 15;
	case CPU:
	case OTHER:
	case NAME:
		return true;
	}
	return true;
}

/* The whole row: 1; it ends too early: 0; a column makes no sense: -1. */
static int row_of(const struct mw_oom_event *e, struct mw_str body, struct mw_oom_task *t)
{
	size_t close = mw_str_find(body, ']');
	struct mw_str rest = mw_str_from(body, close + 1), word;
	uint64_t pid;
	int64_t v;

	if (mw_str_u64(mw_str_trim((struct mw_str){ body.p + 1, close - 1 }), &pid) < 0 ||
	    pid > INT32_MAX)
		return -1;
	t->pid = (uint32_t)pid;
	for (size_t i = 0; i < e->columns.n && e->columns.id[i] != NAME; i++) {
		if (!mw_str_word(&rest, &word))
			return 0;
		if (mw_str_i64(word, &v) || !put(t, (enum column)e->columns.id[i], v))
			return -1;
	}
	t->comm = mw_str_trim(rest);
	return t->comm.n ? 1 : 0;
}

bool mw_oomline_task(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_oom_task t = {}, *list;
	size_t known;
	int r;

	if (!e->columns.n) {
		e->rows_bad++;
		return true;
	}
	r = row_of(e, body, &t);
	if (r < 0)
		e->rows_bad++;
	if (r <= 0)
		return r < 0;
	if (mw_index_get(&e->by_pid, t.pid, &known))
		return true;
	if (e->n_tasks == MW_OOM_TASKS_MAX) {
		e->tasks_dropped++;
		return true;
	}
	list = mw_arena_grow(&e->arena, e->task, e->n_tasks, sizeof(*list));
	if (!list)
		return true;
	e->task = list;
	t.comm = mw_arena_copy(&e->arena, t.comm);
	mw_index_put(&e->by_pid, &e->arena, t.pid, e->n_tasks);
	list[e->n_tasks++] = t;
	return true;
}
