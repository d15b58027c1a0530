/* SPDX-License-Identifier: Apache-2.0 */
/*
 * promisers - N processes that are promised memory in all ways, little of it touched.
 *
 *	promisers N
 *
 * Says "ready" when all are there, and ends with its standard input.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

#define KIB ((size_t)1024)

static char *map(size_t bytes, int prot, int flags)
{
	char *p = mmap(NULL, bytes, prot, flags | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		exit(1);
	return p;
}

static void *idle(void *arg)
{
	pause();
	return arg;
}

static void promise_file(size_t bytes)
{
	int fd = memfd_create("promisers", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) || pwrite(fd, "x", 1, 0) != 1)
		exit(1);
	mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
}

/* Detached at once: it goes with the last that has it. */
static void promise_segment(size_t bytes)
{
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);

	if (id < 0 || shmat(id, NULL, 0) == (void *)-1)
		exit(1);
	shmctl(id, IPC_RMID, NULL);
}

static void be(unsigned i)
{
	size_t bytes = (64 + i * 37 % 512) * KIB;
	char *p = map(bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	pthread_t thread;

	memset(p, 1, bytes / 4);
	switch (i % 6) {
	case 0:
		map(bytes, PROT_READ | PROT_WRITE, MAP_SHARED);
		break;
	case 1:
		map(8 * bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
		break;
	case 2:
		promise_file(bytes);
		break;
	case 3:
		mprotect(p, bytes / 2, PROT_READ);
		map(16 * bytes, PROT_NONE, MAP_PRIVATE);
		break;
	case 4:
		promise_segment(bytes);
		break;
	case 5:
		if (pthread_create(&thread, NULL, idle, NULL))
			exit(1);
		break;
	default:
		break;
	}
}

int main(int argc, char *argv[])
{
	unsigned n = argc == 2 ? (unsigned)atoi(argv[1]) : 0;
	char c;
	int ends[2];

	if (!n || n > 2000 || pipe(ends))
		return 2;
	for (unsigned i = 0; i < n; i++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be(i);
		if (write(ends[1], "x", 1) != 1)
			return 1;
		pause();
	}
	for (unsigned i = 0; i < n; i++)
		if (read(ends[0], &c, 1) != 1)
			return 1;
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}
