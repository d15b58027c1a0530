/* SPDX-License-Identifier: Apache-2.0 */
#include "act/recharge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static bool is_meant(int fd, const struct mw_act_file *f, struct stat *ret)
{
	return fstat(fd, ret) == 0 &&
	       ((uint64_t)major(ret->st_dev) << 32 | minor(ret->st_dev)) == f->dev &&
	       ret->st_ino == f->ino;
}

/* Only named at first: what is not meant is not opened at all. */
static int open_meant(const struct mw_act_file *f)
{
	int path = open(f->path, O_PATH | O_CLOEXEC), fd;
	struct stat st = {};
	char self[32];

	if (path < 0)
		return -errno;
	fd = !is_meant(path, f, &st) ? -ESTALE : !S_ISREG(st.st_mode) ? -EINVAL : 0;
	if (!fd) {
		snprintf(self, sizeof(self), "/proc/self/fd/%d", path);
		fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		fd = fd < 0 ? -errno : fd;
	}
	close(path);
	return fd;
}

int mw_act_drop_file(const struct mw_root *root, const struct mw_act_file *f, bool sync)
{
	int fd = mw_root_is_live(root) ? open_meant(f) : -EPERM, r = 0;

	if (fd < 0)
		return fd;
	if (sync && fdatasync(fd) < 0)
		r = -errno;
	if (!r)
		r = -posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	close(fd);
	return r;
}

int mw_act_reclaim(const struct mw_root *root, const char *folder, uint64_t ino, uint64_t bytes)
{
	const char *name = bytes ? "memory.reclaim" : "memory.force_empty";
	struct stat st;
	char text[24];
	int n = snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	int dir = mw_root_is_live(root) ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int fd, r;

	if (dir < 0)
		return mw_root_is_live(root) ? -errno : -EPERM;
	if (!ino || fstat(dir, &st) < 0 || st.st_ino != ino) {
		close(dir);
		return -ESTALE;
	}
	fd = openat(dir, name, O_WRONLY | O_CLOEXEC);
	r = fd < 0 ? -errno : write(fd, text, (size_t)n) != n ? -errno : 0;
	if (fd >= 0)
		close(fd);
	close(dir);
	return r;
}
