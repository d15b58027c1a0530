/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - pages of every kind, in a process and its child, held until standard input ends:
 *
 *	pages FOLDER
 *
 * Prints "page NAME PID ADDRESS FRAME" for each, the frame as the process itself reads it (0: not
 * there, or not allowed), "none NAME why" for what this machine cannot make, and "ready".  The
 * names that end in _child are of the child, at the same address.  FOLDER: for a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define HUGE ((size_t)2 << 20)

static size_t page;

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "pages: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static uint64_t entry_of(const void *p)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	need(fd >= 0 && pread(fd, &entry, 8, (off_t)((uintptr_t)p / page * 8)) == 8, "pagemap");
	close(fd);
	return entry;
}

static int is_present(const void *p)
{
	return entry_of(p) >> 63 != 0;
}

static uint64_t frame_of(const void *p)
{
	return is_present(p) ? entry_of(p) & (((uint64_t)1 << 55) - 1) : 0;
}

static void tell(const char *name, const char *who, const void *p)
{
	printf("page %s%s %d %lx %llu\n", name, who, getpid(), (unsigned long)(uintptr_t)p,
	       (unsigned long long)frame_of(p));
	fflush(stdout);
}

static char *map(int prot, int flags, int fd, off_t offset)
{
	char *p = mmap(NULL, page, prot, flags | (fd < 0 ? MAP_ANONYMOUS : 0), fd, offset);

	need(p != MAP_FAILED, "mmap");
	return p;
}

static char *private(void)
{
	return map(PROT_READ | PROT_WRITE, MAP_PRIVATE, -1, 0);
}

/* Anonymous memory of our own, in KiB. */
static long own_kib(void)
{
	char text[4096], *at;
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	need(n > 0, "status");
	text[n] = '\0';
	at = strstr(text, "RssAnon:");
	need(at != NULL, "RssAnon");
	return atol(at + 8);
}

/* Reads what nobody wrote: some kernels have a page of zeros for that, some give a page. */
static void read_only(const char *name, char *p, size_t bytes, size_t at)
{
	long before = own_kib(), after;

	for (size_t i = 0; i < bytes; i += page)
		(void)*(volatile char *)(p + i);
	after = own_kib();
	/* Some of the growth may be elsewhere, or still held back by the counters of a CPU. */
	if (after - before > (long)(bytes / 2048))
		printf("none %s this kernel gives pages of its own to who reads: %ld KiB, then "
		       "%ld\n",
		       name, before, after);
	else
		tell(name, "", p + at);
}

static char *make(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(p != MAP_FAILED, "mmap");
	return p;
}

static void simple(void)
{
	char *p = private();

	tell("untouched", "", p);
	p = make(256 * page);
	need(!madvise(p, 256 * page, MADV_NOHUGEPAGE) || errno == EINVAL, "madvise");
	read_only("zero", p, 256 * page, 77 * page);
	p = private();
	p[0] = 1;
	need(!madvise(p, page, MADV_DONTNEED), "madvise");
	tell("given_back", "", p);
	p = map(PROT_NONE, MAP_PRIVATE, -1, 0);
	tell("none", "", p);
	p = private();
	p[0] = 1;
	need(!mprotect(p, page, PROT_NONE), "mprotect");
	tell("closed", "", p);
	p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, -1, 0);
	p[0] = 1;
	tell("noreserve", "", p);
	p = private();
	if (mlock(p, page))
		printf("none locked %s\n", strerror(errno));
	else
		tell("locked", "", p);
}

static void objects(void)
{
	int fd = memfd_create("pages", MFD_CLOEXEC), id = shmget(IPC_PRIVATE, page, 0600);
	char *p;

	need(fd >= 0 && !ftruncate(fd, (off_t)(4 * page)), "memfd");
	p = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(2 * page));
	p[0] = 1;
	tell("memfd", "", p);
	p = map(PROT_READ, MAP_SHARED, fd, (off_t)(2 * page));
	need(p[0] == 1, "the same page");
	tell("memfd_again", "", p);
	p = map(PROT_READ, MAP_SHARED, fd, (off_t)(3 * page));
	tell("memfd_untouched", "", p);
	need(id >= 0, "shmget");
	p = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	need(p != (char *)-1, "shmat");
	p[0] = 1;
	tell("sysv", "", p);
}

static void file(const char *folder)
{
	char path[512], *p;
	int fd;

	snprintf(path, sizeof(path), "%s/file", folder);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	need(fd >= 0, path);
	for (size_t i = 0; i < 4 * page; i++)
		need(write(fd, "x", 1) == 1, "write");
	p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, (off_t)(3 * page));
	need(p[0] == 'x', "read");
	tell("file", "", p);
	p = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, (off_t)page);
	p[0] = 1;
	tell("file_copy", "", p);
}

static void huge(void)
{
	char *p = make(3 * HUGE);

	p = (char *)(((uintptr_t)p + HUGE - 1) / HUGE * HUGE);
	if (madvise(p, 2 * HUGE, MADV_HUGEPAGE)) {
		printf("none huge %s\nnone huge_zero %s\n", strerror(errno), strerror(errno));
	} else {
		p[0] = 1;
		tell("huge", "", p + 5 * page);
		read_only("huge_zero", p + HUGE, HUGE, 9 * page);
	}
	p = mmap(NULL, HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1,
		 0);
	if (p == MAP_FAILED) {
		printf("none hugetlb %s\n", strerror(errno));
		return;
	}
	p[0] = 1;
	tell("hugetlb", "", p + 7 * page);
}

#define GUARD_INSTALL 102 /* MADV_GUARD_INSTALL, since 6.13 */

static void odd(void)
{
	char *p = private();

	if (madvise(p, page, GUARD_INSTALL))
		printf("none guard %s\n", strerror(errno));
	else
		tell("guard", "", p);
	p = private();
	memset(p, 7, page);
	if (madvise(p, page, MADV_PAGEOUT)) /* since 5.4 */
		printf("none swapped %s\n", strerror(errno));
	else if (is_present(p))
		printf("none swapped it stayed in memory\n");
	else
		tell("swapped", "", p);
	/* Last: what is mapped after it could lie there. */
	p = mmap(NULL, 3 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(p != MAP_FAILED && !munmap(p + page, page), "hole");
	tell("hole", "", p + page);
}

/* The same three addresses in two processes. */
static pid_t family(void)
{
	char *shared = private(), *written = private(), byte;
	char *object = map(PROT_READ | PROT_WRITE, MAP_SHARED, -1, 0);
	int ready[2];
	pid_t child;

	shared[0] = written[0] = object[0] = 1;
	need(!pipe(ready), "pipe");
	child = fork();
	need(child >= 0, "fork");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		written[0] = 2;
		need(object[0] == 1, "the same object");
	}
	if (child)
		need(read(ready[0], &byte, 1) == 1, "child");
	tell("shared", child ? "" : "_child", shared);
	tell("written", child ? "" : "_child", written);
	tell("object", child ? "" : "_child", object);
	if (child)
		return child;
	need(write(ready[1], "x", 1) == 1, "pipe");
	for (;;)
		pause();
}

int main(int argc, char *argv[])
{
	pid_t child;
	char byte;

	page = (size_t)sysconf(_SC_PAGESIZE);
	if (argc != 2)
		return 2;
	child = family();
	simple();
	objects();
	file(argv[1]);
	huge();
	odd();
	printf("ready\n");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}
