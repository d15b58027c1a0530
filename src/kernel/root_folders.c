/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pseudo file of the live machine that names all folders below one: see mw_meta_folders_next().
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/root_private.h"

#define FOLDERS_MAX ((size_t)200000)

struct folder {
	uint64_t ino;
	const char *path; /* below the first: "a/b" */
	bool leaf;
};

struct walk {
	int top;
	struct mw_arena *arena;
	struct folder *folder; /* breadth first: also the queue */
	size_t n;
};

static int add(struct walk *w, const char *path, const struct stat *st)
{
	struct folder *list = mw_arena_grow(w->arena, w->folder, w->n, sizeof(*list));

	if (!list)
		return -ENOMEM;
	if (w->n == FOLDERS_MAX)
		return -EFBIG;
	w->folder = list;
	/* Links of a folder: two, and one from each folder in it; file systems that
	 * count otherwise say 1. */
	list[w->n++] = (struct folder){ st->st_ino, path, st->st_nlink == 2 };
	return 0;
}

/* One that went away meanwhile has nothing below it. */
static int look_into(struct walk *w, const char *path)
{
	int fd = openat(w->top, path[0] ? path : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	int r = 0;

	if (!dir) {
		r = path[0] || errno == ENOENT ? 0 : -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	while (!r && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") ||
		    !strcmp(entry->d_name, "..") ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		r = add(w, mw_fmt(w->arena, "%s%s%s", path, path[0] ? "/" : "", entry->d_name),
			&st);
	}
	closedir(dir);
	return r;
}

static int write_all(const struct walk *w, struct mw_str *ret)
{
	struct mw_str *line = mw_arena_alloc(w->arena, (w->n + 1) * sizeof(*line)), text = {};
	char *p;

	for (size_t i = 0; line && i < w->n; i++) {
		struct mw_str path = mw_fmt_octal(w->arena, mw_str_of(w->folder[i].path));

		line[i] = mw_str_of(mw_fmt(w->arena, "%llu /%.*s\n",
					   (unsigned long long)w->folder[i].ino, (int)path.n,
					   path.p));
		text.n += line[i].n;
	}
	text.p = p = mw_arena_alloc(w->arena, text.n + 1);
	if (!p || w->arena->failed)
		return -ENOMEM;
	for (size_t i = 0; i < w->n; i++)
		p = mempcpy(p, line[i].p, line[i].n);
	*ret = text;
	return 0;
}

int mw_live_folders(int dirfd, struct mw_arena *arena, struct mw_str *ret)
{
	struct walk w = { .top = dirfd, .arena = arena };
	struct stat st;
	int r = fstat(dirfd, &st) < 0 ? -errno : add(&w, "", &st);

	for (size_t i = 0; !r && i < w.n; i++)
		if (!w.folder[i].leaf || !i)
			r = look_into(&w, w.folder[i].path);
	return r < 0 ? r : write_all(&w, ret);
}
