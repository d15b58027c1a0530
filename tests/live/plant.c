/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plant - shared memory of every kind that no mount table of ours shows, held until standard
 * input ends:
 *
 *	plant MIB
 *
 * In a mount namespace of its own: a tmpfs with a file of 3 MIB, a file of MIB that is unlinked
 * but open, a memfd, a detached SysV segment, and shared anonymous memory mapped by two
 * processes, MIB each.  Prints a line of facts for each, and "ready".
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIR_NAME "/tmp/memwhy-plant-XXXXXX"

static int segment = -1;
static char folder[] = DIR_NAME;

static void clean_up(void)
{
	if (segment >= 0)
		shmctl(segment, IPC_RMID, NULL);
	umount2(folder, MNT_DETACH); /* in our own namespace: else the folder is busy */
	rmdir(folder);
}

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "plant: %s: %s\n", what, strerror(errno));
	clean_up();
	_exit(errno == EPERM || errno == EACCES ? 77 : 1);
}

static void *fill(int fd, size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	need(p != MAP_FAILED, "mmap");
	memset(p, 1, bytes);
	return p;
}

static int make_file(const char *name, size_t bytes)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0600);
	need(fd >= 0 && !ftruncate(fd, (off_t)bytes), path);
	munmap(fill(fd, bytes), bytes);
	return fd;
}

static void plant_tmpfs(size_t bytes)
{
	char path[256];

	need(!unshare(CLONE_NEWNS), "unshare");
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "mount private");
	need(!mount("planted", folder, "tmpfs", 0, "size=8G"), "mount tmpfs");
	close(make_file("big.bin", bytes * 3));
	make_file("gone.bin", bytes);
	snprintf(path, sizeof(path), "%s/gone.bin", folder);
	need(!unlink(path), "unlink");
	printf("tmpfs %s %zu\nfile big.bin %zu\nunlinked gone.bin %zu\n", folder, bytes * 4,
	       bytes * 3, bytes);
}

static void plant_objects(size_t bytes)
{
	int fd = memfd_create("planted", 0);

	need(fd >= 0 && !ftruncate(fd, (off_t)bytes), "memfd");
	munmap(fill(fd, bytes), bytes);
	printf("memfd planted %zu\n", bytes);
	segment = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
	need(segment >= 0, "shmget");
	char *p = shmat(segment, NULL, 0);
	need(p != (void *)-1, "shmat");
	memset(p, 1, bytes);
	shmdt(p);
	printf("sysv %d %zu\n", segment, bytes);
}

int main(int argc, char *argv[])
{
	size_t bytes = (size_t)atoi(argc > 1 ? argv[1] : "100") << 20;
	char c;
	pid_t child;

	signal(SIGPIPE, SIG_IGN);
	need(mkdtemp(folder) != NULL, "mkdtemp");
	plant_tmpfs(bytes);
	plant_objects(bytes);
	fill(-1, bytes);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	printf("shared_anon 0 %zu\npid %d %d\nready\n", bytes, getpid(), child);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	clean_up();
	return 0;
}
