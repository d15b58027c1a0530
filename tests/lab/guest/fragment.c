/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fragment - fills memory with pages that cannot be moved, frees every other one, and then asks the
 * kernel for blocks of high orders.
 *
 *	fragment [-n] ORDER...		-n: asks only, fills nothing
 *
 * The pages are pipe buffers, in two sets of pipes by turns; one set is closed.  The question is a
 * control message of that size to a socket: the kernel takes it from kmalloc, as one block.
 * {"asked":{"ORDER":"errno or ok"}}, {"free_kib":N} when it asked.
 */
#include <sys/resource.h>
#include <sys/socket.h>

#include "guest.h"

#define PIPES 20000
#define PER_PIPE 15
#define KEEP_FREE_KIB 14000

static int pipes[PIPES][2][2];

static void raise_limits(void)
{
	struct rlimit r = { 400000, 400000 };

	write_file("/proc/sys/fs/file-max", "1000000");
	write_file("/proc/sys/fs/nr_open", "1000000");
	write_file("/proc/sys/fs/pipe-user-pages-soft", "0");
	write_file("/proc/sys/net/core/optmem_max", "8388608");
	write_file("/proc/sys/vm/compact_unevictable_allowed", "0");
	setrlimit(RLIMIT_NOFILE, &r);
}

static bool fill_pair(int pair[2][2])
{
	static char page[PAGE];

	for (int k = 0; k < 2; k++)
		if (pipe2(pair[k], O_NONBLOCK | O_DIRECT) < 0)
			return false;
	for (int i = 0; i < PER_PIPE; i++)
		for (int k = 0; k < 2; k++)
			if (write(pair[k][1], page, PAGE) != (ssize_t)PAGE)
				return false;
	return true;
}

static void punch_holes(void)
{
	int n = 0;

	while (n < PIPES && meminfo_kib("MemFree") > KEEP_FREE_KIB && fill_pair(pipes[n]))
		n++;
	printf("{\"pipes\":%d}\n", 2 * n);
	for (int i = 0; i < n; i++) {
		close(pipes[i][1][0]);
		close(pipes[i][1][1]);
	}
	sleep_ms(200);
}

static const char *ask(int order)
{
	size_t bytes = (PAGE << order) - 512;
	int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct cmsghdr *control = calloc(1, bytes);
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = bytes
	};
	int e;

	if (s < 0 || !control)
		return "cannot ask";
	control->cmsg_len = bytes;
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = 0x7f; /* refused, but only after the block was had */
	errno = 0;
	sendmsg(s, &m, 0);
	e = errno;
	close(s);
	free(control);
	return e == ENOBUFS || e == ENOMEM ? strerrorname_np(e) : "ok";
}

int main(int argc, char *argv[])
{
	int at = 1;

	raise_limits();
	mlockall(MCL_CURRENT);
	if (at < argc && !strcmp(argv[at], "-n"))
		at++;
	else
		punch_holes();
	printf("{\"free_kib\":%ld}\n", meminfo_kib("MemFree"));
	fflush(stdout);
	for (; at < argc; at++) {
		printf("{\"asked\":{\"%s\":\"%s\"}}\n", argv[at], ask(atoi(argv[at])));
		fflush(stdout);
	}
	return 0;
}
