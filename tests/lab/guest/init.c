/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init - process 1 of a guest: mounts, hands the second serial line to the scenario, and reports
 * its exit status through qemu's debug exit port (16 + N, so that qemu itself exits with 33 + 2N)
 * and on the console.
 *
 * From the kernel's arguments: lab_cgroup=v2|v1|hybrid says which cgroup hierarchy is mounted,
 * lab_shell=1 asks for a shell on the console.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define EXIT_PORT 0xf4

static void mount_at(const char *type, const char *dir, const char *options)
{
	mkdir(dir, 0755);
	mount(type, dir, type, 0, options);
}

static void mount_cgroups(const char *kind)
{
	if (!strcmp(kind, "v2")) {
		mount_at("cgroup2", "/sys/fs/cgroup", NULL);
		return;
	}
	mount_at("tmpfs", "/sys/fs/cgroup", "mode=755");
	mount_at("cgroup", "/sys/fs/cgroup/memory", "memory");
	if (!strcmp(kind, "hybrid"))
		mount_at("cgroup2", "/sys/fs/cgroup/unified", NULL);
}

static int serial(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY);
	struct termios t;

	if (fd >= 0 && tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		cfsetspeed(&t, B115200);
		tcsetattr(fd, TCSANOW, &t);
	}
	return fd;
}

/* The scenario; for a person (lab_shell=1) a shell on the console. */
static void run_scenario(bool shell)
{
	char *const argv[] = { (char *)"/bin/sh", (char *)(shell ? "-i" : "/lab/run"), NULL };

	setsid();
	execv(argv[0], argv);
	_exit(126);
}

static int wait_for(pid_t scenario)
{
	int status;
	pid_t pid;

	while ((pid = wait(&status)) != scenario)
		if (pid < 0)
			return 62;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 40 + (WTERMSIG(status) & 15);
}

static void leave(int code)
{
	int console = serial("/dev/ttyS0");

	dprintf(1, "{\"exit\":%d}\n", code);
	tcdrain(1);
	if (console >= 0)
		tcdrain(console);
	if (ioperm(EXIT_PORT, 1, 1) == 0)
		outb((unsigned char)(16 + (code & 63)), EXIT_PORT);
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

int main(void)
{
	const char *cgroup = getenv("lab_cgroup");
	bool shell = getenv("lab_shell");
	int facts, captures;
	pid_t scenario;

	mount_at("devtmpfs", "/dev", NULL);
	mount_at("proc", "/proc", NULL);
	mount_at("sysfs", "/sys", NULL);
	mount_at("debugfs", "/sys/kernel/debug", NULL);
	mount_cgroups(cgroup ? cgroup : "v2");
	mkdir("/tmp", 01777);
	setsid();
	facts = shell ? open("/dev/ttyS0", O_RDWR | O_NOCTTY) : serial("/dev/ttyS1");
	captures = serial("/dev/ttyS2");
	if (captures >= 0)
		close(captures); /* set up once: what writes to it later finds it raw */
	dup2(facts, 0), dup2(facts, 1), dup2(facts, 2);
	setenv("PATH", "/bin:/lab", 1);
	setenv("HOME", "/", 1);
	dprintf(1, "{\"up\":true}\n");
	/* Process 1 is never killed for memory; the scenario asks for the same. */
	scenario = fork();
	if (scenario == 0)
		run_scenario(shell);
	leave(wait_for(scenario));
}
