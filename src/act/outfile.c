/* SPDX-License-Identifier: Apache-2.0 */
#include "act/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, struct mw_str text)
{
	while (text.n) {
		ssize_t k = write(fd, text.p, text.n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		text = mw_str_from(text, (size_t)k);
	}
	return 0;
}

/* A device or a pipe is written as it is: there is nothing to replace. */
static int write_special(const char *path, struct mw_str text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, text);
	close(fd);
	return r;
}

int mw_outfile_write(const char *path, struct mw_str text)
{
	char part[4096];
	struct stat st;
	int fd, r;

	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return write_special(path, text);
	r = snprintf(part, sizeof(part), "%s.%d.part", path, getpid());
	if (r < 0 || (size_t)r >= sizeof(part))
		return -ENAMETOOLONG;
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text);
	if (close(fd) < 0 && !r)
		r = -errno;
	if (!r && rename(part, path) < 0)
		r = -errno;
	if (r)
		unlink(part);
	return r;
}

int mw_outfile_put(const char *path, int (*put)(void *arg, FILE *out), void *arg)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	int r = out ? put(arg, out) : -ENOMEM;

	if (out && fclose(out) && !r)
		r = -ENOMEM;
	if (!r)
		r = mw_outfile_write(path, (struct mw_str){ text, n });
	free(text);
	return r;
}
