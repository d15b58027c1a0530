/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bare - reads the kernel files that memwhy reads, the same way, and does nothing with them: what no
 * reader can undercut.
 *
 *	bare counters		the files of the machine as a whole
 *	bare ledger		and for each process status, cgroup, smaps_rollup, maps, links
 *	bare smaps		for each process smaps, as tools without smaps_rollup do
 *	bare victims		for each process what the OOM killer asks, cgroup, smaps_rollup
 *	bare kpage		of each frame of RAM its words in the three files kpage*, 64 KiB of each in turn
 *	bare commit		for each process the same but smaps in place of smaps_rollup, maps, links
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char buf[1 << 16];

static int slurp(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n, all = 0;

	if (fd < 0)
		return 0;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		all += n;
	close(fd);
	return all > 0;
}

static int has_memory(int dir)
{
	int fd = openat(dir, "status", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, buf, sizeof(buf) - 1);
	if (n > 0)
		buf[n] = '\0';
	while (read(fd, buf + sizeof(buf) / 2, sizeof(buf) / 2) > 0)
		;
	close(fd);
	return n > 0 && strstr(buf, "VmRSS:");
}

static void links(int dir)
{
	static const char *const names[] = { "ns/mnt", "ns/ipc", "root" };

	for (int i = 0; i < 3; i++)
		if (readlinkat(dir, names[i], buf, sizeof(buf)) < 0)
			return;
}

static void descriptors(int dir)
{
	int fd = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	struct statx st;

	while (list && (e = readdir(list)))
		if (readlinkat(fd, e->d_name, buf, sizeof(buf)) > 0 && buf[0] == '/')
			statx(fd, e->d_name, AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &st);
	if (list)
		closedir(list);
}

static void victim(int dir, const char *walk)
{
	slurp(dir, "stat");
	slurp(dir, "oom_score_adj");
	slurp(dir, "oom_score");
	if (!has_memory(dir))
		return;
	slurp(dir, "stat");
	slurp(dir, "cgroup");
	slurp(dir, walk);
}

static void process(const char *pid, const char *what)
{
	char path[300];
	int dir;

	snprintf(path, sizeof(path), "/proc/%s", pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return;
	if (!strcmp(what, "smaps")) {
		slurp(dir, "smaps");
	} else if (!strcmp(what, "victims")) {
		victim(dir, "smaps_rollup");
	} else if (!strcmp(what, "commit")) {
		victim(dir, "smaps");
		links(dir);
		descriptors(dir);
		slurp(dir, "maps");
	} else if (has_memory(dir)) {
		slurp(dir, "cgroup");
		links(dir);
		descriptors(dir);
		slurp(dir, "maps");
		slurp(dir, "smaps_rollup");
	}
	close(dir);
}

static void processes(const char *what)
{
	DIR *list = opendir("/proc");
	struct dirent *e;

	while (list && (e = readdir(list)))
		if (e->d_name[0] >= '0' && e->d_name[0] <= '9')
			process(e->d_name, what);
	if (list)
		closedir(list);
}

/* The same frames of all three, as a reader must who wants them of one moment. */
static void frames(off_t from, off_t to)
{
	static const char *const names[] = { "/proc/kpageflags", "/proc/kpagecount",
					     "/proc/kpagecgroup" };
	static int fd[3];

	for (off_t at = from * 8; at < to * 8; at += sizeof(buf)) {
		size_t left = (size_t)(to * 8 - at), n = left < sizeof(buf) ? left : sizeof(buf);

		for (int i = 0; i < 3; i++) {
			if (!fd[i])
				fd[i] = open(names[i], O_RDONLY | O_CLOEXEC);
			if (pread(fd[i], buf, n, at) < 0)
				return;
		}
	}
}

static void kpage(void)
{
	FILE *f = fopen("/proc/iomem", "re");
	unsigned long from, to;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (line[0] != ' ' && strstr(line, ": System RAM") &&
		    sscanf(line, "%lx-%lx", &from, &to) == 2)
			frames((off_t)((from + 4095) / 4096), (off_t)((to + 1) / 4096));
	if (f)
		fclose(f);
}

int main(int argc, char *argv[])
{
	static const char *const files[] = {
		"/proc/meminfo",
		"/proc/zoneinfo",
		"/proc/meminfo",
		"/proc/vmstat",
	};
	static const char *const more[] = { "/proc/slabinfo", "/proc/vmallocinfo",
					    "/proc/net/protocols" };
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "kpage")) {
		kpage();
		return 0;
	}

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		slurp(AT_FDCWD, files[i]);
	if (!strcmp(what, "counters"))
		return 0;
	for (size_t i = 0; strcmp(what, "victims") && strcmp(what, "commit") &&
			   i < sizeof(more) / sizeof(more[0]);
	     i++)
		slurp(AT_FDCWD, more[i]);
	processes(what);
	return 0;
}
