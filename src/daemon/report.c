/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "act/outfile.h"
#include "daemon/clock.h"
#include "daemon/daemon_private.h"
#include "daemon/words.h"

#define NUMBER_BYTES 24

struct mw_textbuf mw_daemon_text(struct mw_daemon *d)
{
	return (struct mw_textbuf){ .p = d->text, .size = sizeof(d->text) };
}

void mw_daemon_say(struct mw_daemon *d, int priority, const struct mw_textbuf *t)
{
	mw_journal_say(&d->journal, priority, mw_textbuf_str(t), NULL, 0);
}

static struct mw_str number(char buf[NUMBER_BYTES], uint64_t v)
{
	int n = snprintf(buf, NUMBER_BYTES, "%llu", (unsigned long long)v);

	return (struct mw_str){ buf, (size_t)n };
}

static struct mw_str number_of(char buf[NUMBER_BYTES], struct mw_val v)
{
	return mw_known(v) ? number(buf, v.v) : mw_str_of(mw_why_name(v.why));
}

void mw_daemon_warn(struct mw_daemon *d)
{
	struct mw_textbuf t = mw_daemon_text(d);
	const struct mw_journal_field fields[] = {
		{ "MEMWHY_VERB", mw_str_of(mw_guard_verb_name(d->decision.verb)) },
		{ "MEMWHY_CAUSE", mw_str_of(mw_guard_cause_name(d->decision.cause)) },
	};

	mw_words_warning(&t, &d->view.meters, &d->decision);
	mw_journal_say(&d->journal, MW_LOG_WARNING, mw_textbuf_str(&t), fields,
		       sizeof(fields) / sizeof(fields[0]));
	if (!d->settings.config.dry_run && d->deed.can_act)
		mw_daemon_run_after_warning(d, mw_textbuf_str(&t));
}

void mw_daemon_said_dry(struct mw_daemon *d)
{
	struct mw_textbuf t = mw_daemon_text(d);

	mw_words_deed(&t, &d->deed, &d->view.meters, true);
	mw_daemon_say(d, MW_LOG_NOTICE, &t);
}

static void to_journal(struct mw_daemon *d, struct mw_str message)
{
	const struct mw_deed *deed = &d->deed;
	const struct mw_deed_name *n = &deed->name;
	char pid[NUMBER_BYTES], uid[NUMBER_BYTES], held[NUMBER_BYTES], freed[NUMBER_BYTES],
		available[NUMBER_BYTES], signal_us[NUMBER_BYTES], signal_at[NUMBER_BYTES],
		gone_us[NUMBER_BYTES];
	const struct mw_journal_field fields[] = {
		{ "MEMWHY_VERB", mw_str_of(mw_guard_verb_name(deed->decision.verb)) },
		{ "MEMWHY_CAUSE", mw_str_of(mw_guard_cause_name(deed->decision.cause)) },
		{ "MEMWHY_PID", number(pid, n->pid) },
		{ "MEMWHY_UID", number(uid, n->uid) },
		{ "MEMWHY_COMM", n->comm_text },
		{ "MEMWHY_EXE", n->exe_text },
		{ "MEMWHY_CMDLINE", n->cmdline_text },
		{ "MEMWHY_UNIT", n->unit_text },
		{ "MEMWHY_CGROUP", n->group_text },
		{ "MEMWHY_HELD_BYTES", number(held, deed->decision.target[0].frees_bytes) },
		{ "MEMWHY_FREED_BYTES", number_of(freed, deed->outcome.freed_bytes) },
		{ "MEMWHY_AVAILABLE_BYTES", number_of(available, deed->decision.counted_bytes) },
		{ "MEMWHY_SIGNAL_AT_NS", number(signal_at, deed->signal_ns) },
		{ "MEMWHY_SIGNAL_US",
		  number(signal_us, (deed->signal_ns - deed->asked_ns) / 1000) },
		{ "MEMWHY_GONE_US",
		  deed->over_ns ? number(gone_us, (deed->over_ns - deed->signal_ns) / 1000)
				: mw_str_of("not yet") },
	};

	mw_journal_say(&d->journal, deed->outcome.error ? MW_LOG_ERR : MW_LOG_WARNING, message,
		       fields, sizeof(fields) / sizeof(fields[0]));
}

static void line(struct mw_textbuf *t, const char *name, struct mw_str value)
{
	mw_textbuf_say(t, name);
	mw_textbuf_word(t, value);
	mw_textbuf_say(t, "\n");
}

/* Verdict, who, and the minute before. */
static void remember(struct mw_daemon *d, struct mw_str message)
{
	struct mw_textbuf t = { .p = d->last, .size = sizeof(d->last) };
	const struct mw_deed_name *n = &d->deed.name;

	mw_textbuf_put(&t, message);
	mw_textbuf_say(&t, "\n");
	line(&t, "exe ", n->exe_text);
	line(&t, "command ", n->cmdline_text);
	line(&t, "unit ", n->unit_text);
	line(&t, "cgroup ", n->group_text);
	mw_textbuf_say(&t, "\nbefore (-) and after (+) the signal:\n");
	mw_ring_write(&d->ring, d->deed.signal_ns, &t);
	d->last_n = t.n;
}

static void unwritten(struct mw_daemon *d, const char *path, int r)
{
	struct mw_textbuf t = mw_daemon_text(d);

	mw_textbuf_say(&t, "cannot write the record ");
	mw_textbuf_say(&t, path);
	mw_textbuf_say(&t, ": ");
	mw_textbuf_say(&t, strerror(-r));
	mw_daemon_say(d, MW_LOG_ERR, &t);
}

/* For people, and for memwhy guard --replay. */
void mw_daemon_keep(struct mw_daemon *d)
{
	struct mw_str dir = d->settings.config.record_dir;
	uint64_t s = d->to_keep.wall_s;
	char path[512];
	int n, r;

	if (!d->to_keep.is)
		return;
	d->to_keep.is = false;
	if (!dir.n || dir.n > MW_GUARD_PATH_MAX)
		return;
	n = snprintf(path, sizeof(path) - 8, "%.*s/kill-%llu-%llu", (int)dir.n, dir.p,
		     (unsigned long long)s, (unsigned long long)d->to_keep.pid);
	memcpy(path + n, ".txt", 5);
	r = mw_outfile_write(path, (struct mw_str){ d->last, d->last_n });
	if (r < 0)
		unwritten(d, path, r);
	memcpy(path + n, ".rec", 5);
	r = mw_recorder_write(&d->recorder, &d->settings.config, path);
	if (r < 0)
		unwritten(d, path, r);
}

void mw_daemon_report(struct mw_daemon *d)
{
	struct mw_textbuf t = mw_daemon_text(d);

	if (d->deed.is_over || !d->deed.outcome.is)
		return;
	d->deed.is_over = true;
	mw_words_deed(&t, &d->deed, &d->deed_meters, false);
	to_journal(d, mw_textbuf_str(&t));
	remember(d, mw_textbuf_str(&t));
	d->to_keep.is = true;
	d->to_keep.wall_s = d->deed_meters.wall_ns / 1000000000;
	d->to_keep.pid = d->deed.name.pid;
	mw_daemon_run_after_kill(d, mw_textbuf_str(&t));
}

static void since(struct mw_textbuf *t, const struct mw_daemon *d)
{
	mw_textbuf_say(t, "\nsince ");
	mw_textbuf_seconds(t, (mw_clock_ns() - d->started_ns) / 1000000);
	mw_textbuf_say(t, ": ");
	mw_textbuf_u64(t, d->wakeup_count);
	mw_textbuf_say(t, " wake-ups, ");
	mw_textbuf_u64(t, d->state.kill_count);
	mw_textbuf_say(t, " kills, ");
	mw_textbuf_u64(t, d->settings.refused_count);
	mw_textbuf_say(t, " configurations refused\n");
}

static void status(struct mw_daemon *d, struct mw_textbuf *t)
{
	char lacks[256];

	mw_textbuf_say(t, d->settings.config.dry_run ? "guard, dry run: " : "guard: ");
	mw_words_state(t, &d->view.meters, &d->decision);
	mw_textbuf_say(t, "\nlast decision: ");
	mw_textbuf_say(t, mw_guard_verb_name(d->decision.verb));
	mw_textbuf_say(t, ", looks again in ");
	mw_textbuf_seconds(t, d->decision.wait_ms);
	mw_textbuf_say(t, "\npressure: ");
	mw_textbuf_say(t, mw_psi_words(&d->psi));
	mw_textbuf_say(t, "\nconfiguration: ");
	mw_textbuf_say(t, mw_settings_path(&d->settings));
	if (mw_confine_words(&d->confine, lacks, sizeof(lacks))[0]) {
		mw_textbuf_say(t, "\nnot granted: ");
		mw_textbuf_say(t, lacks);
	}
	since(t, d);
}

void mw_daemon_answer(struct mw_daemon *d)
{
	struct mw_textbuf t = mw_daemon_text(d);
	struct mw_str question;
	char buf[64];

	if (!mw_control_question(&d->control, buf, sizeof(buf), &question))
		return;
	if (mw_str_eq(question, "status"))
		status(d, &t);
	else if (mw_str_eq(question, "last") && d->last_n)
		mw_textbuf_put(&t, (struct mw_str){ d->last, d->last_n });
	else if (mw_str_eq(question, "last"))
		mw_textbuf_say(&t, "nobody was killed yet\n");
	else
		mw_textbuf_say(&t, "not understood: ask status or last\n");
	mw_control_answer(&d->control, mw_textbuf_str(&t));
}
