/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fills a memory cgroup at a given rate until somebody ends it: when did the usage of the group
 * cross a limit, and how much more was taken until the end?
 *
 *	guard_fill MIB_PER_S CROSSED_BYTES
 *
 * Prints "CROSSED_NS OVERSHOOT_MIB SIGNAL" of CLOCK_MONOTONIC; the group is that at the root of
 * the hierarchy.
 */
#include <fcntl.h>
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

#define STEP ((size_t)512 << 10)

struct shared {
	volatile uint64_t crossed_ns, after_bytes;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t usage(int fd)
{
	char text[32] = {};

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? strtoull(text, NULL, 10) : 0;
}

static void fill(struct shared *s, uint64_t mib_per_s, uint64_t limit)
{
	int fd = open("/sys/fs/cgroup/memory/memory.usage_in_bytes", O_RDONLY);
	size_t all = (size_t)64 << 30;
	char *p = mmap(NULL, all, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t start = now_ns(), done = 0;

	if (fd < 0 || p == MAP_FAILED)
		_exit(1);
	while (done < all) {
		memset(p + done, 1, STEP);
		done += STEP;
		if (s->crossed_ns)
			s->after_bytes += STEP;
		else if (usage(fd) >= limit)
			s->crossed_ns = now_ns();
		while ((now_ns() - start) * mib_per_s < (done >> 10) * 1000000000 / 1024)
			;
	}
}

int main(int argc, char *argv[])
{
	struct shared *s =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	if (argc < 3 || s == MAP_FAILED)
		return 2;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		fill(s, strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	printf("%llu %llu %d\n", (unsigned long long)s->crossed_ns,
	       (unsigned long long)(s->after_bytes >> 20),
	       WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	return 0;
}
