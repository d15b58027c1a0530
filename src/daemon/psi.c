/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/psi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LEAST_WINDOW_US 500000u
#define MOST_WINDOW_US 10000000u
#define BORROWED_STEP_US 2000000u

/* The last byte written is overwritten by the kernel (psi_write()): the NUL goes along. */
static int arm(const char *kind, uint64_t stall_us, uint64_t window_us)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%s %llu %llu", kind, (unsigned long long)stall_us,
			 (unsigned long long)window_us);
	int fd = open("/proc/pressure/memory", O_RDWR | O_NONBLOCK | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n + 1) >= 0)
		return fd;
	r = -errno;
	close(fd);
	return r;
}

static uint64_t clamp(uint64_t v, uint64_t least, uint64_t most)
{
	return v < least ? least : v > most ? most : v;
}

static struct mw_psi_trigger open_trigger(const char *kind, struct mw_guard_pressure limit)
{
	struct mw_psi_trigger t = { .fd = -1 };
	uint64_t window = clamp(limit.window_us, LEAST_WINDOW_US, MOST_WINDOW_US), wide;

	if (!limit.stall_us || !limit.window_us)
		return t;
	t.stall_us = clamp(limit.stall_us * window / limit.window_us, 1, window);
	t.window_us = window;
	t.fd = arm(kind, t.stall_us, t.window_us);
	t.kind = MW_PSI_OWN;
	if (t.fd >= 0 && window % BORROWED_STEP_US == 0) {
		/* A window that anybody may have tells nothing: would a short one be granted? */
		int probe = arm(kind, LEAST_WINDOW_US / 2, LEAST_WINDOW_US);

		t.kind = probe < 0 ? MW_PSI_BORROWED : MW_PSI_OWN;
		if (probe >= 0)
			close(probe);
	}
	if (t.fd == -EINVAL) {
		wide = (window + BORROWED_STEP_US - 1) / BORROWED_STEP_US * BORROWED_STEP_US;
		t.stall_us = t.stall_us * wide / window;
		t.window_us = wide;
		t.fd = arm(kind, t.stall_us, t.window_us);
		t.kind = MW_PSI_BORROWED;
	}
	if (t.fd < 0) {
		t.error = t.fd;
		t.fd = -1;
		t.kind = MW_PSI_NONE;
	}
	return t;
}

void mw_psi_open(const struct mw_root *root, const struct mw_guard_config *config,
		 struct mw_psi *ret)
{
	*ret = (struct mw_psi){ .some.fd = -1, .full.fd = -1 };
	if (!mw_root_is_live(root))
		return;
	ret->some = open_trigger("some", config->some);
	ret->full = open_trigger("full", config->full);
}

void mw_psi_close(struct mw_psi *p)
{
	if (p->some.fd >= 0)
		close(p->some.fd);
	if (p->full.fd >= 0)
		close(p->full.fd);
	p->some.fd = p->full.fd = -1;
}

/* Did the total move by what the trigger waits for, within a window or so? */
static bool look(struct mw_psi_trigger *t, bool event, struct mw_val total_us, uint64_t time_ns)
{
	struct mw_val moved = mw_sub(total_us, t->at_us);
	bool over = mw_known(moved) && moved.v >= t->stall_us;
	bool window_over = time_ns - t->at_ns >= t->window_us * 1000;

	if (t->fd < 0 || !mw_known(total_us))
		return false;
	if (!mw_known(t->at_us)) { /* armed just now */
		t->at_us = total_us;
		t->at_ns = time_ns;
		return false;
	}
	if (!event && over && window_over && time_ns - t->at_ns < 2 * t->window_us * 1000)
		t->missed_count++;
	if (event || window_over) {
		t->at_us = total_us;
		t->at_ns = time_ns;
	}
	return event && over;
}

void mw_psi_event(struct mw_psi *p, bool some, bool full, const struct mw_guard_meters *m,
		  bool *ret_true)
{
	bool is = look(&p->some, some, m->some_us, m->time_ns);

	is |= look(&p->full, full, m->full_us, m->time_ns);
	if (some || full)
		*(is ? &p->event_count : &p->false_count) += 1;
	*ret_true = is;
}

bool mw_psi_is_own(const struct mw_psi *p)
{
	return (p->some.kind == MW_PSI_OWN || p->full.kind == MW_PSI_OWN) &&
	       p->some.kind != MW_PSI_BORROWED && p->full.kind != MW_PSI_BORROWED &&
	       !p->some.error && !p->full.error;
}

const char *mw_psi_words(const struct mw_psi *p)
{
	if (mw_psi_is_own(p))
		return "triggers of its own";
	if (p->some.kind == MW_PSI_BORROWED || p->full.kind == MW_PSI_BORROWED)
		return p->some.missed_count + p->full.missed_count
			       ? "triggers without CAP_SYS_RESOURCE, which other readers of "
				 "/proc/pressure/memory starve: it polls"
			       : "triggers without CAP_SYS_RESOURCE: it polls besides";
	if (p->some.error || p->full.error)
		return "no trigger is granted: it polls";
	return "no limit on pressure: it polls";
}
