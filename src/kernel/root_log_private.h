/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root_log_private - what the files of the door for logs (root_log*.c) share, and nobody else
 * includes, unit tests apart.
 *
 * mw_log_open() makes an empty log and one of mw_log_use_*() gives it its reader; whatever they
 * return, mw_log_close() clears up.
 */
#pragma once

#include "kernel/root_log.h"

/* What a file is by its first bytes. */
enum mw_log_kind {
	MW_LOG_PLAIN,
	MW_LOG_GZIP,
	MW_LOG_XZ,
	MW_LOG_ZSTD,
	MW_LOG_BZIP2,
	MW_LOG_JOURNAL,
};

#define MW_LOG_HEAD_BYTES 8

struct mw_log {
	/* As mw_log_read().  May also give bytes and leave in .r the error that comes behind. */
	ssize_t (*read)(struct mw_log *log, char *buffer, size_t n);
	void (*close)(struct mw_log *log); /* frees state; NULL: there is none */
	void *state;
	int fd; /* -1: none */
	int r;	/* the error that sticks */
	bool ended;
	const char *problem;
	char head[MW_LOG_HEAD_BYTES]; /* read to know the kind, not yet given */
	size_t head_n, head_given;
	char name[];
};

enum mw_log_kind mw_log_kind_of(struct mw_str head);

/* Sets the problem and returns -EINVAL. */
int mw_log_fail(struct mw_log *log, const char *what);

/* The bytes of the file as they are: as read(2), or negative errno. */
ssize_t mw_log_read_fd(struct mw_log *log, char *buffer, size_t n);

/* The file is compressed: 0, -EINVAL with a problem, -ENOMEM, or the errno of a read. */
int mw_log_use_packed(struct mw_log *log, enum mw_log_kind kind);

/* log->fd is /dev/kmsg: it is read to the newest record, not waited upon. */
int mw_log_use_kmsg(struct mw_log *log);

/* log->fd is a journal file.  0, -EINVAL with a problem, -ENOMEM. */
int mw_log_use_journal_file(struct mw_log *log);

/* The journal in a folder; NULL: this machine's.  -ENOSYS: no libsystemd; -ENODATA: no entry that
 * is asked for can be read (no file, no right, or none in it); ... */
int mw_log_use_journal(struct mw_log *log, const char *directory);

/* The same as a log of its own, named "journal". */
int mw_log_open_journal(const char *directory, struct mw_log **ret);
