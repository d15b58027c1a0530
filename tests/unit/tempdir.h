/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tempdir - a folder of a test's own, made from nothing and removed with all that is in it.
 */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper.h"

struct temp_dir {
	char path[256];
	char buf[PATH_MAX];
};

/* DIR/name, until the next call. */
static inline const char *temp_path(struct temp_dir *t, const char *name)
{
	int n = snprintf(t->buf, sizeof(t->buf), "%s/%s", t->path, name);

	assert_true(n > 0 && (size_t)n < sizeof(t->buf));
	return t->buf;
}

static inline void temp_make(struct temp_dir *t)
{
	const char *base = getenv("TMPDIR");
	int n = snprintf(t->path, sizeof(t->path), "%s/memwhy-unit-XXXXXX", base ? base : "/tmp");

	assert_true(n > 0 && (size_t)n < sizeof(t->path));
	assert_non_null(mkdtemp(t->path));
}

/* Makes the folders on the way to name; gives the path of name. */
static inline const char *temp_way(struct temp_dir *t, const char *name)
{
	char *p = t->buf + strlen(temp_path(t, name)) - strlen(name);

	while ((p = strchr(p, '/'))) {
		*p = '\0';
		mkdir(t->buf, 0700);
		*p++ = '/';
	}
	return t->buf;
}

static inline void temp_put(struct temp_dir *t, const char *name, struct mw_str text)
{
	int fd = open(temp_way(t, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	assert_int_equal(fsync(fd), 0); /* its blocks are counted now */
	close(fd);
}

static inline void temp_link(struct temp_dir *t, const char *name, const char *target)
{
	assert_int_equal(symlink(target, temp_way(t, name)), 0);
}

static inline void temp_folder(struct temp_dir *t, const char *name)
{
	assert_int_equal(mkdir(temp_way(t, name), 0700), 0);
}

static inline int temp_remove_one(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void temp_remove(struct temp_dir *t)
{
	assert_int_equal(nftw(t->path, temp_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}
