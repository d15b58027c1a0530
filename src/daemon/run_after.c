/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that are run when something happened, by the helper: the hook, the notification of who
 * sits at the machine, the restart of a unit.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/daemon_private.h"
#include "why/group_name.h"

#define NOTICE_BYTES 1024

static void run(struct mw_daemon *d, const struct mw_str *words, size_t n_words,
		const struct mw_str *env, size_t n_env)
{
	char line[256];
	struct mw_textbuf t = { .p = line, .size = sizeof(line) };
	int r = mw_helper_run(&d->helper, words, n_words, env, n_env);

	if (r >= 0)
		return;
	mw_textbuf_say(&t, "could not run ");
	mw_textbuf_word(&t, words[0]);
	mw_textbuf_say(&t, ": ");
	mw_textbuf_say(&t, strerror(-r));
	mw_daemon_say(d, MW_LOG_ERR, &t);
}

static void hook(struct mw_daemon *d, const struct mw_str *env, size_t n_env)
{
	struct mw_str words[MW_HELPER_WORDS], rest = d->settings.config.hook;
	size_t n = 0;

	while (n < MW_HELPER_WORDS && mw_str_word(&rest, &words[n]))
		n++;
	if (n)
		run(d, words, n, env, n_env);
}

/* "string:TEXT", as dbus-send takes it; what does not fit is left out. */
static struct mw_str bus_string(char buf[NOTICE_BYTES], struct mw_str text)
{
	struct mw_textbuf t = { .p = buf, .size = NOTICE_BYTES };
	size_t room = NOTICE_BYTES - sizeof("string:");

	mw_textbuf_say(&t, "string:");
	mw_textbuf_put(&t, (struct mw_str){ text.p, text.n < room ? text.n : room });
	return mw_textbuf_str(&t);
}

/* The signal of the system bus that session programs (systembus-notify) show to their user.  The
 * text is plain ASCII already: what a bus takes. */
static void notify(struct mw_daemon *d, const char *summary, struct mw_str text)
{
	char title[NOTICE_BYTES], body[NOTICE_BYTES];
	const struct mw_str words[] = { mw_str_of("dbus-send"),
					mw_str_of("--system"),
					mw_str_of("/"),
					mw_str_of("net.nuetzlich.SystemNotifications.Notify"),
					bus_string(title, mw_str_of(summary)),
					bus_string(body, text) };

	if (d->settings.config.notify)
		run(d, words, sizeof(words) / sizeof(words[0]), NULL, 0);
}

/* A name that was cut is another's. */
static void restart(struct mw_daemon *d)
{
	const struct mw_str words[] = { mw_str_of("systemctl"), mw_str_of("--no-block"),
					mw_str_of("restart"), mw_str_of("--"),
					d->deed.name.unit_text };

	if (d->deed.decision.verb == MW_GUARD_RESTART && !d->deed.outcome.error &&
	    mw_group_is_unit_name(d->deed.name.unit_text))
		run(d, words, sizeof(words) / sizeof(words[0]), NULL, 0);
}

void mw_daemon_run_after_warning(struct mw_daemon *d, struct mw_str message)
{
	const struct mw_str env[] = { mw_str_of("MEMWHY_EVENT=warning") };

	hook(d, env, 1);
	notify(d, "Memory runs out", message);
}

void mw_daemon_run_after_kill(struct mw_daemon *d, struct mw_str message)
{
	const struct mw_deed_name *n = &d->deed.name;
	char pid[48], comm[64], unit[sizeof("MEMWHY_UNIT=") + sizeof(n->unit)];
	struct mw_str env[4] = { mw_str_of("MEMWHY_EVENT=kill") };

	snprintf(pid, sizeof(pid), "MEMWHY_PID=%llu", (unsigned long long)n->pid);
	snprintf(comm, sizeof(comm), "MEMWHY_COMM=%.*s", (int)n->comm_text.n, n->comm_text.p);
	snprintf(unit, sizeof(unit), "MEMWHY_UNIT=%.*s", (int)n->unit_text.n, n->unit_text.p);
	env[1] = mw_str_of(pid);
	env[2] = mw_str_of(comm);
	env[3] = mw_str_of(unit);
	hook(d, env, 4);
	notify(d,
	       d->deed.outcome.error ? "Memory runs out" : "A program was ended for want of memory",
	       message);
	restart(d);
}
