/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refuse - lets the kernel refuse one call by one limit, which it sets itself where a process may.
 *
 *	refuse [-u UID] NAME [N]
 *	refuse [-u UID] exec COMMAND...
 *
 * {"refused":{"NAME":"ENOMEM"}} when it was refused, else {"granted":{"NAME":true}}.
 */
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define WRITABLE (PROT_READ | PROT_WRITE)
#define LARGE (256 * MIB)
#define TASKS_MAX 200

static long n; /* the last argument */

static bool set_limit(int which, size_t bytes)
{
	struct rlimit l = { bytes, bytes };

	return setrlimit(which, &l) == 0;
}

static size_t status_bytes(const char *key)
{
	char text[4096];

	return (size_t)field_of(read_file("/proc/self/status", text, sizeof(text)), key) * 1024;
}

static bool map(size_t bytes, int prot, int flags)
{
	return mmap(NULL, bytes, prot, flags, -1, 0) != MAP_FAILED;
}

static bool by_as(void)
{
	return set_limit(RLIMIT_AS, status_bytes("VmSize") + LARGE / 4) &&
	       map(LARGE, PROT_NONE, PRIVATE);
}

static bool by_data(void)
{
	return set_limit(RLIMIT_DATA, status_bytes("VmData") + LARGE / 4) &&
	       map(LARGE, WRITABLE, PRIVATE);
}

static bool by_data_brk(void)
{
	return set_limit(RLIMIT_DATA, status_bytes("VmData") + LARGE / 4) &&
	       sbrk((intptr_t)LARGE) != (void *)-1;
}

static bool by_data_mprotect(void)
{
	char *p = mmap(NULL, LARGE, PROT_NONE, PRIVATE, -1, 0);

	return set_limit(RLIMIT_DATA, status_bytes("VmData") + LARGE / 4) &&
	       mprotect(p, LARGE, WRITABLE) == 0;
}

static bool by_as_mremap(void)
{
	char *p = mmap(NULL, MIB, WRITABLE, PRIVATE, -1, 0);

	return set_limit(RLIMIT_AS, status_bytes("VmSize") + LARGE / 4) &&
	       mremap(p, MIB, LARGE, MREMAP_MAYMOVE) != MAP_FAILED;
}

/* A segment was made, and cannot be attached. */
static bool by_as_shmat(void)
{
	int id = shmget(IPC_PRIVATE, LARGE, IPC_CREAT | 0600), error;
	bool done = id >= 0 && set_limit(RLIMIT_AS, status_bytes("VmSize") + LARGE / 4) &&
		    shmat(id, NULL, 0) != (void *)-1;

	error = errno;
	shmctl(id, IPC_RMID, NULL);
	errno = error;
	return done;
}

/* As a database that maps one file after another. */
static bool by_maps(void)
{
	for (long i = 0; i < (1 << 18); i++)
		if (!map(PAGE, i % 2 ? PROT_READ : PROT_NONE, PRIVATE))
			return false;
	return true;
}

/* As a garbage collector that guards pages. */
static bool by_maps_split(void)
{
	char *p = mmap(NULL, PAGE << 18, PROT_NONE, PRIVATE | MAP_NORESERVE, -1, 0);

	for (size_t i = 1; i < 1 << 18; i += 2)
		if (mprotect(p + i * PAGE, PAGE, PROT_READ) < 0)
			return false;
	return true;
}

static void drop_ipc_lock(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2];

	if (syscall(SYS_capget, &head, caps) < 0)
		return;
	caps[0].effective &= ~(1u << CAP_IPC_LOCK);
	syscall(SYS_capset, &head, caps);
}

static bool by_memlock(void)
{
	char *p = mmap(NULL, MIB, WRITABLE, PRIVATE, -1, 0);

	drop_ipc_lock();
	return set_limit(RLIMIT_MEMLOCK, MIB / 32) &&
	       syscall(SYS_mlock, p, MIB) == 0; /* a sanitizer's mlock() does nothing */
}

static bool by_memlock_map(void)
{
	drop_ipc_lock();
	return set_limit(RLIMIT_MEMLOCK, MIB / 32) && map(MIB, WRITABLE, PRIVATE | MAP_LOCKED);
}

static bool by_memlock_all(void)
{
	drop_ipc_lock();
	return set_limit(RLIMIT_MEMLOCK, MIB / 32) && syscall(SYS_mlockall, MCL_CURRENT) == 0;
}

static bool by_hugetlb(void)
{
	return map((size_t)n * 2 * MIB, WRITABLE, PRIVATE | MAP_HUGETLB);
}

/* No hole is that large: the program itself stands in the way. */
static bool by_space(void)
{
	return map(((size_t)1 << 47) - MIB, PROT_NONE, PRIVATE | MAP_NORESERVE);
}

/* Something stands behind the heap. */
static bool by_space_brk(void)
{
	char *end = sbrk(PAGE);

	end = (char *)(((uintptr_t)end + 2 * MIB) / PAGE * PAGE);
	return mmap(end, PAGE, PROT_READ, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0) != MAP_FAILED &&
	       sbrk(16 * MIB) != (void *)-1;
}

static bool by_unmapped(void)
{
	char *p = mmap(NULL, 2 * PAGE, PROT_READ, PRIVATE, -1, 0);

	munmap(p + PAGE, PAGE);
	return mprotect(p, 2 * PAGE, PROT_READ) == 0;
}

/* N tasks that wait, or as many as there may be. */
static bool many_forks(void)
{
	pid_t child[TASKS_MAX];
	long made = 0;
	int error;

	while (made < n && made < TASKS_MAX && (child[made] = fork()) > 0)
		made++;
	if (made < n && !child[made]) {
		pause();
		_exit(0);
	}
	error = errno;
	for (long i = 0; i < made; i++) {
		kill(child[i], SIGKILL);
		waitpid(child[i], NULL, 0);
	}
	errno = error;
	return made == n;
}

static bool by_nproc(void)
{
	return set_limit(RLIMIT_NPROC, 5) && many_forks();
}

static void *wait_for_end(void *arg)
{
	pause();
	return arg;
}

static bool many_threads(void)
{
	pthread_t t;

	for (long i = 0; i < n && i < TASKS_MAX; i++) {
		errno = pthread_create(&t, NULL, wait_for_end, NULL);
		if (errno)
			return false;
	}
	return true;
}

static bool by_nproc_thread(void)
{
	return set_limit(RLIMIT_NPROC, 5) && many_threads();
}

/* N KiB in one request. */
static bool one_map(void)
{
	return map((size_t)n * 1024, WRITABLE, PRIVATE);
}

/* N KiB in pieces of 1/8 that never were touched, then a fork. */
static bool one_fork(void)
{
	pid_t pid;

	for (int i = 0; i < 8; i++)
		if (!map((size_t)n * 1024 / 8, WRITABLE, PRIVATE))
			return false;
	pid = fork();
	if (!pid)
		_exit(0);
	return pid > 0 && waitpid(pid, NULL, 0) == pid;
}

static bool one_shm(void)
{
	int id = shmget(IPC_PRIVATE, (size_t)n * 1024, IPC_CREAT | 0600);

	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return id >= 0;
}

static const struct {
	const char *name;
	bool (*run)(void);
} accidents[] = {
	{ "as", by_as },
	{ "as-mremap", by_as_mremap },
	{ "as-shmat", by_as_shmat },
	{ "data", by_data },
	{ "data-brk", by_data_brk },
	{ "data-mprotect", by_data_mprotect },
	{ "maps", by_maps },
	{ "maps-split", by_maps_split },
	{ "memlock", by_memlock },
	{ "memlock-map", by_memlock_map },
	{ "memlock-all", by_memlock_all },
	{ "hugetlb", by_hugetlb },
	{ "space", by_space },
	{ "space-brk", by_space_brk },
	{ "unmapped", by_unmapped },
	{ "nproc", by_nproc },
	{ "nproc-thread", by_nproc_thread },
	{ "forks", many_forks },
	{ "threads", many_threads },
	{ "map", one_map },
	{ "fork", one_fork },
	{ "shm", one_shm },
};

static int run(const char *name)
{
	for (size_t i = 0; i < sizeof(accidents) / sizeof(accidents[0]); i++) {
		if (strcmp(accidents[i].name, name) != 0)
			continue;
		errno = 0;
		if (accidents[i].run())
			printf("{\"granted\":{\"%s\":true}}\n", name);
		else
			printf("{\"refused\":{\"%s\":\"%s\"}}\n", name, strerrorname_np(errno));
		fflush(stdout);
		_exit(0); /* threads that wait are no reason to */
	}
	return 2;
}

int main(int argc, char *argv[])
{
	static char buffer[256]; /* nothing is asked for after the accident */
	int c;

	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	while ((c = getopt(argc, argv, "+u:")) != -1)
		if (c != 'u' || setgid((gid_t)atoi(optarg)) || setuid((uid_t)atoi(optarg)))
			return 1;
	if (optind >= argc)
		return 2;
	if (!strcmp(argv[optind], "exec") && optind + 1 < argc) {
		execvp(argv[optind + 1], argv + optind + 1);
		perror(argv[optind + 1]);
		return 127;
	}
	n = optind + 1 < argc ? atol(argv[optind + 1]) : 0;
	return run(argv[optind]);
}
