/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "meta/tree": the largest files and folders below a folder, on its own file system.
 *
 * The answer is a text that kernel/meta.c parses:
 *	file BYTES INODE NLINK PATH
 *	dir BYTES PATH
 *	entries N bytes BYTES cut 0|1
 * BYTES are allocated blocks.  Folders are given to depth DIR_DEPTH, each with all below it.
 * A file with several names counts once.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/root_private.h"
#include "kernel/statx.h"

#define FILES_KEPT 16
#define DIRS_KEPT 8
#define DIR_DEPTH 2
#define ENTRIES_MAX ((size_t)200000)
#define LINKED_MAX ((size_t)256) /* inodes with several names that are remembered */

struct item {
	uint64_t bytes, ino, nlink;
	struct mw_str path;
};

struct folder {
	struct mw_str path;
	size_t top[DIR_DEPTH]; /* index of the folder of depth 1, 2 that holds it */
	size_t depth;
	uint64_t bytes;
};

struct walk {
	int base;
	dev_t dev;
	struct mw_arena *arena;
	struct folder *folder; /* also the queue */
	size_t n_folders;
	struct item file[FILES_KEPT + 1];
	size_t n_files;
	ino_t linked[LINKED_MAX];
	size_t n_linked, n_entries;
	uint64_t bytes;
	bool cut;
};

/* Insertion into a short list in descending order. */
static void keep_largest(struct item *list, size_t *n, size_t room, struct item item)
{
	size_t at = *n;

	while (at && list[at - 1].bytes < item.bytes)
		at--;
	if (at >= room)
		return;
	memmove(list + at + 1, list + at, (*n - at) * sizeof(*list));
	list[at] = item;
	*n += *n < room;
}

static bool seen_before(struct walk *w, const struct statx *st)
{
	if (st->stx_nlink < 2 || S_ISDIR(st->stx_mode))
		return false;
	for (size_t i = 0; i < w->n_linked; i++)
		if (w->linked[i] == st->stx_ino)
			return true;
	if (w->n_linked < LINKED_MAX)
		w->linked[w->n_linked++] = st->stx_ino;
	else
		w->cut = true;
	return false;
}

static void add_folder(struct walk *w, const struct folder *up, struct mw_str path)
{
	struct folder *folder = mw_arena_grow(w->arena, w->folder, w->n_folders, sizeof(*folder));
	struct folder f = { .path = path, .depth = up ? up->depth + 1 : 0 };

	if (!folder)
		return;
	if (up)
		memcpy(f.top, up->top, sizeof(f.top));
	if (f.depth && f.depth <= DIR_DEPTH)
		f.top[f.depth - 1] = w->n_folders;
	w->folder = folder;
	w->folder[w->n_folders++] = f;
}

static void count(struct walk *w, const struct folder *in, uint64_t bytes)
{
	w->bytes += bytes;
	for (size_t d = 0; d < DIR_DEPTH && d < in->depth; d++)
		w->folder[in->top[d]].bytes += bytes;
}

static void visit(struct walk *w, size_t in, int dirfd, struct mw_str name)
{
	const char *leaf = mw_arena_cstr(w->arena, name);
	struct folder parent = w->folder[in];
	struct mw_str path;
	struct statx st;

	/* From what is in memory: what is mounted here may belong to a dead file server. */
	if (mw_statx(dirfd, leaf, AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		     STATX_BASIC_STATS, &st) < 0 ||
	    st.stx_attributes & STATX_ATTR_MOUNT_ROOT ||
	    makedev(st.stx_dev_major, st.stx_dev_minor) != w->dev || seen_before(w, &st))
		return;
	count(w, &parent, (uint64_t)st.stx_blocks * 512);
	path = mw_path_join(w->arena, parent.path, name, (struct mw_str){});
	if (S_ISDIR(st.stx_mode))
		add_folder(w, &parent, path);
	else
		keep_largest(w->file, &w->n_files, FILES_KEPT,
			     (struct item){ (uint64_t)st.stx_blocks * 512, st.stx_ino, st.stx_nlink,
					    path });
}

static void visit_folder(struct walk *w, size_t in)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				.resolve =
					RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };
	struct mw_str path = w->folder[in].path;
	const char *name = path.n ? mw_arena_cstr(w->arena, path) : ".";
	int fd = (int)syscall(SYS_openat2, w->base, name, &how, sizeof(how));
	struct mw_names names = {};

	if (fd < 0) {
		w->cut = true;
		return;
	}
	if (mw_list_fd(dup(fd), w->arena, &names) < 0)
		w->cut = true;
	for (size_t i = 0; i < names.n; i++) {
		if (w->n_entries++ >= ENTRIES_MAX) {
			w->cut = true;
			break;
		}
		visit(w, in, fd, names.item[i]);
	}
	close(fd);
}

static struct mw_str lines(struct walk *w)
{
	struct item dir[DIRS_KEPT + 1];
	const char *text = "";
	size_t n_dirs = 0;

	for (size_t i = 1; i < w->n_folders; i++)
		if (w->folder[i].depth <= DIR_DEPTH)
			keep_largest(dir, &n_dirs, DIRS_KEPT,
				     (struct item){ .bytes = w->folder[i].bytes,
						    .path = w->folder[i].path });
	for (size_t i = 0; i < w->n_files; i++) {
		struct mw_str p = mw_fmt_octal(w->arena, w->file[i].path);

		text = mw_fmt(w->arena, "%sfile %llu %llu %llu %.*s\n", text,
			      (unsigned long long)w->file[i].bytes,
			      (unsigned long long)w->file[i].ino,
			      (unsigned long long)w->file[i].nlink, (int)p.n, p.p);
	}
	for (size_t i = 0; i < n_dirs; i++) {
		struct mw_str p = mw_fmt_octal(w->arena, dir[i].path);

		text = mw_fmt(w->arena, "%sdir %llu %.*s\n", text, (unsigned long long)dir[i].bytes,
			      (int)p.n, p.p);
	}
	return mw_str_of(mw_fmt(w->arena, "%sentries %zu bytes %llu cut %d\n", text, w->n_entries,
				(unsigned long long)w->bytes, w->cut));
}

int mw_live_tree(int fd, struct mw_arena *arena, struct mw_str *ret)
{
	_mw_arena_ struct mw_arena work = {};
	struct walk w = { .base = fd, .arena = &work };
	struct stat st;

	if (fstat(fd, &st) < 0) {
		int r = -errno;

		close(fd);
		return r;
	}
	w.dev = st.st_dev;
	add_folder(&w, NULL, (struct mw_str){});
	for (size_t i = 0; i < w.n_folders && w.n_entries < ENTRIES_MAX && !work.failed; i++)
		visit_folder(&w, i);
	close(fd);
	*ret = mw_arena_copy(arena, lines(&w));
	return work.failed || arena->failed ? -ENOMEM : 0;
}
