/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims_doubt - why another than the one who is named may die.
 */
#include "base/fmt.h"
#include "why/victims_private.h"

/* Of equals more than so many are not looked at: one doubt is enough. */
#define EQUALS_MAX 64

/* From 6.2 to 7.0 oom_badness() does not see what of a counter still lies on the CPUs
 * (percpu_counter_add_batch()).  stat shows resident pages as it sees them; swapped ones nothing
 * does. */
int64_t mw_victims_blur(const struct mw_snap *s)
{
	uint64_t cpus = mw_or(s->oom_sysctl.cpu_count, 1);
	uint64_t batch = 2 * cpus > 32 ? 2 * cpus : 32;

	if (!mw_release_at_least(s->host.release, 6, 2) ||
	    mw_release_at_least(s->host.release, 7, 1) || cpus > UINT16_MAX)
		return 0;
	return (int64_t)(batch * cpus);
}

static int64_t blur_pages(const struct mw_victims_run *m, size_t i)
{
	return mw_or(m->s->proc[i].status.swap_bytes, 0) ? mw_victims_blur(m->s) : 0;
}

/* Points that are equal, and nobody can see who is scanned first, or that may be equal? */
static const char *tie(const struct mw_victims_run *m, size_t i, size_t n)
{
	const struct mw_victim *x = &m->all[m->chain[i]];
	const char *why = NULL;
	int64_t most = 2 * mw_victims_blur(m->s); /* of two */

	for (size_t k = i + 1; k < n && k < i + EQUALS_MAX && !why; k++) {
		const struct mw_victim *y = &m->all[m->chain[k]];
		int64_t blur = blur_pages(m, m->chain[i]) + blur_pages(m, m->chain[k]), apart;

		/* Points saturate at both ends. */
		if (__builtin_sub_overflow(x->badness, y->badness, &apart) || apart > most)
			break;
		if (!y->rank && blur && apart <= blur)
			why = "this kernel counts swapped pages on each CPU, and shows nobody "
			      "how many it sees when it compares two so close";
		else if (!y->rank && !apart)
			why = mw_victims_order_doubt(m->s, m->v, x->proc, y->proc);
	}
	return why;
}

/* The most that it could have: no more pages are resident or swapped than it has addresses for, and
 * each of them has at most a table of its own on three levels. */
static int64_t most_points(const struct mw_victims_run *m, const struct mw_victim *x)
{
	const struct mw_pid_status *st = &x->proc->status;
	uint64_t page = m->s->host.page_bytes;
	struct mw_val space = x->proc->oom.why == MW_OK
				      ? mw_ok(x->proc->oom.stat.address_space_bytes)
				      : st->peak_bytes;
	uint64_t swap = mw_or(m->s->meminfo.swap_total_bytes, UINT64_MAX) / page;
	struct mw_badness_task t = { .rss_pages = mw_or(st->rss_bytes, 0) / page };
	int64_t points;

	if (!mw_known(space))
		return INT64_MAX;
	space.v = space.v / page + 1;
	if (x->proc->oom.why == MW_OK && x->proc->oom.stat.rss_pages > t.rss_pages)
		t.rss_pages = x->proc->oom.stat.rss_pages;
	if (mw_known(st->swap_bytes))
		t.swap_pages = st->swap_bytes.v / page;
	else if (space.v > t.rss_pages)
		t.swap_pages = space.v - t.rss_pages < swap ? space.v - t.rss_pages : swap;
	t.table_pages =
		mw_known(st->page_tables_bytes)
			? mw_add(st->page_tables_bytes, mw_ok(mw_or(st->page_middle_bytes, 0))).v /
				  page
			: 3 * space.v;
	t.oom_score_adj = x->adj_why == MW_OK ? x->oom_score_adj : 1000;
	return mw_badness(&m->v->rules, &t, m->v->total_pages.v, &points) ? points : INT64_MAX;
}

void mw_victims_bound_unknown(struct mw_victims_run *m)
{
	for (size_t i = 0; i < m->s->n_procs; i++) {
		int64_t points;

		if (m->all[i].spared != MW_SPARED_UNKNOWN || !mw_known(m->v->total_pages))
			continue;
		points = most_points(m, &m->all[i]);
		if (!m->n_unknown++ || points > m->unknown_most) {
			m->unknown_most = points;
			m->unknown = m->all[i].proc;
		}
	}
}

/* Somebody is passed over who might be worse. */
static const char *unknown(const struct mw_victims_run *m, const struct mw_victim *x)
{
	if (!m->n_unknown || m->unknown_most < x->badness)
		return NULL;
	return mw_fmt(
		m->arena, "what decides is not known of %zu process%s, and %s could rate higher",
		m->n_unknown, m->n_unknown == 1 ? "" : "es", mw_victim_name(m->arena, m->unknown));
}

/* Is it one address space with another?  Then that one dies with it. */
static const char *maybe_one(const struct mw_victims_run *m, const struct mw_victim *x)
{
	if (!x->proc->oom.like_pid)
		return NULL;
	return mw_fmt(
		m->arena,
		"it may share its memory with pid %llu, and both die at once: nobody may ask here",
		(unsigned long long)x->proc->oom.like_pid);
}

const char *mw_victims_doubt(const struct mw_victims_run *m, size_t i, size_t n)
{
	const struct mw_victim *x = &m->all[m->chain[i]];
	bool first = m->deaths == 0, by_policy = m->v->kind == MW_DOMAIN_NODES;
	const char *const why[] = {
		first && m->v->asker_dies
			? "vm.oom_kill_allocating_task is set: who asks for memory dies"
			: NULL,
		unknown(m, x),
		tie(m, i, n),
		by_policy && x->proc->oom.policy_why != MW_OK
			? "its NUMA policy could not be read: it may be bound to other nodes"
			: NULL,
		maybe_one(m, x),
	};
	const char *all = NULL;

	for (size_t k = 0; k < sizeof(why) / sizeof(why[0]); k++)
		if (why[k])
			all = all ? mw_fmt(m->arena, "%s; %s", all, why[k]) : why[k];
	return all;
}
