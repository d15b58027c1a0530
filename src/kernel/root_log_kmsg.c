/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's ring buffer through /dev/kmsg (devkmsg_read(), kernel/printk/printk.c, since 3.5):
 * each read gives one record, "LEVEL,SEQUENCE,TIME_us,FLAGS;TEXT\n KEY=VALUE\n", whole or not at
 * all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/root_log_private.h"

/* Twice what a record can take (CONSOLE_EXT_LOG_MAX 8192; PRINTKRB_RECORD_MAX 1024 since 6.x). */
#define RECORD_BYTES 16384

/* So often in a row records are overwritten before they are read: then the kernel is faster. */
#define OVERTAKEN_MAX 1000

struct kmsg {
	size_t n, given;
	char record[RECORD_BYTES + 1];
};

/* 1: there is a record; 0: the end; or negative errno. */
static int next_record(struct mw_log *log, struct kmsg *k)
{
	for (size_t overtaken = 0; overtaken < OVERTAKEN_MAX;) {
		ssize_t n = read(log->fd, k->record, RECORD_BYTES);

		if (n > 0) {
			if (k->record[n - 1] != '\n')
				k->record[n++] = '\n';
			k->n = (size_t)n;
			k->given = 0;
			return 1;
		}
		if (!n || errno == EAGAIN)
			return 0;
		if (errno == EPIPE)
			overtaken++;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

static ssize_t read_kmsg(struct mw_log *log, char *buffer, size_t n)
{
	struct kmsg *k = log->state;
	size_t got = 0;

	while (got < n) {
		size_t part = k->n - k->given;

		if (!part) {
			int r = next_record(log, k);

			if (r < 0 && !got)
				return r;
			if (r < 0)
				log->r = r;
			if (r <= 0)
				break;
			continue;
		}
		if (part > n - got)
			part = n - got;
		memcpy(buffer + got, k->record + k->given, part);
		k->given += part;
		got += part;
	}
	return (ssize_t)got;
}

static void close_kmsg(struct mw_log *log)
{
	free(log->state);
}

int mw_log_use_kmsg(struct mw_log *log)
{
	int flags = fcntl(log->fd, F_GETFL);

	if (flags < 0 || fcntl(log->fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	log->state = calloc(1, sizeof(struct kmsg));
	if (!log->state)
		return -ENOMEM;
	log->read = read_kmsg;
	log->close = close_kmsg;
	return 0;
}
