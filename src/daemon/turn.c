/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/daemon_private.h"

#define STEPS_MAX 24 /* looks and details of one turn */
#define RESTLESS_MS 100
#define MOST_REST_MS 100
#define REPORT_PATIENCE_NS 10000000000ull
#define DRY_AGAIN_NS 10000000000ull
#define DRY_REST_MS 1000

void mw_daemon_reserve(struct mw_daemon *d, bool use)
{
	for (size_t i = 0; i < MW_DAEMON_RESERVE; i++) {
		int *fd = &d->reserve[i];

		if (use && *fd >= 0) {
			close(*fd);
			*fd = -1;
		} else if (!use && *fd < 0) {
			*fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
		}
	}
}

/* Looks as often as the policy asks before it decides. */
static void decide(struct mw_daemon *d)
{
	const struct mw_guard_config *config = &d->settings.config;
	struct mw_guard_view *v = &d->view;
	struct mw_guard_decision *what = &d->decision;

	v->level = MW_GUARD_METERS;
	v->n_tasks = v->n_groups = v->n_rests = v->n_unseen = 0; /* of the turn before */
	v->has_groups = false;
	v->own_pid = d->sense.own_pid;
	mw_guard_step(config, &d->state, v, what);
	for (int i = 0; i < STEPS_MAX; i++) {
		if (what->verb == MW_GUARD_LOOK) {
			mw_daemon_reserve(d, true);
			d->seen_ticks = mw_act_kill_ticks();
			d->sense.wants_cmdline = mw_guard_uses_field(config, MW_GUARD_CMDLINE);
			d->sense.wants_figures =
				config->reclaim || config->throttle || config->freeze;
			if (mw_sense_tasks(&d->sense, mw_guard_least_bytes(config, &v->meters),
					   what->wants_groups, v) < 0)
				break;
			v->level = MW_GUARD_TASKS;
		} else if (what->verb == MW_GUARD_DETAIL) {
			mw_sense_details(&d->sense, v, what->target, what->n_targets);
			v->level = MW_GUARD_DETAILS;
		} else {
			return;
		}
		mw_guard_step(config, &d->state, v, what);
	}
	what->verb = MW_GUARD_WAIT; /* proc cannot be read, or the policy never ends */
	what->wait_ms = RESTLESS_MS;
}

static bool is_fatal(enum mw_guard_verb verb)
{
	return verb == MW_GUARD_TERM || verb == MW_GUARD_KILL || verb == MW_GUARD_KILL_GROUP ||
	       verb == MW_GUARD_RESTART;
}

static void rehearse_in_words(struct mw_daemon *d)
{
	uint64_t pid = d->decision.n_targets ? d->decision.target[0].pid : 0;

	d->deed.outcome = (struct mw_guard_outcome){};
	if (d->decision.wait_ms < DRY_REST_MS)
		d->decision.wait_ms = DRY_REST_MS;
	if (pid == d->dry_pid && d->view.meters.time_ns - d->dry_ns < DRY_AGAIN_NS)
		return;
	d->dry_pid = pid;
	d->dry_ns = d->view.meters.time_ns;
	mw_deed_name(&d->deed, &d->view, &d->decision);
	mw_daemon_said_dry(d);
}

static void act(struct mw_daemon *d)
{
	enum mw_guard_verb verb = d->decision.verb;

	if (verb == MW_GUARD_WAIT)
		return;
	if (verb == MW_GUARD_WARN) {
		mw_daemon_warn(d);
		return;
	}
	if (d->settings.config.dry_run || !d->deed.can_act) {
		if (is_fatal(verb))
			rehearse_in_words(d);
		return;
	}
	if (is_fatal(verb) && !d->deed.is_over && d->deed.verb != MW_GUARD_TERM)
		mw_daemon_report(d); /* of the one before */
	if (is_fatal(verb))
		d->deed_meters = d->view.meters;
	if (mw_deed_do(&d->deed, &d->view, &d->decision, d->seen_ticks) < 0 && !is_fatal(verb))
		mw_daemon_warn(d);
}

/* The report waits for the memory, but not for ever. */
static void follow(struct mw_daemon *d)
{
	const struct mw_deed *deed = &d->deed;
	bool reaping = deed->n && deed->result[0].reap_error == EINPROGRESS;
	uint64_t ns = mw_clock_ns() - deed->signal_ns;

	if (deed->is_over || !deed->outcome.is)
		return;
	if (deed->outcome.error || (deed->outcome.gone && !reaping) ||
	    (deed->verb != MW_GUARD_TERM && ns > REPORT_PATIENCE_NS))
		mw_daemon_report(d);
}

/* Who was sent SIGTERM is looked at again when its grace is over, to the millisecond. */
static void be_punctual(struct mw_daemon *d)
{
	uint64_t grace = d->settings.config.term_grace_ms, ms;

	if (d->deed.is_over || !d->deed.outcome.is || d->deed.verb != MW_GUARD_TERM)
		return;
	ms = (mw_clock_ns() - d->deed.outcome.since_ns) / 1000000;
	if (ms < grace && grace - ms < d->decision.wait_ms)
		d->decision.wait_ms = grace - ms + 1;
}

/* At real time it leaves the others two thirds of a CPU, however slow that is; but is not away for
 * longer than MOST_REST_MS for that. */
static void be_modest(struct mw_daemon *d, uint64_t begun_ns)
{
	uint64_t rest = (mw_clock_ns() - begun_ns) / 1000000 * 2;

	if (rest > MOST_REST_MS)
		rest = MOST_REST_MS;
	if (d->decision.wait_ms < rest)
		d->decision.wait_ms = rest;
}

void mw_daemon_turn(struct mw_daemon *d)
{
	struct mw_guard_view *v = &d->view;
	uint64_t begun_ns = mw_clock_ns();

	mw_sense_meters(&d->sense, &v->meters);
	mw_psi_event(&d->psi, d->fired_some, d->fired_full, &v->meters,
		     &v->meters.woken_by_trigger);
	d->fired_some = d->fired_full = false;
	v->meters.has_triggers = mw_psi_is_own(&d->psi);
	mw_deed_look(&d->deed, &d->sense);
	v->outcome = d->deed.outcome;
	decide(d);
	act(d);
	mw_ring_add(&d->ring, v, &d->decision);
	mw_recorder_add(&d->recorder, v, &d->decision);
	follow(d);
	mw_daemon_keep(d);
	be_modest(d, begun_ns);
	be_punctual(d);
	if (d->decision.verb == MW_GUARD_WAIT && (d->deed.is_over || !d->deed.outcome.is))
		mw_daemon_reserve(d, false);
}
