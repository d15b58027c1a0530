/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ring.h"

#include <string.h>

static uint64_t own_bytes(const struct mw_guard_task *t)
{
	return mw_or(mw_sub(t->rss_bytes, t->shared_bytes), 0);
}

static void take_top(struct mw_ring_row *row, const struct mw_guard_view *view)
{
	for (size_t i = 0; i < view->n_tasks; i++) {
		const struct mw_guard_task *t = &view->task[i];
		uint64_t own = own_bytes(t);
		unsigned at = row->n_top;

		while (at > 0 && row->top[at - 1].own_bytes < own)
			at--;
		if (at == MW_RING_TOP)
			continue;
		if (row->n_top < MW_RING_TOP)
			row->n_top++;
		memmove(&row->top[at + 1], &row->top[at],
			(row->n_top - 1 - at) * sizeof(row->top[0]));
		row->top[at] = (struct mw_ring_task){
			.pid = (uint32_t)t->pid,
			.own_bytes = own,
			.grows_bytes_per_s = mw_or(t->grows_bytes_per_s, UINT64_MAX),
		};
		memcpy(row->top[at].comm, t->comm, sizeof(t->comm));
	}
}

void mw_ring_add(struct mw_ring *r, const struct mw_guard_view *view,
		 const struct mw_guard_decision *decision)
{
	const struct mw_guard_meters *m = &view->meters;
	bool quiet = decision->verb == MW_GUARD_WAIT;
	struct mw_ring_row *row;

	if (quiet && r->n && m->time_ns - r->row[r->at].time_ns < MW_RING_STEP_NS)
		return;
	r->at = r->n ? (r->at + 1) % MW_RING_ROWS : 0;
	r->n += r->n < MW_RING_ROWS;
	row = &r->row[r->at];
	*row = (struct mw_ring_row){
		.time_ns = m->time_ns,
		.wall_ns = m->wall_ns,
		.available_bytes = m->available_bytes,
		.swap_free_bytes = m->swap_free_bytes,
		.counted_bytes = decision->counted_bytes,
		.some_us = m->some_us,
		.full_us = m->full_us,
		.shmem_bytes = m->shmem_bytes,
		.unreclaimable_bytes = m->slab_unreclaimable_bytes,
		.usage_bytes = m->group_usage_bytes,
		.verb = decision->verb,
		.cause = decision->cause,
	};
	if (view->level == MW_GUARD_METERS)
		return;
	row->n_tasks = (unsigned)view->n_tasks;
	take_top(row, view);
}

static void put_bytes(struct mw_textbuf *t, const char *name, struct mw_val bytes)
{
	if (bytes.why == MW_ABSENT)
		return;
	mw_textbuf_say(t, name);
	if (mw_known(bytes))
		mw_textbuf_bytes(t, bytes.v);
	else
		mw_textbuf_say(t, mw_why_name(bytes.why));
}

static void put_stall(struct mw_textbuf *t, const char *name, struct mw_val us)
{
	if (!mw_known(us))
		return;
	mw_textbuf_say(t, name);
	mw_textbuf_u64(t, us.v / 1000);
	mw_textbuf_say(t, " ms");
}

static void put_top(struct mw_textbuf *t, const struct mw_ring_task *task)
{
	mw_textbuf_say(t, "    ");
	mw_textbuf_u64(t, task->pid);
	mw_textbuf_say(t, " ");
	mw_textbuf_word(t, (struct mw_str){ task->comm, strnlen(task->comm, sizeof(task->comm)) });
	mw_textbuf_say(t, " ");
	mw_textbuf_bytes(t, task->own_bytes);
	if (task->grows_bytes_per_s && task->grows_bytes_per_s != UINT64_MAX) {
		mw_textbuf_say(t, ", grows by ");
		mw_textbuf_bytes(t, task->grows_bytes_per_s);
		mw_textbuf_say(t, " a second");
	}
	mw_textbuf_say(t, "\n");
}

void mw_ring_write(const struct mw_ring *r, uint64_t time_ns, struct mw_textbuf *t)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct mw_ring_row *row =
			&r->row[(r->at + 1 + i + MW_RING_ROWS - r->n) % MW_RING_ROWS];

		mw_textbuf_say(t, row->time_ns > time_ns ? "+" : "-");
		mw_textbuf_seconds(t, (row->time_ns > time_ns ? row->time_ns - time_ns
							      : time_ns - row->time_ns) /
					      1000000);
		put_bytes(t, "  available ", row->available_bytes);
		put_bytes(t, ", counted ", row->counted_bytes);
		put_bytes(t, ", swap free ", row->swap_free_bytes);
		put_bytes(t, ", own group uses ", row->usage_bytes);
		put_bytes(t, ", shared ", row->shmem_bytes);
		put_bytes(t, ", unreclaimable ", row->unreclaimable_bytes);
		put_stall(t, ", some ", row->some_us);
		put_stall(t, ", full ", row->full_us);
		if (row->verb != MW_GUARD_WAIT) {
			mw_textbuf_say(t, ": ");
			mw_textbuf_say(t, mw_guard_verb_name(row->verb));
			mw_textbuf_say(t, " (");
			mw_textbuf_say(t, mw_guard_cause_name(row->cause));
			mw_textbuf_say(t, ")");
		}
		mw_textbuf_say(t, "\n");
		for (unsigned k = 0; k < row->n_top; k++)
			put_top(t, &row->top[k]);
	}
}
