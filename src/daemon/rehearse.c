/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole way once, at the start, under the sandbox and with the rights that are left: look,
 * name, kill and reap a child of 16 MiB.  What is forbidden here would be forbidden in the night.
 * It also brings every page that the way needs into memory.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/daemon_private.h"

#define CHILD_BYTES ((size_t)16 << 20)
#define PATIENCE_NS 5000000000ull

int mw_rehearsal_fork(int *ret_pid)
{
	char byte = 0;
	int ready[2];

	if (pipe(ready) < 0)
		return -errno;
	*ret_pid = fork();
	if (!*ret_pid) {
		char *p = mmap(NULL, CHILD_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (p != MAP_FAILED)
			memset(p, 1, CHILD_BYTES);
		if (write(ready[1], &byte, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	if (*ret_pid > 0 && read(ready[0], &byte, 1) != 1)
		*ret_pid = -1;
	close(ready[0]);
	return *ret_pid < 0 ? -ECHILD : 0;
}

static int fail(struct mw_daemon *d, const char *step, int r)
{
	struct mw_textbuf t = mw_daemon_text(d);

	mw_textbuf_say(&t, "the rehearsal failed: ");
	mw_textbuf_say(&t, step);
	mw_textbuf_say(&t, ": ");
	mw_textbuf_say(&t, strerror(-r));
	mw_daemon_say(d, MW_LOG_ERR, &t);
	return r;
}

static const struct mw_guard_task *find(struct mw_daemon *d, struct mw_guard_decision *decision)
{
	struct mw_guard_view *v = &d->view;

	for (size_t i = 0; i < v->n_tasks; i++)
		if (v->task[i].pid == d->sense.also_pid) {
			decision->target[0] = (struct mw_guard_target){
				.task = i,
				.pid = v->task[i].pid,
				.start_ticks = v->task[i].start_ticks,
				.frees_bytes = CHILD_BYTES,
			};
			decision->n_targets = 1;
			return &v->task[i];
		}
	return NULL;
}

static int wait_gone(struct mw_daemon *d)
{
	uint64_t end = mw_clock_ns() + PATIENCE_NS;
	struct pollfd fd = { mw_deed_fd(&d->deed), POLLIN, 0 };
	const struct timespec step = { .tv_nsec = 100000000 };

	while (mw_clock_ns() < end) {
		ppoll(&fd, 1, &step, NULL);
		mw_deed_look(&d->deed, &d->sense);
		if (d->deed.outcome.gone && d->deed.result[0].reap_error != EINPROGRESS)
			return 0;
	}
	return -ETIMEDOUT;
}

static int rehearse(struct mw_daemon *d)
{
	struct mw_guard_decision decision = { .verb = MW_GUARD_KILL, .group = MW_GUARD_NO_GROUP };
	const struct mw_guard_task *t;
	int r;

	mw_sense_meters(&d->sense, &d->view.meters);
	if (!mw_known(d->view.meters.total_bytes))
		return fail(d, "reading /proc/meminfo", -EIO);
	d->seen_ticks = mw_act_kill_ticks();
	r = mw_sense_tasks(&d->sense, 1, false, &d->view);
	t = find(d, &decision);
	if (r < 0 || !t)
		return fail(d, "seeing processes (hidepid?)", r < 0 ? r : -ENOENT);
	mw_sense_details(&d->sense, &d->view, decision.target, 1);
	if (t->detail_why != MW_OK)
		return fail(d, "reading who a process is", -EACCES);
	r = mw_deed_do(&d->deed, &d->view, &decision, d->seen_ticks);
	if (r < 0)
		return fail(d, "the signal", r);
	r = wait_gone(d);
	if (r < 0)
		return fail(d, "waiting for the end", r);
	r = d->deed.result[0].reap_error;
	return r && r != ESRCH && r != ENOSYS ? fail(d, "process_mrelease()", -r) : 0;
}

int mw_daemon_rehearse(struct mw_daemon *d)
{
	const struct timespec tick = { .tv_nsec = 50000000 };
	int r;

	nanosleep(&tick, NULL); /* so that its pid is known for its own */
	r = rehearse(d);
	kill((pid_t)d->sense.also_pid, SIGKILL);
	waitpid((pid_t)d->sense.also_pid, NULL, 0);
	d->sense.also_pid = 0;
	d->deed.outcome = (struct mw_guard_outcome){};
	d->deed.is_over = true;
	d->deed.verb = MW_GUARD_WAIT;
	return r;
}
