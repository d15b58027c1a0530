/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/daemon.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act/process.h"
#include "daemon/clock.h"
#include "daemon/daemon_private.h"

enum { SIGNALS, LISTEN, CLIENT, SOME, FULL, VICTIM, FDS };

static int fail(struct mw_daemon *d, const char *text, int r)
{
	struct mw_textbuf t = mw_daemon_text(d);

	mw_textbuf_say(&t, text);
	mw_textbuf_say(&t, ": ");
	mw_textbuf_say(&t, strerror(-r));
	mw_daemon_say(d, MW_LOG_ERR, &t);
	return r;
}

static int load(struct mw_daemon *d)
{
	struct mw_guard_config_error e;
	int r = mw_settings_load(&d->settings, &e);
	struct mw_textbuf t = mw_daemon_text(d);

	if (!r)
		return 0;
	if (r != -EINVAL)
		return fail(d, mw_settings_path(&d->settings), r);
	mw_textbuf_say(&t, mw_settings_path(&d->settings));
	if (e.line) {
		mw_textbuf_say(&t, ":");
		mw_textbuf_u64(&t, e.line);
	}
	mw_textbuf_say(&t, ": ");
	mw_textbuf_word(&t, e.word);
	mw_textbuf_say(&t, ": ");
	mw_textbuf_say(&t, e.text);
	if (d->settings.loaded_count)
		mw_textbuf_say(&t, "; the old configuration stays");
	mw_daemon_say(d, MW_LOG_ERR, &t);
	return r;
}

static void reload(struct mw_daemon *d)
{
	struct mw_textbuf t;

	mw_notify(&d->notify, "RELOADING=1");
	if (!load(d)) {
		mw_psi_close(&d->psi);
		mw_psi_open(d->root, &d->settings.config, &d->psi);
		t = mw_daemon_text(d);
		mw_textbuf_say(&t, "the configuration was read again");
		mw_daemon_say(d, MW_LOG_INFO, &t);
	}
	mw_notify(&d->notify, "READY=1");
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void take_signals(struct mw_daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(d);
		else if (info.ssi_signo != SIGPIPE)
			d->ends = true;
	}
}

/* What has to be there before rights are given up. */
static int take_all(struct mw_daemon *d)
{
	struct mw_problem problem;
	int r = mw_root_open(NULL, false, &d->root, &problem);

	if (!r)
		r = mw_sense_open(d->root, &d->sense);
	if (r < 0)
		return fail(d, "/proc", r);
	mw_fetcher_start(&d->sense.fetcher, &d->sense.proc);
	if (!mw_act_process_numbers_are_ours())
		return fail(d, "/proc shows another PID namespace", -EPERM);
	mw_psi_open(d->root, &d->settings.config, &d->psi);
	if (!d->settings.config.dry_run) {
		r = mw_deed_open(d->root, &d->arena, &d->deed);
		if (r < 0)
			return fail(d, "killing", r);
	}
	if (d->options.socket) {
		r = mw_control_open(d->options.socket, &d->control);
		if (r < 0)
			return fail(d, d->options.socket, r);
	}
	return 0;
}

static void touch(void *p, size_t bytes)
{
	memset(p, 0xff, bytes); /* of zeroes alone the compiler could make nothing */
	memset(p, 0, bytes);
}

static int start(struct mw_daemon *d)
{
	const struct mw_guard_config *c = &d->settings.config;
	int child = 0, r = load(d);

	if (r < 0)
		return r;
	mw_confine_memory(&d->confine);
	d->signals = open_signals();
	if (d->signals < 0)
		return fail(d, "signalfd", -errno);
	if (!c->dry_run) {
		mw_helper_start(&d->helper); /* a later configuration may need it */
		r = mw_rehearsal_fork(&child);
		if (r < 0)
			return fail(d, "a child to rehearse with", r);
	}
	r = take_all(d);
	if (!r && !d->options.no_sandbox)
		mw_confine_rights(&d->confine);
	mw_daemon_reserve(d, false);
	touch(&d->ring, sizeof(d->ring));
	touch(&d->recorder, sizeof(d->recorder));
	d->sense.also_pid = (uint64_t)child;
	if (child && !r)
		r = mw_daemon_rehearse(d);
	else if (child)
		kill(child, SIGKILL);
	return r;
}

/* Until when: the policy's wait, the watchdog's half. */
static uint64_t wait_ns(const struct mw_daemon *d)
{
	uint64_t ns = d->decision.wait_ms * 1000000, half = d->notify.watchdog_ns / 2;

	return half && half < ns ? half : ns;
}

static void sleep_once(struct mw_daemon *d)
{
	uint64_t ns = wait_ns(d);
	struct timespec wait = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };
	struct pollfd fds[FDS] = {
		[SIGNALS] = { d->signals, POLLIN, 0 },
		[LISTEN] = { d->control.listen, POLLIN, 0 },
		[CLIENT] = { d->control.client, POLLIN, 0 },
		[SOME] = { d->psi.some.fd, POLLPRI, 0 },
		[FULL] = { d->psi.full.fd, POLLPRI, 0 },
		[VICTIM] = { mw_deed_fd(&d->deed), POLLIN, 0 },
	};

	if (ppoll(fds, FDS, &wait, NULL) < 0)
		return; /* EINTR, or no memory for it: looks again */
	d->wakeup_count++;
	d->fired_some = fds[SOME].revents & POLLPRI;
	d->fired_full = fds[FULL].revents & POLLPRI;
	if ((fds[SOME].revents | fds[FULL].revents) & (POLLERR | POLLNVAL))
		mw_psi_close(&d->psi); /* its source is gone: it polls */
	if (fds[LISTEN].revents)
		mw_control_accept(&d->control);
	if (fds[CLIENT].revents)
		mw_daemon_answer(d);
	if (fds[SIGNALS].revents)
		take_signals(d);
}

static void tell(struct mw_daemon *d)
{
	uint64_t now = mw_clock_ns();

	if (!d->notify.watchdog_ns || now - d->told_ns < d->notify.watchdog_ns / 4)
		return;
	d->told_ns = now;
	mw_notify(&d->notify, "WATCHDOG=1");
}

static void say_ready(struct mw_daemon *d)
{
	struct mw_textbuf t = mw_daemon_text(d);
	char lacks[256];

	mw_textbuf_say(&t, d->settings.config.dry_run ? "watches, and acts on nothing (dry run); "
						      : "watches; ");
	mw_textbuf_say(&t, mw_psi_words(&d->psi));
	if (mw_confine_words(&d->confine, lacks, sizeof(lacks))[0]) {
		mw_textbuf_say(&t, "; not granted: ");
		mw_textbuf_say(&t, lacks);
	}
	mw_daemon_say(d, MW_LOG_INFO, &t);
	mw_notify(&d->notify, "READY=1\nSTATUS=watches");
}

static void end(struct mw_daemon *d)
{
	static const struct mw_guard_decision release = { .verb = MW_GUARD_RELEASE };

	mw_notify(&d->notify, "STOPPING=1");
	if (d->deed.can_act)
		mw_deed_do(&d->deed, &d->view, &release, 0);
	mw_deed_close(&d->deed);
	mw_control_close(&d->control);
	mw_helper_stop(&d->helper);
	mw_psi_close(&d->psi);
	mw_sense_close(&d->sense);
	d->root = mw_root_free(d->root);
	mw_arena_done(&d->arena);
}

int mw_daemon_run(const struct mw_daemon_options *o)
{
	struct mw_daemon *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return -ENOMEM;
	d->options = *o;
	d->settings.path = o->config;
	d->settings.dry_run = o->dry_run;
	memset(d->reserve, 0xff, sizeof(d->reserve));
	d->started_ns = mw_clock_ns();
	d->control = (struct mw_control){ -1, -1, NULL };
	d->helper = (struct mw_helper){ -1, -1 };
	d->psi.some.fd = d->psi.full.fd = -1;
	mw_journal_open(o->by_person, &d->journal);
	mw_notify_open(&d->notify);
	r = start(d);
	if (!r)
		say_ready(d);
	while (!r && !d->ends) {
		mw_daemon_turn(d);
		tell(d);
		sleep_once(d);
	}
	end(d);
	free(d);
	return r;
}
