/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon_private - what the files of the daemon share.
 */
#pragma once

#include "daemon/confine.h"
#include "daemon/control.h"
#include "daemon/daemon.h"
#include "daemon/deed.h"
#include "daemon/helper.h"
#include "daemon/journal.h"
#include "daemon/notify.h"
#include "daemon/psi.h"
#include "daemon/recorder.h"
#include "daemon/ring.h"
#include "daemon/sense.h"
#include "daemon/settings.h"

#define MW_DAEMON_RESERVE 8
#define MW_DAEMON_TEXT_BYTES ((size_t)48 << 10)

struct mw_daemon {
	struct mw_daemon_options options;
	struct mw_settings settings;
	struct mw_root *root;
	struct mw_arena arena; /* of the start */
	struct mw_sense sense;
	struct mw_psi psi;
	struct mw_deed deed;
	struct mw_ring ring;
	struct mw_recorder recorder;
	struct mw_journal journal;
	struct mw_notify notify;
	struct mw_control control;
	struct mw_helper helper;
	struct mw_confine confine;
	int signals;			/* signalfd */
	int reserve[MW_DAEMON_RESERVE]; /* descriptors kept for a kill; -1: in use */

	struct mw_guard_state state;
	struct mw_guard_view view;
	struct mw_guard_decision decision;
	struct mw_guard_meters deed_meters; /* when it was decided */
	uint64_t seen_ticks, started_ns, told_ns, wakeup_count;
	uint64_t dry_pid, dry_ns; /* said last in a dry run */
	bool woken, fired_some, fired_full, ends;

	char text[MW_DAEMON_TEXT_BYTES]; /* of what is being said */
	char last[MW_DAEMON_TEXT_BYTES]; /* of the last kill */
	size_t last_n;
	struct {
		bool is;
		uint64_t wall_s, pid;
	} to_keep; /* .last is to be written into a file */
};

/* While somebody is looked for and killed they are free: a machine, or a limit, may have no other.
 */
void mw_daemon_reserve(struct mw_daemon *d, bool use);

/* One look, one decision, one act. */
void mw_daemon_turn(struct mw_daemon *d);

/* The text of a message, and to whom it goes. */
struct mw_textbuf mw_daemon_text(struct mw_daemon *d);
void mw_daemon_say(struct mw_daemon *d, int priority, const struct mw_textbuf *t);
void mw_daemon_warn(struct mw_daemon *d);
void mw_daemon_said_dry(struct mw_daemon *d);

/* After a kill: journal, and what is run then.  Once. */
void mw_daemon_report(struct mw_daemon *d);

/* The record of what was reported last, into files.  It allocates: not before somebody is to
 * die. */
void mw_daemon_keep(struct mw_daemon *d);

/* Hook, notification, restart of a unit, as configured. */
void mw_daemon_run_after_warning(struct mw_daemon *d, struct mw_str message);
void mw_daemon_run_after_kill(struct mw_daemon *d, struct mw_str message);

/* The answers of the socket. */
void mw_daemon_answer(struct mw_daemon *d);

/* It ends a child of its own, as it would any other.  0, or negative errno after a line. */
int mw_daemon_rehearse(struct mw_daemon *d);
int mw_rehearsal_fork(int *ret_pid); /* the child, made before the sandbox */
