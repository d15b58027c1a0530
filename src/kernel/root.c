/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/root_private.h"

#define CAPTURE_MAX_BYTES ((size_t)1 << 30)
/* A setting refuses to be read into more than 4 MiB (proc_sys_call_handler(),
 * fs/proc/proc_sysctl.c). */
#define CHUNK_BYTES ((size_t)1 << 20)
#define SCRATCH_BYTES ((size_t)64 << 10)

enum kind { LIVE, DIRECTORY, CAPTURE };

struct mw_root {
	enum kind kind;
	int fd; /* LIVE, DIRECTORY */
	bool record;
	struct mw_arena arena;
	struct mw_capture capture; /* CAPTURE */
	struct mw_capture recorded;
	size_t n_reads; /* orders the recorded ones */
	struct mw_scratch scratch;
};

static int grow(struct mw_scratch *scratch)
{
	size_t bytes = scratch->bytes ? scratch->bytes * 2 : SCRATCH_BYTES;
	char *p = realloc(scratch->p, bytes);

	if (!p)
		return -ENOMEM;
	*scratch = (struct mw_scratch){ p, bytes };
	return 0;
}

int mw_read_fd(int fd, struct mw_scratch *scratch, size_t max_bytes, size_t *ret_n)
{
	size_t n = 0;

	for (;;) {
		ssize_t k;

		if (n == scratch->bytes) {
			int r = grow(scratch);

			if (r < 0)
				return r;
		}
		k = read(fd, scratch->p + n,
			 scratch->bytes - n < CHUNK_BYTES ? scratch->bytes - n : CHUNK_BYTES);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -errno;
		if (!k)
			break;
		n += (size_t)k;
		if (n > max_bytes)
			return -EFBIG;
	}
	*ret_n = n;
	return 0;
}

int mw_list_fd(int fd, struct mw_arena *arena, struct mw_names *ret)
{
	struct mw_names names = {};
	struct dirent *entry;
	DIR *dir = fdopendir(fd);
	int r;

	if (!dir) {
		r = -errno;
		close(fd);
		return r;
	}
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		struct mw_str name = mw_str_of(entry->d_name), *item;

		if (mw_str_eq(name, ".") || mw_str_eq(name, ".."))
			continue;
		item = mw_arena_grow(arena, names.item, names.n, sizeof(*item));
		if (!item)
			break;
		names.item = item;
		names.item[names.n++] = mw_arena_copy(arena, name);
	}
	r = arena->failed ? -ENOMEM : -errno;
	closedir(dir);
	if (r < 0)
		return r;
	mw_names_sort(&names);
	*ret = names;
	return 0;
}

static int open_confined(int dirfd, const char *name, int flags)
{
	struct open_how how = {
		.flags = (unsigned)(flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	if (flags & O_PATH)
		how.flags = (unsigned)(flags | O_CLOEXEC);
	fd = (int)syscall(SYS_openat2, dirfd, name, &how, sizeof(how));
	return fd < 0 ? -errno : fd;
}

/* Inside a folder that is no machine of ours: no link may lead out, and only plain files are
 * opened (to open a device can already act). */
static int open_inside(int dirfd, const char *name, int flags)
{
	struct stat st;
	int fd, r;

	if (flags & O_DIRECTORY)
		return open_confined(dirfd, name, flags);
	fd = open_confined(dirfd, name, O_PATH);
	if (fd < 0)
		return fd;
	r = fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
	close(fd);
	return r < 0 ? r : open_confined(dirfd, name, flags);
}

static int open_below(const struct mw_root *root, int dirfd, const char *name, int flags)
{
	int fd;

	if (root->kind == DIRECTORY)
		return open_inside(dirfd, name, flags);
	fd = openat(dirfd, name, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* "FOLDER/meta/QUESTION": the folder is opened for it.  A folder may bear that name itself: the
 * last one asks. */
static int ask_below(struct mw_root *root, int dirfd, const char *name, struct mw_arena *arena,
		     struct mw_str *ret)
{
	struct mw_str path = mw_str_of(name);
	size_t at = path.n;
	int fd, r;

	while (at > 0 && !mw_str_starts(mw_str_from(path, at), "/meta/"))
		at--;
	if (!at)
		return -ENOENT;
	fd = openat(dirfd, mw_fmt(arena, "%.*s", (int)at, name), O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = mw_live_meta(fd, name + at + 6, &root->scratch, arena, ret);
	close(fd);
	return r;
}

/* A long file that says how long it is: once, to where it shall stand.  -EAGAIN: it says something
 * else, or is short. */
static int read_long(int fd, struct mw_arena *arena, struct mw_str *ret)
{
	struct stat st;
	size_t n = 0, size;
	ssize_t k = 1;
	char *p;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)CHUNK_BYTES ||
	    st.st_size > (off_t)MW_FILE_MAX_BYTES)
		return -EAGAIN;
	size = (size_t)st.st_size;
	p = mw_arena_alloc(arena, size + 1);
	if (!p)
		return -ENOMEM;
	for (; k > 0 && n <= size; n += k > 0 ? (size_t)k : 0)
		k = pread(fd, p + n, size + 1 - n < CHUNK_BYTES ? size + 1 - n : CHUNK_BYTES,
			  (off_t)n);
	if (k || n != size)
		return -EAGAIN;
	*ret = (struct mw_str){ p, n };
	return 0;
}

static int read_below(struct mw_root *root, int dirfd, const char *name, struct mw_arena *arena,
		      struct mw_str *ret)
{
	int fd, r;
	size_t n;

	if (root->kind == LIVE && !strncmp(name, "meta/", 5))
		return mw_live_meta(dirfd, name + 5, &root->scratch, arena, ret);
	fd = open_below(root, dirfd, name, O_RDONLY);
	if (fd == -ENOENT && root->kind == LIVE)
		return ask_below(root, dirfd, name, arena, ret);
	if (fd < 0)
		return fd;
	r = read_long(fd, arena, ret);
	if (r != -EAGAIN) {
		close(fd);
		return r;
	}
	r = mw_read_fd(fd, &root->scratch, MW_FILE_MAX_BYTES, &n);
	close(fd);
	if (r < 0)
		return r;
	*ret = mw_arena_copy(arena, (struct mw_str){ root->scratch.p, n });
	return arena->failed ? -ENOMEM : 0;
}

/* Keeps the answer; -ENOENT need not be kept, for that is what a capture says of its own. */
static int keep(struct mw_root *root, struct mw_str path, int r, struct mw_str body)
{
	struct mw_capture_file *file;

	if (!root->record || r == -ENOENT || r == -ENOMEM)
		return r;
	file = mw_arena_grow(&root->arena, root->recorded.file, root->recorded.n_files,
			     sizeof(*file));
	if (!file)
		return -ENOMEM;
	root->recorded.file = file;
	file[root->recorded.n_files] = (struct mw_capture_file){
		.path = mw_arena_copy(&root->arena, path),
		.body = r ? (struct mw_str){} : mw_arena_copy(&root->arena, body),
		.r = r,
		.order = root->n_reads++,
	};
	root->recorded.n_files++;
	return root->arena.failed ? -ENOMEM : r;
}

int mw_root_read(struct mw_root *root, const char *path, struct mw_arena *arena, struct mw_str *ret)
{
	struct mw_str body = {};
	int r = root->kind == CAPTURE
			? mw_capture_read(&root->capture, mw_str_of(path), arena, &body)
			: read_below(root, root->fd, path, arena, &body);

	r = keep(root, mw_str_of(path), r, body);
	if (!r)
		*ret = body;
	return r;
}

static int list_below(struct mw_root *root, const char *path, struct mw_arena *arena,
		      struct mw_names *ret)
{
	int fd;

	if (root->kind == CAPTURE)
		return mw_capture_list(&root->capture, mw_str_of(path), arena, ret);
	fd = open_below(root, root->fd, path, O_RDONLY | O_DIRECTORY);
	return fd < 0 ? fd : mw_list_fd(fd, arena, ret);
}

int mw_root_list(struct mw_root *root, const char *path, struct mw_arena *arena,
		 struct mw_names *ret)
{
	int r = list_below(root, path, arena, ret);
	const char *folder = r ? path : mw_fmt(arena, "%s/", path);

	return keep(root, mw_str_of(folder), r, (struct mw_str){});
}

int mw_root_at(struct mw_root *root, const char *path, struct mw_at *ret)
{
	struct mw_at at = { .root = root, .fd = -1 };
	size_t n = strlen(path);

	*ret = at;
	if (n >= sizeof(at.path))
		return -ENAMETOOLONG;
	memcpy(at.path, path, n);
	if (root->kind != CAPTURE) {
		at.fd = open_below(root, root->fd, path, O_PATH | O_DIRECTORY);
		if (at.fd < 0)
			return keep(root, mw_str_of(path), at.fd, (struct mw_str){});
	}
	*ret = at;
	return 0;
}

int mw_at_read(struct mw_at *at, const char *name, struct mw_arena *arena, struct mw_str *ret)
{
	struct mw_root *root = at->root;
	struct mw_str body = {}, path;
	int r;

	if (root->kind != CAPTURE && !root->record)
		return read_below(root, at->fd, name, arena, ret);
	path = mw_str_of(mw_fmt(arena, "%s/%s", at->path, name));
	if (arena->failed)
		return -ENOMEM;
	r = root->kind == CAPTURE ? mw_capture_read(&root->capture, path, arena, &body)
				  : read_below(root, at->fd, name, arena, &body);
	r = keep(root, path, r, body);
	if (!r)
		*ret = body;
	return r;
}

void mw_at_close(struct mw_at *at)
{
	if (at->fd >= 0)
		close(at->fd);
	at->fd = -1;
}

int mw_root_fd(const struct mw_root *root, const char *path, int flags)
{
	return root->kind == CAPTURE ? -EINVAL : open_below(root, root->fd, path, flags);
}

int mw_root_text(struct mw_root *root, const char *path, struct mw_str *ret)
{
	return mw_capture_read(&root->capture, mw_str_of(path), &root->arena, ret);
}

int mw_root_names(struct mw_root *root, const char *path, struct mw_names *ret)
{
	return list_below(root, path, &root->arena, ret);
}

void mw_root_pause(const struct mw_root *root, unsigned ms)
{
	if (root->kind == LIVE)
		nanosleep(&(struct timespec){ .tv_nsec = (long)(ms % 1000) * 1000000 }, NULL);
}

int mw_root_note(struct mw_root *root, const char *path, struct mw_str text)
{
	return keep(root, mw_str_of(path), 0, text);
}

int mw_root_recorded(struct mw_root *root, struct mw_capture *ret)
{
	if (!root->record)
		return -EINVAL;
	if (root->arena.failed)
		return -ENOMEM; /* an answer was lost */
	mw_capture_sort(&root->recorded);
	*ret = root->recorded;
	return 0;
}

static int load_file(struct mw_root *root, int fd, struct mw_problem *ret_problem)
{
	struct mw_str text;
	size_t n;
	char magic[16];
	ssize_t k = pread(fd, magic, sizeof(magic), 0);
	int r;

	root->kind = CAPTURE;
	if (k >= 0 && !mw_capture_is((struct mw_str){ magic, (size_t)k }))
		return mw_archive_load(fd, &root->arena, &root->capture, ret_problem);
	r = mw_read_fd(fd, &root->scratch, CAPTURE_MAX_BYTES, &n);
	if (r < 0)
		return r;
	text = mw_arena_copy(&root->arena, (struct mw_str){ root->scratch.p, n });
	if (root->arena.failed)
		return -ENOMEM;
	return mw_capture_parse(text, &root->arena, &root->capture, ret_problem);
}

static int open_path(struct mw_root *root, const char *path, struct mw_problem *ret_problem)
{
	int fd, r;

	root->kind = path ? DIRECTORY : LIVE;
	root->fd = open(path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd >= 0)
		return 0;
	if (errno != ENOTDIR)
		return -errno;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = load_file(root, fd, ret_problem);
	close(fd);
	return r;
}

int mw_root_open(const char *path, bool record, struct mw_root **ret,
		 struct mw_problem *ret_problem)
{
	_mw_root_ struct mw_root *root = calloc(1, sizeof(*root));
	int r;

	*ret_problem = (struct mw_problem){};
	if (!root)
		return -ENOMEM;
	root->fd = -1;
	root->record = record;
	r = open_path(root, path, ret_problem);
	if (r < 0)
		return r;
	*ret = root;
	root = NULL;
	return 0;
}

struct mw_root *mw_root_free(struct mw_root *root)
{
	if (!root)
		return NULL;
	if (root->fd >= 0)
		close(root->fd);
	mw_arena_done(&root->arena);
	free(root->scratch.p);
	free(root);
	return NULL;
}

bool mw_root_is_live(const struct mw_root *root)
{
	return root->kind == LIVE;
}
