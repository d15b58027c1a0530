/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refused - what is refused once nearly all that may be promised is.
 */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/shm.h>

#include "promises.h"

extern char **environ;

static void ask(const char *name, size_t bytes, int prot, int flags)
{
	void *p = mmap(NULL, bytes, prot, flags, -1, 0);

	say_error("refused", name, p != MAP_FAILED);
	if (p != MAP_FAILED)
		munmap(p, bytes);
}

static void ask_protect(void)
{
	char *p = map(PROT_NONE, ANON, -1);

	say_error("refused", "none-then-write", !mprotect(p, SIZE, RW));
	unmap(p);
}

static void ask_segment(void)
{
	int id = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);

	say_error("refused", "sysv", id >= 0);
	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
}

static void ask_heap(void)
{
	void *p = sbrk((intptr_t)SIZE);

	say_error("refused", "heap", p != (void *)-1);
	if (p != (void *)-1)
		sbrk(-(intptr_t)SIZE);
}

static sigjmp_buf after_fault;

static void on_fault(int signal)
{
	siglongjmp(after_fault, signal);
}

/* write() to a file in memory, and the first touch of its mapped pages. */
static void ask_file(int fd, const char *name, const char *mapped)
{
	static char zeros[MIB];
	ssize_t n = 0;
	char *p;

	need(fd >= 0, name);
	for (size_t k = 0; k < SIZE && n >= 0; k += MIB)
		n = write(fd, zeros, MIB);
	say_error("refused", name, n > 0);
	need(!ftruncate(fd, 0) && !ftruncate(fd, SIZE), "ftruncate");
	p = map(RW, MAP_SHARED, fd);
	if (!sigsetjmp(after_fault, 1)) {
		touch(p, SIZE);
		say_error("refused", mapped, true);
	} else {
		printf("{\"refused\":{\"%s\":{\"%s\":\"SIGBUS\"}}}\n", label, mapped);
	}
	unmap(p);
	close(fd);
}

static int child_ends(void *unused)
{
	(void)unused;
	_exit(0);
}

static void ask_fork(const char *name)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		_exit(0);
	say_error("refused", name, pid > 0);
	if (pid > 0)
		await(pid);
}

static void ask_children(char *most, size_t bytes)
{
	static char stack_of_child[64 * 1024] __attribute__((aligned(16)));
	char *arguments[] = { "promises", "nothing", NULL };
	pid_t pid;

	ask_fork("fork");
	pid = clone(child_ends, stack_of_child + sizeof(stack_of_child),
		    CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
	say_error("refused", "vfork", pid > 0);
	if (pid > 0)
		await(pid);
	errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ);
	say_error("refused", "posix-spawn", !errno);
	if (!errno)
		await(pid);
	need(!madvise(most, bytes, MADV_DONTFORK), "MADV_DONTFORK");
	ask_fork("fork-dontfork");
	need(!madvise(most, bytes, MADV_DOFORK), "MADV_DOFORK");
}

/* Two of 90 % of all there is, so many bytes apart: neighbours become one mapping. */
static void ask_twice(size_t whole, size_t apart, const char *name, const char *fork_name)
{
	size_t part = whole / 10 * 9 / PAGE * PAGE;
	char *p = mmap(NULL, 2 * part + apart, PROT_NONE, ANON, -1, 0);
	bool ok;

	need(p != MAP_FAILED, "mmap");
	ok = !mprotect(p, part, RW) && !mprotect(p + part + apart, part, RW);
	say_error("refused", name, ok);
	if (ok)
		ask_fork(fork_name);
	munmap(p, 2 * part + apart);
}

/* Outside mode 2 each request is judged by itself, if at all. */
static void ask_beyond_all(void)
{
	size_t whole = (size_t)(meminfo_kib("MemTotal") + meminfo_kib("SwapTotal")) * 1024;

	ask_twice(whole, PAGE, "twice-90-percent", "fork-of-twice-90-percent");
	ask_twice(whole, 0, "neighbours-90-percent", "fork-of-neighbours");
	ask("ram-and-swap", whole, RW, ANON);
	ask("ram-and-swap-and-a-page", whole + PAGE, RW, ANON);
}

void refused(void)
{
	size_t bytes = (size_t)(meminfo_kib("CommitLimit") - meminfo_kib("Committed_AS")) * 1024;
	char *most = mmap(NULL, bytes - 16 * MIB, RW, ANON, -1, 0);

	need(bytes > 80 * MIB && most != MAP_FAILED, "no room below CommitLimit");
	signal(SIGBUS, on_fault);
	ask("private-write", SIZE, RW, ANON);
	ask("private-noreserve", SIZE, RW, ANON | MAP_NORESERVE);
	ask("private-read", SIZE, PROT_READ, ANON);
	ask("private-none", 1024 * MIB, PROT_NONE, ANON);
	ask("shared-anon", SIZE, RW, SHARED);
	ask("shared-noreserve", SIZE, RW, SHARED | MAP_NORESERVE);
	ask_protect();
	ask_segment();
	ask_heap();
	ask_file(memfd_create("promises", MFD_CLOEXEC), "memfd-write", "memfd-mapped");
	ask_file(open("/dev/shm/promises", O_RDWR | O_CREAT | O_CLOEXEC, 0600), "tmpfs-write",
		 "tmpfs-mapped");
	unlink("/dev/shm/promises");
	ask_children(most, bytes - 16 * MIB);
	/* Pages given back are no promise given back; a mapping in its place is. */
	touch(most, PART);
	need(!madvise(most, SIZE, MADV_DONTNEED), "MADV_DONTNEED");
	ask("after-dontneed", SIZE, RW, ANON);
	need(mmap(most, SIZE, PROT_NONE, ANON | MAP_FIXED, -1, 0) == most, "MAP_FIXED");
	ask("after-none-over-it", SIZE, RW, ANON);
	munmap(most, bytes - 16 * MIB);
	ask_beyond_all();
}
