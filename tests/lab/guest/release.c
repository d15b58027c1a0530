/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release - how long a killed process takes to give its memory back, when its group may hardly run.
 *
 *	release LABEL kill|mrelease MIB [QUOTA_US]
 *
 * The victim touches MIB, joins the group "victim" (cpu.max QUOTA_US in 200 ms) and spins; it is
 * killed, with process_mrelease(2) or without; then MemFree is watched, 4 s at most.
 * {"release":{"LABEL":{"half_ms":N,"gone_ms":N,"mrelease":"ok|errno|no"}}}; -1: not in 4 s.
 */
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "guest.h"

#define GROUP "/sys/fs/cgroup/victim"
#define SYS_MRELEASE 448
#define WATCH_S 4.0

static void be_victim(size_t bytes, int ready)
{
	char *p = map_private(bytes);
	volatile long spins = 0;

	set_oom_score_adj(0);
	no_huge_pages();
	touch(p, bytes);
	write_file(GROUP "/cgroup.procs", "0");
	if (write(ready, "x", 1) != 1)
		_exit(1);
	for (;;)
		spins++;
}

static const char *end(pid_t pid, bool reap)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	kill(pid, SIGKILL);
	if (!reap)
		return "no";
	return syscall(SYS_MRELEASE, fd, 0) == 0 ? "ok" : strerrorname_np(errno);
}

int main(int argc, char *argv[])
{
	size_t mib = (size_t)atol(argc > 3 ? argv[3] : "200");
	double start, half = -1, gone = -1;
	int pipe_fd[2], status;
	const char *reaped;
	char quota[64], c;
	long before;
	pid_t pid;

	if (argc < 4 || pipe(pipe_fd) < 0)
		return 2;
	mlockall(MCL_CURRENT);
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
	mkdir(GROUP, 0755);
	snprintf(quota, sizeof(quota), "%s 200000", argc > 4 ? argv[4] : "max");
	write_file(GROUP "/cpu.max", quota);
	pid = fork();
	if (pid == 0)
		be_victim(mib * MIB, pipe_fd[1]);
	if (read(pipe_fd[0], &c, 1) != 1)
		return 1;
	sleep_ms(600);
	before = meminfo_kib("MemFree");
	start = seconds();
	reaped = end(pid, !strcmp(argv[2], "mrelease"));
	while (seconds() - start < WATCH_S && (half < 0 || gone < 0)) {
		if (half < 0 && meminfo_kib("MemFree") - before > (long)mib * 512)
			half = seconds() - start;
		if (gone < 0 && waitpid(pid, &status, WNOHANG) == pid)
			gone = seconds() - start;
		sleep_ms(2);
	}
	printf("{\"release\":{\"%s\":{\"half_ms\":%.0f,\"gone_ms\":%.0f,\"mrelease\":\"%s\"}}}\n",
	       argv[1], half < 0 ? -1 : half * 1000, gone < 0 ? -1 : gone * 1000, reaped);
	write_file(GROUP "/cpu.max", "max 200000");
	if (gone < 0)
		waitpid(pid, &status, 0);
	rmdir(GROUP);
	return 0;
}
