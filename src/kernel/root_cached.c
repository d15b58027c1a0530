/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pseudo files of the live machine about one plain file: how much of it is in the page cache,
 * and how fast it comes from its disk.  Neither changes what is cached.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/root_private.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

#define STEP_BYTES ((uint64_t)1 << 30) /* asked of mincore(2) at once: a byte a page */

#define PIECE_BYTES ((uint64_t)4 << 20)
#define PIECES 8
#define SPEED_MAX_NS ((uint64_t)1000000000)

/* include/uapi/linux/mman.h, since 6.5 */
struct cachestat_range {
	uint64_t offset, bytes;
};

struct cachestat_pages {
	uint64_t cached, dirty, writeback, evicted, recently_evicted;
};

/* First only named, so that opening it does nothing where it is no plain file. */
static int open_plain(int dirfd, const char *name, int flags, struct stat *ret)
{
	int path = mw_live_open_path(dirfd, name, true), fd;
	char self[32];

	if (path < 0)
		return path;
	if (fstat(path, ret) < 0 || !S_ISREG(ret->st_mode)) {
		close(path);
		return S_ISDIR(ret->st_mode) ? -EISDIR : -EINVAL;
	}
	snprintf(self, sizeof(self), "/proc/self/fd/%d", path);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
	if (fd < 0)
		fd = -errno;
	close(path);
	return fd;
}

/* can_do_mincore(), mm/mincore.c: to others each page seems to be there (since 5.2). */
static bool mincore_is_true(int fd, const struct stat *st)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return st->st_uid == geteuid() || faccessat(AT_FDCWD, self, W_OK, AT_EACCESS) == 0;
}

static int mincore_bytes(int fd, const struct stat *st, uint64_t *ret)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), size = (uint64_t)st->st_size, n = 0;
	unsigned char *seen = malloc(STEP_BYTES / page);
	int r = seen ? 0 : -ENOMEM;

	for (uint64_t at = 0; !r && at < size; at += STEP_BYTES) {
		uint64_t bytes = size - at < STEP_BYTES ? size - at : STEP_BYTES;
		void *p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, (off_t)at);

		if (p == MAP_FAILED || mincore(p, bytes, seen) < 0)
			r = -errno;
		for (uint64_t i = 0; !r && i < (bytes + page - 1) / page; i++)
			n += seen[i] & 1;
		if (p != MAP_FAILED)
			munmap(p, bytes);
	}
	free(seen);
	*ret = n * page;
	return r;
}

/* Of a file of overlayfs cachestat(2) sees nothing: the pages are those of the file below. */
int mw_live_cached(int dirfd, const char *name, struct mw_arena *arena, struct mw_str *ret)
{
	struct cachestat_range all = {};
	struct cachestat_pages pages = {};
	struct stat st = {};
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), bytes = 0;
	int fd = open_plain(dirfd, name, 0, &st), r;

	if (fd < 0)
		return fd;
	r = syscall(SYS_cachestat, fd, &all, &pages, 0) < 0 ? -errno : 0;
	if (!r && pages.cached) {
		*ret = mw_str_of(
			mw_fmt(arena, "cached %llu dirty %llu\n",
			       (unsigned long long)(pages.cached * page),
			       (unsigned long long)((pages.dirty + pages.writeback) * page)));
	} else {
		r = mincore_is_true(fd, &st) ? mincore_bytes(fd, &st, &bytes) : r ? r : -EPERM;
		*ret = mw_str_of(mw_fmt(arena, "cached %llu\n", (unsigned long long)bytes));
	}
	close(fd);
	return arena->failed ? -ENOMEM : r;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Some pieces, spread over the file, past the page cache (O_DIRECT). */
static int read_pieces(int fd, uint64_t size, uint64_t *ret_bytes, uint64_t *ret_ns)
{
	void *p =
		mmap(NULL, PIECE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t apart = size / PIECES / PIECE_BYTES * PIECE_BYTES, start = now_ns(), bytes = 0;
	int r = p == MAP_FAILED ? -errno : 0;

	if (!apart)
		apart = PIECE_BYTES;
	for (uint64_t i = 0; !r && i < PIECES && i * apart < size; i++) {
		ssize_t n = pread(fd, p, PIECE_BYTES, (off_t)(i * apart));

		if (n < 0)
			r = -errno;
		bytes += n > 0 ? (uint64_t)n : 0;
		if (now_ns() - start > SPEED_MAX_NS)
			break;
	}
	*ret_ns = now_ns() - start;
	*ret_bytes = bytes;
	if (p != MAP_FAILED)
		munmap(p, PIECE_BYTES);
	return r;
}

int mw_live_disk_speed(int dirfd, const char *name, struct mw_arena *arena, struct mw_str *ret)
{
	struct stat st = {};
	uint64_t bytes = 0, ns = 0;
	int fd = open_plain(dirfd, name, O_DIRECT, &st), r;

	if (fd < 0)
		return fd;
	r = read_pieces(fd, (uint64_t)st.st_size, &bytes, &ns);
	close(fd);
	*ret = mw_str_of(mw_fmt(arena, "bytes %llu ns %llu\n", (unsigned long long)bytes,
				(unsigned long long)ns));
	return arena->failed ? -ENOMEM : r;
}
