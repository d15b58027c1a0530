/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hold - takes memory of one kind and keeps it until killed.
 *
 *	hold [-n NAME] [-a ADJ] [-g CGROUP] [-b NODE] [-t CPU] [-w FILE] [-s STEP_MIB] [-d MS] [-r]
 *	     KIND MIB
 *
 * KIND: anon, shared, memfd, sysv, mlocked, locked (from the first page on), hugetlb, thp, or a
 * path (a file of that size on the file system that it lies on).  -t: a second thread, on that CPU.
 * -w: a second thread that writes to that file: on a frozen file system it stays in D state.  -r:
 * filled with what does not compress.  With -s it grows in steps, MS apart.  Prints a line when
 * it holds all: {"held":{"NAME":MIB}}; or its error: {"refused":{"NAME":"errno"}}.
 */
#include <pthread.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include "guest.h"

struct want {
	const char *name, *kind;
	size_t bytes, step;
	long pause_ms;
	bool random;
	int fd;
	char *base;
};

static int refuse(const struct want *w)
{
	printf("{\"refused\":{\"%s\":\"%s\"}}\n", w->name, strerrorname_np(errno));
	fflush(stdout);
	return 1;
}

static void *map_fd(int fd, size_t bytes)
{
	void *p;

	if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0)
		return MAP_FAILED;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return p;
}

static void *map_anonymous(size_t bytes, int flags)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_NORESERVE | flags, -1,
		    0);
}

static void *map_kind(const struct want *w)
{
	const char *k = w->kind;

	if (!strcmp(k, "shared"))
		return map_anonymous(w->bytes, MAP_SHARED);
	if (!strcmp(k, "memfd"))
		return map_fd(memfd_create(w->name, 0), w->bytes);
	if (!strcmp(k, "sysv"))
		return shmat(shmget(IPC_PRIVATE, w->bytes, IPC_CREAT | 0600), NULL, 0);
	if (!strcmp(k, "hugetlb"))
		return map_anonymous(w->bytes, MAP_PRIVATE | MAP_HUGETLB);
	if (k[0] == '/')
		return map_fd(open(k, O_RDWR | O_CREAT, 0600), w->bytes);
	return map_anonymous(w->bytes, MAP_PRIVATE);
}

/* xorshift: as fast as memory, and no page is like another. */
static void touch_random(char *p, size_t bytes)
{
	static uint64_t x = 88172645463325252ull;

	for (uint64_t *word = (uint64_t *)p; word < (uint64_t *)(p + bytes); word++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		*word = x;
	}
}

static void touch_step(char *p, size_t bytes)
{
	touch(p, bytes);
}

static void fill(const struct want *w)
{
	for (size_t done = 0; done < w->bytes; done += w->step) {
		size_t left = w->bytes - done;

		(w->random ? touch_random : touch_step)(w->base + done,
							left < w->step ? left : w->step);
		if (w->pause_ms)
			sleep_ms(w->pause_ms);
	}
}

static bool bind_to(long node)
{
	unsigned long mask = 1ul << node;

	return syscall(SYS_set_mempolicy, 2 /* MPOL_BIND */, &mask, 64ul) == 0;
}

static void *wait_there(void *cpu)
{
	unsigned long mask = 1ul << *(long *)cpu;

	syscall(SYS_sched_setaffinity, 0, sizeof(mask), &mask);
	for (;;)
		pause();
	return NULL;
}

static bool second_thread(long on_cpu)
{
	static long cpu;
	pthread_t t;

	cpu = on_cpu;
	return pthread_create(&t, NULL, wait_there, &cpu) == 0;
}

static void *write_there(void *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	while (fd >= 0 && pwrite(fd, "x", 1, 0) == 1)
		sleep_ms(100);
	return NULL;
}

static bool writing_thread(char *path)
{
	pthread_t t;

	return pthread_create(&t, NULL, write_there, path) == 0;
}

static bool join(const char *group)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	return write_file(path, "0") == 0;
}

static bool prepare(int argc, char *argv[], struct want *w)
{
	int c;

	while ((c = getopt(argc, argv, "n:a:g:b:t:w:s:d:r")) != -1)
		switch (c) {
		case 'n':
			w->name = optarg;
			break;
		case 'a':
			set_oom_score_adj(atoi(optarg));
			break;
		case 'g':
			if (!join(optarg))
				return false;
			break;
		case 'b':
			if (!bind_to(atoi(optarg)))
				return false;
			break;
		case 't':
			if (!second_thread(atoi(optarg)))
				return false;
			break;
		case 'w':
			if (!writing_thread(optarg))
				return false;
			break;
		case 'r':
			w->random = true;
			break;
		case 's':
			w->step = (size_t)atoi(optarg) * MIB;
			break;
		case 'd':
			w->pause_ms = atoi(optarg);
			break;
		default:
			return false;
		}
	if (argc - optind != 2)
		return false;
	w->kind = argv[optind];
	w->bytes = (size_t)atol(argv[optind + 1]) * MIB;
	return true;
}

int main(int argc, char *argv[])
{
	struct want w = { .name = "hold", .step = 4 * MIB };

	set_oom_score_adj(0);
	if (!prepare(argc, argv, &w))
		return refuse(&w);
	prctl(PR_SET_NAME, w.name);
	if (strcmp(w.kind, "thp"))
		no_huge_pages();
	w.base = map_kind(&w);
	if (w.base == MAP_FAILED || !w.base)
		return refuse(&w);
	if (!strcmp(w.kind, "thp"))
		madvise(w.base, w.bytes, MADV_HUGEPAGE);
	if (!strcmp(w.kind, "locked") && mlock2(w.base, w.bytes, MLOCK_ONFAULT) < 0)
		return refuse(&w);
	fill(&w);
	if (!strcmp(w.kind, "mlocked") && mlock(w.base, w.bytes) < 0)
		return refuse(&w);
	printf("{\"held\":{\"%s\":%zu}}\n", w.name, w.bytes / MIB);
	fflush(stdout);
	for (;;)
		pause();
}
