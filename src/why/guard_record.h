/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_record - what the guard saw and decided, as lines of text, and back again: a night that can
 * be replayed.
 *
 *	memwhy-guard-record 1
 *	config [when]			the configuration, a line each; may be left out
 *	view tasks TIME WALL OWN_PID FLAGS TASKS GROUPS UNSEEN
 *	m total=17179869184 free=...	a meter that is not there was not read
 *	o ...				what came of the last action; left out: there was none
 *	g PATH ...			each group
 *	r GROUP NAME COUNT BYTES	those of one name for whom was no room
 *	t PID ...			each task; d ... after it: its details
 *	x kill low ...			what was decided; left out: not recorded
 *
 * A figure is a number, or why there is none: u unread, a absent, d denied, g gone, b bad, r raced.
 * Text is a word as of mw_textbuf_word().
 *
 * Invariants:
 *  - Pure, allocates nothing; what is written and read back is the same, to the last field.
 *  - A recording whose end is torn off is read up to its last whole view.
 */
#pragma once

#include "base/textbuf.h"
#include "why/guard.h"

void mw_guard_record_head(struct mw_textbuf *t, const struct mw_guard_config *config);
void mw_guard_record_view(struct mw_textbuf *t, const struct mw_guard_view *view);
void mw_guard_record_decision(struct mw_textbuf *t, const struct mw_guard_decision *d);

/* Room for the largest view of a recording. */
struct mw_guard_room {
	struct mw_guard_task *task;
	struct mw_guard_group *group;
	struct mw_guard_rest *rest;
	char *text;
	size_t max_tasks, max_groups, max_rests, text_bytes;
};

/* How much is needed; the caller finds the memory. */
struct mw_guard_room mw_guard_record_measure(struct mw_str recording);

struct mw_guard_player {
	struct mw_str rest;
	struct mw_guard_room room;
	size_t line;	   /* read last */
	const char *wrong; /* with that line */
	bool is_torn;	   /* the end is missing */
};

/* 0, or -EINVAL: no recording. */
int mw_guard_record_begin(struct mw_guard_player *p, struct mw_str recording,
			  struct mw_guard_room room);

/* The recorded configuration as a text for mw_guard_config_parse(), after begin and before the
 * first view; empty: there is none, or it has no room. */
struct mw_str mw_guard_record_config(struct mw_guard_player *p, char *to, size_t size);

/* 1: a view, which lives in the room until the next is read; 0: the end; -EINVAL: see .wrong. */
int mw_guard_record_next(struct mw_guard_player *p, struct mw_guard_view *ret_view,
			 struct mw_guard_decision *ret_decision, bool *ret_has_decision);
