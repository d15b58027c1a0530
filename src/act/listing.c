/* SPDX-License-Identifier: Apache-2.0 */
#include "act/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/str.h"

int mw_listing_open(int dir, const char *path, struct mw_listing *ret)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ret->fd = fd;
	ret->at = ret->n = 0;
	return 0;
}

void mw_listing_close(struct mw_listing *l)
{
	close(l->fd);
}

const struct dirent64 *mw_listing_next(struct mw_listing *l)
{
	const struct dirent64 *e;

	if (l->at >= l->n) {
		ssize_t n = getdents64(l->fd, (void *)l->buf, sizeof(l->buf));

		if (n <= 0)
			return NULL;
		l->at = 0;
		l->n = (size_t)n;
	}
	e = (const struct dirent64 *)(const void *)(l->buf + l->at);
	l->at += e->d_reclen;
	return e;
}

int mw_listing_next_pid(struct mw_listing *l)
{
	const struct dirent64 *e;
	uint64_t pid;

	while ((e = mw_listing_next(l)))
		if (!mw_str_u64(mw_str_of(e->d_name), &pid) && pid && pid <= INT32_MAX)
			return (int)pid;
	return 0;
}
