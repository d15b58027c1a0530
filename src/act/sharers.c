/* SPDX-License-Identifier: Apache-2.0 */
#include "act/sharers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act/listing.h"
#include "kernel/pid_stat.h"

/* 1, 0, or negative errno. */
static int is_same(uint64_t a, uint64_t b)
{
	long r = syscall(SYS_kcmp, (pid_t)a, (pid_t)b, KCMP_VM, 0, 0);

	return r < 0 ? -errno : r == 0;
}

/* Two that have none are the same to kcmp(2). */
static bool has_memory(const struct mw_kill_target *t)
{
	struct mw_pid_stat stat;
	char buf[1024];
	int fd = openat(t->dir, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));

	if (fd >= 0)
		close(fd);
	return n > 0 && !mw_pid_stat_parse((struct mw_str){ buf, (size_t)n }, &stat) &&
	       stat.address_space_bytes;
}

/* Is the process behind the descriptors one?  Asked again after they are there: before, its pid may
 * have been another's. */
static bool hold(const struct mw_killer *k, const struct mw_kill_target *t, int pid,
		 struct mw_kill_target *ret)
{
	*ret = (struct mw_kill_target){ .pid = (uint64_t)pid };
	if (mw_act_kill_prepare_now(k, ret) < 0)
		return false;
	if (is_same(t->pid, ret->pid) == 1 && has_memory(ret))
		return true;
	mw_act_kill_done(ret, 1);
	return false;
}

int mw_act_sharers_find(const struct mw_killer *k, const struct mw_kill_target *t,
			struct mw_kill_target *ret, size_t max)
{
	struct mw_listing all;
	struct mw_kill_target one;
	size_t n = 0;
	int r = is_same(t->pid, t->pid), pid;

	if (r >= 0)
		r = mw_listing_open(AT_FDCWD, "/proc", &all);
	if (r < 0)
		return r;
	while ((pid = mw_listing_next_pid(&all)))
		if ((uint64_t)pid != t->pid && is_same(t->pid, (uint64_t)pid) == 1 &&
		    hold(k, t, pid, &one)) {
			if (n++ < max)
				ret[n - 1] = one;
			else
				mw_act_kill_done(&one, 1);
		}
	mw_listing_close(&all);
	if (has_memory(t))
		return (int)n;
	mw_act_kill_done(ret, n < max ? n : max);
	return -ESRCH;
}
