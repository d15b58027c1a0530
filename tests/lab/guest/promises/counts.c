/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts - of each thing what it adds to the promises.
 */
#include <sched.h>
#include <signal.h>
#include <sys/shm.h>

#include "promises.h"

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 0x08
#endif

struct sums {
	long own, all, anon;
};

static struct sums base;
static char text[4 * MIB];

/* Sizes and anonymous pages of the mappings that count. */
static struct sums sums_of(const char *smaps)
{
	struct sums sum = {};
	long size = 0, anon = 0;

	read_file(smaps, text, sizeof(text));
	need(text[0] && strlen(text) + 1 < sizeof(text), smaps);
	for (char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		if (!strncmp(line, "Size:", 5))
			size = atol(line + 5);
		if (!strncmp(line, "Anonymous:", 10))
			anon = atol(line + 10);
		if (strncmp(line, "VmFlags:", 8))
			continue;
		sum.anon += anon;
		for (const char *p = line; *p && *p != '\n'; p++)
			if (!strncmp(p, " ac", 3) && (p[3] == ' ' || p[3] == '\n'))
				sum.own += size;
	}
	return sum;
}

static struct sums measure(void)
{
	struct sums s = sums_of("/proc/self/smaps");

	s.all = meminfo_kib("Committed_AS");
	return s;
}

static void print(const char *name, struct sums s)
{
	printf("{\"promises\":{\"%s\":{\"%s\":{\"own\":%ld,\"all\":%ld,\"anon\":%ld}}}}\n", label,
	       name, s.own - base.own, s.all - base.all, s.anon - base.anon);
}

static void begin(void)
{
	base = measure();
}

static void say(const char *name)
{
	print(name, measure());
}

/* One mapping that nobody touches. */
static void map_case(const char *name, int prot, int flags, int fd)
{
	char *p;

	begin();
	p = map(prot, flags, fd);
	say(name);
	unmap(p);
}

static void anonymous(void)
{
	map_case("private-write", RW, ANON, -1);
	map_case("private-read", PROT_READ, ANON, -1);
	map_case("private-none", PROT_NONE, ANON, -1);
	map_case("private-noreserve", RW, ANON | MAP_NORESERVE, -1);
	map_case("private-stack", RW, ANON | MAP_STACK, -1);
	map_case("shared-anon", RW, SHARED, -1);
	map_case("shared-anon-none", PROT_NONE, SHARED, -1);
	map_case("shared-noreserve", RW, SHARED | MAP_NORESERVE, -1);
}

static void protect(char *p, int prot)
{
	need(!mprotect(p, SIZE, prot), "mprotect");
}

/* What becomes writable counts then; what ceases to be goes on counting, mostly. */
static void protections(void)
{
	char *p;

	begin();
	p = map(PROT_NONE, ANON, -1);
	protect(p, RW);
	say("none-then-write");
	protect(p, PROT_READ);
	say("untouched-then-read");
	unmap(p);
	p = map(RW, ANON, -1);
	touch(p, PAGE);
	protect(p, PROT_READ);
	say("touched-then-read");
	protect(p, PROT_NONE);
	say("touched-then-none");
	unmap(p);
}

/* Pages come and go, the promise stays; only another mapping in its place ends it. */
static void pages(void)
{
	char *p;

	begin();
	p = map(RW, ANON, -1);
	touch(p, SIZE);
	say("touched");
	need(!madvise(p, SIZE, MADV_DONTNEED), "MADV_DONTNEED");
	say("dontneed");
	touch(p, SIZE);
	need(!madvise(p, SIZE, MADV_FREE), "MADV_FREE");
	say("madv-free");
	need(mmap(p, SIZE, PROT_NONE, ANON | MAP_FIXED, -1, 0) == p, "MAP_FIXED");
	say("none-over-it");
	unmap(p);
}

static void growth(void)
{
	char *p, *q;

	begin();
	need(sbrk((intptr_t)SIZE) != (void *)-1, "sbrk");
	say("heap");
	need(sbrk(-(intptr_t)SIZE) != (void *)-1, "sbrk");
	begin();
	p = map(RW, ANON, -1);
	q = mremap(p, SIZE, 2 * SIZE, MREMAP_MAYMOVE);
	need(q != MAP_FAILED, "mremap");
	say("mremap-twice");
	need(!munmap(q + SIZE, SIZE), "munmap");
	say("half-unmapped");
	p = mremap(q, SIZE, SIZE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	need(p != MAP_FAILED, "MREMAP_DONTUNMAP");
	say("mremap-dontunmap");
	unmap(p);
	unmap(q);
}

static void __attribute__((noinline)) stack(void)
{
	char deep[4 * MIB];

	touch(deep, sizeof(deep));
	say("stack-4-mib");
}

static void files(void)
{
	int fd = open("promises.file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char *p;

	need(fd >= 0 && !unlink("promises.file") && !ftruncate(fd, SIZE), "promises.file");
	map_case("file-private-write", RW, MAP_PRIVATE, fd);
	map_case("file-private-read", PROT_READ, MAP_PRIVATE, fd);
	map_case("file-shared", RW, MAP_SHARED, fd);
	begin();
	p = map(PROT_READ, MAP_PRIVATE, fd);
	protect(p, RW);
	say("file-then-write");
	protect(p, PROT_READ);
	say("file-then-read");
	unmap(p);
	close(fd);
}

/* Of files in memory each block that is there; of segments the whole size at once. */
static void in_memory(void)
{
	int fd = memfd_create("promises", MFD_CLOEXEC), id;
	char *p;

	need(fd >= 0, "memfd_create");
	begin();
	need(!ftruncate(fd, SIZE), "ftruncate");
	say("memfd-size");
	fill(fd, PART);
	say("memfd-written");
	close(fd);
	begin();
	fd = open("/dev/shm/promises", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	need(fd >= 0 && !unlink("/dev/shm/promises"), "/dev/shm");
	fill(fd, PART);
	say("tmpfs-written");
	close(fd);
	begin();
	p = map(RW, SHARED | MAP_NORESERVE, -1);
	touch(p, PART);
	say("shared-noreserve-touched");
	unmap(p);
	for (int flags = 0; flags <= SHM_NORESERVE; flags += SHM_NORESERVE) {
		begin();
		need((id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600 | flags)) >= 0, "shmget");
		say(flags ? "sysv-noreserve" : "sysv");
		need(!shmctl(id, IPC_RMID, NULL), "IPC_RMID");
	}
}

static int child_says(void *name)
{
	print(name, measure());
	fflush(stdout);
	_exit(0);
}

/* A child is promised what its parent was; one that borrows the memory nothing. */
static void children(void)
{
	static char stack_of_child[256 * 1024] __attribute__((aligned(16)));
	char *p = map(RW, ANON, -1);
	long whole = measure().own;
	pid_t pid;

	printf("{\"promises\":{\"%s\":{\"parent\":{\"own\":%ld}}}}\n", label, whole);
	fflush(stdout);
	base = measure();
	base.own = 0;
	need((pid = fork()) >= 0, "fork");
	if (!pid)
		child_says("fork");
	await(pid);
	need(!madvise(p, SIZE, MADV_DONTFORK), "MADV_DONTFORK");
	need((pid = fork()) >= 0, "fork");
	if (!pid)
		child_says("fork-dontfork");
	await(pid);
	need(!madvise(p, SIZE, MADV_DOFORK), "MADV_DOFORK");
	/* as vfork() and posix_spawn() have it */
	pid = clone(child_says, stack_of_child + sizeof(stack_of_child),
		    CLONE_VM | CLONE_VFORK | SIGCHLD, "vfork");
	need(pid >= 0, "clone");
	await(pid);
	unmap(p);
}

/* What not every kernel or machine has. */
static void odd(void)
{
	char *p;

	begin();
	p = mmap(NULL, SIZE, RW, MAP_DROPPABLE | MAP_ANONYMOUS, -1, 0);
	say_error("has", "droppable", p != MAP_FAILED);
	if (p != MAP_FAILED) {
		say("droppable");
		unmap(p);
	}
	begin();
	p = mmap(NULL, 4 * MIB, RW, ANON | MAP_HUGETLB, -1, 0);
	say_error("has", "hugetlb", p != MAP_FAILED);
	if (p != MAP_FAILED) {
		touch(p, 4 * MIB);
		say("hugetlb");
		munmap(p, 4 * MIB);
	}
}

void counts(void)
{
	struct sums first = measure();

	anonymous();
	protections();
	pages();
	growth();
	begin();
	stack();
	files();
	in_memory();
	children();
	odd();
	base = first;
	say("end");
}

/* Facts of the process, then "ready". */
void hold(void)
{
	int fd = memfd_create("promises-memfd", MFD_CLOEXEC);
	char *p, *q, byte;

	need(fd >= 0 && !ftruncate(fd, SIZE), "memfd_create");
	fill(fd, PART);
	p = map(RW, ANON, -1);
	touch(p, PART);
	q = map(RW, ANON, -1);
	need(!madvise(q, SIZE, MADV_DONTFORK), "MADV_DONTFORK");
	touch(map(RW, ANON | MAP_NORESERVE, -1), PART);
	touch(map(RW, SHARED, -1), PART);
	printf("{\"pid\":%d,\"size\":%zu,\"part\":%zu,\"own\":%ld}\n", (int)getpid(), SIZE, PART,
	       measure().own * 1024);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
}
