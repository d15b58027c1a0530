/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fragment - fills memory with pages that cannot be moved, frees every other one, and then asks the
 * kernel for blocks of high orders.
 *
 *	fragment [-n] ORDER...		-n: asks only, fills nothing
 *
 * and at last takes blocks of order 3 to keep, until the kernel kills for one.
 *
 * The pages are pipe buffers, in two sets of pipes by turns; one set is closed.  What is left of
 * larger blocks is taken by packet rings.  The question is a control message of that size to a
 * socket: the kernel takes it from kmalloc, as one block.
 * {"asked":{"ORDER":"errno or ok"}}, {"free_kib":N} when it asked.  It holds all until killed.
 */
#include <linux/if_packet.h>
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

static int punch_holes(void)
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
	return n;
}

/* Free blocks of one order, over all zones. */
static long free_blocks(int order)
{
	char text[4096];
	long sum = 0;

	read_file("/proc/buddyinfo", text, sizeof(text));
	for (char *p = text; (p = strstr(p, "zone"));) {
		p += 4 + strspn(p + 4, " ");
		p += strcspn(p, " ");
		for (int i = 0; i <= order; i++) {
			long n = strtol(p, &p, 10);

			sum += i == order ? n : 0;
		}
	}
	return sum;
}

/* A packet ring of one block; -1: none could be had. */
static int take_block(int order)
{
	int s = socket(AF_PACKET, SOCK_RAW, 0), version = TPACKET_V3;
	struct tpacket_req3 r = { .tp_block_size = 4096u << order,
				  .tp_block_nr = 1,
				  .tp_frame_size = 2048,
				  .tp_frame_nr = (4096u << order) / 2048,
				  .tp_retire_blk_tov = 60 };

	if (s < 0)
		return -1;
	setsockopt(s, SOL_PACKET, PACKET_VERSION, &version, sizeof(version));
	if (setsockopt(s, SOL_PACKET, PACKET_RX_RING, &r, sizeof(r)) == 0)
		return s;
	close(s);
	return -1;
}

/* Without a block of that order the ring is made of single pages, and those are to stay free: so
 * only while the blocks become fewer. */
static void drain_order(int order)
{
	long before = free_blocks(order);

	for (int misses = 0; before && misses < 3;) {
		int s = take_block(order);
		long now = free_blocks(order);

		if (s < 0)
			return;
		if (now >= before) {
			close(s);
			misses++;
		}
		before = now;
	}
}

static void drain_large_blocks(void)
{
	for (int pass = 0; pass < 3; pass++)
		for (int order = 10; order >= 2; order--)
			drain_order(order);
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

/* Blocks of order 3 that stay: the descriptors' array of a pipe with 512 slots.  Such an order the
 * kernel gives at any price: until it kills for it, or all pipes have theirs. */
static void keep_order_3(int n_pipes)
{
	char text[32768];
	long kills = field_of(read_file("/proc/vmstat", text, sizeof(text)), "oom_kill");
	int done = 0;

	for (int i = 0; i < n_pipes; i++) {
		if (fcntl(pipes[i][0][1], F_SETPIPE_SZ, 512 * 4096) < 0)
			break;
		done++;
		if (field_of(read_file("/proc/vmstat", text, sizeof(text)), "oom_kill") > kills)
			break;
	}
	printf("{\"kept_order_3\":%d}\n", done);
}

int main(int argc, char *argv[])
{
	int at = 1, n_pipes = 0;

	raise_limits();
	mlockall(MCL_CURRENT);
	if (at < argc && !strcmp(argv[at], "-n"))
		at++;
	else {
		n_pipes = punch_holes();
		drain_large_blocks();
	}
	printf("{\"free_kib\":%ld}\n", meminfo_kib("MemFree"));
	fflush(stdout);
	for (; at < argc; at++) {
		printf("{\"asked\":{\"%s\":\"%s\"}}\n", argv[at], ask(atoi(argv[at])));
		fflush(stdout);
	}
	keep_order_3(n_pipes);
	printf("{\"asked\":{\"all\":true}}\n");
	fflush(stdout);
	for (;;)
		pause();
}
