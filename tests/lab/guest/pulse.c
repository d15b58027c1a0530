/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse - an ordinary process that works a little every 100 ms and keeps account of it: it touches
 * some of its memory and reads some of its file, so that it stops when the machine hangs.
 *
 *	pulse [-n NAME] [-m MIB] [-f FILE] [-s SHARED]
 *
 * MIB: anonymous memory, all of it touched once in 2 s (8).  FILE: 16 pages a beat, anywhere in
 * it.  SHARED: a struct pulse (pulse.h) that lives in this file, for warden to read.  SIGUSR1
 * forgets the longest gap so far.
 */
#include "pulse.h"

#include <signal.h>

static volatile sig_atomic_t begun;

static void begin(int sig)
{
	(void)sig;
	begun = 1;
}

static struct pulse *shared_at(const char *path)
{
	static struct pulse own;
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *p;

	if (fd < 0 || ftruncate(fd, (off_t)PAGE) < 0)
		return &own;
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return p == MAP_FAILED ? &own : p;
}

static void work(volatile char *memory, size_t bytes, int file)
{
	static char block[4096];
	static size_t at;
	static unsigned seed = 1;
	off_t pages = file < 0 ? 0 : lseek(file, 0, SEEK_END) / (off_t)PAGE;

	for (size_t n = bytes / PAGE / 20; n-- > 0; at = (at + PAGE) % bytes)
		memory[at]++;
	for (int i = 0; i < 16 && pages > 0; i++)
		if (pread(file, block, PAGE, rand_r(&seed) % pages * (off_t)PAGE) < 0)
			return;
}

static void beat(struct pulse *p)
{
	static double stolen_s;
	double now = seconds(), gap = now - p->last_s, net = gap - (p->stolen_s - stolen_s);

	stolen_s = p->stolen_s;
	if (begun) {
		begun = 0;
		p->longest_s = p->net_s = 0;
		p->start_s = now;
		net = gap = 0;
	}
	if (net > p->net_s)
		p->net_s = net;
	if (gap > p->longest_s) {
		p->longest_s = gap;
		p->longest_at_s = p->last_s;
	}
	p->last_s = now;
	p->beats++;
}

int main(int argc, char *argv[])
{
	const char *name = "pulse", *file = NULL, *shared = NULL;
	struct pulse *p;
	size_t mib = 8;
	char *memory;
	int c, fd;

	while ((c = getopt(argc, argv, "n:m:f:s:")) != -1)
		switch (c) {
		case 'n':
			name = optarg;
			break;
		case 'm':
			mib = (size_t)atol(optarg);
			break;
		case 'f':
			file = optarg;
			break;
		case 's':
			shared = optarg;
			break;
		default:
			return 2;
		}
	set_oom_score_adj(0);
	prctl(PR_SET_NAME, name);
	signal(SIGUSR1, begin);
	memory = map_private(mib * MIB);
	p = shared_at(shared);
	fd = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
	if (!memory || (file && fd < 0))
		return 1;
	touch(memory, mib * MIB);
	p->last_s = seconds();
	p->pid = getpid();
	for (;;) {
		sleep_ms(100);
		work(memory, mib * MIB, fd);
		beat(p);
	}
}
