/* SPDX-License-Identifier: Apache-2.0 */
#include "act/oom_score_adj.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel/pid_stat.h"

/* The folder of the process stays its own, whoever gets the pid next. */
static bool is_same(int dir, uint64_t start_ticks)
{
	struct mw_pid_stat stat;
	char text[1024];
	int fd = openat(dir, "stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	return n > 0 && !mw_pid_stat_parse((struct mw_str){ text, (size_t)n }, &stat) &&
	       stat.start_ticks == start_ticks;
}

static int write_adj(int dir, int64_t adj)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld\n", (long long)adj);
	int fd = openat(dir, "oom_score_adj", O_WRONLY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n) != n)
		r = -errno;
	close(fd);
	return r;
}

int mw_act_oom_score_adj(const struct mw_root *root, uint64_t pid, uint64_t start_ticks,
			 int64_t adj)
{
	char path[32];
	int dir, r;

	if (!mw_root_is_live(root))
		return -EPERM;
	snprintf(path, sizeof(path), "/proc/%llu", (unsigned long long)pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	r = is_same(dir, start_ticks) ? write_adj(dir, adj) : -ESRCH;
	close(dir);
	return r;
}
