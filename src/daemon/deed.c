/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/deed.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act/group.h"
#include "daemon/clock.h"

int mw_deed_open(struct mw_root *root, struct mw_arena *arena, struct mw_deed *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	r = mw_act_killer_open(root, arena, &ret->killer);
	if (r < 0)
		return r;
	ret->can_act = true;
	r = mw_reaper_start(&ret->reaper);
	ret->killer.reaper = r < 0 ? NULL : &ret->reaper; /* then it reaps by itself */
	return 0;
}

void mw_deed_close(struct mw_deed *d)
{
	if (!d->can_act)
		return;
	mw_act_kill_done(d->target, d->n);
	if (d->killer.reaper)
		mw_reaper_stop(&d->reaper);
	mw_act_killer_close(&d->killer);
	d->can_act = false;
}

static struct mw_str keep(char *to, size_t bytes, struct mw_str text)
{
	size_t n = text.n < bytes ? text.n : bytes;

	if (n)
		memcpy(to, text.p, n);
	return (struct mw_str){ to, n };
}

void mw_deed_name(struct mw_deed *d, const struct mw_guard_view *view,
		  const struct mw_guard_decision *decision)
{
	const struct mw_guard_task *t;
	struct mw_deed_name *n = &d->name;

	bool again = decision->n_targets && decision->target[0].pid == n->pid;

	d->decision = *decision;
	if (again && (decision->target[0].task >= view->n_tasks ||
		      view->task[decision->target[0].task].detail_why != MW_OK))
		return; /* SIGKILL after SIGTERM: who it is was read then */
	*n = (struct mw_deed_name){ .uid = UINT64_MAX };
	if (decision->group < view->n_groups)
		n->group_text = keep(n->group, sizeof(n->group), view->group[decision->group].path);
	if (!decision->n_targets || decision->target[0].task >= view->n_tasks)
		return;
	t = &view->task[decision->target[0].task];
	n->pid = t->pid;
	n->uid = mw_or(t->uid, UINT64_MAX);
	n->comm_text = keep(n->comm, MW_GUARD_COMM_BYTES,
			    (struct mw_str){ t->comm, strnlen(t->comm, MW_GUARD_COMM_BYTES) });
	n->exe_text = keep(n->exe, sizeof(n->exe), t->exe);
	n->cmdline_text = keep(n->cmdline, sizeof(n->cmdline), t->cmdline);
	n->unit_text = keep(n->unit, sizeof(n->unit), t->unit);
	if (!n->group_text.n && t->group < view->n_groups)
		n->group_text = keep(n->group, sizeof(n->group), view->group[t->group].path);
}

/* All targets, or none: who shares an address space dies together. */
static int prepare(struct mw_deed *d, const struct mw_guard_decision *decision, uint64_t seen_ticks)
{
	mw_act_kill_done(d->target, d->n);
	memset(d->target, 0, sizeof(d->target));
	memset(d->result, 0, sizeof(d->result));
	d->n = 0;
	for (size_t i = 0; i < decision->n_targets; i++) {
		struct mw_kill_target *t = &d->target[i];
		int r;

		*t = (struct mw_kill_target){ .pid = decision->target[i].pid,
					      .start_ticks = decision->target[i].start_ticks,
					      .seen_ticks = seen_ticks,
					      .dir = -1,
					      .pidfd = -1,
					      .usage = -1 };
		r = mw_act_kill_prepare(&d->killer, t);
		if (r == -ESRCH && (i || decision->verb == MW_GUARD_KILL_GROUP))
			continue; /* it went by itself */
		if (r < 0) {
			mw_act_kill_done(d->target, d->n);
			d->n = 0;
			return r;
		}
		if (d->n != i)
			d->target[d->n] = *t;
		d->n++;
	}
	return d->n ? 0 : -ESRCH;
}

static int terminate(struct mw_deed *d)
{
	int error = 0;

	for (size_t i = 0; i < d->n; i++)
		if (syscall(SYS_pidfd_send_signal, d->target[i].pidfd, SIGTERM, NULL, 0) < 0 && !i)
			error = -errno;
	return error;
}

static int strike(struct mw_deed *d, const struct mw_guard_view *view,
		  const struct mw_guard_decision *decision, uint64_t seen_ticks)
{
	struct mw_group_kill group;
	int r = decision->n_targets ? prepare(d, decision, seen_ticks) : 0;

	d->signal_ns = mw_clock_ns();
	/* Of a group the leader may have gone meanwhile. */
	if (r < 0 && decision->verb != MW_GUARD_KILL_GROUP)
		return r;
	if (decision->verb == MW_GUARD_TERM)
		return terminate(d);
	if (decision->verb == MW_GUARD_KILL_GROUP) {
		r = decision->group < view->n_groups
			    ? mw_act_group_kill(&d->killer, view->group[decision->group].path,
						MW_KILL_SIGNAL, &group)
			    : -EINVAL;
		if (r < 0)
			return r;
	}
	if (!d->n)
		return 0;
	mw_act_kill(&d->killer, d->target, d->n, MW_KILL_ALL, d->result);
	d->signal_ns += d->result[0].signal_ns;
	return -d->result[0].error;
}

static int hold(struct mw_deed *d, struct mw_str path, const struct mw_guard_decision *decision)
{
	struct mw_deed_held *h = &d->held[d->n_held];
	int r;

	if (d->n_held == MW_DEED_FROZEN_MAX || path.n >= sizeof(h->path))
		return -ENOSPC;
	*h = (struct mw_deed_held){ .frozen = decision->verb == MW_GUARD_FREEZE };
	memcpy(h->path, path.p, path.n);
	r = h->frozen
		    ? mw_act_group_freeze(&d->killer, path, true)
		    : mw_act_group_high(&d->killer, path, mw_ok(decision->bytes), &h->before_bytes);
	if (r >= 0)
		d->n_held++;
	return r;
}

/* A victim in a frozen group of v1 would not die: all are let go before anybody is killed. */
static int release(struct mw_deed *d)
{
	struct mw_val none;
	int error = 0;

	while (d->n_held) {
		const struct mw_deed_held *h = &d->held[--d->n_held];
		struct mw_str path = mw_str_of(h->path);
		int r = h->frozen ? mw_act_group_freeze(&d->killer, path, false)
				  : mw_act_group_high(&d->killer, path, h->before_bytes, &none);

		if (r < 0)
			error = r;
	}
	return error;
}

static int brake(struct mw_deed *d, const struct mw_guard_view *view,
		 const struct mw_guard_decision *decision)
{
	struct mw_str path;
	int64_t r;

	if (decision->verb == MW_GUARD_RELEASE)
		return release(d);
	if (decision->group >= view->n_groups)
		return -EINVAL;
	path = view->group[decision->group].path;
	if (decision->verb != MW_GUARD_RECLAIM)
		return hold(d, path, decision);
	r = mw_act_group_reclaim(&d->killer, path, decision->bytes);
	return r < 0 ? (int)r : 0;
}

int mw_deed_do(struct mw_deed *d, const struct mw_guard_view *view,
	       const struct mw_guard_decision *decision, uint64_t seen_ticks)
{
	enum mw_guard_verb verb = decision->verb;
	int r;

	if (verb == MW_GUARD_RECLAIM || verb == MW_GUARD_THROTTLE || verb == MW_GUARD_FREEZE ||
	    verb == MW_GUARD_RELEASE)
		return brake(d, view, decision);
	if (verb != MW_GUARD_TERM && verb != MW_GUARD_KILL && verb != MW_GUARD_KILL_GROUP &&
	    verb != MW_GUARD_RESTART)
		return 0;
	mw_deed_name(d, view, decision);
	d->verb = verb;
	d->is_over = false;
	d->over_ns = 0;
	d->asked_ns = view->meters.time_ns;
	if (verb != MW_GUARD_TERM)
		release(d);
	r = strike(d, view, decision, seen_ticks);
	d->outcome = (struct mw_guard_outcome){
		.is = true,
		.pid = decision->n_targets ? decision->target[0].pid : 0,
		.start_ticks = decision->n_targets ? decision->target[0].start_ticks : 0,
		.error = -r,
		.gone = r == -ESRCH,
		.since_ns = d->signal_ns,
	};
	return r;
}

static bool are_all(const struct mw_deed *d, bool (*is)(const struct mw_kill_result *r))
{
	for (size_t i = 0; i < d->n; i++)
		if (!is(&d->result[i]))
			return false;
	return d->n > 0;
}

static bool is_gone(const struct mw_kill_result *r)
{
	return r->gone;
}

static bool is_back(const struct mw_kill_result *r)
{
	return r->gone || (r->reaped_ns && !r->reap_error);
}

/* The first of a group that is gone says nothing of the others. */
static bool is_over(const struct mw_deed *d)
{
	struct mw_group_kill group;
	int r;

	if (d->verb != MW_GUARD_KILL_GROUP)
		return are_all(d, is_gone);
	r = mw_act_group_kill(&d->killer, d->name.group_text, 0, &group);
	return r == -ENOENT || (!r && group.empty);
}

/* 0 when all of its memory was taken back; else as far as its group tells. */
static struct mw_val left_bytes(const struct mw_deed *d)
{
	uint64_t frees = d->decision.n_targets ? d->decision.target[0].frees_bytes : 0;
	struct mw_val freed = mw_ok(0);

	if (d->outcome.gone || (d->verb != MW_GUARD_KILL_GROUP && are_all(d, is_back)))
		return mw_ok(0);
	freed = d->outcome.freed_bytes;
	if (!mw_known(freed))
		return freed;
	return mw_ok(freed.v < frees ? frees - freed.v : 0);
}

void mw_deed_look(struct mw_deed *d, struct mw_sense *s)
{
	struct mw_guard_outcome *o = &d->outcome;

	if (d->is_over || !o->is)
		return;
	if (d->verb == MW_GUARD_TERM) {
		o->gone = o->gone || !d->n ||
			  poll(&(struct pollfd){ d->target[0].pidfd, POLLIN, 0 }, 1, 0) > 0;
		o->left_bytes = o->gone ? mw_ok(0) : mw_sense_left(s, o->pid, o->start_ticks);
		o->freed_bytes = mw_sub(mw_ok(d->decision.target[0].frees_bytes), o->left_bytes);
		return;
	}
	for (size_t i = 0; i < d->n; i++)
		mw_act_kill_look(&d->target[i], &d->result[i]);
	o->gone = o->gone || is_over(d);
	/* Of several, each one's group may be that of the others. */
	if (d->n)
		o->freed_bytes =
			d->decision.are_peers ? mw_no(MW_UNREAD) : d->result[0].freed_bytes;
	o->left_bytes = left_bytes(d);
	if (o->gone && !d->over_ns)
		d->over_ns = mw_clock_ns();
}

int mw_deed_fd(const struct mw_deed *d)
{
	/* One that is gone stays readable: the others are looked at when the wait is over. */
	return d->n && !d->outcome.gone && !d->is_over && !d->result[0].gone ? d->target[0].pidfd
									     : -1;
}
