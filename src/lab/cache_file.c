/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/cache_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define FOLDER "/var/tmp"
#define CHUNK_BYTES ((size_t)1 << 20)

/* Not in every linux/magic.h. */
#define XFS_MAGIC 0x58465342
#define BCACHEFS_MAGIC 0xca451a4e
#define JFS_MAGIC 0x3153464a

/* File systems on a disk that keep their pages in the page cache.  zfs does not; overlay lies on
 * another one, and whether its pages can be dropped is seen when they are. */
static bool is_on_disk(const struct statfs *s)
{
	static const uint32_t magic[] = {
		EXT4_SUPER_MAGIC,      XFS_MAGIC,      BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC,
		OVERLAYFS_SUPER_MAGIC, BCACHEFS_MAGIC, JFS_MAGIC,	  REISERFS_SUPER_MAGIC,
		NILFS_SUPER_MAGIC,
	};

	for (size_t i = 0; i < sizeof(magic) / sizeof(magic[0]); i++)
		if ((uint32_t)s->f_type == magic[i])
			return true;
	return false;
}

const char *lab_cache_obstacle(void)
{
	const char *folder = getenv("TMPDIR");
	struct statfs s;

	if (!folder || folder[0] != '/')
		folder = FOLDER;
	if (statfs(folder, &s) < 0)
		return "$TMPDIR or else /var/tmp cannot be read";
	if (!is_on_disk(&s))
		return "$TMPDIR or else /var/tmp must lie on a disk file system, not in memory";
	if ((uint64_t)s.f_bavail * (uint64_t)s.f_bsize < 2 * LAB_CACHE_BYTES)
		return "$TMPDIR or else /var/tmp has less than 128 MiB free";
	return NULL;
}

int lab_cache_make(struct lab *lab, const char **ret_path)
{
	struct lab_thing *thing = lab_announce_path(lab->supervisor.left, LAB_THING_FILE, FOLDER);
	int fd;

	if (!thing)
		return -ENOMEM;
	fd = open(thing->path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	atomic_store(&thing->made, true);
	*ret_path = thing->path;
	return fd;
}

/* Calls for each chunk of the file; 0 or negative errno. */
static int each_chunk(int file, ssize_t (*act)(int file, char *buf, size_t n, off_t at))
{
	char *buf = lab_eat(CHUNK_BYTES);
	off_t at = 0;
	ssize_t k;

	if (!buf)
		return -errno;
	while (at < (off_t)LAB_CACHE_BYTES) {
		k = act(file, buf, CHUNK_BYTES, at);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k ? -errno : -EIO;
		at += k;
	}
	return 0;
}

static ssize_t write_chunk(int file, char *buf, size_t n, off_t at)
{
	/* Not all the same, lest a file system stores it as one block. */
	for (size_t i = 0; i < n; i += 4096)
		buf[i] = (char)((size_t)at / n + i / 4096);
	return pwrite(file, buf, n, at);
}

static int be_writer(void *arg, int fd)
{
	const int *file = arg;
	int r = each_chunk(*file, write_chunk);

	if (!r && fsync(*file) < 0)
		r = -errno;
	if (!r)
		r = lab_cache_drop(*file);
	return lab_say(fd, r);
}

static ssize_t read_chunk(int file, char *buf, size_t n, off_t at)
{
	return pread(file, buf, n, at);
}

static int be_reader(void *arg, int fd)
{
	const int *file = arg;

	return lab_say(fd, each_chunk(*file, read_chunk));
}

static int be_locker(void *arg, int fd)
{
	const int *file = arg;
	void *p = mmap(NULL, LAB_CACHE_BYTES, PROT_READ, MAP_SHARED, *file, 0);

	if (p == MAP_FAILED)
		return lab_say(fd, -errno);
	/* khugepaged would put new pages in their place, charged to this process's group. */
	madvise(p, LAB_CACHE_BYTES, MADV_NOHUGEPAGE);
	/* The system call itself: sanitizers make mlock() do nothing. */
	if (syscall(SYS_mlock, p, LAB_CACHE_BYTES) < 0)
		return lab_say(fd, -errno);
	lab_say(fd, 0);
	lab_hold(fd);
	return 0;
}

/* A process that does its work and ends: what it says, once it is gone. */
static int run_to_end(const struct lab *lab, const struct lab_body *body)
{
	struct lab_child child = {};
	int r = lab_child_ready(lab, body, &child), status = lab_child_end(&child);

	return r ? r : status ? -ECHILD : 0;
}

int lab_cache_fill(const struct lab *lab, const struct lab_group *g, int file)
{
	return run_to_end(lab, &(struct lab_body){ "lab-writer", g, be_writer, &file });
}

int lab_cache_read(const struct lab *lab, const struct lab_group *g, int file)
{
	return run_to_end(lab, &(struct lab_body){ "lab-reader", g, be_reader, &file });
}

int lab_cache_lock(const struct lab *lab, const struct lab_group *g, int file,
		   struct lab_child *ret)
{
	return lab_child_ready(lab, &(struct lab_body){ "lab-locker", g, be_locker, &file }, ret);
}

int lab_cache_drop(int file)
{
	return -posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
}
