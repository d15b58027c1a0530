/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed logs through libarchive, which is loaded when first needed.  Only the filter that the
 * first bytes call for is allowed, and only as built into the library: it starts no program.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/root_libarchive.h"
#include "kernel/root_log_private.h"

#define INPUT_BYTES (64 << 10)

struct unpacker {
	struct mw_libarchive lib;
	struct archive *a;
	int input_r;		/* errno of the read that failed, negative */
	struct mw_str unpacked; /* not yet given; in libarchive's memory */
	char input[INPUT_BYTES];
};

static la_ssize_t refill(struct archive *a, void *client, const void **ret)
{
	struct mw_log *log = client;
	struct unpacker *u = log->state;
	ssize_t k = mw_log_read_fd(log, u->input, sizeof(u->input));

	(void)a;
	if (k < 0) {
		u->input_r = (int)k;
		return -1;
	}
	*ret = u->input;
	return k;
}

static int damaged(struct mw_log *log, const struct unpacker *u)
{
	return u->input_r < 0 ? u->input_r
			      : mw_log_fail(log, "the compressed data are damaged or were cut");
}

/* The next block that holds something: 1, 0 at the end, or negative errno. */
static int next_block(struct mw_log *log, struct unpacker *u)
{
	for (;;) {
		const void *p;
		size_t n;
		la_int64_t offset;
		int k = u->lib.data_block(u->a, &p, &n, &offset);

		if (k == ARCHIVE_EOF)
			return 0;
		if (k != ARCHIVE_OK && k != ARCHIVE_WARN)
			return damaged(log, u);
		u->unpacked = (struct mw_str){ p, n };
		if (n)
			return 1;
	}
}

/* A block a call: what was just unpacked is still in the cache. */
static ssize_t read_packed(struct mw_log *log, char *buffer, size_t n)
{
	struct unpacker *u = log->state;

	if (!u->unpacked.n) {
		int r = next_block(log, u);

		if (r <= 0)
			return r;
	}
	if (n > u->unpacked.n)
		n = u->unpacked.n;
	memcpy(buffer, u->unpacked.p, n);
	u->unpacked = mw_str_from(u->unpacked, n);
	return (ssize_t)n;
}

static ssize_t read_nothing(struct mw_log *log, char *buffer, size_t n)
{
	(void)log, (void)buffer, (void)n;
	return 0;
}

static void close_packed(struct mw_log *log)
{
	struct unpacker *u = log->state;

	if (u->a)
		u->lib.free(u->a);
	free(u);
}

/* The filter's code; negative: this libarchive has it not, or would start a program for it. */
static int allow(const struct unpacker *u, enum mw_log_kind kind)
{
	switch (kind) {
	case MW_LOG_GZIP:
		return u->lib.filter_gzip(u->a) == ARCHIVE_OK ? ARCHIVE_FILTER_GZIP : -1;
	case MW_LOG_XZ:
		return u->lib.filter_xz(u->a) == ARCHIVE_OK ? ARCHIVE_FILTER_XZ : -1;
	case MW_LOG_ZSTD:
		return u->lib.filter_zstd(u->a) == ARCHIVE_OK ? ARCHIVE_FILTER_ZSTD : -1;
	case MW_LOG_BZIP2:
		return u->lib.filter_bzip2(u->a) == ARCHIVE_OK ? ARCHIVE_FILTER_BZIP2 : -1;
	case MW_LOG_PLAIN:
	case MW_LOG_JOURNAL:
		break;
	}
	return -1;
}

/* Opening unpacks the first block: an error there must not pass for an empty file. */
static int start(struct mw_log *log, struct unpacker *u, int code)
{
	struct archive_entry *entry;
	int k = u->lib.open(u->a, log, NULL, refill, NULL), error = u->lib.error(u->a);

	if (k != ARCHIVE_OK || u->input_r < 0 || u->lib.filter_code(u->a, 0) != code)
		return damaged(log, u);
	k = u->lib.next_header(u->a, &entry);
	if (k == ARCHIVE_EOF && !error)
		log->read = read_nothing;
	else if (k != ARCHIVE_OK && k != ARCHIVE_WARN)
		return damaged(log, u);
	return 0;
}

int mw_log_use_packed(struct mw_log *log, enum mw_log_kind kind)
{
	struct unpacker *u = calloc(1, sizeof(*u));
	int code;

	if (!u)
		return -ENOMEM;
	log->state = u;
	log->close = close_packed;
	log->read = read_packed;
	if (mw_libarchive_load(&u->lib) < 0)
		return mw_log_fail(log, "is compressed; to read it install libarchive13");
	u->a = u->lib.new();
	if (!u->a)
		return -ENOMEM;
	code = allow(u, kind);
	if (code < 0)
		return mw_log_fail(log,
				   "is compressed in a way that this libarchive cannot unpack");
	u->lib.format_empty(u->a);
	u->lib.format_raw(u->a);
	return start(log, u, code);
}
