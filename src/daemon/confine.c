/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act/thread.h"
#include "daemon/sandbox.h"

#define DESCRIPTORS 256 /* more than are ever open at once */

/* To signal others; to raise a victim's priority; PSI triggers; to read who others are. */
#define KEPT                                                                        \
	(MW_RIGHT(CAP_KILL) | MW_RIGHT(CAP_SYS_NICE) | MW_RIGHT(CAP_SYS_RESOURCE) | \
	 MW_RIGHT(CAP_SYS_PTRACE))

static int set_adj(void)
{
	static const char value[] = "-900";
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = write(fd, value, sizeof(value) - 1) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* A larger table of descriptors waits for a grace period of RCU where there are threads
 * (expand_fdtable(), fs/file.c): a second and more on a machine in need.  So it is large from the
 * beginning; without it all works, later. */
static void widen_table(void)
{
	int fd = open("/", O_PATH | O_CLOEXEC), high;

	if (fd < 0)
		return;
	high = fcntl(fd, F_DUPFD_CLOEXEC, DESCRIPTORS - 1);
	if (high >= 0)
		close(high);
	close(fd);
}

void mw_confine_memory(struct mw_confine *c)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	*c = (struct mw_confine){};
	widen_table();
	setrlimit(RLIMIT_MEMLOCK, &all); /* so that it holds without CAP_IPC_LOCK too */
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) < 0)
		c->locked = -errno;
	c->adj = set_adj();
	if (mw_schedule(0, SCHED_FIFO | SCHED_RESET_ON_FORK, 1) < 0)
		c->realtime = -errno;
}

void mw_confine_rights(struct mw_confine *c)
{
	uint64_t had = 0;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	c->rights = mw_rights_keep(KEPT, &had);
	c->has_resource = had & MW_RIGHT(CAP_SYS_RESOURCE);
	c->sandbox = mw_sandbox_enter();
}

const char *mw_confine_words(const struct mw_confine *c, char *buf, unsigned bytes)
{
	const struct {
		int r;
		const char *what;
	} parts[] = {
		{ c->locked, "locked in memory" },
		{ c->adj, "oom_score_adj -900" },
		{ c->realtime, "a real-time priority" },
		{ c->rights, "fewer rights" },
		{ c->sandbox, "a sandbox" },
	};
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].r < 0 && n < bytes)
			n += (size_t)snprintf(buf + n, bytes - n, "%s%s (%s)", n ? ", " : "",
					      parts[i].what, strerror(-parts[i].r));
	return buf;
}
