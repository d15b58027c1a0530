/* SPDX-License-Identifier: Apache-2.0 */
/*
 * groupuse - takes memory of one kind in one cgroup, uses it in another, and stays until killed.
 *
 *	groupuse [-m GROUP] [-f] [-l] KIND ARGUMENT...
 *
 *	map FILE [OFFSET_MIB MIB]	maps it, and reads each page
 *	cow FILE MIB			maps it as its own, reads each page, writes the first MIB
 *	write FILE MIB			makes it of that size, maps it, writes each page
 *	read FILE			reads it with pread(2), and keeps it open
 *	anon, thp, shared, memfd, sysv, hugetlb MIB
 *
 * -m: moves to that group (its folder) when it holds all; -f: a child does so, and both stay; -l:
 * locks what it mapped.  {"holds_kib":N} when it is done, or {"refused":"errno"}.
 */
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "guest.h"

struct use {
	const char *move;
	bool child, lock;
	char *at;
	size_t bytes;
};

static int refuse(void)
{
	printf("{\"refused\":\"%s\"}\n", strerrorname_np(errno));
	fflush(stdout);
	return 1;
}

static void read_pages(const struct use *u)
{
	for (size_t i = 0; i < u->bytes; i += PAGE)
		((volatile const char *)u->at)[i];
}

static bool map_file(struct use *u, int fd, int prot, int flags, size_t offset, size_t bytes)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return false;
	u->bytes = bytes ? bytes : (size_t)st.st_size - offset;
	u->at = mmap(NULL, u->bytes, prot, flags, fd, (off_t)offset);
	return u->at != MAP_FAILED;
}

static bool read_file_whole(const char *path)
{
	static char buf[MIB];
	int fd = open(path, O_RDONLY);
	off_t at = 0;
	ssize_t n = 0;

	while (fd >= 0 && (n = pread(fd, buf, sizeof(buf), at)) > 0)
		at += n;
	return fd >= 0 && !n;
}

static bool take_file(struct use *u, const char *kind, char *argv[], int n)
{
	size_t first = n > 1 ? (size_t)atoi(argv[1]) * MIB : 0;
	size_t second = n > 2 ? (size_t)atoi(argv[2]) * MIB : 0;

	if (!strcmp(kind, "read"))
		return read_file_whole(argv[0]);
	if (!strcmp(kind, "write")) {
		int fd = open(argv[0], O_RDWR | O_CREAT, 0600);

		if (fd < 0 || ftruncate(fd, (off_t)first) < 0 ||
		    !map_file(u, fd, PROT_READ | PROT_WRITE, MAP_SHARED, 0, first))
			return false;
		touch(u->at, u->bytes);
		return true;
	}
	if (!strcmp(kind, "cow")) {
		if (!map_file(u, open(argv[0], O_RDONLY), PROT_READ | PROT_WRITE, MAP_PRIVATE, 0,
			      0))
			return false;
		read_pages(u);
		touch(u->at, first);
		return true;
	}
	if (!map_file(u, open(argv[0], O_RDONLY), PROT_READ, MAP_SHARED, first, second))
		return false;
	if (!u->lock)
		read_pages(u);
	return true;
}

static bool take_memory(struct use *u, const char *kind, size_t bytes)
{
	int flags = MAP_ANONYMOUS | (!strcmp(kind, "shared") ? MAP_SHARED : MAP_PRIVATE) |
		    (!strcmp(kind, "hugetlb") ? MAP_HUGETLB : 0);
	int fd;

	u->bytes = bytes;
	if (!strcmp(kind, "sysv")) {
		int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);

		u->at = shmat(id, NULL, 0);
		shmctl(id, IPC_RMID, NULL); /* gone with its last user */
	} else if (!strcmp(kind, "memfd")) {
		fd = memfd_create("groupuse", 0);
		if (fd < 0 || ftruncate(fd, (off_t)bytes) < 0)
			return false;
		u->at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	} else {
		u->at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
	}
	if (u->at == MAP_FAILED)
		return false;
	if (!strcmp(kind, "thp"))
		madvise(u->at, bytes, MADV_HUGEPAGE);
	touch(u->at, bytes);
	return true;
}

static bool move(const struct use *u)
{
	char path[512];
	pid_t pid = u->child ? fork() : 0;

	if (pid)
		return pid > 0;
	if (u->child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/cgroup.procs", u->move);
	if (write_file(path, "0") < 0)
		return false;
	if (u->child) {
		if (u->at)
			read_pages(u);
		for (;;)
			pause();
	}
	return true;
}

int main(int argc, char *argv[])
{
	struct use u = {};
	int c, n;
	bool ok;

	while ((c = getopt(argc, argv, "+m:fl")) != -1) {
		u.move = c == 'm' ? optarg : u.move;
		u.child |= c == 'f';
		u.lock |= c == 'l';
	}
	n = argc - optind - 1;
	if (n < 1)
		return 2;
	if (strcmp(argv[optind], "thp"))
		no_huge_pages();
	ok = strchr("mcwr", argv[optind][0]) && strcmp(argv[optind], "memfd")
		     ? take_file(&u, argv[optind], argv + optind + 1, n)
		     : take_memory(&u, argv[optind], (size_t)atoi(argv[optind + 1]) * MIB);
	/* A sanitizer's mlock() does nothing. */
	if (!ok || (u.lock && syscall(SYS_mlock, u.at, u.bytes) < 0) || (u.move && !move(&u)))
		return refuse();
	if (u.child)
		sleep_ms(200);
	printf("{\"holds_kib\":%zu}\n", u.bytes / 1024);
	fflush(stdout);
	for (;;)
		pause();
}
