/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root_log - the part of the door through which logs come in: a stream of bytes, read once from
 * front to back, of any length, in constant memory.
 *
 *  - a file or "-" (standard input), plain or compressed (.gz .xz .zst .bz2, known by their first
 *    bytes, not by their name), several compressed parts in one file included;
 *  - this machine's journal (libsystemd): kernel messages and those of the guards that kill
 *    (systemd-oomd, earlyoom, nohang, kubelet, lmkd), each line as
 *    "2026-11-24T13:55:33.123456+00:00 HOST TAG: TEXT";
 *  - this machine's ring buffer (/dev/kmsg): records as the kernel gives them.
 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "kernel/capture.h"

struct mw_log;

/* path NULL: the journal, or the ring buffer where there is none that can be read or none that
 * holds such a line.  A path may also name a journal file (known by its first bytes) or a device
 * like /dev/kmsg.  0 or negative errno; -EINVAL with ret_problem->what where the input itself is
 * at fault (damaged, a directory, compressed and libarchive absent).  -ENOSYS: neither journal nor
 * ring buffer can be read; what says why. */
int mw_log_open(const char *path, struct mw_log **ret, struct mw_problem *ret_problem);

/* "journal", "/dev/kmsg", or the path as given. */
const char *mw_log_name(const struct mw_log *log);

/* The next bytes, at most n (n > 0): their number; 0 at the end; negative errno.  The end and an
 * error stick.  -EINVAL: damaged or cut, mw_log_problem() says so; before it all is given that
 * libarchive has unpacked, but of its last block (64 or 128 KiB of text) it gives nothing.
 * Plain files are read straight into the buffer: a page-aligned one makes that a third faster. */
ssize_t mw_log_read(struct mw_log *log, char *buffer, size_t n);

/* What is wrong with the input, for people: a constant text; NULL while nothing is. */
const char *mw_log_problem(const struct mw_log *log);

/* Returns NULL; NULL is fine. */
struct mw_log *mw_log_close(struct mw_log *log);

static inline void mw_log_closep(struct mw_log **p)
{
	*p = mw_log_close(*p);
}
#define _mw_log_ __attribute__((cleanup(mw_log_closep)))
