/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "act/kill.h"
#include "daemon/sense_private.h"
#include "kernel/oom_score_adj.h"
#include "kernel/pid_stat.h"
#include "kernel/pid_statm.h"

#define EXITING 0x4u /* PF_EXITING, include/linux/sched.h */
#define YOUNG_TICKS (3000000000u / MW_TICK_NS)
#define BEFORE_LEAST_NS 250000000u
/* A counter of resident pages that is read without a lock is wrong by so much
 * (percpu_counter_batch, lib/percpu_counter.c): it is not growth. */
#define NOISE_PAGES 64

struct now {
	uint64_t ns;	/* of the meters */
	uint64_t ticks; /* since boot, as a start time; 0: of no living machine */
};

/* 64 bits in decimal, a slash, a name. */
const char *mw_sense_path(char buf[48], uint64_t pid, const char *name)
{
	char *p = buf + 24;
	size_t n = strnlen(name, 20);

	*p = '/';
	memcpy(p + 1, name, n);
	p[1 + n] = '\0';
	do {
		*--p = (char)('0' + pid % 10);
		pid /= 10;
	} while (pid);
	return p;
}

/* The bytes between the first bracket and the last. */
static void take_comm(struct mw_str text, char *ret)
{
	size_t from = mw_str_find(text, '(') + 1, to = mw_str_rfind(text, ')');

	memset(ret, 0, MW_GUARD_COMM_BYTES);
	if (from < to && to < text.n)
		memcpy(ret, text.p + from,
		       to - from < MW_GUARD_COMM_BYTES ? to - from : MW_GUARD_COMM_BYTES);
}

int mw_sense_stat(struct mw_sense *s, uint64_t pid, struct mw_pid_stat *ret, char *ret_comm)
{
	struct mw_str text;
	char path[48];
	int r = mw_kept_read_below(&s->proc, mw_sense_path(path, pid, "stat"), s->room, &text);

	if (r < 0)
		return r;
	if (ret_comm)
		take_comm(text, ret_comm);
	return mw_pid_stat_parse(text, ret);
}

static struct mw_val adj_of(struct mw_sense *s, uint64_t pid)
{
	struct mw_str text;
	char path[48];
	int64_t adj;
	int r = mw_kept_read_below(&s->proc, mw_sense_path(path, pid, "oom_score_adj"), s->room,
				   &text);

	if (!r)
		r = mw_oom_score_adj_parse(mw_str_trim(text), &adj);
	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	return adj < -1000 || adj > 1000 ? mw_no(MW_BAD) : mw_ok((uint64_t)(adj + 1000));
}

/* What it may give back at most: what it has of its own in RAM, and of its private mappings what
 * is not there and may be in swap. */
static uint64_t most_bytes(const struct mw_sense *s, const struct mw_pid_statm *m, bool swap)
{
	uint64_t own =
		m->resident_pages > m->shared_pages ? m->resident_pages - m->shared_pages : 0;

	return (swap && m->data_pages > own ? m->data_pages : own) * s->page_bytes;
}

static int read_statm(struct mw_sense *s, uint64_t pid, struct mw_pid_statm *ret)
{
	struct mw_str text;
	char path[48];
	int r = mw_kept_read_below(&s->proc, mw_sense_path(path, pid, "statm"), s->room, &text);

	return r < 0 ? r : mw_pid_statm_parse(text, ret);
}

static uint64_t own_bytes(const struct mw_guard_task *t)
{
	return mw_or(mw_sub(t->rss_bytes, t->shared_bytes), 0);
}

static uint64_t size_of(const struct mw_guard_task *t)
{
	uint64_t own = own_bytes(t), data = mw_or(t->data_bytes, 0);

	return own > data ? own : data;
}

static struct mw_val per_second(uint64_t bytes, uint64_t ns)
{
	return mw_ok((uint64_t)((double)bytes * 1e9 / (double)ns));
}

/* One that was not seen before and is young has grown since it was born. */
static struct mw_val growth_of_new(const struct mw_guard_task *t, uint64_t now_ticks)
{
	uint64_t age = now_ticks - t->start_ticks;

	if (now_ticks < t->start_ticks || age > YOUNG_TICKS)
		return mw_no(MW_UNREAD);
	return per_second(own_bytes(t), (age + 1) * MW_TICK_NS);
}

/* Both are in the order of pids: *at only moves on. */
static struct mw_val growth(const struct mw_sense *s, const struct mw_sense_before *before,
			    const struct mw_guard_task *t, struct now now, size_t *at)
{
	const struct mw_sense_had *had;
	uint64_t own = own_bytes(t);

	while (*at < before->n && before->task[*at].pid < t->pid)
		(*at)++;
	had = &before->task[*at];
	if (*at == before->n || had->pid != t->pid || had->start_ticks != t->start_ticks)
		return growth_of_new(t, now.ticks);
	if (now.ns <= before->ns)
		return mw_no(MW_UNREAD);
	if (own <= had->own_bytes || own - had->own_bytes <= NOISE_PAGES * s->page_bytes)
		return mw_ok(0);
	return per_second(own - had->own_bytes, now.ns - before->ns);
}

static bool take_task(struct mw_sense *s, uint64_t pid, const struct mw_pid_statm *m,
		      struct mw_guard_task *ret)
{
	struct mw_guard_task t = { .pid = pid, .group = MW_GUARD_NO_GROUP };
	struct mw_pid_stat stat;

	if (mw_sense_stat(s, pid, &stat, t.comm) < 0)
		return false;
	t.parent_pid = stat.parent_pid;
	t.start_ticks = stat.start_ticks;
	t.flags = stat.flags;
	t.state = stat.state;
	t.thread_count = stat.thread_count;
	t.dying = stat.state == 'Z' || stat.state == 'X' || (stat.flags & EXITING);
	t.rss_bytes = mw_mul(mw_ok(m->resident_pages), s->page_bytes);
	t.shared_bytes = mw_mul(mw_ok(m->shared_pages), s->page_bytes);
	t.data_bytes = mw_mul(mw_ok(m->data_pages), s->page_bytes);
	t.adj = adj_of(s, pid);
	*ret = t;
	return true;
}

static bool are_namesakes(const struct mw_guard_task *a, const struct mw_guard_task *b)
{
	return a->group == b->group && !memcmp(a->comm, b->comm, sizeof(a->comm));
}

/* Those of this name in this group; NULL: for them is no room. */
static struct mw_guard_rest *rest_of(struct mw_sense *s, struct mw_guard_view *view, size_t group,
				     const char *comm, size_t max)
{
	struct mw_guard_rest *r = s->rest;

	while (r < s->rest + view->n_rests &&
	       (r->group != group || memcmp(r->comm, comm, sizeof(r->comm))))
		r++;
	if (r < s->rest + view->n_rests)
		return r;
	if (view->n_rests >= max)
		return NULL;
	*r = (struct mw_guard_rest){ .group = group };
	memcpy(r->comm, comm, sizeof(r->comm));
	view->n_rests++;
	return r;
}

/* There is no room for it: counted with those of its name in its group, or as one who might be
 * anybody. */
static void leave_out(struct mw_sense *s, struct mw_guard_view *view, const struct mw_guard_task *t)
{
	static const char anybody[MW_GUARD_COMM_BYTES];
	struct mw_guard_rest *r = NULL;

	view->n_unseen++;
	if (t->group == MW_GUARD_NO_GROUP)
		return;
	if (t->pid != 1 && t->pid != s->own_pid && mw_or(t->adj, 0))
		r = rest_of(s, view, t->group, t->comm, MW_SENSE_NAMES);
	if (!r)
		r = rest_of(s, view, t->group, anybody, MW_SENSE_RESTS);
	if (!r)
		return;
	r->count++;
	r->own_bytes += own_bytes(t);
}

static void append(struct mw_sense *s, struct mw_guard_view *view, const struct mw_guard_task *t)
{
	size_t n = view->n_tasks++;

	s->task[n] = *t;
	s->namesakes[n] = 0;
	for (size_t i = 0; i < n && view->has_groups; i++)
		if (are_namesakes(&s->task[i], t)) {
			s->namesakes[i]++;
			s->namesakes[n]++;
		}
}

static void take_away(struct mw_sense *s, struct mw_guard_view *view, size_t at)
{
	size_t after = --view->n_tasks - at;

	for (size_t i = 0; i <= view->n_tasks && view->has_groups; i++)
		if (i != at && are_namesakes(&s->task[i], &s->task[at]))
			s->namesakes[i]--;
	memmove(&s->task[at], &s->task[at + 1], after * sizeof(*s->task));
	memmove(&s->namesakes[at], &s->namesakes[at + 1], after * sizeof(*s->namesakes));
}

/* The smallest one, of those who have namesakes where such are asked for; n_tasks: none. */
static size_t smallest(const struct mw_sense *s, const struct mw_guard_view *view, bool namesakes)
{
	size_t best = view->n_tasks;

	for (size_t i = 0; i < view->n_tasks; i++)
		if (s->task[i].pid != s->also_pid && (!namesakes || s->namesakes[i]) &&
		    (best == view->n_tasks || size_of(&s->task[i]) < size_of(&s->task[best])))
			best = i;
	return best;
}

/* Where there is no room the smallest is left out.  Where groups are wanted that is one of whose
 * name and group another stays, as long as there is one: who stays speaks for who is only counted.
 * The order stays that of the walk. */
static void insert(struct mw_sense *s, struct mw_guard_view *view, const struct mw_guard_task *t)
{
	struct mw_guard_task out;
	size_t at;

	append(s, view, t);
	if (view->n_tasks <= MW_SENSE_TASKS)
		return;
	at = smallest(s, view, true);
	if (at == view->n_tasks)
		at = smallest(s, view, false);
	out = s->task[at];
	take_away(s, view, at);
	leave_out(s, view, &out);
}

/* Who takes memory in steps does not grow in a few milliseconds; and in one turn it is looked more
 * than once. */
static bool is_old(const struct mw_sense_before *b, uint64_t ns)
{
	return b->n && (ns < b->ns || ns - b->ns >= BEFORE_LEAST_NS);
}

/* The younger one where it is old enough, or there is no other. */
static const struct mw_sense_before *choose(const struct mw_sense_before *b, uint64_t ns)
{
	return is_old(&b[0], ns) || !b[1].n ? &b[0] : &b[1];
}

static void remember(struct mw_sense *s, const struct mw_guard_view *view)
{
	struct mw_sense_before *b = s->before, older = b[1];

	if (b[0].n) {
		if (!is_old(&b[0], view->meters.time_ns))
			return;
		b[1] = b[0];
		b[0] = older;
	}
	for (size_t i = 0; i < view->n_tasks; i++)
		b[0].task[i] = (struct mw_sense_had){ s->task[i].pid, s->task[i].start_ticks,
						      own_bytes(&s->task[i]) };
	b[0].n = view->n_tasks;
	b[0].ns = view->meters.time_ns;
}

int mw_sense_tasks(struct mw_sense *s, uint64_t least_bytes, bool wants_groups,
		   struct mw_guard_view *view)
{
	struct mw_room walk = { s->room.p + s->room.bytes / 2, s->room.bytes / 2 };
	bool swap = mw_or(mw_sub(view->meters.swap_total_bytes, view->meters.swap_free_bytes), 0);
	struct mw_room whole = s->room;
	struct mw_kept_numbers it;
	struct mw_pid_statm m;
	struct mw_guard_task t;
	struct now now = { .ns = view->meters.time_ns };
	const struct mw_sense_before *before = choose(s->before, now.ns);
	enum mw_why why;
	uint64_t pid;
	size_t at = 0;

	if (mw_root_is_live(s->root))
		now.ticks = mw_act_kill_ticks();
	view->task = s->task;
	view->group = s->group;
	view->rest = s->rest;
	view->n_tasks = view->n_unseen = view->n_groups = view->n_rests = 0;
	view->has_groups = wants_groups;
	view->own_pid = s->own_pid;
	s->text_bytes = s->n_details = 0;
	s->room.bytes /= 2;
	mw_kept_numbers_start(&s->proc, walk, &it);
	while (mw_kept_numbers_next(&it, &pid)) {
		if (read_statm(s, pid, &m) < 0 || !m.size_pages)
			continue; /* gone, a kernel thread, or a zombie */
		/* A group dies as a whole: none of it may be left out, the smallest neither. */
		if (!wants_groups && most_bytes(s, &m, swap) < least_bytes && pid != s->also_pid)
			continue;
		if (!take_task(s, pid, &m, &t))
			continue;
		if (wants_groups) {
			t.group = mw_sense_group(s, view, pid, &why);
			view->n_unseen += why == MW_DENIED; /* it may be in a group that dies */
		}
		insert(s, view, &t);
	}
	s->room = whole;
	for (size_t i = 0; i < view->n_tasks; i++)
		s->task[i].grows_bytes_per_s = growth(s, before, &s->task[i], now, &at);
	remember(s, view);
	return it.error;
}

struct mw_val mw_sense_left(struct mw_sense *s, uint64_t pid, uint64_t start_ticks)
{
	struct mw_pid_statm m;
	struct mw_pid_stat stat;

	if (mw_sense_stat(s, pid, &stat, NULL) < 0 || stat.start_ticks != start_ticks)
		return mw_ok(0);
	if (read_statm(s, pid, &m) < 0)
		return mw_ok(0);
	return mw_ok(most_bytes(s, &m, false));
}
