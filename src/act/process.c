/* SPDX-License-Identifier: Apache-2.0 */
#include "act/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel/pid_stat.h"

bool mw_act_process_is_same(int dir, uint64_t start_ticks)
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

int mw_act_process_open(const struct mw_root *root, uint64_t pid, uint64_t start_ticks)
{
	char path[32];
	int dir;

	if (!mw_root_is_live(root))
		return -EPERM;
	snprintf(path, sizeof(path), "/proc/%llu", (unsigned long long)pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	if (mw_act_process_is_same(dir, start_ticks))
		return dir;
	close(dir);
	return -ESRCH;
}

void mw_act_process_close(int dir)
{
	if (dir >= 0)
		close(dir);
}
