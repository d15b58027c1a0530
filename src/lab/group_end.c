/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a group: who is still in it is killed, then it is removed.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lab/group.h"
#include "lab/knob.h"

#define TRIES 1000
#define PAUSE_NS 10000000L

static void pause_a_little(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
}

/* With the process held open it cannot become another one between the question and the signal. */
static void kill_member(const struct lab_group *g, pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0 && errno != ENOSYS)
		return;
	if (!lab_group_holds(g, pid)) {
		/* gone, or moved away */
	} else if (fd >= 0) {
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	} else {
		kill(pid, SIGKILL);
	}
	if (fd >= 0)
		close(fd);
}

/* How many were in it; a list that is cut is read again by the next turn. */
static size_t kill_members(const struct lab_group *g)
{
	char path[256], buf[4096];
	struct mw_str text, line;
	size_t n = 0;
	uint64_t pid;
	int r;

	if (lab_path(path, sizeof(path), "%s/cgroup.procs", g->path) < 0)
		return 0;
	text = lab_knob_read(path, buf, sizeof(buf), &r);
	while (mw_str_cut(&text, '\n', &line)) {
		if (mw_str_u64(line, &pid) < 0 || pid <= 1 || (pid_t)pid == getpid())
			continue;
		kill_member(g, (pid_t)pid);
		n++;
	}
	return n;
}

/* Calls act for each group right below g; the sum of what it gives. */
static size_t each_below(const struct lab_group *g, size_t (*act)(const struct lab_group *))
{
	DIR *dir = opendir(g->path);
	struct dirent *e;
	struct lab_group below;
	size_t n = 0;

	if (!dir)
		return 0;
	while ((e = readdir(dir)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.' &&
		    !lab_group_below(g, e->d_name, &below))
			n += act(&below);
	closedir(dir);
	return n;
}

int lab_group_kill(const struct lab_group *g)
{
	for (int i = 0; i < TRIES; i++) {
		if (!(kill_members(g) + each_below(g, kill_members)))
			return 0;
		pause_a_little();
	}
	return -ETIMEDOUT;
}

/* Busy for a moment while the last member is on its way out. */
static int remove_one(const struct lab_group *g)
{
	for (int i = 0; i < TRIES; i++) {
		if (!rmdir(g->path) || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		pause_a_little();
	}
	return -errno;
}

static size_t remove_below(const struct lab_group *g)
{
	return remove_one(g) < 0;
}

int lab_group_remove(const struct lab_group *g)
{
	each_below(g, remove_below);
	return remove_one(g);
}
