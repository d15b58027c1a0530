/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procs - every process that has memory of its own, each /proc/PID opened once, so that a pid
 * which is used again meanwhile is never mixed in.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "kernel/pid_cgroup.h"
#include "snap/snap_private.h"

/* What smaps_rollup and smaps cost, measured on 6.18: a fixed part (of smaps 5 us a mapping,
 * of which a process has about 40), and a part per page of 4 KiB. */
#define ROLLUP_COST_US 60
#define SMAPS_COST_US 200
#define SMAPS_PAGES_PER_US 16
/* Processes above this cost are read last, when all others had theirs; so many are kept open. */
#define LARGE_COST_US 20000
#define LARGE_MAX 64

struct large {
	size_t proc;
	uint64_t cost_us;
	struct mw_at at;
};

struct take {
	struct mw_root *root;
	struct mw_arena *arena, *temp;
	struct mw_snap *s;
	const struct mw_snap_options *options;
	struct mw_shm_search *search; /* NULL: nobody asked */
	struct large *large;
	size_t n_large;
	uint64_t left_us;
	struct mw_index named; /* files whose path is known */
};

static uint64_t cost_us(const struct take *t, const struct mw_proc *p)
{
	uint64_t pages_us = mw_or(p->status.rss_bytes, 0) / 4096 / SMAPS_PAGES_PER_US, sum = 0;

	if (t->options->want & MW_WANT_PROCS)
		sum += ROLLUP_COST_US + pages_us;
	if (t->options->want & MW_WANT_PROMISES)
		sum += SMAPS_COST_US + pages_us;
	if (t->options->want & MW_WANT_FILES)
		sum += SMAPS_COST_US + pages_us;
	if (t->options->want & MW_WANT_NUMA)
		sum += mw_numa_cost_us(t->s, p);
	return sum;
}

static void take_smaps_rollup(struct take *t, struct mw_at *at, struct mw_proc *p)
{
	struct mw_str text;

	p->smaps_why = mw_take_at(at, "smaps_rollup", t->temp, t->s, &text);
	/* This kernel has the file: a capture lacks it where the budget did not reach. */
	if (p->smaps_why == MW_ABSENT && mw_release_at_least(t->s->host.release, 4, 14))
		p->smaps_why = MW_UNREAD;
	if (p->smaps_why == MW_OK && mw_pid_smaps_parse(text, &p->smaps) < 0)
		p->smaps_why = MW_GONE; /* empty: the process left its memory behind meanwhile */
}

/* Where a walk is over the budget, its figures stay MW_UNREAD. */
static void take_walks(struct take *t, struct mw_at *at, struct mw_proc *p)
{
	uint64_t cost = cost_us(t, p);

	if (cost > t->left_us)
		return;
	t->left_us -= cost;
	if (t->options->want & MW_WANT_PROCS)
		take_smaps_rollup(t, at, p);
	if (t->options->want & MW_WANT_PROMISES)
		mw_take_promises(at, t->temp, t->s, p);
	if (t->options->want & MW_WANT_FILES)
		mw_take_files(at, t->arena, t->temp, &t->named, t->s, (size_t)(p - t->s->proc));
	if (t->options->want & MW_WANT_NUMA)
		mw_take_numa(at, t->arena, t->temp, t->s, p);
}

/* Reads now what is cheap, and keeps the folder of what is not; the largest come first where the
 * nodes are asked for. */
static void walk_now_or_later(struct take *t, struct mw_at *at, size_t i)
{
	if (t->options->want & MW_WANT_NUMA || cost_us(t, &t->s->proc[i]) < LARGE_COST_US ||
	    t->n_large == LARGE_MAX) {
		take_walks(t, at, &t->s->proc[i]);
		return;
	}
	t->large[t->n_large++] = (struct large){ i, cost_us(t, &t->s->proc[i]), *at };
	at->fd = -1; /* taken over */
}

/* False when there is nothing to say of it: gone, a zombie, or a kernel thread. */
static bool take_status(struct take *t, struct mw_at *at, struct mw_proc *p)
{
	struct mw_str text;

	if (mw_take_at(at, mw_proc_file(t->temp, p, "status"), t->temp, t->s, &text) != MW_OK)
		return false;
	if (mw_pid_status_parse(text, t->arena, &p->status) < 0 ||
	    p->status.rss_bytes.why == MW_ABSENT)
		return false;
	if (p->status.rss_anon_bytes.why == MW_ABSENT &&
	    mw_take_at(at, "statm", t->temp, t->s, &text) == MW_OK)
		p->status.rss_anon_bytes =
			mw_mul(mw_pid_statm_anon_pages(text), t->s->host.page_bytes);
	return true;
}

/* The kernel looks for the first thread, also where it has ended: v2 still says where that is; v1
 * says "/" of all that have ended (proc_cgroup_show(), kernel/cgroup/cgroup.c), and it most likely
 * is where the others are. */
static struct mw_str take_cgroup(struct take *t, struct mw_at *at, const struct mw_proc *p)
{
	struct mw_str text = {}, found;

	mw_take_at(at, "cgroup", t->temp, t->s, &text);
	found = mw_pid_cgroup_memory(text);
	if (p->oom.thread.n && !mw_pid_cgroup_is_v2(text) &&
	    mw_take_at(at, mw_proc_file(t->temp, p, "cgroup"), t->temp, t->s, &text) == MW_OK)
		found = mw_pid_cgroup_memory(text);
	return mw_arena_copy(t->arena, found);
}

static void take_one(struct take *t, uint64_t pid)
{
	struct mw_arena_mark mark = mw_arena_mark(t->temp);
	struct mw_proc p = { .pid = pid, .smaps_why = MW_UNREAD };
	struct mw_at at;

	if (mw_root_at(t->root, mw_fmt(t->temp, "proc/%llu", (unsigned long long)pid), &at) < 0)
		goto out;
	if (t->options->want & MW_WANT_OOM)
		mw_take_oom(&at, t->arena, t->temp, t->s, &p);
	/* The kernel's own threads have the first pids of the machine, and nobody else has them. */
	t->s->global_init |= pid == 2 && p.oom.stat.flags & MW_PF_KTHREAD;
	if (!take_status(t, &at, &p))
		goto out;
	if (t->options->want & MW_WANT_OOM)
		mw_take_oom_again(&at, t->temp, t->s, &p);
	if (t->options->want & MW_WANT_POLICY)
		mw_take_policy(&at, t->arena, t->temp, t->s, &p);
	if (t->options->want & MW_WANT_MEMS)
		mw_take_mems(&at, t->arena, t->temp, t->s, &p);
	if (t->search)
		p.map_count = mw_shm_search_visit(t->search, &at, t->temp, pid, p.status.name);
	if (!(t->options->want &
	      (MW_WANT_PROCS | MW_WANT_OOM | MW_WANT_PROMISES | MW_WANT_NUMA | MW_WANT_FILES)))
		goto out;
	p.cgroup = take_cgroup(t, &at, &p);
	if (t->options->want & MW_WANT_NUMA)
		mw_take_bounds(&at, t->arena, t->temp, t->s, &p);
	t->s->proc[t->s->n_procs++] = p;
	walk_now_or_later(t, &at, t->s->n_procs - 1);
out:
	mw_at_close(&at);
	mw_arena_reset(t->temp, mark);
}

static int by_cost(const void *x, const void *y)
{
	const struct large *a = x, *b = y;

	if (a->cost_us != b->cost_us)
		return a->cost_us < b->cost_us ? -1 : 1;
	return (a->proc > b->proc) - (a->proc < b->proc);
}

static void take_large(struct take *t)
{
	if (t->n_large)
		qsort(t->large, t->n_large, sizeof(*t->large), by_cost);
	for (size_t i = 0; i < t->n_large; i++) {
		take_walks(t, &t->large[i].at, &t->s->proc[t->large[i].proc]);
		mw_at_close(&t->large[i].at);
	}
}

static int by_number(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* The pids in proc/, in order; *ret_n says how many. */
static uint64_t *list_pids(struct take *t, size_t *ret_n)
{
	struct mw_names names = {};
	uint64_t *pid;
	size_t n = 0, once = 0;
	int r = mw_root_list(t->root, "proc", t->arena, &names);

	mw_sources_note(&t->s->sources, mw_str_of("proc"), r);
	pid = mw_arena_alloc(t->arena, (names.n + 1) * sizeof(*pid));
	for (size_t i = 0; pid && i < names.n; i++)
		n += !mw_str_u64(names.item[i], &pid[n]);
	if (n)
		qsort(pid, n, sizeof(*pid), by_number);
	/* A folder that is no proc may hold "01" beside "1". */
	for (size_t i = 0; i < n; i++)
		if (!i || pid[i] != pid[i - 1])
			pid[once++] = pid[i];
	*ret_n = once;
	return pid;
}

struct sized {
	uint64_t pid, pages;
};

static int by_size(const void *x, const void *y)
{
	const struct sized *a = x, *b = y;

	if (a->pages != b->pages)
		return a->pages < b->pages ? 1 : -1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

/* Where each byte has its cost, the largest have the budget.  Only the order hangs on this: a pid
 * that is used again meanwhile is read as what it is then. */
static void order_by_size(struct take *t, uint64_t *pid, size_t n)
{
	struct sized *list = mw_arena_alloc(t->arena, (n + 1) * sizeof(*list));
	struct mw_str text;

	for (size_t i = 0; list && i < n; i++) {
		struct mw_arena_mark mark = mw_arena_mark(t->temp);
		const char *path = mw_fmt(t->temp, "proc/%llu/statm", (unsigned long long)pid[i]);

		list[i].pid = pid[i];
		if (!mw_root_read(t->root, path, t->temp, &text))
			list[i].pages = mw_or(mw_pid_statm_resident_pages(text), 0);
		mw_arena_reset(t->temp, mark);
	}
	if (list && n)
		qsort(list, n, sizeof(*list), by_size);
	for (size_t i = 0; list && i < n; i++)
		pid[i] = list[i].pid;
}

static int by_pid(const void *x, const void *y)
{
	const struct mw_proc *a = x, *b = y;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

static void take_all(struct take *t, uint64_t *pid, size_t n)
{
	bool largest_first = t->options->want & MW_WANT_NUMA && !mw_has_one_node(t->s);

	if (largest_first)
		order_by_size(t, pid, n);
	for (size_t i = 0; i < n && !t->arena->failed; i++)
		take_one(t, pid[i]);
	take_large(t);
	if (largest_first && t->s->n_procs)
		qsort(t->s->proc, t->s->n_procs, sizeof(*t->s->proc), by_pid);
}

/* Since 5.9 a score of 0 with an adjustment of 0 is that of the machine's init alone. */
static void find_init(struct mw_snap *s)
{
	const struct mw_proc *p = s->proc;

	if (s->n_procs && p->pid == 1 && mw_release_at_least(s->host.release, 5, 9))
		s->global_init |= mw_known(p->oom.score) && !p->oom.score.v &&
				  p->oom.adj_why == MW_OK && !p->oom.oom_score_adj;
}

void mw_take_procs(struct mw_root *root, const struct mw_snap_options *options,
		   struct mw_arena *arena, struct mw_snap *s)
{
	_mw_arena_ struct mw_arena temp = {};
	struct take t = { .root = root,
			  .arena = arena,
			  .temp = &temp,
			  .s = s,
			  .options = options,
			  .left_us = options->smaps_budget_us };
	struct mw_shm_search search = { .root = root, .options = options, .arena = arena, .s = s };
	size_t n;
	uint64_t *pid = list_pids(&t, &n);

	t.large = mw_arena_alloc(arena, LARGE_MAX * sizeof(*t.large));
	s->proc = mw_arena_alloc(arena, (n + 1) * sizeof(*s->proc));
	if (!pid || !t.large || !s->proc)
		return;
	if (!n)
		mw_sources_note(&s->sources, mw_str_of("proc/PID"), -ENODATA);
	/* Each PID namespace has a 1: where it is not listed, others' processes are hidden. */
	s->procs_hidden = n && pid[0] != 1;
	if (s->procs_hidden)
		mw_sources_note(&s->sources, mw_str_of("proc (hidepid)"), -EPERM);
	if (options->want & MW_WANT_SHMEM) {
		t.search = &search;
		mw_shm_search_start(&search, &temp);
	}
	take_all(&t, pid, n);
	mw_sort_files(s);
	if (options->want & MW_WANT_OOM) {
		find_init(s);
		mw_take_sharers(root, arena, s);
		mw_take_oom_sysctl(root, arena, s);
		mw_take_memcgs(root, arena, s);
	}
	if (t.search)
		mw_shm_search_finish(t.search);
	if (temp.failed)
		arena->failed = true;
}
