/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom - what the OOM killer asks of a process.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "kernel/fields.h"
#include "kernel/number_list.h"
#include "kernel/oom_score_adj.h"
#include "snap/snap_private.h"

/* So many address spaces that look alike are told apart; what comes after stands for itself. */
#define ALIKE_MAX 16

/* A thread that still has the memory of the process (find_lock_task_mm(), mm/oom_kill.c). */
static struct mw_str living_thread(struct mw_at *at, struct mw_arena *arena, struct mw_snap *s,
				   struct mw_pid_stat *ret)
{
	struct mw_names names = {};
	struct mw_str text;

	if (mw_root_list(at->root, mw_fmt(arena, "%s/task", at->path), arena, &names) < 0)
		return (struct mw_str){};
	for (size_t i = 0; i < names.n; i++) {
		const char *folder =
			mw_fmt(arena, "task/%.*s/", (int)names.item[i].n, names.item[i].p);

		if (mw_take_at(at, mw_fmt(arena, "%sstat", folder), arena, s, &text) == MW_OK &&
		    !mw_pid_stat_parse(text, ret) && ret->address_space_bytes)
			return mw_str_of(folder);
	}
	return (struct mw_str){};
}

const char *mw_proc_file(struct mw_arena *temp, const struct mw_proc *p, const char *name)
{
	struct mw_str folder = p->oom.thread;

	return folder.n ? mw_fmt(temp, "%.*s%s", (int)folder.n, folder.p, name) : name;
}

static enum mw_why take_stat(struct mw_at *at, const char *path, struct mw_arena *temp,
			     struct mw_snap *s, struct mw_pid_stat *ret)
{
	struct mw_str text;
	enum mw_why why = mw_take_at(at, path, temp, s, &text);

	if (why != MW_OK || !mw_pid_stat_parse(text, ret))
		return why;
	return mw_sources_note(&s->sources, mw_str_of(mw_fmt(temp, "%s/%s", at->path, path)),
			       -ENOMSG);
}

void mw_take_oom(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp, struct mw_snap *s,
		 struct mw_proc *p)
{
	struct mw_proc_oom *o = &p->oom;
	struct mw_pid_stat first;
	struct mw_str text;

	o->why = take_stat(at, "stat", temp, s, &o->stat);
	if (o->why != MW_OK || o->stat.flags & MW_PF_KTHREAD)
		return;
	if (o->stat.state == 'Z' && o->stat.thread_count > 1) {
		first = o->stat;
		o->thread = mw_arena_copy(arena, living_thread(at, temp, s, &o->stat));
		o->stat.start_ticks = first.start_ticks;
	}
	/* Not rss_pages: all of it may be swapped out, or too little for its counters. */
	if (!o->stat.address_space_bytes)
		return;
	o->adj_why = mw_take_at(at, "oom_score_adj", temp, s, &text);
	if (o->adj_why == MW_OK)
		o->adj_why = mw_oom_score_adj_parse(mw_str_trim(text), &o->oom_score_adj) < 0
				     ? MW_BAD
				     : MW_OK;
	o->score = mw_no(mw_take_at(at, "oom_score", temp, s, &text));
	if (o->score.why == MW_OK)
		o->score = mw_number_parse(text);
}

void mw_take_oom_again(struct mw_at *at, struct mw_arena *temp, struct mw_snap *s,
		       struct mw_proc *p)
{
	struct mw_proc_oom *o = &p->oom;
	struct mw_pid_stat again;

	o->still =
		mw_known(o->score) &&
		take_stat(at, mw_proc_file(temp, p, "meta/again/stat"), temp, s, &again) == MW_OK &&
		again.rss_pages == o->stat.rss_pages &&
		again.address_space_bytes == o->stat.address_space_bytes;
}

/* Of more threads than this the rest is not asked. */
#define THREADS_MAX 256

/* The second word of the first line: a mapping without a policy of its own shows the task's
 * (show_numa_map(), fs/proc/task_mmu.c).  "weighted interleave:0-1" is two words: no binding. */
static enum mw_why take_word(struct mw_at *at, const char *path, struct mw_arena *temp,
			     struct mw_snap *s, struct mw_str *ret)
{
	struct mw_str text;
	enum mw_why why = mw_take_at(at, path, temp, s, &text);

	if (why == MW_OK && (!mw_str_word(&text, ret) || !mw_str_word(&text, ret)))
		*ret = (struct mw_str){};
	return why;
}

static enum mw_why take_mems(struct mw_at *at, const char *path, struct mw_arena *temp,
			     struct mw_snap *s, struct mw_str *ret)
{
	struct mw_pid_status status;
	struct mw_str text;
	enum mw_why why = mw_take_at(at, path, temp, s, &text);

	if (why == MW_OK && mw_pid_status_parse(text, temp, &status) < 0)
		return MW_BAD;
	if (why == MW_OK)
		*ret = status.mems_allowed;
	return why;
}

/* Of each thread what it is bound to, where that is not what the first is bound to. */
static void take_threads(struct mw_at *at, bool policy, struct mw_str first, struct mw_arena *arena,
			 struct mw_arena *temp, struct mw_snap *s, struct mw_proc *p)
{
	struct mw_names names = {};
	struct mw_set seen = {};
	const char *all = "";

	mw_set_add(&seen, temp, first);
	if (mw_root_list(at->root, mw_fmt(temp, "%s/task", at->path), temp, &names) < 0)
		return;
	for (size_t i = 0; i < names.n && i < THREADS_MAX; i++) {
		struct mw_str tid = names.item[i], word = {};
		const char *path = mw_fmt(temp, "task/%.*s/%s", (int)tid.n, tid.p,
					  policy ? "numa_maps" : "status");
		enum mw_why why = policy ? take_word(at, path, temp, s, &word)
					 : take_mems(at, path, temp, s, &word);

		if (why == MW_OK && word.n && mw_set_add(&seen, temp, word))
			all = mw_fmt(temp, "%s%.*s\n", all, (int)word.n, word.p);
	}
	p->oom.thread_bounds = mw_arena_copy(arena, mw_str_of(all));
}

/* numa_maps walks all page tables: threads are asked only where the first is bound. */
void mw_take_policy(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		    struct mw_snap *s, struct mw_proc *p)
{
	struct mw_str word = {};

	p->oom.policy_why = take_word(at, "numa_maps", temp, s, &word);
	p->oom.policy = mw_arena_copy(arena, word);
	if (p->oom.stat.thread_count > 1 &&
	    (mw_str_starts(word, "bind") || mw_str_starts(word, "interleave")))
		take_threads(at, true, word, arena, temp, s, p);
}

void mw_take_mems(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		  struct mw_snap *s, struct mw_proc *p)
{
	if (p->oom.stat.thread_count > 1)
		take_threads(at, false, p->status.mems_allowed, arena, temp, s, p);
}

/* Figures that two processes of one address space have in common. */
static int compare(const struct mw_proc *a, const struct mw_proc *b)
{
	const uint64_t x[] = { a->oom.stat.stack_address, a->oom.stat.address_space_bytes,
			       mw_or(a->status.peak_bytes, 0), mw_or(a->status.high_bytes, 0),
			       mw_or(a->status.swap_bytes, 0) };
	const uint64_t y[] = { b->oom.stat.stack_address, b->oom.stat.address_space_bytes,
			       mw_or(b->status.peak_bytes, 0), mw_or(b->status.high_bytes, 0),
			       mw_or(b->status.swap_bytes, 0) };

	for (size_t i = 0; i < sizeof(x) / sizeof(x[0]); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static int alike(const void *x, const void *y)
{
	const struct mw_proc *a = *(const struct mw_proc *const *)x;
	const struct mw_proc *b = *(const struct mw_proc *const *)y;
	int c = compare(a, b);

	return c ? c : (a->pid > b->pid) - (a->pid < b->pid);
}

enum same { SAME, OTHER, UNTOLD };

/* One address space?  Only the kernel knows (kcmp(2)); it may refuse to say, or a capture not hold
 * it. */
static enum same is_same_mm(struct mw_root *root, struct mw_arena *temp, struct mw_snap *s,
			    uint64_t a, uint64_t b)
{
	const char *path = mw_fmt(temp, "proc/meta/mm/%llu/%llu", (unsigned long long)a,
				  (unsigned long long)b);
	struct mw_str text;
	enum mw_why why = mw_take_text(root, path, temp, s, &text);

	if (why == MW_DENIED || why == MW_ABSENT)
		return UNTOLD;
	return why == MW_OK && mw_str_eq(mw_str_trim(text), "same") ? SAME : OTHER;
}

/* Of those that look alike: each against the first of each address space found so far. */
static void take_alike(struct mw_root *root, struct mw_arena *temp, struct mw_snap *s,
		       struct mw_proc **p, size_t n)
{
	size_t found[ALIKE_MAX], n_found = 0;

	for (size_t i = 0; i < n; i++) {
		struct mw_proc *untold = NULL;
		enum same same = OTHER;
		size_t k = 0;

		for (; k < n_found; k++) {
			same = is_same_mm(root, temp, s, s->proc[found[k]].pid, p[i]->pid);
			if (same == SAME)
				break;
			if (same == UNTOLD)
				untold = &s->proc[found[k]];
		}
		if (k < n_found) {
			p[i]->oom.same_mm = found[k];
		} else {
			if (untold)
				p[i]->oom.like_pid = untold->pid;
			if (untold && !untold->oom.like_pid)
				untold->oom.like_pid = p[i]->pid;
			if (n_found < ALIKE_MAX)
				found[n_found++] = (size_t)(p[i] - s->proc);
		}
	}
}

void mw_take_sharers(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	_mw_arena_ struct mw_arena temp = {};
	struct mw_proc **p = mw_arena_alloc(&temp, (s->n_procs + 1) * sizeof(*p));
	size_t from = 0;

	for (size_t i = 0; p && i < s->n_procs; i++) {
		p[i] = &s->proc[i];
		p[i]->oom.same_mm = i;
	}
	if (p && s->n_procs)
		qsort(p, s->n_procs, sizeof(*p), alike);
	for (size_t i = 1; p && i <= s->n_procs; i++) {
		if (i < s->n_procs && !compare(p[from], p[i]))
			continue;
		if (i - from > 1)
			take_alike(root, &temp, s, p + from, i - from);
		from = i;
	}
	if (temp.failed)
		arena->failed = true;
}

void mw_take_oom_sysctl(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_str text;
	enum mw_why why = mw_take_text(root, "sys/devices/system/cpu/online", arena, s, &text);

	s->oom_sysctl = (struct mw_oom_sysctl){
		.cpu_count = why == MW_OK ? mw_list_count(text) : mw_no(why),
		.panic_on_oom = mw_take_number(root, "proc/sys/vm/panic_on_oom", arena, s),
		.kill_allocating_task =
			mw_take_number(root, "proc/sys/vm/oom_kill_allocating_task", arena, s),
		.swappiness = mw_take_number(root, "proc/sys/vm/swappiness", arena, s),
	};
}
