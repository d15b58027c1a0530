/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_play.h"

#include <string.h>

#define STEPS_MAX 32 /* of a turn; the policy asks less often than this */

void mw_guard_play_begin(struct mw_guard_play *play, const struct mw_guard_config *config,
			 struct mw_str whole)
{
	play->config = *config;
	play->state = (struct mw_guard_state){};
	play->view_count = 0;
	play->first_ns = 0;
	if (mw_str_search(whole, "\no ") == whole.n)
		play->config.dry_run = true;
}

static struct mw_guard_task without_details(const struct mw_guard_task *t)
{
	struct mw_guard_task bare = { .pid = t->pid,
				      .parent_pid = t->parent_pid,
				      .start_ticks = t->start_ticks,
				      .flags = t->flags,
				      .state = t->state,
				      .thread_count = t->thread_count,
				      .rss_bytes = t->rss_bytes,
				      .shared_bytes = t->shared_bytes,
				      .data_bytes = t->data_bytes,
				      .adj = t->adj,
				      .group = t->group,
				      .dying = t->dying,
				      .grows_bytes_per_s = t->grows_bytes_per_s };

	memcpy(bare.comm, t->comm, sizeof(bare.comm));
	return bare;
}

/* LOOK: false where no tasks were recorded. */
static bool look(struct mw_guard_play *play, struct mw_guard_view *v)
{
	if (play->view.level == MW_GUARD_METERS)
		return false;
	v->level = MW_GUARD_TASKS;
	v->task = play->shown;
	v->n_tasks = play->view.n_tasks;
	v->n_unseen = play->view.n_unseen;
	v->group = play->view.group;
	v->n_groups = play->view.n_groups;
	v->rest = play->view.rest;
	v->n_rests = play->view.n_rests;
	v->has_groups = play->view.has_groups;
	for (size_t i = 0; i < v->n_tasks; i++)
		v->task[i] = without_details(&play->view.task[i]);
	return true;
}

static void detail(const struct mw_guard_play *play, struct mw_guard_view *v,
		   const struct mw_guard_decision *d)
{
	v->level = MW_GUARD_DETAILS;
	for (size_t k = 0; k < d->n_targets; k++) {
		size_t i = d->target[k].task;

		v->task[i] = play->view.task[i];
		if (v->task[i].detail_why == MW_UNREAD)
			v->task[i].detail_why = MW_ABSENT;
	}
}

int mw_guard_play_next(struct mw_guard_play *play, struct mw_guard_decision *ret)
{
	struct mw_guard_decision recorded;
	struct mw_guard_view v;
	bool has_decision;
	int r = mw_guard_record_next(&play->player, &play->view, &recorded, &has_decision);

	if (r <= 0)
		return r;
	if (!play->view_count++)
		play->first_ns = play->view.meters.time_ns;
	play->unanswered = false;
	v = play->view;
	v.level = MW_GUARD_METERS;
	v.n_tasks = v.n_groups = v.n_rests = v.n_unseen = 0;
	v.has_groups = false;
	for (size_t i = 0; i < STEPS_MAX; i++) {
		mw_guard_step(&play->config, &play->state, &v, ret);
		if (ret->verb == MW_GUARD_DETAIL)
			detail(play, &v, ret);
		else if (ret->verb != MW_GUARD_LOOK || !look(play, &v))
			break;
	}
	play->unanswered = ret->verb == MW_GUARD_LOOK || ret->verb == MW_GUARD_DETAIL;
	return 1;
}
