/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that fills its own memory at a given rate, for the guard to end; its parent tells how
 * it died.
 *
 *	hog MIB MIB_PER_S [catch|ignore|plain [NAME]]
 *
 * Prints one line: "signal N held MIB term_ms T dead_ms T", the times since the first SIGTERM that
 * it caught; or "whole" when nobody ended it within 3 s after it was full.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct shared {
	volatile uint64_t term_ns, held_mib;
};

static struct shared *shared;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void on_term(int signal)
{
	(void)signal;
	if (!shared->term_ns)
		shared->term_ns = now_ns();
}

static void fill(uint64_t mib, uint64_t mib_per_s)
{
	char *p = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t start = now_ns();

	if (p == MAP_FAILED)
		_exit(1);
	for (uint64_t i = 0; i < mib; i++) {
		memset(p + (i << 20), 1, 1 << 20);
		shared->held_mib = i + 1;
		while ((now_ns() - start) * mib_per_s < (i + 1) * 1000000000)
			usleep(200);
	}
	for (uint64_t end = now_ns() + 3000000000; now_ns() < end;)
		usleep(10000);
}

int main(int argc, char *argv[])
{
	const char *how = argc > 3 ? argv[3] : "plain";
	uint64_t dead_ns;
	int status;
	pid_t pid;

	if (argc < 3)
		return 2;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (argc > 4)
			prctl(PR_SET_NAME, argv[4]);
		if (!strcmp(how, "catch"))
			signal(SIGTERM, on_term);
		if (!strcmp(how, "ignore"))
			signal(SIGTERM, SIG_IGN);
		fill(strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	dead_ns = now_ns();
	if (WIFEXITED(status))
		return puts("whole") < 0;
	printf("signal %d held %llu", WTERMSIG(status), (unsigned long long)shared->held_mib);
	if (shared->term_ns)
		printf(" dead_ms %.1f", (double)(dead_ns - shared->term_ns) / 1e6);
	puts("");
	return 0;
}
