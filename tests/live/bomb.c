/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fork bomb for the guard to end: each process takes memory, then forks as long as it lives.
 *
 *	bomb PROCESSES KIB PER_SECOND
 *
 * No more than PROCESSES in all and PER_SECOND, each with KIB of its own.  Each writes one byte to
 * standard output when it has them.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char *argv[])
{
	volatile long *made =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long most = argc == 4 ? atol(argv[1]) : 0, n;
	size_t bytes = argc == 4 ? (size_t)atol(argv[2]) << 10 : 0;
	double per_second = argc == 4 ? atof(argv[3]) : 0, start = now();

	if (!most || !bytes || per_second <= 0 || made == MAP_FAILED)
		return 2;
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			       0);

		if (p != MAP_FAILED)
			memset(p, 1, bytes);
		if (write(1, ".", 1) != 1)
			return 1;
		while ((n = __atomic_add_fetch(made, 1, __ATOMIC_RELAXED)) < most) {
			while (now() < start + (double)n / per_second)
				usleep(20000);
			if (!fork())
				break;
		}
		if (*made >= most)
			pause();
	}
}
