/* SPDX-License-Identifier: Apache-2.0 */
#include "act/oom_score_adj.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "act/process.h"

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
	int dir = mw_act_process_open(root, pid, start_ticks), r;

	if (dir < 0)
		return dir;
	r = write_adj(dir, adj);
	close(dir);
	return r;
}
