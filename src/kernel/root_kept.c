/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/root_private.h"

/* What getdents64() gives. */
struct entry {
	uint64_t inode;
	int64_t next;
	unsigned short bytes;
	unsigned char type;
	char name[];
};

static int open_kept(struct mw_root *root, const char *path, int flags, struct mw_kept *ret)
{
	struct mw_kept k = { .root = root, .fd = -1 };
	size_t n = strlen(path);

	if (n >= sizeof(k.path))
		k.error = -ENAMETOOLONG;
	else
		memcpy(k.path, path, n + 1);
	if (!k.error && mw_root_is_live(root)) {
		k.fd = mw_root_fd(root, path, flags);
		k.error = k.fd < 0 ? k.fd : 0;
	}
	*ret = k;
	return k.error;
}

int mw_kept_open(struct mw_root *root, const char *path, struct mw_kept *ret)
{
	return open_kept(root, path, O_RDONLY, ret);
}

int mw_kept_open_folder(struct mw_root *root, const char *path, struct mw_kept *ret)
{
	return open_kept(root, path, O_RDONLY | O_DIRECTORY, ret);
}

void mw_kept_close(struct mw_kept *k)
{
	if (k->fd >= 0)
		close(k->fd);
	*k = (struct mw_kept){ .fd = -1, .error = -EBADF };
}

/* From the start of the file; full room and more to come is -EFBIG, unless it may be cut. */
static int read_all(int fd, struct mw_room room, bool may_cut, struct mw_str *ret)
{
	size_t n = 0;

	for (;;) {
		ssize_t k;

		if (n == room.bytes) {
			if (!may_cut)
				return -EFBIG;
			break;
		}
		k = pread(fd, room.p + n, room.bytes - n, (off_t)n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (!k)
			break;
		n += (size_t)k;
		if (may_cut || (n < room.bytes && n < 1024))
			break; /* a small file of proc comes whole, and its end need not be asked */
	}
	*ret = (struct mw_str){ room.p, n };
	return 0;
}

static int of_text(struct mw_str text, struct mw_room room, bool may_cut, struct mw_str *ret)
{
	if (text.n > room.bytes) {
		if (!may_cut)
			return -EFBIG;
		text.n = room.bytes;
	}
	if (text.n)
		memcpy(room.p, text.p, text.n);
	*ret = (struct mw_str){ room.p, text.n };
	return 0;
}

/* Of a directory or a capture: by its whole path, which a directory confines. */
static int read_still(const struct mw_kept *k, const char *name, struct mw_room room, bool may_cut,
		      struct mw_str *ret)
{
	char path[MW_KEPT_PATH_BYTES + 64];
	struct mw_str text;
	int n = snprintf(path, sizeof(path), "%s%s%s", k->path, name ? "/" : "", name ? name : "");
	int fd, r;

	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = mw_root_fd(k->root, path, O_RDONLY);
	if (fd >= 0) {
		r = read_all(fd, room, may_cut, ret);
		close(fd);
		return r;
	}
	if (fd != -EINVAL)
		return fd;
	r = mw_root_text(k->root, path, &text);
	return r < 0 ? r : of_text(text, room, may_cut, ret);
}

int mw_kept_read(const struct mw_kept *k, struct mw_room room, struct mw_str *ret)
{
	if (k->error)
		return k->error;
	return k->fd >= 0 ? read_all(k->fd, room, false, ret)
			  : read_still(k, NULL, room, false, ret);
}

static int read_below(const struct mw_kept *folder, const char *name, struct mw_room room,
		      bool may_cut, struct mw_str *ret)
{
	int fd, r;

	if (folder->error)
		return folder->error;
	if (folder->fd < 0)
		return read_still(folder, name, room, may_cut, ret);
	fd = openat(folder->fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	r = read_all(fd, room, may_cut, ret);
	close(fd);
	return r;
}

int mw_kept_read_below(const struct mw_kept *folder, const char *name, struct mw_room room,
		       struct mw_str *ret)
{
	return read_below(folder, name, room, false, ret);
}

int mw_kept_head_below(const struct mw_kept *folder, const char *name, struct mw_room room,
		       struct mw_str *ret)
{
	return read_below(folder, name, room, true, ret);
}

int mw_kept_link_below(const struct mw_kept *folder, const char *name, struct mw_room room,
		       struct mw_str *ret)
{
	ssize_t n;

	if (folder->error)
		return folder->error;
	if (folder->fd < 0)
		return -ENOENT; /* no capture holds the target of a link */
	n = readlinkat(folder->fd, name, room.p, room.bytes);
	if (n < 0)
		return -errno;
	*ret = (struct mw_str){ room.p, (size_t)n };
	return 0;
}

void mw_kept_numbers_start(const struct mw_kept *folder, struct mw_room room,
			   struct mw_kept_numbers *ret)
{
	*ret = (struct mw_kept_numbers){ .folder = folder, .room = room, .error = folder->error };
	if (ret->error)
		return;
	if (folder->fd < 0)
		ret->error = mw_root_names(folder->root, folder->path, &ret->names);
	else if (lseek(folder->fd, 0, SEEK_SET) < 0)
		ret->error = -errno;
}

static bool next_name(struct mw_kept_numbers *it, struct mw_str *ret)
{
	const struct entry *e;
	ssize_t n;

	if (it->folder->fd < 0) {
		if (it->at == it->names.n)
			return false;
		*ret = it->names.item[it->at++];
		return true;
	}
	if (it->at == it->n) {
		n = syscall(SYS_getdents64, it->folder->fd, it->room.p, it->room.bytes);
		if (n <= 0) {
			it->error = n < 0 ? -errno : 0;
			return false;
		}
		it->n = (size_t)n;
		it->at = 0;
	}
	e = (const struct entry *)(const void *)(it->room.p + it->at);
	it->at += e->bytes;
	*ret = mw_str_of(e->name);
	return true;
}

bool mw_kept_numbers_next(struct mw_kept_numbers *it, uint64_t *ret)
{
	struct mw_str name;

	if (it->error)
		return false;
	while (next_name(it, &name))
		if (!mw_str_u64(name, ret))
			return true;
	return false;
}
