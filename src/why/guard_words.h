/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_words - a decision of the guard as one sentence, for its log and for a replay.
 *
 * Names from outside are escaped here; nothing is allocated.
 */
#pragma once

#include "base/textbuf.h"
#include "why/guard.h"

/* "killed hog (1000), which gives back 8.00 GiB: 500 MiB is available, ..."; view: the one that was
 * decided on; done: "killed" or "would kill". */
void mw_guard_say(struct mw_textbuf *t, const struct mw_guard_view *view,
		  const struct mw_guard_decision *d, bool done);

/* Only why: "500 MiB is available, less than 819 MiB". */
void mw_guard_say_cause(struct mw_textbuf *t, const struct mw_guard_decision *d);

/* "hog (1000)" */
void mw_guard_say_task(struct mw_textbuf *t, const struct mw_guard_task *task);
