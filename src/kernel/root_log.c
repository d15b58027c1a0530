/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/root_log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/root_log_private.h"

/* A larger pipe needs fewer turns of writer and reader: twice as fast from `cat`. */
#define PIPE_BYTES (256 << 10)

static struct mw_log *new_log(const char *name)
{
	size_t n = strlen(name) + 1;
	struct mw_log *log = calloc(1, sizeof(*log) + n);

	if (!log)
		return NULL;
	memcpy(log->name, name, n);
	log->fd = -1;
	return log;
}

struct mw_log *mw_log_close(struct mw_log *log)
{
	if (!log)
		return NULL;
	if (log->close)
		log->close(log);
	if (log->fd >= 0)
		close(log->fd);
	free(log);
	return NULL;
}

const char *mw_log_name(const struct mw_log *log)
{
	return log->name;
}

const char *mw_log_problem(const struct mw_log *log)
{
	return log->problem;
}

int mw_log_fail(struct mw_log *log, const char *what)
{
	log->problem = what;
	return -EINVAL;
}

/* Standard input may have been made nonblocking by whoever shares it: then wait. */
static ssize_t read_some(int fd, char *buffer, size_t n)
{
	for (;;) {
		ssize_t k = read(fd, buffer, n);

		if (k >= 0)
			return k;
		if (errno == EAGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
		else if (errno != EINTR)
			return -errno;
	}
}

ssize_t mw_log_read_fd(struct mw_log *log, char *buffer, size_t n)
{
	size_t left = log->head_n - log->head_given;

	if (!left)
		return read_some(log->fd, buffer, n);
	if (left > n)
		left = n;
	memcpy(buffer, log->head + log->head_given, left);
	log->head_given += left;
	return (ssize_t)left;
}

ssize_t mw_log_read(struct mw_log *log, char *buffer, size_t n)
{
	ssize_t k;

	if (log->r < 0)
		return log->r;
	if (log->ended)
		return 0;
	k = log->read(log, buffer, n);
	if (k < 0)
		log->r = (int)k;
	log->ended = !k;
	return k;
}

enum mw_log_kind mw_log_kind_of(struct mw_str head)
{
	static const struct {
		enum mw_log_kind kind;
		struct mw_str magic;
	} kinds[] = {
		{ MW_LOG_GZIP, { "\x1f\x8b", 2 } },
		{ MW_LOG_XZ,
		  { "\xfd"
		    "7zXZ\0",
		    6 } },
		{ MW_LOG_ZSTD, { "\x28\xb5\x2f\xfd", 4 } },
		{ MW_LOG_JOURNAL, { "LPKSHHRH", 8 } },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct mw_str magic = kinds[i].magic;

		if (head.n >= magic.n && !memcmp(head.p, magic.p, magic.n))
			return kinds[i].kind;
	}
	/* A digit and the first byte of a block or of the end follow: a text may begin with BZh. */
	if (head.n >= 5 && !memcmp(head.p, "BZh", 3) && head.p[3] >= '1' && head.p[3] <= '9' &&
	    (head.p[4] == 0x31 || head.p[4] == 0x17))
		return MW_LOG_BZIP2;
	return MW_LOG_PLAIN;
}

/* Reads the first bytes, and steps back where the file allows it, so that all later reads go
 * straight into the caller's buffer. */
static int peek(struct mw_log *log, bool may_step_back)
{
	while (log->head_n < sizeof(log->head)) {
		ssize_t k = read_some(log->fd, log->head + log->head_n,
				      sizeof(log->head) - log->head_n);

		if (k < 0)
			return (int)k;
		if (!k)
			break;
		log->head_n += (size_t)k;
	}
	if (may_step_back && lseek(log->fd, -(off_t)log->head_n, SEEK_CUR) >= 0)
		log->head_given = log->head_n;
	return 0;
}

static int use_kind(struct mw_log *log, enum mw_log_kind kind)
{
	switch (kind) {
	case MW_LOG_PLAIN:
		log->read = mw_log_read_fd;
		return 0;
	case MW_LOG_GZIP:
	case MW_LOG_XZ:
	case MW_LOG_ZSTD:
	case MW_LOG_BZIP2:
		return mw_log_use_packed(log, kind);
	case MW_LOG_JOURNAL:
		return mw_log_use_journal_file(log);
	}
	return -EINVAL;
}

static bool is_kmsg(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 11);
}

static int use_path(struct mw_log *log, const char *path)
{
	struct stat st;
	int r;

	log->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
				    : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (log->fd < 0 || fstat(log->fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return mw_log_fail(log, "is a directory");
	if (is_kmsg(&st))
		return mw_log_use_kmsg(log);
	if (S_ISFIFO(st.st_mode))
		fcntl(log->fd, F_SETPIPE_SZ, PIPE_BYTES); /* where it may not, it stays as it is */
	posix_fadvise(log->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	r = peek(log, S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
	if (r < 0)
		return r;
	return use_kind(log, mw_log_kind_of((struct mw_str){ log->head, log->head_n }));
}

static int open_path(const char *path, struct mw_log **ret, struct mw_problem *ret_problem)
{
	_mw_log_ struct mw_log *log = new_log(path);
	int r;

	if (!log)
		return -ENOMEM;
	r = use_path(log, path);
	if (r < 0) {
		*ret_problem = (struct mw_problem){ .what = log->problem };
		return r;
	}
	*ret = log;
	log = NULL;
	return 0;
}

int mw_log_open_journal(const char *directory, struct mw_log **ret)
{
	_mw_log_ struct mw_log *log = new_log("journal");
	int r;

	if (!log)
		return -ENOMEM;
	r = mw_log_use_journal(log, directory);
	if (r < 0)
		return r;
	*ret = log;
	log = NULL;
	return 0;
}

static int open_kmsg(struct mw_log **ret)
{
	_mw_log_ struct mw_log *log = new_log("/dev/kmsg");
	struct stat st;
	int r;

	if (!log)
		return -ENOMEM;
	log->fd = open(log->name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (log->fd < 0 || fstat(log->fd, &st) < 0)
		return -errno;
	if (!is_kmsg(&st))
		return -ENODEV; /* containers put other things there */
	r = mw_log_use_kmsg(log);
	if (r < 0)
		return r;
	*ret = log;
	log = NULL;
	return 0;
}

int mw_log_open(const char *path, struct mw_log **ret, struct mw_problem *ret_problem)
{
	int r;

	if (path)
		return open_path(path, ret, ret_problem);
	if (!mw_log_open_journal(NULL, ret))
		return 0;
	r = open_kmsg(ret);
	if (!r || r == -ENOMEM)
		return r;
	*ret_problem = (struct mw_problem){
		.what = r == -EPERM || r == -EACCES
				? "no kernel messages in a journal that may be read, and /dev/kmsg "
				  "is "
				  "not for this user: try as root, or give a log file"
				: "no kernel messages in a journal that may be read, and no "
				  "/dev/kmsg: "
				  "give a log file"
	};
	return -ENOSYS;
}
