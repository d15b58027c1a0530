/* SPDX-License-Identifier: Apache-2.0 */
#include "act/hierarchy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

int mw_hierarchy_open(struct mw_root *root, const char *controller, struct mw_arena *arena,
		      struct mw_hierarchy *ret)
{
	_mw_arena_ struct mw_arena temp = {};
	struct mw_hierarchy h = { .dir = -1 };
	char point[PATH_MAX] = "/";
	struct mw_str text;

	if (!mw_root_read(root, "proc/self/mountinfo", &temp, &text) &&
	    mw_cgroup_mount_of(text, controller, &temp, &h.mount) &&
	    h.mount.point.n + 2 < sizeof(point)) {
		memcpy(point + 1, h.mount.point.p, h.mount.point.n);
		h.dir = open(point, O_PATH | O_DIRECTORY | O_CLOEXEC);
		h.mount.point = mw_arena_copy(arena, h.mount.point);
		h.mount.root = mw_arena_copy(arena, h.mount.root);
	}
	if (h.dir < 0)
		h.mount = (struct mw_cgroup_mount){};
	if (arena->failed || temp.failed) {
		mw_hierarchy_close(&h);
		return -ENOMEM;
	}
	*ret = h;
	return 0;
}

void mw_hierarchy_close(struct mw_hierarchy *h)
{
	if (h->dir >= 0)
		close(h->dir);
	h->dir = -1;
}

int mw_hierarchy_file(const struct mw_hierarchy *h, struct mw_str path, const char *name, int flags)
{
	char file[PATH_MAX];
	struct mw_str below;
	size_t name_n = strlen(name);
	int fd;

	if (h->dir < 0 || !mw_cgroup_below(&h->mount, path, &below))
		return -ENOENT;
	if (below.n + name_n + 2 > sizeof(file))
		return -ENAMETOOLONG;
	if (below.n) {
		memcpy(file, below.p, below.n);
		file[below.n++] = '/';
	}
	memcpy(file + below.n, name, name_n + 1);
	fd = openat(h->dir, file, flags | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

struct mw_str mw_hierarchy_read(const struct mw_hierarchy *h, struct mw_str path, const char *name,
				char *buf, size_t size, int *ret_error)
{
	int fd = mw_hierarchy_file(h, path, name, O_RDONLY);
	ssize_t n;

	*ret_error = fd < 0 ? fd : 0;
	if (fd < 0)
		return (struct mw_str){};
	n = read(fd, buf, size);
	*ret_error = n < 0 ? -errno : 0;
	close(fd);
	return (struct mw_str){ buf, n < 0 ? 0 : (size_t)n };
}

struct mw_val mw_hierarchy_frozen(const struct mw_hierarchy *freezer, struct mw_str path)
{
	bool v2 = freezer->mount.v2;
	char buf[64];
	int r;
	struct mw_str text = mw_hierarchy_read(
		freezer, path, v2 ? "cgroup.events" : "freezer.state", buf, sizeof(buf), &r);

	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	return mw_ok(v2 ? mw_str_search(text, "frozen 1") < text.n : mw_str_starts(text, "FR"));
}

int mw_hierarchy_write(const struct mw_hierarchy *h, struct mw_str path, const char *name,
		       const char *text)
{
	int fd = mw_hierarchy_file(h, path, name, O_WRONLY), r;

	if (fd < 0)
		return fd;
	r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return r;
}
