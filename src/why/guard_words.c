/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_words.h"

#include <string.h>

void mw_guard_say_task(struct mw_textbuf *t, const struct mw_guard_task *task)
{
	mw_textbuf_name(t, (struct mw_str){ task->comm, strnlen(task->comm, sizeof(task->comm)) });
	mw_textbuf_say(t, " (");
	mw_textbuf_u64(t, task->pid);
	mw_textbuf_say(t, ")");
}

static void say_bytes(struct mw_textbuf *t, struct mw_val bytes)
{
	if (mw_known(bytes))
		mw_textbuf_bytes(t, bytes.v);
	else
		mw_textbuf_say(t, mw_why_name(bytes.why));
}

static void say_level(struct mw_textbuf *t, const struct mw_guard_decision *d, const char *what,
		      const char *limit)
{
	say_bytes(t, d->counted_bytes);
	mw_textbuf_say(t, what);
	say_bytes(t, d->limit_bytes);
	mw_textbuf_say(t, limit);
}

/* What was put in the place of the kernel's figure. */
static const char *doubt(const char *mistrusted)
{
	static const struct {
		const char *mistrusted, *text;
	} doubts[] = {
		{ "zfs arc", "; what ZFS would give back is counted" },
		{ "zram", "; swap in compressed RAM saves too little to count" },
		{ "refaults", "; page cache that is read again at once is not counted" },
		{ "low mark", "; page cache that is not given back is not counted" },
		{ "swap", "; swap is free and takes nothing" },
		{ "free", "; what the last kill gave back is counted" },
	};

	for (size_t i = 0; mistrusted && i < sizeof(doubts) / sizeof(doubts[0]); i++)
		if (!strcmp(mistrusted, doubts[i].mistrusted))
			return doubts[i].text;
	return "";
}

void mw_guard_say_cause(struct mw_textbuf *t, const struct mw_guard_decision *d)
{
	switch (d->cause) {
	case MW_GUARD_NO_CAUSE:
		say_bytes(t, d->counted_bytes);
		mw_textbuf_say(t, " is available");
		break;
	case MW_GUARD_LOW:
		say_level(t, d, " is available, less than ", "");
		break;
	case MW_GUARD_PRESSURE:
		mw_textbuf_say(t, "tasks waited for memory ");
		mw_textbuf_permille(t, mw_or(d->stall_permille, 0));
		mw_textbuf_say(t, " of the time, and ");
		say_level(t, d, " is available, less than ", "");
		break;
	case MW_GUARD_OWN_LIMIT:
		say_level(t, d, " is left below the container's limit, less than ", "");
		break;
	case MW_GUARD_UNTIL:
		say_level(t, d, " is available after a kill, less than the ", " that it is for");
		break;
	case MW_GUARD_GRACE_OVER:
		mw_textbuf_say(t, "SIGTERM did not help in time, and ");
		say_level(t, d, " is available, less than ", "");
		break;
	case MW_GUARD_NOBODY_OWNS:
		say_level(t, d, " is available, less than ",
			  ", and tmpfs, slab or huge pages hold the memory: no kill gives it back");
		break;
	case MW_GUARD_NOBODY_LEFT:
		say_level(t, d, " is available, less than ",
			  ", and all who could give back memory are protected or too small");
		break;
	case MW_GUARD_NEAR:
		say_level(t, d, " is available, less than the warning at ", "");
		break;
	}
	mw_textbuf_say(t, doubt(d->mistrusted));
}

static const char *deed(enum mw_guard_verb v, bool done)
{
	static const struct {
		const char *done, *would;
	} deeds[] = {
		[MW_GUARD_WAIT] = { "waited", "would wait" },
		[MW_GUARD_LOOK] = { "looked at the tasks", "would look at the tasks" },
		[MW_GUARD_DETAIL] = { "asked who they are", "would ask who they are" },
		[MW_GUARD_WARN] = { "warning", "would warn" },
		[MW_GUARD_RECLAIM] = { "reclaimed from ", "would reclaim from " },
		[MW_GUARD_THROTTLE] = { "slowed down ", "would slow down " },
		[MW_GUARD_FREEZE] = { "froze ", "would freeze " },
		[MW_GUARD_TERM] = { "sent SIGTERM to ", "would send SIGTERM to " },
		[MW_GUARD_KILL] = { "killed ", "would kill " },
		[MW_GUARD_KILL_GROUP] = { "killed all of ", "would kill all of " },
		[MW_GUARD_RESTART] = { "killed and restarts ", "would kill and restart " },
		[MW_GUARD_RELEASE] = { "released what was held", "would release what was held" },
	};

	return done ? deeds[v].done : deeds[v].would;
}

static void say_group(struct mw_textbuf *t, const struct mw_guard_view *view,
		      const struct mw_guard_decision *d)
{
	if (d->group < view->n_groups)
		mw_textbuf_name(t, view->group[d->group].path);
}

static void say_targets(struct mw_textbuf *t, const struct mw_guard_view *view,
			const struct mw_guard_decision *d)
{
	if (!d->n_targets || d->target[0].task >= view->n_tasks)
		return;
	if (d->verb == MW_GUARD_KILL_GROUP) {
		say_group(t, view, d);
		mw_textbuf_say(t, " with ");
	}
	mw_guard_say_task(t, &view->task[d->target[0].task]);
	if (d->n_targets > 1 && d->verb != MW_GUARD_KILL_GROUP) {
		mw_textbuf_say(t, " and ");
		mw_textbuf_u64(t, d->n_targets - 1);
		mw_textbuf_say(t, d->are_peers ? " like it" : " that share its memory");
	}
	mw_textbuf_say(t, ", to get back ");
	mw_textbuf_bytes(t, d->target[0].frees_bytes);
}

void mw_guard_say(struct mw_textbuf *t, const struct mw_guard_view *view,
		  const struct mw_guard_decision *d, bool done)
{
	mw_textbuf_say(t, deed(d->verb, done));
	switch (d->verb) {
	case MW_GUARD_RECLAIM:
	case MW_GUARD_THROTTLE:
	case MW_GUARD_FREEZE:
		say_group(t, view, d);
		break;
	case MW_GUARD_TERM:
	case MW_GUARD_KILL:
	case MW_GUARD_KILL_GROUP:
	case MW_GUARD_RESTART:
		say_targets(t, view, d);
		break;
	case MW_GUARD_WAIT:
	case MW_GUARD_LOOK:
	case MW_GUARD_DETAIL:
	case MW_GUARD_WARN:
	case MW_GUARD_RELEASE:
		break;
	}
	mw_textbuf_say(t, ": ");
	mw_guard_say_cause(t, d);
	if (mw_known(d->left_ms) && d->left_ms.v < 60000) {
		mw_textbuf_say(t, "; at this rate nothing is left in ");
		mw_textbuf_seconds(t, d->left_ms.v);
	}
}
