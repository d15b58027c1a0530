/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "act/group.h"
#include "act/listing.h"
#include "kernel/pid_cgroup.h"

#define DEPTH_MAX 24
#define SEEN_MAX 4096 /* a power of 2 */

/* Who had its turn in this call: a set with open addresses; 0 is nobody. */
struct seen {
	uint32_t pid[SEEN_MAX];
	unsigned n;
};

struct walk {
	const struct mw_killer *k;
	struct mw_str path;
	unsigned steps;
	struct mw_group_kill *count;
	unsigned new_count, left_count; /* of this round */
	struct seen seen;
};

/* True: it was not there yet, or nothing more can be remembered. */
static bool note(struct seen *s, uint32_t pid)
{
	uint32_t at = pid * 2654435761u;

	while (s->pid[at % SEEN_MAX]) {
		if (s->pid[at++ % SEEN_MAX] == pid)
			return false;
	}
	if (s->n < SEEN_MAX / 2) {
		s->pid[at % SEEN_MAX] = pid;
		s->n++;
	}
	return true;
}

/* Is who stands behind the descriptors in the group, or below? */
static bool is_member(const struct walk *w, const struct mw_kill_target *t)
{
	char buf[16384];
	int fd = openat(t->dir, "cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf));
	struct mw_str path;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	path = mw_pid_cgroup_memory((struct mw_str){ buf, (size_t)n });
	return path.n >= w->path.n && mw_str_same((struct mw_str){ path.p, w->path.n }, w->path) &&
	       (path.n == w->path.n || path.p[w->path.n] == '/');
}

static void kill_one(struct walk *w, uint32_t pid)
{
	struct mw_kill_target t = { .pid = pid };
	struct mw_kill_result r;

	w->left_count++;
	if (!w->steps || !note(&w->seen, pid) || mw_act_kill_prepare_now(w->k, &t) < 0)
		return;
	if (is_member(w, &t)) {
		mw_act_kill(w->k, &t, 1, w->steps, &r);
		w->new_count++;
		w->count->signalled_count += !r.error;
		w->count->reaped_count += r.reap_error == 0 || r.reap_error == EINPROGRESS;
	}
	mw_act_kill_done(&t, 1);
}

/* Numbers, a line each; one may be cut by the end of the buffer. */
static int kill_listed(struct walk *w, int folder)
{
	char buf[4096];
	uint32_t pid = 0;
	int fd = openat(folder, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] >= '0' && buf[i] <= '9') {
				pid = pid * 10 + (uint32_t)(buf[i] - '0');
				continue;
			}
			if (pid) /* 0: of another PID namespace */
				kill_one(w, pid);
			pid = 0;
		}
	n = n < 0 ? -errno : 0;
	close(fd);
	/* A group of threads: its processes are listed above it. */
	return n == -EOPNOTSUPP ? 0 : (int)n;
}

static int kill_below(struct walk *w, int dir, const char *name, unsigned depth)
{
	const struct dirent64 *e;
	struct mw_listing l;
	int r;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	r = mw_listing_open(dir, name, &l);
	if (r < 0)
		return r;
	r = kill_listed(w, l.fd);
	while (!r && (e = mw_listing_next(&l)))
		if (e->d_type == DT_DIR && e->d_name[0] != '.') {
			char child[256];

			memcpy(child, e->d_name, strlen(e->d_name) + 1);
			r = kill_below(w, l.fd, child, depth + 1);
			if (r == -ENOENT || r == -ENODEV) /* removed meanwhile */
				r = 0;
		}
	mw_listing_close(&l);
	return r;
}

/* The folder of the group; its name there is ".". */
static int open_folder(const struct mw_killer *k, struct mw_str path)
{
	struct mw_str below;

	if (k->memory.dir >= 0 && mw_cgroup_below(&k->memory.mount, path, &below) && !below.n)
		return -EINVAL;
	return mw_hierarchy_file(&k->memory, path, ".", O_PATH | O_DIRECTORY);
}

int mw_act_group_kill(const struct mw_killer *k, struct mw_str path, unsigned steps,
		      struct mw_group_kill *ret)
{
	struct mw_group_kill count = {};
	struct walk w = { .k = k, .path = path, .steps = steps, .count = &count };
	int folder = open_folder(k, path), r = 0;

	if (folder < 0)
		return folder;
	count.by_kernel = k->memory.mount.v2 && steps & MW_KILL_SIGNAL &&
			  !mw_hierarchy_write(&k->memory, path, "cgroup.kill", "1");
	if (count.by_kernel && steps == MW_KILL_SIGNAL)
		w.steps = 0;
	for (int round = 0; !r && round < MW_GROUP_ROUNDS; round++) {
		w.new_count = w.left_count = 0;
		r = kill_below(&w, folder, ".", 0);
		if (!w.new_count)
			break;
	}
	close(folder);
	count.empty = !r && !w.left_count;
	if (!r)
		*ret = count;
	return r;
}
