/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* CONSOLE_EXT_LOG_MAX and PRINTK_MESSAGE_MAX, kernel/printk: a record fits. */
#define RECORD_MAX 8192

int lab_kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	return fd;
}

/* "6,1234,5678,-;TEXT\n KEY=VALUE\n": the text.  oom_kill_process(), mm/oom_kill.c */
static struct mw_str text_of(struct mw_str record)
{
	struct mw_str text = mw_str_from(record, mw_str_find(record, ';') + 1);

	text.n = mw_str_find(text, '\n');
	return text;
}

static bool killed_pid(struct mw_str line, uint64_t *ret)
{
	static const char words[] = "Killed process ";
	const char *p = memmem(line.p, line.n, words, sizeof(words) - 1);
	struct mw_str rest;

	if (!p)
		return false;
	rest = mw_str_from(line, (size_t)(p - line.p) + sizeof(words) - 1);
	rest.n = mw_str_find(rest, ' ');
	/* Kernels of el6 write a comma. */
	if (mw_str_ends(rest, ","))
		rest.n--;
	return !mw_str_u64(rest, ret);
}

bool lab_kmsg_next_kill(int fd, struct mw_arena *arena, uint64_t *ret_pid, struct mw_str *ret_line)
{
	char buf[RECORD_MAX];
	struct mw_str line;
	ssize_t n;

	for (;;) {
		n = read(fd, buf, sizeof(buf));
		/* EPIPE: records were overwritten before they were read. */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n <= 0)
			return false;
		line = text_of((struct mw_str){ buf, (size_t)n });
		if (!killed_pid(line, ret_pid))
			continue;
		*ret_line = mw_arena_copy(arena, line);
		return true;
	}
}
